//! What lies on the painter's desk: the studio, the view of the picture, the tools, and an open dialog.

use std::path::PathBuf;
use std::time::Instant;

use brushfire_engine::{DeviceChoice, Recipe};
use egui::{Context, Event, Key, Modifiers};

use crate::canvas::{CanvasView, Navigator, ToolSettings, Toolbox};
use crate::commands::{Command, Keymap, RefineKind, Refined};
use crate::document::{Document, MaskLook};
use crate::files::Settings;
use crate::language::{LanguageChoice, told_as_sentence};
use crate::panels::{
    BrushPanel, ColorPanel, ColorRangeDialog, ControlPanel, Docks, HandsPanel, LayersPanel, Palette, PanelKind,
    PictureSizeChoice, ShortcutsDialog, Thumbnails, TurnPictureDialog, Variations,
};
use crate::studio::Studio;

/// A small window over the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    NewCanvas,
    Settings,
    Shortcuts,
    About,
    Refine(Refined, RefineKind),
    ImageSize,
    CanvasSize,
    TurnPicture,
    ColorRange(Refined),
}

/// Everything the panels show and the commands change.
pub struct Desk {
    pub studio: Studio,
    pub view: CanvasView,
    pub tools: Toolbox,
    pub keymap: Keymap,
    /// Dark walls rather than light ones.
    pub dark: bool,
    pub language: LanguageChoice,
    /// Of the interface, beside what the system asks for.
    pub scale: f32,
    /// The size a new canvas gets, as it stands in its dialog.
    pub new_canvas_size: [u32; 2],
    /// The canvas's size while it is being dragged or typed.
    pub canvas_size_typed: Option<[u32; 2]>,
    /// What stands in the dialogs of image and canvas size.
    pub new_picture_size: [u32; 2],
    pub picture_size_choice: PictureSizeChoice,
    /// By how much the last selection was feathered, grown or so.
    pub refine_pixels: f32,
    /// The seed while it is being typed.
    pub seed_typed: Option<String>,
    /// The recipe of a result that is to be taken over.
    pub recipe_wanted: Option<Recipe>,
    pub thumbnails: Thumbnails,
    /// The newest pictures beside each other over the canvas, while they are open.
    pub variations: Option<Variations>,
    pub brush_panel: BrushPanel,
    pub color_panel: ColorPanel,
    pub hands_panel: HandsPanel,
    pub control_panel: ControlPanel,
    pub shortcuts_dialog: ShortcutsDialog,
    pub turn_picture: TurnPictureDialog,
    pub color_range: ColorRangeDialog,
    pub layers_panel: LayersPanel,
    pub navigator: Navigator,
    pub docks: Docks,
    /// Nothing but the canvas is shown.
    pub canvas_only: bool,
    pub fullscreen: bool,
    /// How many steps the list of the history showed last, and how many of them were done.
    pub steps_seen: Option<(usize, usize)>,
    /// The command palette, while it is open.
    pub palette: Option<Palette>,
    /// The device chosen in the window; one named on the command line is for that run only.
    pub device_chosen: Option<DeviceChoice>,
    /// Megabytes (2^20 bytes) of memory for the history of each picture.
    pub history_megabytes: u32,
    /// Pictures opened and saved lately, newest first.
    pub recent_files: Vec<PathBuf>,
    /// The card of the start, with the recent files, is there.
    pub start_card: bool,
    dialog: Option<Dialog>,
}

impl Desk {
    #[must_use]
    pub fn new(studio: Studio) -> Self {
        let size = studio.document().size();
        Self {
            new_canvas_size: [size.width(), size.height()],
            studio,
            view: CanvasView::default(),
            tools: Toolbox::default(),
            keymap: Keymap::default(),
            dark: true,
            language: LanguageChoice::System,
            scale: 1.0,
            canvas_size_typed: None,
            new_picture_size: [size.width(), size.height()],
            picture_size_choice: PictureSizeChoice::default(),
            refine_pixels: 8.0,
            seed_typed: None,
            recipe_wanted: None,
            thumbnails: Thumbnails::default(),
            variations: None,
            brush_panel: BrushPanel::default(),
            color_panel: ColorPanel::default(),
            hands_panel: HandsPanel::default(),
            control_panel: ControlPanel::default(),
            shortcuts_dialog: ShortcutsDialog::default(),
            turn_picture: TurnPictureDialog::default(),
            color_range: ColorRangeDialog::default(),
            layers_panel: LayersPanel::default(),
            navigator: Navigator::default(),
            docks: Docks::default(),
            canvas_only: false,
            fullscreen: false,
            steps_seen: None,
            palette: None,
            device_chosen: None,
            history_megabytes: Settings::default().history_megabytes,
            recent_files: vec![],
            start_card: false,
            dialog: None,
        }
    }

    /// Begins with what was in hand the last time.
    pub fn take_settings(&mut self, settings: &Settings) {
        let brushes = &settings.brushes;
        self.tools.mask_brush = brushes.mask.clone();
        self.tools.mask_eraser = brushes.mask_eraser.clone();
        self.tools.color_brush = brushes.color.clone();
        self.tools.eraser = brushes.picture_eraser.clone();
        self.tools.color = brushes.ink;
        settings.tools.put_into(&mut self.tools);
        self.studio.set_mask_look(settings.mask_look);
        self.view.aids = settings.view;
        self.studio.tweaks_while_running = settings.tweaks_while_running;
        self.dark = settings.dark;
        self.language = settings.language;
        self.scale = settings.window.zoom;
        if let Some(layout) = &settings.layout {
            self.docks.arrange(layout.clone());
        }
        self.keymap = Keymap::from_settings(&settings.shortcuts);
        self.history_megabytes = settings.history_megabytes;
        self.recent_files.clone_from(&settings.recent_files);
    }

