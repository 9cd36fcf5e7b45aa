//! The brushes to choose from, and what is done with them.

use egui::{
    Button, Color32, Rect, Response, RichText, Role, ScrollArea, Sense, TextEdit, TextureHandle, Ui, WidgetInfo, pos2,
    vec2,
};

use super::BrushPanel;
use crate::canvas::{Tool, Toolbox};
use crate::language::{text, text_of_name, text_with, tooltip};
use crate::paint::{BrushPreset, LibraryError, PresetEntry};
use crate::panels::controls::{paint_cell_frame, paint_cell_ground};
use crate::theme::CONTROL_HEIGHT;

const COLUMNS: usize = 2;
const CELL_HEIGHT: f32 = 64.0;
const GAP: f32 = 4.0;
/// Rows of brushes that are seen at once.
const ROWS: f32 = 3.5;

/// Shows the brushes and the one in hand, and takes the one that is clicked. Returns what went wrong.
pub(super) fn show(ui: &mut Ui, panel: &mut BrushPanel, tools: &mut Toolbox, tool: Tool) -> Option<LibraryError> {
    show_shelf(ui, panel, tools, tool);
    ui.add_space(GAP);
    in_hand(ui, panel, tools, tool)
}

/// Shows the brushes and takes the one that is clicked.
pub(super) fn show_shelf(ui: &mut Ui, panel: &mut BrushPanel, tools: &mut Toolbox, tool: Tool) {
    let Some(library) = panel.shelf.library() else {
        ui.label(RichText::new(text("brush-loading")).weak());
        return;
    };
    let mut clicked = None;
    let height = ROWS * (CELL_HEIGHT + GAP);
    ScrollArea::vertical().id_salt("brushes").max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(GAP, GAP);
        let width = (ui.available_width() - GAP * (COLUMNS - 1) as f32) / COLUMNS as f32;
        for (row, entries) in library.presets().chunks(COLUMNS).enumerate() {
            ui.horizontal(|ui| {
                for (column, entry) in entries.iter().enumerate() {
                    let index = row * COLUMNS + column;
                    let is_taken = panel.taken.get(&tool) == Some(&entry.preset.name);
                    if cell(ui, entry, panel.shelf.thumbnail(index), width, is_taken).clicked() {
                        clicked = Some((entry.preset.name.clone(), entry.preset.brush.clone()));
                    }
                }
            });
        }
    });
    if let (Some((name, brush)), Some(in_hand)) = (clicked, tools.brush_mut()) {
        *in_hand = brush;
        panel.taken.insert(tool, name);
        panel.name = None;
    }
}

/// What the program's own brushes are called in the painter's language.
fn shown_name(name: &str) -> String {
    text_of_name("brush-named", name)
}

/// One brush: a stroke of it and its name.
fn cell(ui: &mut Ui, entry: &PresetEntry, stroke: Option<&TextureHandle>, width: f32, is_taken: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(width, CELL_HEIGHT), Sense::click());
    let shown = shown_name(&entry.preset.name);
    let name = text_with("brush-preset-take", &[("name", shown.as_str().into())]);
    response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), is_taken, &name));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    paint_cell_ground(ui, rect, is_taken);
    let caption_height = 20.0;
    let picture = Rect::from_min_max(rect.min, rect.max - vec2(0.0, caption_height - 4.0)).shrink(4.0);
    paint_stroke(ui, stroke, picture);
    let font = egui::FontId::proportional(12.0);
    let at = pos2(rect.left() + 8.0, rect.bottom() - caption_height / 2.0);
    let color = if is_taken { ui.visuals().strong_text_color() } else { ui.visuals().text_color() };
    ui.painter().with_clip_rect(rect.shrink(4.0)).text(at, egui::Align2::LEFT_CENTER, shown, font, color);
    paint_cell_frame(ui, rect, &response, is_taken);
    response
}

/// A white stroke in the text's colour, as large as it fits.
fn paint_stroke(ui: &Ui, stroke: Option<&TextureHandle>, within: Rect) {
    let Some(stroke) = stroke else { return };
    let size = stroke.size_vec2();
    let scale = (within.width() / size.x).min(within.height() / size.y);
    let at = Rect::from_center_size(within.center(), size * scale);
    let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    // Brushes that move colours keep theirs; the others have the text's.
    let tint = if ui.visuals().dark_mode { Color32::WHITE } else { Color32::from_gray(60) };
    ui.painter().image(stroke.id(), at, uv, tint);
}

/// The brush in hand: a stroke of it, its name, and buttons to keep it.
fn in_hand(ui: &mut Ui, panel: &mut BrushPanel, tools: &mut Toolbox, tool: Tool) -> Option<LibraryError> {
    let brush = tools.brush()?.clone();
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 64.0), Sense::hover());
    ui.painter().rect_filled(rect, 6.0, ui.visuals().extreme_bg_color);
    let texture = panel.shelf.in_hand(ui.ctx(), &brush).cloned();
    paint_stroke(ui, texture.as_ref(), rect.shrink(4.0));

    let taken = panel.taken.get(&tool).cloned().unwrap_or_default();
    let mut name = panel.name.clone().unwrap_or_else(|| taken.clone());
    ui.horizontal(|ui| {
        let edit =
            TextEdit::singleline(&mut name).char_limit(BrushPreset::MAX_NAME).desired_width(ui.available_width());
        let response = ui.add_sized([ui.available_width(), CONTROL_HEIGHT], edit.hint_text(text("brush-name")));
        let response = response.accessible_name(text("brush-name")).on_hover_text(tooltip("brush-name"));
        if response.changed() {
            panel.name = Some(name.clone());
        }
    });
    let name = name.trim().to_owned();
    let library = panel.shelf.library()?;
    let saved = library.presets().iter().rposition(|entry| entry.preset.name == taken);
    let entry = saved.and_then(|index| library.presets().get(index)).cloned();
    let mut problem = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let size = vec2((ui.available_width() - 2.0 * GAP) / 3.0, CONTROL_HEIGHT);
        let button = |ui: &mut Ui, key: &str, is_enabled: bool| {
            let response = ui.add_enabled(is_enabled, Button::new(text(key)).min_size(size));
            response.on_hover_text(tooltip(key)).clicked()
        };
        let is_changed = entry.as_ref().is_none_or(|entry| entry.preset.brush != brush || entry.preset.name != name);
        if button(ui, "brush-save", !name.is_empty() && is_changed) {
            let notice = entry.as_ref().map(|entry| entry.preset.notice.clone()).unwrap_or_default();
            let preset = BrushPreset { name: name.clone(), notice, brush: brush.clone() };
            match panel.shelf.save(ui.ctx(), preset) {
                Ok(()) => {
                    panel.taken.insert(tool, name.clone());
                    panel.name = None;
                }
                Err(error) => problem = Some(error),
            }
        }
        let can_reset = entry.as_ref().is_some_and(|entry| entry.preset.brush != brush);
        if let (true, Some(entry), Some(in_hand)) = (button(ui, "brush-reset", can_reset), &entry, tools.brush_mut()) {
            *in_hand = entry.preset.brush.clone();
        }
        let is_own = entry.as_ref().is_some_and(|entry| entry.is_own);
        if let (true, Some(index)) = (button(ui, "brush-delete", is_own), saved) {
            problem = panel.shelf.delete(index).err();
        }
    });
    problem
}
