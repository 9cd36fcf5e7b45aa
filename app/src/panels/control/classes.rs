//! ADE20K's classes of things, each with its colour: a click takes it in hand.

use brushfire_engine::hints::{ADE20K, SegmentationClass};
use egui::{
    Align2, Color32, Rangef, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, TextEdit, TextStyle, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use crate::canvas::Tool;
use crate::desk::Desk;
use crate::language::text;
use crate::panels::controls::paint_line_ground;
use crate::theme::{self, CONTROL_HEIGHT};

const ROW_HEIGHT: f32 = 24.0;
/// Of the list: nine classes, or as many as there is room for. Without a least height the panel, which scrolls too, leaves
/// it three.
const HEIGHT: Rangef = Rangef { min: 9.0 * ROW_HEIGHT, max: 13.0 * ROW_HEIGHT };
const SWATCH: f32 = 16.0;

/// What is typed to find a class.
#[derive(Default)]
pub struct ClassSearch {
    typed: String,
}

impl ClassSearch {
    fn finds(&self, class: &SegmentationClass) -> bool {
        let wanted = self.typed.trim().to_lowercase();
        wanted.split_whitespace().all(|word| class.name.contains(word))
    }
}

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let search = &mut desk.control_panel.classes;
    let field = TextEdit::singleline(&mut search.typed).hint_text(text("hint-classes-search"));
    ui.add_sized([ui.available_width(), CONTROL_HEIGHT], field).accessible_name(text("hint-classes-search"));
    let found: Vec<&SegmentationClass> = ADE20K.iter().filter(|class| search.finds(class)).collect();
    let height = HEIGHT.clamp(ui.available_height());
    let area = ScrollArea::vertical().id_salt("classes").auto_shrink([false, false]);
    let area = area.max_height(height).min_scrolled_height(height);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        area.show_rows(ui, ROW_HEIGHT, found.len(), |ui, range| {
            for class in found.get(range).unwrap_or_default() {
                row(ui, desk, class);
            }
        });
    });
}

fn row(ui: &mut Ui, desk: &mut Desk, class: &SegmentationClass) {
    let is_in_hand = desk.tools.color == class.color;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), is_in_hand, class.name));
    paint_line_ground(ui, rect, &response, is_in_hand);
    let visuals = ui.visuals();
    let [red, green, blue] = class.color;
    let swatch = Rect::from_center_size(pos2(rect.left() + 4.0 + SWATCH / 2.0, rect.center().y), Vec2::splat(SWATCH));
    ui.painter().rect_filled(swatch, 3.0, Color32::from_rgb(red, green, blue));
    ui.painter().rect_stroke(swatch, 3.0, Stroke::new(1.0, theme::line(visuals)), StrokeKind::Outside);
    let color = if is_in_hand { visuals.selection.stroke.color } else { visuals.text_color() };
    let font = TextStyle::Body.resolve(ui.style());
    ui.painter().text(pos2(swatch.right() + 8.0, rect.center().y), Align2::LEFT_CENTER, class.name, font, color);
    if response.clicked() {
        desk.tools.color = class.color;
        if !desk.tools.in_hand().uses_color() {
            desk.tools.take(Tool::ColorBrush);
        }
    }
}
