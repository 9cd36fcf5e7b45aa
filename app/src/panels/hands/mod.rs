//! The library of hands: gestures to choose from, a hand to turn and bend, and what puts it on the picture.

mod gallery;
mod joints;
mod preview;

use egui::{Button, ComboBox, RichText, Ui, vec2};

use self::gallery::Gallery;
use self::preview::Preview;
use super::controls::{Number, Unit, row};
use crate::canvas::Placing;
use crate::desk::Desk;
use crate::hand::{Flesh, Hand, HandStamp, Placement, SOFT, StampKind};
use crate::language::{text, text_of_name, tooltip};
use crate::theme::{ACCENT, CONTROL_HEIGHT, ON_ACCENT};

/// What the panel keeps from frame to frame; the hand itself is the canvas's, see [`Placing`].
#[derive(Default)]
pub struct HandsPanel {
    gallery: Gallery,
    preview: Preview,
    /// The gesture that was taken last.
    taken: Option<String>,
    /// How deep fingers pass through each other, of the hand it was found for.
    overlap: Option<(Hand, f32)>,
}

/// More than the flesh gives way to.
const TOO_DEEP: f32 = SOFT + 0.1;
/// Of preview and gallery, in points; and what else is to be seen with them.
const LEAST_HEIGHT: f32 = 148.0;
const GREATEST_HEIGHT: f32 = 300.0;
const ROOM_BELOW: f32 = 2.0 * CONTROL_HEIGHT + 40.0;
/// A wrist to the tip of the middle finger, in centimetres.
const LENGTH: f32 = 18.2;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let Desk { hands_panel: panel, view, studio, .. } = desk;
    if let Some(problem) = panel.gallery.load(ui.ctx()) {
        studio.notices.failed(&problem);
    }
    let placing = view.placing();
    side_and_kind(ui, &mut placing.stamp);
    let height = (ui.clip_rect().height() - ROOM_BELOW).clamp(LEAST_HEIGHT, GREATEST_HEIGHT);
    ui.horizontal_top(|ui| {
        panel.preview.show(ui, height.min(ui.available_width() * 0.56), &mut placing.stamp);
        // What scrolls is laid out as what is around it.
        let taken = ui.vertical(|ui| panel.gallery.show(ui, height, panel.taken.as_deref())).inner;
        if let Some(gesture) = taken {
            placing.stamp = placing.stamp.with_gesture(gesture);
            panel.taken = Some(gesture.name.clone());
        }
    });
    warn_of_overlap(ui, panel, &placing.stamp.hand);
    let wish = buttons(ui, placing.is_floating());
    size(ui, placing);
    joints::show(ui, &mut placing.stamp);
    match wish {
        Some(Wish::Place) => placing.begin(studio),
        Some(Wish::Stamp) => placing.apply(studio),
        Some(Wish::GiveUp) => placing.give_up(),
        None => {}
    }
}

enum Wish {
    Place,
    Stamp,
    GiveUp,
}

/// Which of the two hands, and what is drawn of it.
fn side_and_kind(ui: &mut Ui, stamp: &mut HandStamp) {
    ui.horizontal(|ui| {
        for (is_left, key) in [(true, "hands-left"), (false, "hands-right")] {
            let is_on = stamp.hand.is_left == is_left;
            let button = Button::selectable(is_on, text(key)).min_size(vec2(0.0, CONTROL_HEIGHT));
            if ui.add(button).on_hover_text(tooltip(key)).clicked() && !is_on {
                *stamp = stamp.mirrored();
            }
        }
        let shown = text_of_name("hint", stamp.kind.hint());
        let choice = ComboBox::from_id_salt("hands-as").selected_text(shown).width(ui.available_width());
        let response = choice.show_ui(ui, |ui| {
            for kind in StampKind::ALL {
                ui.selectable_value(&mut stamp.kind, kind, text_of_name("hint", kind.hint()));
            }
        });
        response.response.accessible_name(text("hands-as")).on_hover_text(tooltip("hands-as"));
    });
}

fn warn_of_overlap(ui: &mut Ui, panel: &mut HandsPanel, hand: &Hand) {
    if panel.overlap.is_none_or(|(known, _)| known != *hand) {
        panel.overlap = Some((*hand, Flesh::new(hand).deepest_overlap()));
    }
    if panel.overlap.is_some_and(|(_, depth)| depth > TOO_DEEP) {
        ui.label(RichText::new(text("hands-overlap")).color(ui.visuals().warn_fg_color));
    }
}

/// What puts the hand on the picture.
fn buttons(ui: &mut Ui, is_floating: bool) -> Option<Wish> {
    let mut wish = None;
    let mut button = |ui: &mut Ui, width: f32, key: &str, is_accent: bool, meant: Wish| {
        let label = RichText::new(text(key));
        let button = if is_accent { Button::new(label.color(ON_ACCENT)).fill(ACCENT) } else { Button::new(label) };
        let response = ui.add(button.min_size(vec2(width, CONTROL_HEIGHT))).on_hover_text(tooltip(key));
        if response.clicked() {
            // Enter and Escape then mean the floating hand.
            response.surrender_focus();
            wish = Some(meant);
        }
    };
    ui.horizontal(|ui| {
        let width = ui.available_width();
        if is_floating {
            let half = (width - ui.spacing().item_spacing.x) / 2.0;
            button(ui, half, "hands-stamp", true, Wish::Stamp);
            button(ui, half, "hands-give-up", false, Wish::GiveUp);
        } else {
            button(ui, width, "hands-place", true, Wish::Place);
        }
    });
    wish
}

/// The length of the floating hand.
fn size(ui: &mut Ui, placing: &mut Placing) {
    let Some(placement) = placing.placement() else { return };
    let mut length = placement.pixels_per_cm * LENGTH;
    row(ui, "hands-size", |ui| {
        let number = Number { key: "hands-size", unit: Unit::Pixels };
        let (least, most) = (Placement::MIN_SCALE * LENGTH, Placement::MAX_SCALE * LENGTH);
        number.show(ui, ui.available_width(), &mut length, least..=2048.0, most);
    });
    let pixels_per_cm = (length / LENGTH).clamp(Placement::MIN_SCALE, Placement::MAX_SCALE);
    if length.is_finite() && (pixels_per_cm - placement.pixels_per_cm).abs() > 1e-4 {
        placing.set_placement(Placement { pixels_per_cm, ..placement });
    }
}
