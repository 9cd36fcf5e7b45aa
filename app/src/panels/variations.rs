//! The newest pictures beside each other, as large as there is room: while they form and when they are done.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use egui::{
    Align2, Area, Color32, ColorImage, Frame, Id, Key, Margin, Modifiers, Order, Rect, Response, RichText, Role, Sense,
    Stroke, StrokeKind, TextureHandle, TextureOptions, Ui, Vec2, WidgetInfo, pos2, vec2,
};
use image::RgbImage;

use super::controls::{Look, command_button, from_right, icon_button};
use crate::commands::Command;
use crate::desk::Desk;
use crate::icons;
use crate::language::{text, text_with};
use crate::studio::RunId;
use crate::studio::plan::Plan;
use crate::studio::results::ResultId;
use crate::theme::{self, ACCENT, CONTROL_HEIGHT};

/// Room between the pictures, and around them.
const GAP: f32 = 12.0;
const HEAD_HEIGHT: f32 = 44.0;
/// More are not seen well; they are in the strip.
const MAX_PICTURES: usize = 9;

/// What is shown while the view is open.
#[derive(Default)]
pub struct Variations {
    textures: HashMap<Shown, TextureHandle>,
}

/// One picture of the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Shown {
    Result(ResultId),
    /// The n-th picture of a run, after so many previews.
    Preview(RunId, u64, usize),
    /// The n-th picture of a run that has nothing to show yet.
    Awaited(usize),
}

/// A place of the grid.
struct Cell {
    shown: Shown,
    picture: Option<Arc<RgbImage>>,
    /// The part of the picture that is shown, between 0 and 1.
    part: Rect,
    name: String,
    /// Width over height.
    ratio: f32,
}

const WHOLE: Rect = Rect { min: pos2(0.0, 0.0), max: pos2(1.0, 1.0) };

pub fn show(ui: &Ui, desk: &mut Desk) {
    let Some(mut variations) = desk.variations.take() else { return };
    let cells = cells(desk);
    let is_left = ui.ctx().input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    if cells.is_empty() || is_left || desk.studio.is_painting() {
        return;
    }
    let room = desk.view.rect();
    let (mut is_open, mut chosen) = (true, None);
    let area = Area::new(Id::unique("variations")).order(Order::Middle).fixed_pos(room.min).constrain(false);
    area.show(ui.ctx(), |ui| {
        let frame = Frame::new().fill(theme::surround(ui.visuals())).inner_margin(Margin::same(GAP as i8));
        frame.show(ui, |ui| {
            let inner = room.size() - Vec2::splat(2.0 * GAP);
            ui.set_min_size(inner);
            ui.set_max_size(inner);
            is_open = head(ui, desk);
            let rects = grid(Rect::from_min_size(ui.cursor().min, inner - vec2(0.0, HEAD_HEIGHT)), &cells);
            for (cell, rect) in cells.iter().zip(rects) {
                if variations.show(ui, cell, rect).clicked()
                    && let Shown::Result(id) = cell.shown
                {
                    chosen = Some(id);
                }
            }
        });
    });
    if let Some(id) = chosen {
        desk.studio.show_result(Some(id));
    } else if is_open {
        let shown: Vec<_> = cells.iter().map(|cell| cell.shown).collect();
        variations.textures.retain(|key, _| shown.contains(key));
        desk.variations = Some(variations);
    }
}

/// What it is, and what can be done with all of them. Returns whether it stays open.
fn head(ui: &mut Ui, desk: &mut Desk) -> bool {
    let mut stays = true;
    ui.horizontal(|ui| {
        ui.set_height(CONTROL_HEIGHT);
        let is_running = desk.studio.run().is_some();
        ui.label(RichText::new(text(if is_running { "variations-forming" } else { "variations-choose" })).strong());
        from_right(ui, |ui| {
            stays = !icon_button(ui, icons::X, "variations-close", None).clicked();
            if !is_running {
                let layers = command_button(ui, desk, Command::AcceptAsLayers, Look::Named, vec2(0.0, CONTROL_HEIGHT));
                // They are on the canvas now, to be blended there.
                stays &= !layers.clicked();
            }
        });
    });
    ui.add_space(HEAD_HEIGHT - CONTROL_HEIGHT - ui.spacing().item_spacing.y);
    stays
}

/// The run's pictures while one goes on, else the newest results.
fn cells(desk: &Desk) -> Vec<Cell> {
    let studio = &desk.studio;
    if let Some(run) = studio.run().filter(|run| run.picture == studio.picture_number()) {
        let (part, ratio) = part_in_context(&run.plan);
        let count = (run.plan.recipe.batch as usize).min(MAX_PICTURES);
        let cell = |index: usize| {
            let preview = run.preview.as_ref();
            let picture = preview.and_then(|preview| preview.pictures.get(index)).cloned();
            let number = preview.map_or(0, |preview| preview.number);
            let shown = if picture.is_some() { Shown::Preview(run.id, number, index) } else { Shown::Awaited(index) };
            let name = text_with("variation-forming", &[("number", (index + 1).into())]);
            Cell { shown, picture, part, name, ratio }
        };
        return (0..count).map(cell).collect();
    }
    let newest = studio.results().newest_run();
    let results = studio.results().iter().filter(|result| Some(result.run) == newest && studio.fits(result.id));
    let cell = |(index, result): (usize, &crate::studio::results::ResultPicture)| {
        let (width, height) = result.in_context.dimensions();
        let parts = [("number", (index + 1).into()), ("seed", result.recipe.seed.to_string().into())];
        Cell {
            shown: Shown::Result(result.id),
            picture: Some(Arc::clone(&result.in_context)),
            part: WHOLE,
            name: text_with("result-name", &parts),
            ratio: width as f32 / height.max(1) as f32,
        }
    };
    results.take(MAX_PICTURES).enumerate().map(cell).collect()
}

