//! The walls around the canvas, one file each, and what opens over them.

mod at_hand;
mod brush;
mod color;
mod control;
mod controls;
mod crop_options;
mod dialogs;
mod docks;
mod generation;
mod gradient_options;
mod hands;
mod history;
mod inpainting;
mod layers;
mod layout;
mod marking_options;
mod mask;
mod menu;
mod menu_bar;
mod notices;
mod palette;
mod picture_tabs;
mod pose_options;
mod progress;
mod prompt;
mod results;
mod start;
mod status;
mod subject_options;
mod tool_bar;
mod tool_options;
mod transform_options;
mod variations;
mod wording;

pub use self::brush::BrushPanel;
pub use self::color::ColorPanel;
pub use self::control::ControlPanel;
pub use self::dialogs::{ColorRangeDialog, PictureSizeChoice, ShortcutsDialog, TurnPictureDialog};
pub use self::docks::Docks;
pub use self::hands::HandsPanel;
pub use self::layers::{LayersPanel, change as change_layer, rows as layer_rows};
pub use self::layout::{Layout, PanelKind};
pub use self::palette::Palette;
pub use self::results::Thumbnails;
pub use self::variations::Variations;

use egui::{CentralPanel, Frame, Margin, Panel, ScrollArea, Ui};

use self::docks::PanelAnswer;
use crate::desk::Desk;

/// Shows the whole window.
pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let (bar, side) = (wall(ui, Margin::symmetric(8, 4)), wall(ui, Margin::same(8)));
    if !desk.canvas_only {
        let line = wall(ui, Margin::symmetric(12, 0));
        Panel::top("menu_bar").exact_size(36.0).frame(bar).resizable(false).show(ui, |ui| menu_bar::show(ui, desk));
        Panel::bottom("status").exact_size(32.0).frame(line).resizable(false).show(ui, |ui| status::show(ui, desk));
        Panel::left("tool_bar").exact_size(56.0).frame(side).resizable(false).show(ui, |ui| tool_bar::show(ui, desk));
    }
    CentralPanel::no_frame().show(ui, |ui| {
        if desk.canvas_only {
            canvas(ui, desk);
        } else {
            docks::show(ui, desk);
        }
    });
    variations::show(ui, desk);
    progress::show(ui, desk);
    start::show(ui, desk);
    notices::show(ui, desk);
    dialogs::show(ui, desk);
    palette::show(ui, desk);
}

fn wall(ui: &Ui, margin: Margin) -> Frame {
    Frame::new().fill(ui.visuals().panel_fill).inner_margin(margin)
}

/// What is in a panel that can be moved.
fn show_panel(ui: &mut Ui, desk: &mut Desk, panel: PanelKind) -> PanelAnswer {
    match panel {
        PanelKind::Canvas => {
            if desk.studio.pictures().len() > 1 {
                let tabs = Panel::top("picture_tabs").exact_size(32.0).frame(wall(ui, Margin::ZERO)).resizable(false);
                tabs.show(ui, |ui| picture_tabs::show(ui, desk));
            }
            let line = wall(ui, Margin::symmetric(12, 0));
            let options = Panel::top("tool_options").exact_size(48.0).frame(line).resizable(false);
            options.show(ui, |ui| tool_options::show(ui, desk));
            canvas(ui, desk);
        }
        PanelKind::Results => {
            let frame = wall(ui, Margin { left: 4, right: 12, top: 8, bottom: 8 });
            return CentralPanel::default().frame(frame).show(ui, |ui| results::show(ui, desk)).inner;
        }
        PanelKind::Prompt => filling(ui, desk, prompt::show),
        PanelKind::Layers => filling(ui, desk, layers::show),
        PanelKind::History => filling(ui, desk, history::show),
        PanelKind::Navigator => filling(ui, desk, navigator),
        PanelKind::Generation => scrolling(ui, desk, generation::show),
        PanelKind::Inpainting => scrolling(ui, desk, inpainting::show),
        PanelKind::Control => scrolling(ui, desk, control::show),
        PanelKind::Brushes => scrolling(ui, desk, brush::show),
        PanelKind::Color => filling(ui, desk, color::show),
        PanelKind::Hands => scrolling(ui, desk, hands::show),
    }
    PanelAnswer::Nothing
}

/// The whole picture, small.
fn navigator(ui: &mut Ui, desk: &mut Desk) {
    let Desk { studio, view, navigator, .. } = desk;
    navigator.show(ui, ui.available_size(), view, studio);
}

fn canvas(ui: &mut Ui, desk: &mut Desk) {
    let Desk { studio, view, tools, .. } = desk;
    let response = view.show(ui, studio, tools);
    at_hand::show(&response, desk);
}

/// A panel that uses the room it has.
fn filling(ui: &mut Ui, desk: &mut Desk, contents: fn(&mut Ui, &mut Desk)) {
    let frame = wall(ui, Margin { left: 12, right: 12, top: 4, bottom: 12 });
    CentralPanel::default().frame(frame).show(ui, |ui| contents(ui, desk));
}

/// A panel that is as high as it is and scrolls where there is less room.
fn scrolling(ui: &mut Ui, desk: &mut Desk, contents: fn(&mut Ui, &mut Desk)) {
    CentralPanel::default().frame(wall(ui, Margin::ZERO)).show(ui, |ui| {
        let margin = Margin { left: 12, right: 12, top: 4, bottom: 12 };
        ScrollArea::vertical().auto_shrink([false, false]).content_margin(margin).show(ui, |ui| contents(ui, desk));
    });
}
