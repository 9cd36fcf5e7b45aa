//! One table of everything the program does by name: menus, buttons, shortcuts, tooltips, accessible names and tests
//! all read it.

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::canvas::Tool;
use crate::desk::{Desk, Dialog};
use crate::icons::{self, Icon};

/// Something the painter can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    NewCanvas,
    Open,
    Save,
    SaveAs,
    Quit,
    Undo,
    Redo,
    CopyPicture,
    PastePicture,
    ZoomIn,
    ZoomOut,
    ZoomToFit,
    ActualSize,
    ShowMask,
    ChangeTheme,
    UseTool(Tool),
    BiggerBrush,
    SmallerBrush,
    HarderBrush,
    SofterBrush,
    MaskEverything,
    InvertMask,
    ClearMask,
    Generate,
    Cancel,
    Accept,
    Reroll,
    Reject,
    NewerResult,
    OlderResult,
    RollSeed,
    Shortcuts,
    About,
}

/// The menus, in the bar's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Menu {
    File,
    Edit,
    View,
    Mask,
    Generate,
    Help,
}

impl Menu {
    pub const ALL: [Self; 6] = [Self::File, Self::Edit, Self::View, Self::Mask, Self::Generate, Self::Help];

    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Edit => "Edit",
            Self::View => "View",
            Self::Mask => "Mask",
            Self::Generate => "Generate",
            Self::Help => "Help",
        }
    }
}

/// What is said about a command wherever it appears.
pub struct CommandInfo {
    pub command: Command,
    pub menu: Menu,
    /// Starts a new group in its menu.
    pub starts_group: bool,
    pub label: &'static str,
    pub tooltip: &'static str,
    pub icon: Option<Icon>,
    /// Any of them; the first is shown.
    pub shortcuts: &'static [KeyboardShortcut],
    /// Whether the shortcut works while a text is being typed.
    pub while_typing: bool,
}

const fn key(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn ctrl_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key)
}

const fn entry(
    menu: Menu,
    command: Command,
    label: &'static str,
    tooltip: &'static str,
    shortcuts: &'static [KeyboardShortcut],
) -> CommandInfo {
    CommandInfo { command, menu, starts_group: false, label, tooltip, icon: None, shortcuts, while_typing: false }
}

impl CommandInfo {
    const fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    const fn starts_group(mut self) -> Self {
        self.starts_group = true;
        self
    }

    const fn while_typing(mut self) -> Self {
        self.while_typing = true;
        self
    }
}

