//! The command palette: a part of a command's name, Enter, done.

use egui::{Align2, Area, Button, Frame, Id, Key, Margin, Modifiers, Order, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::controls::shortcut_text;
use crate::commands::{Command, CommandInfo, search};
use crate::desk::Desk;
use crate::language::text;
use crate::theme::CONTROL_HEIGHT;

const WIDTH: f32 = 480.0;
/// Lines that are seen at once.
const LINES: f32 = 10.0;

/// What is typed and chosen.
#[derive(Default)]
pub struct Palette {
    query: String,
    /// Place in the list of those found.
    chosen: usize,
}

pub fn show(ui: &Ui, desk: &mut Desk) {
    let Some(mut palette) = desk.palette.take() else { return };
    let keys = Keys::taken(ui);
    let mut is_left = keys.leaves;
    let mut run = None;

    let area = Area::new(Id::unique("palette")).order(Order::Foreground).anchor(Align2::CENTER_TOP, vec2(0.0, 96.0));
    let response = area.show(ui.ctx(), |ui| {
        Frame::popup(ui.style()).inner_margin(Margin::same(8)).show(ui, |ui| {
            ui.set_width(WIDTH);
            ui.spacing_mut().item_spacing.y = 0.0;
            let field = TextEdit::singleline(&mut palette.query).hint_text(text("command-command-palette"));
            let field = ui.add(field.desired_width(f32::INFINITY).margin(Margin::same(8)));
            let field = field.accessible_name(text("command-command-palette"));
            field.request_focus();
            if field.changed() {
                palette.chosen = 0;
            }
            ui.add_space(8.0);
            // After the field: letters and Enter may come in one frame.
            let found = palette.found(desk);
            palette.choose(&keys, found.len());
            let follows = keys.has_arrow() || field.changed();
            run = list(ui, desk, &found, palette.chosen, follows);
            if keys.confirms {
                run = run.or(found.get(palette.chosen).map(|info| info.command));
            }
        });
    });
    is_left |= response.response.clicked_elsewhere();
    if let Some(command) = run {
        ui.memory_mut(egui::Memory::stop_text_input);
        command.run(desk);
    } else if !is_left {
        desk.palette = Some(palette);
    }
}

/// The palette's keys, taken before the field sees them.
struct Keys {
    down: bool,
    up: bool,
    confirms: bool,
    leaves: bool,
}

impl Keys {
    fn taken(ui: &Ui) -> Self {
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        Self {
            down: pressed(Key::ArrowDown),
            up: pressed(Key::ArrowUp),
            confirms: pressed(Key::Enter),
            leaves: pressed(Key::Escape),
        }
    }

    fn has_arrow(&self) -> bool {
        self.down || self.up
    }
}

impl Palette {
    fn found(&self, desk: &Desk) -> Vec<&'static CommandInfo> {
        let may_run = |info: &&CommandInfo| info.command != Command::CommandPalette && info.command.is_enabled(desk);
        search::find(&self.query).into_iter().filter(may_run).collect()
    }

    /// The arrows choose.
    fn choose(&mut self, keys: &Keys, count: usize) {
        let last = count.saturating_sub(1);
        self.chosen = match (keys.down, keys.up) {
            (true, _) if self.chosen >= last => 0,
            (true, _) => self.chosen + 1,
            (_, true) if self.chosen == 0 => last,
            (_, true) => self.chosen - 1,
            _ => self.chosen.min(last),
        };
    }
}

/// The commands found; returns the one that was clicked.
fn list(ui: &mut Ui, desk: &Desk, found: &[&CommandInfo], chosen: usize, follows: bool) -> Option<Command> {
    let height = LINES * CONTROL_HEIGHT;
    let mut clicked = None;
    if found.is_empty() {
        ui.label(RichText::new(text("palette-nothing")).weak());
        return None;
    }
    ScrollArea::vertical().max_height(height).min_scrolled_height(height).auto_shrink([false, true]).show(ui, |ui| {
        for (number, info) in found.iter().enumerate() {
            let shortcut = desk.keymap.shortcuts(info.command).first();
            let keys = shortcut.map(|shortcut| shortcut_text(ui, shortcut)).unwrap_or_default();
            let menu = RichText::new(info.menu.label()).weak();
            let button = Button::new((info.label(), menu))
                .shortcut_text(RichText::new(keys).weak())
                .selected(number == chosen)
                .frame_when_inactive(number == chosen)
                .min_size(vec2(ui.available_width(), CONTROL_HEIGHT));
            let response = ui.add(button).accessible_name(info.label());
            if number == chosen && follows {
                response.scroll_to_me(None);
            }
            if response.on_hover_text(info.tooltip()).clicked() {
                clicked = Some(info.command);
            }
        }
    });
    clicked
}
