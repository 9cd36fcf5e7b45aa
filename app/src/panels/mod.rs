//! The walls around the canvas, one file each, and what opens over them.

mod controls;
mod dialogs;
mod dock;
mod generation;
mod mask;
mod menu_bar;
mod notices;
mod palette;
mod progress;
mod prompt;
mod results;
mod status;
mod tool_bar;
mod tool_options;
mod wording;

pub use self::dialogs::ShortcutsDialog;
pub use self::palette::Palette;
pub use self::results::Thumbnails;

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

use crate::desk::Desk;

/// Shows the whole window.
pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let wall = |margin: Margin| Frame::new().fill(ui.visuals().panel_fill).inner_margin(margin);
    let (bar, side) = (wall(Margin::symmetric(8, 4)), wall(Margin::same(8)));
    let (line, dock, strip) = (wall(Margin::symmetric(12, 0)), wall(Margin::ZERO), wall(Margin::symmetric(12, 8)));

    Panel::top("menu_bar").exact_size(36.0).frame(bar).resizable(false).show(ui, |ui| menu_bar::show(ui, desk));
    Panel::bottom("status").exact_size(32.0).frame(line).resizable(false).show(ui, |ui| status::show(ui, desk));
    Panel::right("dock").default_size(336.0).size_range(296.0..=480.0).frame(dock).show(ui, |ui| dock::show(ui, desk));
    Panel::left("tool_bar").exact_size(56.0).frame(side).resizable(false).show(ui, |ui| tool_bar::show(ui, desk));
    Panel::bottom("results").exact_size(112.0).frame(strip).resizable(false).show(ui, |ui| results::show(ui, desk));
    Panel::top("tool_options")
        .exact_size(48.0)
        .frame(line)
        .resizable(false)
        .show(ui, |ui| tool_options::show(ui, desk));
    CentralPanel::no_frame().show(ui, |ui| {
        let Desk { studio, view, tools, .. } = desk;
        view.show(ui, studio, tools);
    });
    progress::show(ui, desk);
    notices::show(ui, desk);
    dialogs::show(ui, desk);
    palette::show(ui, desk);
}
