//! Everything the program does by name: menus, buttons, shortcuts, the palette, tooltips, accessible names and tests all
//! read one table.

mod hints;
mod images;
mod inpainting;
mod keymap;
mod layers;
mod poses;
pub mod search;
mod selections;
mod table;

pub use self::hints::HintCommand;
pub use self::images::ImageCommand;
pub use self::inpainting::InpaintCommand;
pub use self::keymap::{Keymap, shortcut_of};
pub use self::layers::LayerCommand;
pub use self::poses::PoseCommand;
pub use self::selections::{RefineKind, Refined, SelectionCommand};
pub use self::table::{COMMANDS, CommandInfo};

use crate::canvas::{MaskView, Tool};
use crate::desk::{Desk, Dialog};
use crate::language;
use crate::panels::{Layout, PanelKind, Variations};

/// Something the painter can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    NewCanvas,
    Open,
    Save,
    SaveAs,
    ClosePicture,
    NextPicture,
    Quit,
    Undo,
    Redo,
    CopyPicture,
    PastePicture,
    ZoomIn,
    ZoomOut,
    ZoomToFit,
    ActualSize,
    RotateLeft,
    RotateRight,
    ResetRotation,
    MirrorView,
    ShowRulers,
    ShowGrid,
    ShowMask,
    ShowMaskAs(MaskView),
    ChangeTheme,
    ShowPanel(PanelKind),
    ResetLayout,
    CanvasOnly,
    Fullscreen,
    Image(ImageCommand),
    Layer(LayerCommand),
    UseTool(Tool),
    Pose(PoseCommand),
    BiggerBrush,
    SmallerBrush,
    HarderBrush,
    SofterBrush,
    SwapColors,
    ResetColors,
    Selection(SelectionCommand),
    Inpaint(InpaintCommand),
    Hint(HintCommand),
    MaskEverything,
    InvertMask,
    ClearMask,
    Generate,
    GenerateVariations,
    Cancel,
    TweakWhileRunning,
    KeepPreview,
    Accept,
    AcceptAsLayers,
    Reroll,
    Reject,
    ShowVariations,
    NewerResult,
    OlderResult,
    RollSeed,
    CommandPalette,
    Settings,
    Shortcuts,
    About,
}

/// The menus, in the bar's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Menu {
    File,
    Edit,
    View,
    Image,
    Layer,
    Select,
    Mask,
    Control,
    Tools,
    People,
    Generate,
    Window,
    Help,
}

impl Menu {
    pub const ALL: [Self; 13] = [
        Self::File,
        Self::Edit,
        Self::View,
        Self::Image,
        Self::Layer,
        Self::Select,
        Self::Mask,
        Self::Control,
        Self::Tools,
        Self::People,
        Self::Generate,
        Self::Window,
        Self::Help,
    ];

    /// Its name in the languages' files.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::File => "menu-file",
            Self::Edit => "menu-edit",
            Self::View => "menu-view",
            Self::Image => "menu-image",
            Self::Layer => "menu-layer",
            Self::Select => "menu-select",
            Self::Mask => "menu-mask",
            Self::Control => "menu-control",
            Self::Tools => "menu-tools",
            Self::People => "menu-people",
            Self::Generate => "menu-generate",
            Self::Window => "menu-window",
            Self::Help => "menu-help",
        }
    }

    #[must_use]
    pub fn label(self) -> String {
        language::text(self.key())
    }

    /// Its commands, in their order.
    pub fn commands(self) -> impl Iterator<Item = &'static CommandInfo> {
        COMMANDS.iter().filter(move |info| info.menu == self)
    }
}

impl CommandInfo {
    /// The command's name: in menus, on buttons, for screen readers.
    #[must_use]
    pub fn label(&self) -> String {
        language::text(&self.text_key())
    }

    /// What it does, in a sentence.
    #[must_use]
    pub fn tooltip(&self) -> String {
        language::tooltip(&self.text_key())
    }

    /// Its name in the languages' files.
    #[must_use]
    pub fn text_key(&self) -> String {
        format!("command-{}", self.key)
    }
}

