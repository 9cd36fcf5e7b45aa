//! The whole picture turned or skewed by any angle, with what will come of it.

use egui::{Color32, DragValue, Mesh, Pos2, Rect, Sense, Shape, Stroke, StrokeKind, Ui, pos2, vec2};

use super::confirmed;
use super::picture_size::filter_choice;
use super::small_picture::SmallPicture;
use crate::commands::{Command, ImageCommand};
use crate::desk::Desk;
use crate::document::transform::{Filter, FreeTurn};
use crate::document::{CanvasSize, DocumentError};
use crate::language::{text, told, tooltip};
use crate::panels::controls::row;
use crate::theme::{self, CONTROL_HEIGHT};

/// Of the preview, in points.
const SIDE: f32 = 320.0;
const MAX_SKEW: f64 = 80.0;

/// What is chosen in the dialog.
pub struct TurnPictureDialog {
    turn: FreeTurn,
    filter: Filter,
    picture: SmallPicture,
}

impl Default for TurnPictureDialog {
    fn default() -> Self {
        Self {
            turn: FreeTurn { angle: 0.0, skew: 0.0, fits_canvas: true },
            filter: Filter::Bicubic,
            picture: SmallPicture::default(),
        }
    }
}

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    ui.set_width(SIDE);
    ui.heading(Command::Image(ImageCommand::TurnFreely).info().label());
    let Desk { turn_picture: dialog, studio, .. } = desk;
    dialog.picture.follow(ui.ctx(), studio);
    let old = studio.document().size();
    let new = dialog.turn.size_of(old);
    preview(ui, dialog, old, new.as_ref().map_or(old, |size| *size));
    let turn = &mut dialog.turn;
    angle(ui, "turn-angle", &mut turn.angle, 360.0);
    angle(ui, "turn-skew", &mut turn.skew, MAX_SKEW);
    ui.checkbox(&mut turn.fits_canvas, text("turn-fits-canvas")).on_hover_text(tooltip("turn-fits-canvas"));
    row(ui, "filter", |ui| filter_choice(ui, &mut dialog.filter, 160.0));
    ui.label(match &new {
        Ok(size) => format!("{} × {}", size.width(), size.height()),
        Err(error) => told(error),
    });
    buttons(ui, desk, &new);
}

fn angle(ui: &mut Ui, key: &str, value: &mut f64, most: f64) {
    let field = DragValue::new(value).range(-most..=most).speed(0.25).max_decimals(2).suffix("°");
    row(ui, key, |ui| ui.add_sized([120.0, CONTROL_HEIGHT], field).accessible_name(text(key)));
}

/// The new canvas, and the picture on it.
fn preview(ui: &mut Ui, dialog: &TurnPictureDialog, old: CanvasSize, new: CanvasSize) {
    let (rect, _) = ui.allocate_exact_size(vec2(SIDE, SIDE), Sense::hover());
    let Some(texture) = dialog.picture.texture() else { return };
    let size = vec2(new.width() as f32, new.height() as f32);
    let scale = (rect.width() / size.x).min(rect.height() / size.y) * 0.9;
    let canvas = Rect::from_center_size(rect.center(), size * scale);
    let painter = ui.painter().with_clip_rect(canvas);
    painter.rect_filled(canvas, 0.0, Color32::from_gray(190));
    let projection = dialog.turn.projection(old, new);
    let mut mesh = Mesh::with_texture(texture.id());
    for (x, y) in [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)] {
        let corner = [f64::from(old.width()) * x, f64::from(old.height()) * y];
        let [to_x, to_y] = projection.apply(corner).unwrap_or(corner);
        let pos: Pos2 = canvas.min + vec2(to_x as f32, to_y as f32) * scale;
        mesh.vertices.push(egui::epaint::Vertex { pos, uv: pos2(x as f32, y as f32), color: Color32::WHITE });
    }
    mesh.add_triangle(0, 1, 2);
    mesh.add_triangle(0, 2, 3);
    painter.add(Shape::mesh(mesh));
    let line = Stroke::new(1.0, theme::line(ui.visuals()));
    ui.painter().rect_stroke(canvas, 0.0, line, StrokeKind::Outside);
}

fn buttons(ui: &mut Ui, desk: &mut Desk, new: &Result<CanvasSize, DocumentError>) {
    if confirmed(ui, desk, new.is_ok()) {
        let TurnPictureDialog { turn, filter, .. } = desk.turn_picture;
        desk.studio.edit_in_background(move |document| document.turn_freely(turn, filter));
    }
}
