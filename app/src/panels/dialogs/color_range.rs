//! Selecting and masking by a colour, with what comes of it shown beside the picture.

use egui::{Color32, ColorImage, CursorIcon, Sense, TextureHandle, TextureOptions, Ui, vec2};

use super::confirmed;
use super::small_picture::SmallPicture;
use crate::commands::Refined;
use crate::desk::Desk;
use crate::document::Pixel;
use crate::document::selection::Combine;
use crate::language::{text, tooltip};
use crate::panels::color::color_field;
use crate::panels::controls::{Number, Unit, row};
use crate::panels::marking_options::ways;
use crate::studio::ColorRange;

/// Side of each of the two pictures, in points.
const SIDE: f32 = 300.0;

/// What is chosen in the dialog.
#[derive(Default)]
pub struct ColorRangeDialog {
    range: ColorRange,
    how: Combine,
    picture: SmallPicture,
    /// What the range takes of the small picture.
    taken: Option<(ColorRange, TextureHandle)>,
}

impl ColorRangeDialog {
    /// Begins with a colour (sRGB).
    #[must_use]
    pub fn of(color: [u8; 3]) -> Self {
        Self { range: ColorRange { color, ..ColorRange::default() }, ..Self::default() }
    }
}

pub fn show(ui: &mut Ui, desk: &mut Desk, refined: Refined) {
    ui.set_width(2.0 * SIDE + 16.0);
    let info = refined.color_range_command().info();
    ui.heading(info.label());
    ui.label(info.tooltip());
    let Desk { color_range: dialog, studio, .. } = desk;
    dialog.picture.follow(ui.ctx(), studio);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 16.0;
        picture(ui, dialog);
        taken(ui, dialog);
    });
    let range = &mut dialog.range;
    row(ui, "color-range-color", |ui| {
        let (name, tooltip) = (text("color-range-color"), tooltip("color-range-color"));
        color_field(ui, &name, &tooltip, &mut range.color);
    });
    row(ui, "color-range-tolerance", |ui| {
        let number = Number { key: "color-range-tolerance", unit: Unit::Percent };
        number.show(ui, 320.0, &mut range.tolerance, 0.0..=1.0, 1.0);
    });
    ui.horizontal(|ui| ways(ui, &mut dialog.how));
    if confirmed(ui, desk, true) {
        let (range, how) = (desk.color_range.range, desk.color_range.how);
        match refined {
            Refined::Selection => desk.studio.select_color_range(range, how),
            Refined::Mask => desk.studio.mask_color_range(range, how),
        }
    }
}

/// The picture; a click takes the colour there.
fn picture(ui: &mut Ui, dialog: &mut ColorRangeDialog) {
    let (rect, response) = ui.allocate_exact_size(vec2(SIDE, SIDE), Sense::click_and_drag());
    let name = text("color-range-picture");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let shown = dialog.picture.paint(ui, rect);
    let response = response.on_hover_text(name).on_hover_cursor(CursorIcon::Crosshair);
    if let (Some(pos), Some(shown)) = (response.interact_pointer_pos(), shown)
        && let Some(color) = dialog.picture.color_at((pos - shown.min) / shown.size())
    {
        dialog.range.color = color;
    }
}

/// White is taken.
fn taken(ui: &mut Ui, dialog: &mut ColorRangeDialog) {
    let (rect, _) = ui.allocate_exact_size(vec2(SIDE, SIDE), Sense::hover());
    let ColorRangeDialog { range, picture, taken, .. } = dialog;
    let Some(small) = picture.pixels() else { return };
    if taken.as_ref().is_none_or(|(of, _)| of != range) {
        let similarity = range.similarity();
        let gray = |pixel: &Pixel| Color32::from_gray((similarity.of(*pixel) / 257) as u8);
        let image = ColorImage::new(small.size, small.pixels.iter().map(gray).collect());
        let texture = ui.ctx().load_texture("color-range", image, TextureOptions::LINEAR);
        *taken = Some((*range, texture));
    }
    if let Some((_, texture)) = taken {
        egui::Image::new((texture.id(), texture.size_vec2())).paint_at(ui, picture.place_in(rect));
    }
}