/// Every command, in its menu's order.
pub const COMMANDS: &[CommandInfo] = &[
    entry(
        Menu::File,
        Command::NewCanvas,
        "New canvas",
        "Begin with a blank canvas of a size you choose.",
        &[ctrl(Key::N)],
    )
    .icon(icons::FILE_PLUS)
    .while_typing(),
    entry(Menu::File, Command::Open, "Open", "Open a picture: PNG, JPEG, WebP, TIFF or BMP.", &[ctrl(Key::O)])
        .icon(icons::FOLDER_OPEN)
        .while_typing(),
    entry(Menu::File, Command::Save, "Save", "Save the picture to its file.", &[ctrl(Key::S)])
        .icon(icons::SAVE)
        .starts_group()
        .while_typing(),
    entry(
        Menu::File,
        Command::SaveAs,
        "Save as",
        "Save to another file: PNG keeps the recipe inside, JPEG and WebP are smaller.",
        &[ctrl_shift(Key::S)],
    )
    .icon(icons::IMAGE_DOWN)
    .while_typing(),
    entry(Menu::File, Command::Quit, "Quit", "Leave Brushfire.", &[ctrl(Key::Q)])
        .icon(icons::LOG_OUT)
        .starts_group()
        .while_typing(),
    entry(
        Menu::Edit,
        Command::Undo,
        "Undo",
        "Take back the last stroke, mask change, accepted result or setting.",
        &[ctrl(Key::Z)],
    )
    .icon(icons::UNDO),
    entry(Menu::Edit, Command::Redo, "Redo", "Do again what was taken back.", &[ctrl_shift(Key::Z), ctrl(Key::Y)])
        .icon(icons::REDO),
    entry(
        Menu::Edit,
        Command::CopyPicture,
        "Copy picture",
        "Copy the whole picture to the clipboard.",
        &[ctrl(Key::C), ctrl_shift(Key::C)],
    )
    .starts_group(),
    entry(
        Menu::Edit,
        Command::PastePicture,
        "Paste picture",
        "Open the picture that is on the clipboard.",
        &[ctrl(Key::V)],
    )
    .icon(icons::CLIPBOARD_PASTE),
    entry(
        Menu::View,
        Command::ZoomIn,
        "Zoom in",
        "Show the picture larger.",
        &[ctrl(Key::Plus), ctrl(Key::Equals), ctrl_shift(Key::Plus)],
    )
    .icon(icons::ZOOM_IN),
    entry(Menu::View, Command::ZoomOut, "Zoom out", "Show the picture smaller.", &[ctrl(Key::Minus)])
        .icon(icons::ZOOM_OUT),
    entry(Menu::View, Command::ZoomToFit, "Fit to window", "Show the whole picture.", &[ctrl(Key::Num0)])
        .icon(icons::MAXIMIZE),
    entry(
        Menu::View,
        Command::ActualSize,
        "Actual size",
        "Show one pixel of the picture as one pixel of the screen.",
        &[ctrl(Key::Num1)],
    )
    .icon(icons::SCAN),
    entry(Menu::View, Command::ShowMask, "Show mask", "Show or hide the mask's tint.", &[key(Key::M)])
        .icon(icons::EYE)
        .starts_group(),
    entry(Menu::View, Command::ChangeTheme, "Change theme", "Change between dark and light walls.", &[])
        .icon(icons::SUN_MOON),
    entry(
        Menu::Mask,
        Command::UseTool(Tool::MaskBrush),
        "Mask brush",
        "Paint where the picture is to be made anew. Shift draws a straight line.",
        &[key(Key::B)],
    )
    .icon(icons::HIGHLIGHTER),
    entry(
        Menu::Mask,
        Command::UseTool(Tool::MaskEraser),
        "Mask eraser",
        "Take parts of the mask away.",
        &[key(Key::E)],
    )
    .icon(icons::ERASER),
    entry(
        Menu::Mask,
        Command::UseTool(Tool::ColorBrush),
        "Paint brush",
        "Paint colour on the picture, as a hint for what is generated. Alt picks a colour from the picture.",
        &[key(Key::P)],
    )
    .icon(icons::BRUSH),
    entry(
        Menu::Mask,
        Command::UseTool(Tool::Hand),
        "Hand",
        "Move the picture. With any tool: hold Space, or drag with the middle button.",
        &[key(Key::H)],
    )
    .icon(icons::HAND),
    entry(
        Menu::Mask,
        Command::BiggerBrush,
        "Bigger brush",
        "Make the brush in hand bigger.",
        &[key(Key::CloseBracket)],
    )
    .starts_group(),
    entry(
        Menu::Mask,
        Command::SmallerBrush,
        "Smaller brush",
        "Make the brush in hand smaller.",
        &[key(Key::OpenBracket)],
    ),
    entry(
        Menu::Mask,
        Command::HarderBrush,
        "Harder brush",
        "Give the brush a sharper edge.",
        &[shift(Key::CloseBracket), shift(Key::CloseCurlyBracket)],
    ),
    entry(
        Menu::Mask,
        Command::SofterBrush,
        "Softer brush",
        "Give the brush a softer edge.",
        &[shift(Key::OpenBracket), shift(Key::OpenCurlyBracket)],
    ),
    entry(Menu::Mask, Command::MaskEverything, "Mask everything", "Mask the whole picture.", &[ctrl(Key::A)])
        .icon(icons::SQUARE)
        .starts_group(),
    entry(
        Menu::Mask,
        Command::InvertMask,
        "Invert mask",
        "Mask what is free and free what is masked.",
        &[ctrl(Key::I)],
    )
    .icon(icons::CONTRAST),
    entry(Menu::Mask, Command::ClearMask, "Clear mask", "Take the whole mask away.", &[ctrl(Key::D)])
        .icon(icons::TRASH),
    entry(
        Menu::Generate,
        Command::Generate,
        "Generate",
        "Fill the mask with what the prompt says. Without a mask the whole picture is changed; \
         on a blank canvas a new one is made.",
        &[ctrl(Key::Enter)],
    )
    .icon(icons::SPARKLES)
    .while_typing(),
    entry(Menu::Generate, Command::Cancel, "Cancel", "Stop the run.", &[key(Key::Escape)])
        .icon(icons::X)
        .while_typing(),
    entry(Menu::Generate, Command::Accept, "Accept", "Make the shown result part of the picture.", &[key(Key::Enter)])
        .icon(icons::CHECK)
        .starts_group(),
    entry(Menu::Generate, Command::Reroll, "Reroll", "Try again with another seed.", &[key(Key::R)])
        .icon(icons::REFRESH),
    entry(
        Menu::Generate,
        Command::Reject,
        "Reject",
        "Take the shown result off the canvas. It stays in the strip.",
        &[key(Key::Delete), key(Key::Backspace), key(Key::Escape)],
    )
    .icon(icons::X),
    entry(
        Menu::Generate,
        Command::NewerResult,
        "Newer result",
        "Show the result to the left in the strip.",
        &[key(Key::Comma)],
    )
    .starts_group(),
    entry(
        Menu::Generate,
        Command::OlderResult,
        "Older result",
        "Show the result to the right in the strip.",
        &[key(Key::Period)],
    ),
    entry(Menu::Generate, Command::RollSeed, "New seed", "Put another number into the seed, and keep it.", &[])
        .icon(icons::DICES)
        .starts_group(),
    entry(Menu::Help, Command::Shortcuts, "Keyboard shortcuts", "Every shortcut on one page.", &[key(Key::F1)])
        .icon(icons::KEYBOARD)
        .while_typing(),
    entry(Menu::Help, Command::About, "About Brushfire", "Version and licences.", &[]).icon(icons::CIRCLE_HELP),
];

