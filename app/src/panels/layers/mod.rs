//! Where: the layers and masks, the topmost first.

mod row;
mod rows;
mod thumbnails;

use std::collections::HashSet;

use egui::{ComboBox, Id, PopupCloseBehavior, Rect, Response, ScrollArea, Stroke, Ui, pos2, vec2};

pub use self::row::{change, shown_name};
pub use self::rows::rows;

use self::row::ROW_HEIGHT;
use self::rows::{DropZone, Row, place_of_drop, zone_at};
use self::thumbnails::LayerThumbnails;
use super::color::color_field;
use super::controls::{Look, Number, Unit, command_button, from_right};
use super::menu;
use crate::commands::{Command, LayerCommand};
use crate::desk::Desk;
use crate::document::{BlendMode, Layer, LayerId};
use crate::language::{text, text_of_name};
use crate::theme::{ACCENT, CONTROL_HEIGHT};

/// Width of the list of blend modes.
const MODES_WIDTH: f32 = 116.0;

/// What the panel remembers from frame to frame.
#[derive(Default)]
pub struct LayersPanel {
    /// The picture the rest is about.
    picture: u64,
    pub(super) thumbnails: LayerThumbnails,
    collapsed: HashSet<LayerId>,
    /// The layer whose name is being typed, the name so far, and whether that has just begun.
    renaming: Option<(LayerId, String, bool)>,
    dragged: Option<LayerId>,
    /// The layer that was active in the last frame.
    last_active: Option<LayerId>,
    /// How far the list is scrolled, in points.
    scrolled: f32,
}

impl LayersPanel {
    pub fn rename(&mut self, layer: &Layer) {
        self.renaming = Some((layer.id(), shown_name(layer), true));
    }

    fn is_renaming(&self, id: LayerId) -> bool {
        self.renaming.as_ref().is_some_and(|(renamed, ..)| *renamed == id)
    }

    fn toggle_collapsed(&mut self, id: LayerId) {
        if !self.collapsed.remove(&id) {
            self.collapsed.insert(id);
        }
    }
}

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let picture = desk.studio.picture_number();
    if desk.layers_panel.picture != picture {
        desk.layers_panel = LayersPanel { picture, ..LayersPanel::default() };
    }
    if !desk.studio.is_painting() {
        desk.layers_panel.thumbnails.update(ui.ctx(), desk.studio.document());
    }
    head(ui, desk);
    let height = (ui.available_height() - CONTROL_HEIGHT - ui.spacing().item_spacing.y).max(ROW_HEIGHT);
    list(ui, desk, height);
    foot(ui, desk);
}

/// Blend mode and opacity of the active layer; of a mask its tint.
fn head(ui: &mut Ui, desk: &mut Desk) {
    let document = desk.studio.document();
    let Some(layer) = document.layer(document.active()) else { return };
    let (id, is_mask, before) = (layer.id(), layer.is_mask(), layer.props().clone());
    let mut props = before.clone();
    ui.horizontal(|ui| {
        let key = if is_mask {
            color_field(ui, &text("tint-color"), "", &mut props.tint);
            "tint-opacity"
        } else {
            blend_modes(ui, &mut props.blend);
            "layer-opacity"
        };
        let opacity = Number { key, unit: Unit::Percent };
        opacity.show(ui, ui.available_width(), &mut props.opacity, 0.0..=1.0, 1.0);
    });
    if props != before {
        change(desk, id, |changed| *changed = props);
    }
    if ui.input(|input| input.pointer.any_released()) {
        desk.studio.seal_parameters();
    }
}

fn blend_modes(ui: &mut Ui, mode: &mut BlendMode) {
    let name = |mode: BlendMode| text_of_name("blend", mode.name());
    let modes = ComboBox::from_id_salt("blend").width(MODES_WIDTH).selected_text(name(*mode)).truncate();
    let modes = modes.height(480.0).close_behavior(PopupCloseBehavior::CloseOnClick).show_ui(ui, |ui| {
        for choice in BlendMode::all() {
            ui.selectable_value(mode, choice, name(choice));
        }
    });
    modes.response.accessible_name(text("blend-mode"));
}