    /// Leaves for the next time what is in hand.
    pub fn give_settings(&self, settings: &mut Settings) {
        let brushes = &mut settings.brushes;
        brushes.mask = self.tools.mask_brush.clone();
        brushes.mask_eraser = self.tools.mask_eraser.clone();
        brushes.color = self.tools.color_brush.clone();
        brushes.picture_eraser = self.tools.eraser.clone();
        let tools = self.tools.as_on_the_picture();
        brushes.ink = tools.color;
        settings.tools = ToolSettings::of(&tools);
        settings.mask_look = self.studio.document().mask_look();
        settings.view = self.view.aids;
        settings.tweaks_while_running = self.studio.tweaks_while_running;
        settings.dark = self.dark;
        settings.language = self.language;
        settings.window.zoom = self.scale;
        settings.layout = Some(self.docks.layout());
        settings.shortcuts = self.keymap.to_settings();
        settings.history_megabytes = self.history_megabytes;
        settings.model.clone_from(&self.studio.recipe.model);
        if let Some(device) = self.device_chosen {
            settings.device = device;
        }
    }

    #[must_use]
    pub fn dialog(&self) -> Option<Dialog> {
        self.dialog
    }

    pub fn open_dialog(&mut self, dialog: Dialog) {
        self.dialog = Some(dialog);
    }

    /// Begins with the colour in hand.
    pub fn open_color_range(&mut self, refined: Refined) {
        self.color_range = ColorRangeDialog::of(self.tools.color);
        self.open_dialog(Dialog::ColorRange(refined));
    }

    /// Shows a panel if it is not in sight.
    pub fn bring_up(&mut self, panel: PanelKind) {
        if !self.docks.is_open(panel) {
            self.show_or_hide(panel);
        }
    }

    /// Shows a panel or hides it.
    pub fn show_or_hide(&mut self, panel: PanelKind) {
        self.canvas_only = false;
        self.docks.toggle(panel);
    }

    pub fn open_palette(&mut self) {
        self.palette = Some(Palette::default());
    }

    pub fn close_dialog(&mut self) {
        self.dialog = None;
        self.shortcuts_dialog = ShortcutsDialog::default();
    }

    /// Shows the mask's tint or hides it; undo covers it, as other programs do for a layer's eye.
    pub fn toggle_mask(&mut self) {
        self.change_mask_look(|look| look.visible = !look.visible);
    }

    pub fn change_mask_look(&mut self, change: impl FnOnce(&mut MaskLook)) {
        let mut look = self.studio.document().mask_look();
        change(&mut look);
        self.studio.edit(|document: &mut Document| document.set_mask_look(look));
    }

    /// Runs the commands whose shortcuts were pressed, and takes those presses away.
    pub fn run_shortcuts(&mut self, ctx: &Context) {
        let is_covered = self.dialog.is_some()
            || self.palette.is_some()
            || self.studio.question().is_some()
            || self.studio.found_picture().is_some()
            || self.studio.typed_path_mut().is_some();
        // What is open is remembered from the frame before: in this one nothing has been shown yet.
        if is_covered || egui::Popup::is_any_open(ctx) {
            return;
        }
        if self.studio.is_painting() && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            self.studio.cancel_stroke();
            self.view.posing_mut().cancel_drag(&mut self.studio);
        }
        let is_typing = ctx.text_edit_focused();
        // Enter and Space belong to the button that has the keyboard.
        let button_has_focus = ctx.memory(|memory| memory.focused()).is_some_and(|id| Some(id) != self.view.id());
        let mut commands = vec![];
        ctx.input_mut(|input| {
            input.events.retain(|event| {
                let Event::Key { key, pressed: true, modifiers, .. } = event else { return true };
                if button_has_focus
                    && modifiers.is_none()
                    && matches!(key, Key::Enter | Key::Space | Key::Backspace | Key::Delete)
                {
                    return true;
                }
                let command = self.command_of(*key, *modifiers, is_typing);
                commands.extend(command);
                command.is_none()
            });
        });
        for command in commands {
            let makes_pictures = matches!(command, Command::Generate | Command::GenerateVariations);
            if makes_pictures && !self.studio.tweaks_while_running {
                // Enter and Escape then mean the result, not the text.
                ctx.memory_mut(egui::Memory::stop_text_input);
            }
            command.run(self);
        }
    }

    fn command_of(&self, key: Key, modifiers: Modifiers, is_typing: bool) -> Option<Command> {
        self.keymap
            .commands_of(key, modifiers)
            .filter(|info| info.while_typing || !is_typing)
            .map(|info| info.command)
            .find(|command| command.is_enabled(self))
    }

    /// What has to happen once a frame, whatever is shown.
    pub fn tick(&mut self, ctx: &Context) {
        self.studio.set_history_budget((self.history_megabytes as usize) << 20);
        self.studio.poll();
        for problem in self.brush_panel.tick(ctx, &mut self.tools) {
            self.studio.notices.failed_as(told_as_sentence(&problem), &problem);
        }
        self.run_shortcuts(ctx);
        self.studio.note_parameters(Instant::now());
        if let Some(until) = self.studio.tweak_run(Instant::now()) {
            ctx.request_repaint_after(until);
        }
        if let Some(until) = self.studio.notices.expire(Instant::now()) {
            ctx.request_repaint_after(until);
        }
    }
}
