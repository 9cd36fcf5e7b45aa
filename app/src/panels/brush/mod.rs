//! The brush in hand: the brushes to choose from, and every parameter of it.

mod curve;
mod parameters;
mod presets;
mod shelf;

use std::collections::HashMap;

use egui::{Context, RichText, Ui};

use self::shelf::Shelf;
use crate::canvas::{Tool, Toolbox};
use crate::desk::Desk;
use crate::language::{text, told_as_sentence};
use crate::paint::{Brush, Driven, LibraryError};

/// What the panel keeps from frame to frame.
#[derive(Default)]
pub struct BrushPanel {
    shelf: Shelf,
    /// The name of the brush that each tool took last.
    taken: HashMap<Tool, String>,
    /// The name as it is typed.
    name: Option<String>,
    /// The parameter whose curves are open.
    open_curves: Option<Driven>,
}

impl BrushPanel {
    /// What has to happen once a frame, whatever is shown: brushes that name pictures get them. Returns what the painter
    /// should know.
    pub fn tick(&mut self, ctx: &Context, tools: &mut Toolbox) -> Vec<LibraryError> {
        let mut problems = vec![];
        let Toolbox { mask_brush, mask_eraser, color_brush, eraser, .. } = tools;
        for brush in [mask_brush, mask_eraser, color_brush, eraser] {
            if lacks_pictures(brush) {
                problems.extend(self.shelf.find_pictures(ctx, brush));
            }
        }
        problems.extend(self.shelf.poll(ctx));
        problems
    }
}

fn lacks_pictures(brush: &Brush) -> bool {
    [&brush.tip, &brush.grain].into_iter().flatten().any(|picture| picture.picture().is_none())
}

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let mut panel = std::mem::take(&mut desk.brush_panel);
    panel.shelf.load(ui.ctx());
    let tool = desk.tools.in_hand();
    if desk.tools.brush().is_some() {
        let problem = presets::show(ui, &mut panel, &mut desk.tools, tool);
        if let Some(problem) = problem {
            desk.studio.notices.failed_as(told_as_sentence(&problem), &problem);
        }
        if let Some(brush) = desk.tools.brush_mut() {
            parameters::show(ui, &mut panel, brush);
        }
    } else {
        ui.label(RichText::new(text("brush-no-brush")).weak());
    }
    desk.brush_panel = panel;
}

/// The brushes alone, beside the pointer.
pub fn show_shelf(ui: &mut Ui, desk: &mut Desk) {
    let mut panel = std::mem::take(&mut desk.brush_panel);
    panel.shelf.load(ui.ctx());
    let tool = desk.tools.in_hand();
    presets::show_shelf(ui, &mut panel, &mut desk.tools, tool);
    desk.brush_panel = panel;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{Language, tooltip, use_language};
    use crate::paint::{Group, Input, Kind, PARAMETERS};

    #[test]
    fn every_parameter_and_all_its_values_have_words() {
        use_language(Language::English);
        let has_words = |key: &str| assert_ne!(text(key), key, "no words for {key}");
        for parameter in PARAMETERS {
            let words = parameter.words();
            has_words(&words);
            assert_ne!(tooltip(&words), words, "nothing explains {words}");
            if let Kind::Choice { options, .. } = &parameter.kind {
                options.iter().for_each(|option| has_words(&parameter.words_of(option)));
            }
        }
        Group::ALL.iter().for_each(|group| has_words(group.words()));
        Input::ALL.iter().for_each(|input| has_words(input.words()));
    }
}