/// Whether these keys are a shortcut that works even while a text is being typed.
#[must_use]
pub fn works_while_typing(key: Key, modifiers: Modifiers) -> bool {
    let is_pressed =
        |shortcut: &KeyboardShortcut| shortcut.logical_key == key && modifiers.matches_exact(shortcut.modifiers);
    COMMANDS.iter().any(|info| info.while_typing && info.shortcuts.iter().any(is_pressed))
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
            Self::InvertMask | Self::MaskEverything => is_free,
            Self::ClearMask => is_free && studio.mask_bounds().is_some(),
            Self::BiggerBrush | Self::SmallerBrush | Self::HarderBrush | Self::SofterBrush => {
                desk.tools.brush().is_some()
            }
            Self::Generate => is_free && studio.can_generate(),
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
            Self::Quit => studio.quit(),
            Self::Undo => studio.undo(),
            Self::Redo => studio.redo(),
            Self::CopyPicture => studio.copy_picture(),
            Self::PastePicture => studio.paste_picture(),
            Self::ZoomIn => desk.view.zoom_by(1.25),
            Self::ZoomOut => desk.view.zoom_by(0.8),
            Self::ZoomToFit => desk.view.zoom_to_fit(),
            Self::ActualSize => desk.view.actual_size(),
            Self::ShowMask => desk.toggle_mask(),
            Self::ChangeTheme => desk.dark = !desk.dark,
            Self::UseTool(tool) => desk.tools.take(tool),
            Self::BiggerBrush => desk.tools.scale_brush(1.2),
            Self::SmallerBrush => desk.tools.scale_brush(1.0 / 1.2),
            Self::HarderBrush => desk.tools.harden_brush(0.1),
            Self::SofterBrush => desk.tools.harden_brush(-0.1),
            Self::MaskEverything => studio.edit(crate::document::Document::fill_mask),
            Self::InvertMask => studio.edit(crate::document::Document::invert_mask),
            Self::ClearMask => studio.edit(crate::document::Document::clear_mask),
            Self::Generate => studio.generate(),
            Self::Cancel => studio.cancel(),
            Self::Accept => studio.accept_shown(),
            Self::Reroll => studio.reroll(),
            Self::Reject => studio.reject_shown(),
            Self::NewerResult => studio.show_neighbour_result(false),
            Self::OlderResult => studio.show_neighbour_result(true),
            Self::RollSeed => studio.roll_seed(),
            Self::Shortcuts => desk.open_dialog(Dialog::Shortcuts),
            Self::About => desk.open_dialog(Dialog::About),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_every_command_explains_itself() {
        let labels: HashSet<_> = COMMANDS.iter().map(|info| info.label).collect();
        assert_eq!(labels.len(), COMMANDS.len());
        for info in COMMANDS {
            assert!(info.tooltip.ends_with('.'), "{}", info.label);
            assert_eq!(info.command.info().label, info.label);
        }
    }

    #[test]
    fn a_shortcut_means_one_thing_at_a_time() {
        // Escape cancels a run, and rejects a result where no run goes on.
        let may_repeat = [key(Key::Escape)];
        let mut seen = HashSet::new();
        for shortcut in COMMANDS.iter().flat_map(|info| info.shortcuts) {
            assert!(seen.insert(*shortcut) || may_repeat.contains(shortcut), "{shortcut:?}");
        }
    }
}