/// The part of a plan's pictures that a result shows in its context, and its ratio.
fn part_in_context(plan: &Plan) -> (Rect, f32) {
    let context = plan.context();
    let crop = plan.crop.crop;
    let (size, corner) = (vec2(crop.width() as f32, crop.height() as f32), vec2(crop.left as f32, crop.top as f32));
    let place = |x: u32, y: u32| ((vec2(x as f32, y as f32) - corner) / size).to_pos2();
    let part = Rect::from_min_max(place(context.left, context.top), place(context.right, context.bottom));
    (part, context.width() as f32 / context.height().max(1) as f32)
}

/// Where the cells lie: in as many columns as make them largest, and of such the ones that leave the fewest places empty;
/// in the middle of the room.
fn grid(room: Rect, cells: &[Cell]) -> Vec<Rect> {
    let ratio = cells.first().map_or(1.0, |cell| cell.ratio);
    let side = |count: usize, length: f32| ((length - GAP * (count as f32 - 1.0)) / count as f32).max(1.0);
    let fitting = |columns: usize| {
        let rows = cells.len().div_ceil(columns);
        let width = side(columns, room.width()).min(side(rows, room.height()) * ratio);
        (width, columns, rows)
    };
    // Nobody sees a point more or less.
    let rank = |(width, columns, rows): &(f32, usize, usize)| (width.round() as u32, Reverse(columns * rows));
    let Some((width, columns, rows)) = (1..=cells.len()).map(fitting).max_by_key(rank) else { return vec![] };
    let step = vec2(width, width / ratio) + Vec2::splat(GAP);
    let all = step * vec2(columns as f32, rows as f32) - Vec2::splat(GAP);
    let corner = Align2::CENTER_CENTER.align_size_within_rect(all, room).min;
    let place = |index: usize| {
        let (column, row) = ((index % columns) as f32, (index / columns) as f32);
        Rect::from_min_size(corner + vec2(column, row) * step, step - Vec2::splat(GAP))
    };
    (0..cells.len()).map(place).collect()
}

impl Variations {
    fn show(&mut self, ui: &mut Ui, cell: &Cell, place: Rect) -> Response {
        let size = if place.width() < place.height() * cell.ratio {
            vec2(place.width(), place.width() / cell.ratio)
        } else {
            vec2(place.height() * cell.ratio, place.height())
        };
        let rect = Rect::from_center_size(place.center(), size);
        let can_choose = matches!(cell.shown, Shown::Result(_));
        let response = ui.allocate_rect(rect, if can_choose { Sense::click() } else { Sense::hover() });
        response.widget_info(|| WidgetInfo::labeled(Role::Button, can_choose, &cell.name));
        match &cell.picture {
            Some(picture) => {
                let texture = self.textures.entry(cell.shown).or_insert_with(|| upload(ui, picture));
                egui::Image::from_texture(&*texture).uv(cell.part).corner_radius(6).paint_at(ui, rect);
            }
            None => {
                ui.painter().rect_filled(rect, 6.0, ui.visuals().extreme_bg_color);
            }
        }
        let stroke = match (can_choose, response.hovered() || response.has_focus()) {
            (true, true) => Stroke::new(2.0, ACCENT),
            _ => Stroke::new(1.0, Color32::from_black_alpha(60)),
        };
        ui.painter().rect_stroke(rect, 6.0, stroke, StrokeKind::Outside);
        if can_choose { response.on_hover_text(text("variation-take")) } else { response }
    }
}

fn upload(ui: &Ui, picture: &RgbImage) -> TextureHandle {
    let (width, height) = picture.dimensions();
    let image = ColorImage::from_rgb([width as usize, height as usize], picture.as_raw());
    ui.ctx().load_texture("variation", image, TextureOptions::LINEAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(count: usize, ratio: f32) -> Vec<Cell> {
        let cell =
            |index| Cell { shown: Shown::Awaited(index), picture: None, part: WHOLE, name: String::new(), ratio };
        (0..count).map(cell).collect()
    }

    fn columns(room: Vec2, count: usize, ratio: f32) -> usize {
        let rects = grid(Rect::from_min_size(pos2(10.0, 20.0), room), &cells(count, ratio));
        assert!(rects.iter().all(|rect| rect.right() <= 10.5 + room.x && rect.bottom() <= 20.5 + room.y));
        rects.iter().filter(|rect| rect.top() == rects[0].top()).count()
    }

    #[test]
    fn four_pictures_stand_as_their_shape_and_the_room_suggest() {
        assert_eq!(columns(vec2(900.0, 800.0), 4, 1.0), 2);
        assert_eq!(columns(vec2(1600.0, 400.0), 4, 1.0), 4);
        assert_eq!(columns(vec2(900.0, 800.0), 4, 4.0), 1);
        assert_eq!(columns(vec2(900.0, 800.0), 1, 1.0), 1);
    }

    #[test]
    fn four_that_are_no_larger_in_three_columns_leave_no_place_empty() {
        assert_eq!(columns(vec2(1300.0, 800.0), 4, 1.0), 2);
        assert_eq!(columns(vec2(1300.0, 800.0), 3, 1.0), 3);
    }

    #[test]
    fn the_pictures_stand_in_the_middle() {
        let room = Rect::from_min_size(pos2(10.0, 20.0), vec2(1300.0, 800.0));
        let all = grid(room, &cells(4, 1.0)).into_iter().fold(Rect::NOTHING, Rect::union);
        assert!((all.center() - room.center()).length() < 1.0, "{all}");
    }
}