impl Command {
    /// The command's entry in the table.
    #[must_use]
    pub fn info(self) -> &'static CommandInfo {
        // A test holds that every command has an entry; the first stands in for one that has not.
        COMMANDS.iter().find(|info| info.command == self).unwrap_or(&COMMANDS[0])
    }

    /// Whether it can be asked for now.
    #[must_use]
    pub fn is_enabled(self, desk: &Desk) -> bool {
        let studio = &desk.studio;
        let is_free = !studio.is_painting();
        match self {
            Self::Undo => is_free && studio.history().can_undo(),
            Self::Redo => is_free && studio.history().can_redo(),
            Self::Selection(command) => command.is_enabled(studio),
            Self::Hint(command) => command.is_enabled(studio),
            Self::InvertMask | Self::MaskEverything => is_free,
            Self::ClearMask => is_free && studio.mask_bounds().is_some(),
            Self::BiggerBrush | Self::SmallerBrush | Self::HarderBrush | Self::SofterBrush => {
                desk.tools.brush().is_some()
            }
            Self::ClosePicture => studio.can_change_picture(),
            Self::NextPicture => studio.can_change_picture() && studio.pictures().len() > 1,
            Self::Image(command) => command.is_enabled(studio),
            Self::Layer(command) => command.is_enabled(studio),
            Self::Inpaint(command) => command.is_enabled(desk),
            Self::Pose(command) => command.is_enabled(desk),
            Self::Generate | Self::GenerateVariations => is_free && studio.can_generate(),
            Self::KeepPreview => studio.run().is_some_and(|run| run.preview.is_some()),
            Self::AcceptAsLayers => is_free && !studio.results().is_empty(),
            Self::ShowVariations => studio.run().is_some() || !studio.results().is_empty(),
            Self::Cancel => studio.run().is_some_and(|run| !run.is_being_cancelled()),
            Self::Accept => is_free && studio.results().shown().is_some(),
            Self::Reject => studio.results().shown().is_some(),
            Self::Reroll => is_free && studio.can_generate() && !studio.results().is_empty(),
            Self::NewerResult | Self::OlderResult => studio.run().is_none() && !studio.results().is_empty(),
            Self::NewCanvas | Self::Open | Self::PastePicture => is_free,
            _ => true,
        }
    }

    /// Whether it is a choice that is on; none for those that are no choice.
    #[must_use]
    pub fn is_on(self, desk: &Desk) -> Option<bool> {
        match self {
            Self::UseTool(tool) => Some(desk.tools.in_hand() == tool),
            Self::MirrorView => Some(desk.view.camera().is_mirrored()),
            Self::ShowRulers => Some(desk.view.aids.rulers),
            Self::ShowGrid => Some(desk.view.aids.grid),
            Self::ShowMaskAs(mask_view) => Some(desk.view.aids.mask_view == mask_view),
            Self::ShowPanel(panel) => Some(desk.docks.is_open(panel)),
            Self::CanvasOnly => Some(desk.canvas_only),
            Self::Fullscreen => Some(desk.fullscreen),
            Self::Layer(command) => command.is_on(&desk.studio),
            Self::Inpaint(command) => command.is_on(desk),
            Self::Pose(command) => command.is_on(desk),
            Self::TweakWhileRunning => Some(desk.studio.tweaks_while_running),
            Self::ShowVariations => Some(desk.variations.is_some()),
            Self::ShowMask => Some(desk.studio.document().mask_look().visible),
            _ => None,
        }
    }

    /// Does it. Does nothing while it is not enabled.
    pub fn run(self, desk: &mut Desk) {
        if !self.is_enabled(desk) {
            return;
        }
        let studio = &mut desk.studio;
        match self {
            Self::NewCanvas => desk.open_dialog(Dialog::NewCanvas),
            Self::Open => studio.open_with_dialog(),
            Self::Save => studio.save(),
            Self::SaveAs => studio.save_with_dialog(),
            Self::ClosePicture => studio.close_picture(),
            Self::NextPicture => studio.bring_next_to_front(),
            Self::Quit => studio.quit(),
            Self::Undo => studio.undo(),
            Self::Redo => studio.redo(),
            Self::CopyPicture => studio.copy_picture(),
            Self::PastePicture => studio.paste_picture(),
            Self::ZoomIn => desk.view.zoom_by(1.25),
            Self::ZoomOut => desk.view.zoom_by(0.8),
            Self::ZoomToFit => desk.view.zoom_to_fit(),
            Self::ActualSize => desk.view.actual_size(),
            Self::RotateLeft => desk.view.turn_a_step(false),
            Self::RotateRight => desk.view.turn_a_step(true),
            Self::ResetRotation => desk.view.reset_rotation(),
            Self::MirrorView => desk.view.mirror(),
            Self::ShowRulers => desk.view.aids.rulers = !desk.view.aids.rulers,
            Self::ShowGrid => desk.view.aids.grid = !desk.view.aids.grid,
            Self::ShowMask => desk.toggle_mask(),
            Self::ShowMaskAs(mask_view) => desk.view.aids.mask_view = mask_view,
            Self::ChangeTheme => desk.dark = !desk.dark,
            Self::ShowPanel(panel) => desk.show_or_hide(panel),
            Self::ResetLayout => desk.docks.arrange(Layout::default()),
            Self::CanvasOnly => desk.canvas_only = !desk.canvas_only,
            Self::Fullscreen => desk.fullscreen = !desk.fullscreen,
            Self::Image(command) => command.run(desk),
            Self::Layer(command) => command.run(desk),
            Self::Inpaint(command) => command.run(desk),
            Self::UseTool(tool) => desk.tools.take(tool),
            Self::Pose(command) => command.run(desk),
            Self::BiggerBrush => desk.tools.scale_brush(1.2),
            Self::SmallerBrush => desk.tools.scale_brush(1.0 / 1.2),
            Self::HarderBrush => desk.tools.harden_brush(0.1),
            Self::SofterBrush => desk.tools.harden_brush(-0.1),
            Self::SwapColors => desk.tools.swap_colors(),
            Self::ResetColors => desk.tools.reset_colors(),
            Self::Selection(command) => command.run(desk),
            Self::Hint(command) => command.run(desk),
            Self::MaskEverything => studio.edit(crate::document::Document::fill_mask),
            Self::InvertMask => studio.edit_in_background(|document| Ok(document.invert_mask())),
            Self::ClearMask => studio.edit(crate::document::Document::clear_mask),
            Self::Generate => studio.generate(),
            Self::GenerateVariations => {
                studio.generate_variations();
                desk.variations = Some(Variations::default());
            }
            Self::Cancel => studio.cancel(),
            Self::TweakWhileRunning => studio.tweaks_while_running = !studio.tweaks_while_running,
            Self::KeepPreview => studio.keep_preview(),
            Self::Accept => studio.accept_shown(),
            Self::AcceptAsLayers => {
                desk.variations = None;
                studio.accept_as_layers();
            }
            Self::ShowVariations => {
                let is_open = desk.variations.is_some();
                desk.variations = (!is_open).then(Variations::default);
            }
            Self::Reroll => studio.reroll(),
            Self::Reject => studio.reject_shown(),
            Self::NewerResult => studio.show_neighbour_result(false),
            Self::OlderResult => studio.show_neighbour_result(true),
            Self::RollSeed => studio.roll_seed(),
            Self::CommandPalette => desk.open_palette(),
            Self::Settings => desk.open_dialog(Dialog::Settings),
            Self::Shortcuts => desk.open_dialog(Dialog::Shortcuts),
            Self::About => desk.open_dialog(Dialog::About),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{HashMap, HashSet};

    #[test]
    fn names_are_unique_and_every_command_explains_itself() {
        for field in [CommandInfo::label, CommandInfo::text_key] {
            let names: HashSet<_> = COMMANDS.iter().map(field).collect();
            assert_eq!(names.len(), COMMANDS.len());
        }
        for info in COMMANDS {
            assert!(info.tooltip().ends_with('.'), "{}", info.key);
            assert_eq!(info.command.info().key, info.key);
        }
    }

    #[test]
    fn a_shortcut_means_one_thing_at_a_time() {
        let mut seen = HashMap::new();
        for info in COMMANDS.iter().filter(|info| !info.at_moments) {
            for shortcut in info.default_shortcuts {
                assert_eq!(seen.insert(*shortcut, info.key), None, "{shortcut:?} of {}", info.key);
            }
        }
    }
}