fn list(ui: &mut Ui, desk: &mut Desk, height: f32) {
    let rows = rows(desk.studio.document(), &desk.layers_panel.collapsed);
    let mut shown = vec![];
    let mut area = ScrollArea::vertical().auto_shrink([false, false]).max_height(height).min_scrolled_height(0.0);
    if let Some(offset) = offset_to_active(desk, &rows, height) {
        area = area.vertical_scroll_offset(offset);
    }
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let output = area.show_rows(ui, ROW_HEIGHT, rows.len(), |ui, range| {
            for row in rows.get(range).unwrap_or_default() {
                let line = ui.push_id(row.id.number(), |ui| row::show(ui, desk, *row)).inner;
                if let Some(response) = line {
                    answer(desk, *row, &response);
                    shown.push((*row, response));
                }
            }
        });
        desk.layers_panel.scrolled = output.state.clamped_offset().y;
    });
    drag(ui, desk, &shown);
}

/// Where to scroll so that a layer that has just become active is seen.
fn offset_to_active(desk: &mut Desk, rows: &[Row], height: f32) -> Option<f32> {
    let active = desk.studio.document().active();
    let panel = &mut desk.layers_panel;
    if panel.last_active.replace(active) == Some(active) {
        return None;
    }
    let top = rows.iter().position(|row| row.id == active)? as f32 * ROW_HEIGHT;
    let (least, most) = (top + ROW_HEIGHT - height, top);
    (panel.scrolled < least || panel.scrolled > most).then(|| panel.scrolled.clamp(least.min(most), most).max(0.0))
}

/// A click chooses the layer, a double click renames it, a right click lists what can be done.
fn answer(desk: &mut Desk, row: Row, response: &Response) {
    if response.clicked() || response.secondary_clicked() || response.drag_started() {
        desk.studio.choose_layer(row.id);
    }
    if response.double_clicked() {
        Command::Layer(LayerCommand::Rename).run(desk);
    }
    if response.drag_started() {
        desk.layers_panel.dragged = Some(row.id);
    }
    response.context_menu(|ui| menu::scrolling(ui, |ui| entries(ui, desk)));
}

fn entries(ui: &mut Ui, desk: &mut Desk) {
    for info in crate::commands::Menu::Layer.commands() {
        if info.starts_group {
            ui.separator();
        }
        if ui.add_enabled(info.command.is_enabled(desk), egui::Button::new(info.label())).clicked() {
            info.command.run(desk);
            ui.close();
        }
    }
}

/// While a layer is dragged a line shows where it would go; letting go moves it there.
fn drag(ui: &Ui, desk: &mut Desk, shown: &[(Row, Response)]) {
    let Some(dragged) = desk.layers_panel.dragged else { return };
    let Some(pointer) = ui.ctx().pointer_latest_pos() else { return };
    let nearest = |(_, response): &&(Row, Response)| (response.rect.center().y - pointer.y).abs().round() as u32;
    let target = shown.iter().min_by_key(nearest).map(|(row, response)| {
        let is_group = desk.studio.document().layer(row.id).is_some_and(Layer::is_group);
        let share = (pointer.y - response.rect.top()) / response.rect.height();
        (*row, response.rect, zone_at(share, is_group && row.id != dragged))
    });
    if ui.input(|input| input.pointer.any_released()) {
        desk.layers_panel.dragged = None;
        let place = target.and_then(|(row, _, zone)| place_of_drop(desk.studio.document(), dragged, row, zone));
        if let Some(place) = place {
            desk.studio.edit(|document| document.move_layer(dragged, place));
        }
    } else if let Some((_, rect, zone)) = target {
        ui.ctx().set_cursor_icon(egui::CursorIcon::Grabbing);
        paint_target(ui, rect, zone);
    }
}

fn paint_target(ui: &Ui, rect: Rect, zone: DropZone) {
    let painter = ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Tooltip, Id::unique("layer-target")));
    match zone {
        DropZone::Into => {
            painter.rect_stroke(rect, 6.0, Stroke::new(2.0, ACCENT), egui::StrokeKind::Inside);
        }
        DropZone::Above | DropZone::Below => {
            let y = if zone == DropZone::Above { rect.top() } else { rect.bottom() };
            let line = Rect::from_min_max(pos2(rect.left(), y - 1.0), pos2(rect.right(), y + 1.0));
            painter.rect_filled(line, 1.0, ACCENT);
        }
    }
}

fn foot(ui: &mut Ui, desk: &mut Desk) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let size = vec2(CONTROL_HEIGHT, CONTROL_HEIGHT);
        for command in [
            LayerCommand::AddPaint,
            LayerCommand::AddMask,
            LayerCommand::Group,
            LayerCommand::Duplicate,
            LayerCommand::MergeDown,
        ] {
            command_button(ui, desk, Command::Layer(command), Look::Quiet, size);
        }
        from_right(ui, |ui| {
            command_button(ui, desk, Command::Layer(LayerCommand::Remove), Look::Quiet, size);
        });
    });
}
