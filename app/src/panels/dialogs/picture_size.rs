//! Another size of the whole picture, and of the canvas under it.

use egui::{Button, DragValue, Grid, Ui, vec2};

use super::confirmed;
use crate::commands::{Command, ImageCommand};
use crate::desk::Desk;
use crate::document::CanvasSize;
use crate::document::transform::{Anchor, Filter};
use crate::language::{text, tooltip};
use crate::panels::controls::row;
use crate::theme::CONTROL_HEIGHT;

/// What is chosen in these dialogs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PictureSizeChoice {
    keeps_ratio: bool,
    filter: Filter,
    anchor: Anchor,
}

impl Default for PictureSizeChoice {
    fn default() -> Self {
        Self { keeps_ratio: true, filter: Filter::default(), anchor: Anchor::CENTER }
    }
}

/// More or fewer pixels for the whole picture.
pub fn show_image_size(ui: &mut Ui, desk: &mut Desk) {
    ui.set_width(320.0);
    let info = Command::Image(ImageCommand::ImageSize).info();
    ui.heading(info.label());
    let ratio = desk.picture_size_choice.keeps_ratio.then(|| ratio_of(desk.studio.document().size()));
    sides(ui, &mut desk.new_picture_size, ratio);
    let choice = &mut desk.picture_size_choice;
    ui.checkbox(&mut choice.keeps_ratio, text("keep-ratio"));
    row(ui, "filter", |ui| filter_choice(ui, &mut choice.filter, 160.0));
    if confirmed(ui, desk, true)
        && let Some(size) = wanted_size(desk)
    {
        let filter = desk.picture_size_choice.filter;
        desk.studio.edit_in_background(move |document| Ok(document.resize_image(size, filter)));
    }
}

/// More or less canvas around the picture.
pub fn show_canvas_size(ui: &mut Ui, desk: &mut Desk) {
    ui.set_width(320.0);
    let info = Command::Image(ImageCommand::CanvasSize).info();
    ui.heading(info.label());
    sides(ui, &mut desk.new_picture_size, None);
    row(ui, "anchor", |ui| anchor_choice(ui, &mut desk.picture_size_choice.anchor));
    if confirmed(ui, desk, true)
        && let Some(size) = wanted_size(desk)
    {
        let anchor = desk.picture_size_choice.anchor;
        desk.studio.edit_in_background(move |document| Ok(document.resize_canvas(size, anchor)));
    }
}

/// Which pixels new ones are made from.
pub fn filter_choice(ui: &mut Ui, filter: &mut Filter, width: f32) {
    let name = |filter: Filter| match filter {
        Filter::Nearest => "filter-nearest",
        Filter::Bilinear => "filter-bilinear",
        Filter::Bicubic => "filter-bicubic",
        Filter::Lanczos => "filter-lanczos",
    };
    let choice =
        egui::ComboBox::from_id_salt("filter").width(width).selected_text(text(name(*filter))).show_ui(ui, |ui| {
            for choice in Filter::ALL {
                ui.selectable_value(filter, choice, text(name(choice))).on_hover_text(tooltip(name(choice)));
            }
        });
    choice.response.on_hover_text(tooltip("filter"));
}

/// Width over height.
fn ratio_of(size: CanvasSize) -> f64 {
    f64::from(size.width()) / f64::from(size.height())
}

/// With a ratio, the other side follows the one that changes.
fn sides(ui: &mut Ui, [width, height]: &mut [u32; 2], ratio: Option<f64>) {
    let range = 1..=CanvasSize::MAX_SIDE;
    let side = |value: f64| (value.round() as u32).clamp(1, CanvasSize::MAX_SIDE);
    let number = |ui: &mut Ui, key: &str, value: &mut u32| {
        let drag = DragValue::new(value).range(range.clone()).speed(4.0).suffix(" px");
        row(ui, key, |ui| ui.add_sized([120.0, CONTROL_HEIGHT], drag).accessible_name(text(key))).changed()
    };
    if number(ui, "width", width)
        && let Some(ratio) = ratio
    {
        *height = side(f64::from(*width) / ratio);
    }
    if number(ui, "height", height)
        && let Some(ratio) = ratio
    {
        *width = side(f64::from(*height) * ratio);
    }
}

/// Nine places, as they lie in the picture.
fn anchor_choice(ui: &mut Ui, anchor: &mut Anchor) {
    let names = [
        ["anchor-top-left", "anchor-top", "anchor-top-right"],
        ["anchor-left", "anchor-center", "anchor-right"],
        ["anchor-bottom-left", "anchor-bottom", "anchor-bottom-right"],
    ];
    Grid::new("anchor").spacing([4.0, 4.0]).show(ui, |ui| {
        for (y, names) in [0.0, 0.5, 1.0].into_iter().zip(names) {
            for (x, name) in [0.0, 0.5, 1.0].into_iter().zip(names) {
                let choice = Anchor { x, y };
                let button = Button::new("").selected(*anchor == choice).min_size(vec2(28.0, 28.0));
                if ui.add(button).accessible_name(text(name)).on_hover_text(text(name)).clicked() {
                    *anchor = choice;
                }
            }
            ui.end_row();
        }
    });
}

fn wanted_size(desk: &mut Desk) -> Option<CanvasSize> {
    let [width, height] = desk.new_picture_size;
    CanvasSize::new(width, height).inspect_err(|error| desk.studio.notices.failed(error)).ok()
}
