//! One layer's line: eye, picture, name, locks.

use egui::text::CCursorRange;
use egui::text_edit::TextEditState;
use egui::{
    Align2, Button, Color32, CornerRadius, Id, Image, Key, Rect, Response, Role, Sense, Stroke, StrokeKind, TextEdit,
    Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::LayersPanel;
use super::rows::Row;
use crate::commands::{Command, LayerCommand};
use crate::desk::Desk;
use crate::document::{BlendMode, Layer, LayerContent, LayerId, LayerProps};
use crate::icons::{self, Icon};
use crate::language::{text_of_name, text_with};
use crate::panels::controls::paint_line_ground;
use crate::theme;

/// Height of a line.
pub const ROW_HEIGHT: f32 = 36.0;
/// Side of the square that the picture stands in.
const PICTURE: f32 = 28.0;
/// How far a group's layers are moved in.
const INDENT: f32 = 16.0;
/// Side of the small buttons.
const BUTTON: f32 = 24.0;
const SMALL_ICON: f32 = 16.0;

/// What a line says of its layer: all but its tiles, of which a large picture has many.
struct Described {
    id: LayerId,
    props: LayerProps,
    name: String,
    note: String,
    is_group: bool,
    is_mask: bool,
    has_pixels: bool,
    is_part_of_picture: bool,
}

impl Described {
    fn of(layer: &Layer) -> Self {
        Self {
            id: layer.id(),
            props: layer.props().clone(),
            name: shown_name(layer),
            note: note_of(layer),
            is_group: layer.is_group(),
            is_mask: layer.is_mask(),
            has_pixels: layer.pixels().is_some(),
            is_part_of_picture: layer.is_part_of_picture(),
        }
    }
}

/// Shows the line; returns the part that is clicked and dragged.
pub fn show(ui: &mut Ui, desk: &mut Desk, row: Row) -> Option<Response> {
    let layer = Described::of(desk.studio.document().layer(row.id)?);
    let is_active = desk.studio.document().active() == row.id;
    let name = &layer.name;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), is_active, name));
    paint_line_ground(ui, rect, &response, is_active);

    let mut line = Line { ui, left: rect.left() + 4.0, right: rect.right() - 4.0, y: rect.center().y };
    let is_visible = layer.props.visible;
    let eye = if is_visible { icons::EYE } else { icons::EYE_OFF };
    if line.button_left(eye, "layer-visible", name, is_visible) {
        change(desk, layer.id, |props| props.visible = !props.visible);
    }
    line.left += row.depth as f32 * INDENT + 4.0;
    let picture = Rect::from_center_size(pos2(line.left + PICTURE / 2.0, line.y), Vec2::splat(PICTURE));
    show_picture(line.ui, desk, &layer, row, picture);
    line.left = picture.right() + 8.0;
    toggles(&mut line, desk, &layer, response.contains_pointer() || is_active);
    let place = Rect::from_min_max(pos2(line.left, rect.top()), pos2(line.right - 4.0, rect.bottom()));
    if desk.layers_panel.is_renaming(row.id) {
        name_field(ui, desk, layer.id, place);
    } else {
        paint_name(ui, &layer, place, is_active);
    }
    Some(response)
}

/// Small buttons from both ends of the line, the name between.
struct Line<'a> {
    ui: &'a mut Ui,
    left: f32,
    right: f32,
    y: f32,
}

impl Line<'_> {
    fn button_left(&mut self, icon: Icon, key: &str, layer: &str, is_on: bool) -> bool {
        let center = pos2(self.left + BUTTON / 2.0, self.y);
        self.left += BUTTON;
        self.button(center, icon, key, layer, is_on)
    }

    fn button_right(&mut self, icon: Icon, key: &str, layer: &str, is_on: bool) -> bool {
        let center = pos2(self.right - BUTTON / 2.0, self.y);
        self.right -= BUTTON;
        self.button(center, icon, key, layer, is_on)
    }

    fn button(&mut self, center: egui::Pos2, icon: Icon, key: &str, layer: &str, is_on: bool) -> bool {
        let visuals = self.ui.visuals();
        let tint = if is_on { visuals.text_color() } else { visuals.weak_text_color().gamma_multiply(0.7) };
        let rect = Rect::from_center_size(center, Vec2::splat(BUTTON));
        let name = text_with(key, &[("layer", layer.into())]);
        self.ui
            .scope(|ui| {
                ui.spacing_mut().button_padding = Vec2::ZERO;
                let button = Button::image(icon.image_of(SMALL_ICON).tint(tint)).frame_when_inactive(false);
                ui.put(rect, button.selected(false).min_size(rect.size()))
            })
            .inner
            .accessible_name(&name)
            .on_hover_text(name)
            .clicked()
    }
}

/// The locks and the clip: those that are on, and of the active layer or under the pointer all.
fn toggles(line: &mut Line<'_>, desk: &mut Desk, layer: &Described, shows_all: bool) {
    let Described { id, props, name, .. } = layer;
    let lock = if props.locked { icons::LOCK } else { icons::LOCK_OPEN };
    if (shows_all || props.locked) && line.button_right(lock, "layer-lock", name, props.locked) {
        change(desk, *id, |props| props.locked = !props.locked);
    }
    if layer.is_mask {
        return;
    }
    if layer.has_pixels
        && (shows_all || props.alpha_locked)
        && line.button_right(icons::ALPHA_LOCK, "layer-alpha-lock", name, props.alpha_locked)
    {
        change(desk, *id, |props| props.alpha_locked = !props.alpha_locked);
    }
    if layer.is_part_of_picture
        && (shows_all || props.clipped)
        && line.button_right(icons::CLIP, "layer-clip", name, props.clipped)
    {
        change(desk, *id, |props| props.clipped = !props.clipped);
    }
}

/// Changes one layer's properties as one step.
pub fn change(desk: &mut Desk, id: LayerId, change: impl FnOnce(&mut LayerProps)) {
    let Some(mut props) = desk.studio.document().layer(id).map(|layer| layer.props().clone()) else { return };
    change(&mut props);
    desk.studio.edit(|document| document.set_props(id, props));
}

/// A group's folder opens and closes it; a layer's picture only shows.
fn show_picture(ui: &mut Ui, desk: &mut Desk, layer: &Described, row: Row, place: Rect) {
    if layer.is_group {
        let icon = if row.is_expanded { icons::FOLDER_OPEN } else { icons::FOLDER };
        let key = if row.is_expanded { "layer-collapse" } else { "layer-expand" };
        let words = text_with(key, &[("layer", layer.name.as_str().into())]);
        let button = Button::image(icon.image_of(20.0)).frame_when_inactive(false).min_size(place.size());
        let button = ui.put(place, button.image_tint_follows_text_color(true)).accessible_name(&words);
        if button.on_hover_text(words).clicked() {
            desk.layers_panel.toggle_collapsed(layer.id);
        }
        return;
    }
    let Some(texture) = desk.layers_panel.thumbnails.get(layer.id) else { return };
    let size = texture.size_vec2();
    let picture = Rect::from_center_size(place.center(), size * (PICTURE / size.max_elem().max(1.0)));
    let fade = if layer.props.visible { 1.0 } else { 0.4 };
    Image::from_texture(texture).corner_radius(3).tint(Color32::WHITE.gamma_multiply(fade)).paint_at(ui, picture);
    ui.painter().rect_stroke(picture, 3.0, Stroke::new(1.0, theme::line(ui.visuals())), StrokeKind::Outside);
    if layer.is_mask {
        // A stripe in the mask's colour.
        let [red, green, blue] = layer.props.tint;
        let stripe = Rect::from_min_max(picture.left_bottom() - vec2(0.0, 5.0), picture.right_bottom());
        let corners = CornerRadius { nw: 0, ne: 0, sw: 3, se: 3 };
        ui.painter().rect_filled(stripe, corners, Color32::from_rgb(red, green, blue));
    }
}

fn paint_name(ui: &Ui, layer: &Described, place: Rect, is_active: bool) {
    let visuals = ui.visuals();
    let strong = if is_active { visuals.selection.stroke.color } else { visuals.text_color() };
    let color = if layer.props.visible { strong } else { visuals.weak_text_color() };
    let painter = ui.painter().with_clip_rect(place.intersect(ui.clip_rect()));
    let body = egui::TextStyle::Body.resolve(ui.style());
    let line = |words: &str, font, color| {
        let mut job = egui::text::LayoutJob::simple_singleline(words.to_owned(), font, color);
        job.wrap = egui::text::TextWrapping::truncate_at_width(place.width().max(8.0));
        painter.layout_job(job)
    };
    let first = line(&layer.name, body, color);
    if layer.note.is_empty() {
        let at = Align2::LEFT_CENTER.align_size_within_rect(first.size(), place).min;
        painter.galley(at, first, color);
    } else {
        let second = line(&layer.note, egui::TextStyle::Small.resolve(ui.style()), visuals.weak_text_color());
        let top = place.center().y - (first.size().y + second.size().y) / 2.0;
        let below = top + first.size().y;
        painter.galley(pos2(place.left(), top), first, color);
        painter.galley(pos2(place.left(), below), second, color);
    }
}

/// What sets the layer apart from an ordinary one: "Multiply, 60 %".
fn note_of(layer: &Layer) -> String {
    let props = layer.props();
    let mut notes = vec![];
    match layer.content() {
        LayerContent::Result { .. } => notes.push(text_of_name("layer-kind", "Result")),
        LayerContent::Hint { kind, .. } => {
            let kind = text_of_name("hint", kind);
            // A hint is called after its kind until it gets another name.
            notes.extend((kind != shown_name(layer)).then_some(kind));
        }
        _ => {}
    }
    if props.blend != BlendMode::Normal {
        notes.push(text_of_name("blend", props.blend.name()));
    }
    if props.opacity < 0.995 && !layer.is_mask() {
        notes.push(format!("{:.0} %", props.opacity * 100.0));
    }
    notes.join(", ")
}

/// The names that the program itself gives are said in the painter's language.
pub fn shown_name(layer: &Layer) -> String {
    text_of_name("layer-name", &layer.props().name)
}

/// The field that a double click on the name opens. Enter and another click take the name, Escape leaves it.
fn name_field(ui: &mut Ui, desk: &mut Desk, id: LayerId, place: Rect) {
    let LayersPanel { renaming, .. } = &mut desk.layers_panel;
    let Some((_, typed, is_new)) = renaming else { return };
    let place = Rect::from_center_size(place.center(), vec2(place.width(), 28.0));
    let field = TextEdit::singleline(typed).id(Id::unique(("layer-name", id.number())));
    let field = ui.put(place, field.margin(egui::Margin::symmetric(6, 4)));
    let field = field.accessible_name(Command::Layer(LayerCommand::Rename).info().label());
    if std::mem::take(is_new) {
        field.request_focus();
        // What is typed takes the old name's place.
        let mut state = TextEditState::load(ui.ctx(), field.id).unwrap_or_default();
        state.cursor.set_char_range(Some(CCursorRange::select_all_str(typed)));
        state.store(ui.ctx(), field.id);
    }
    if field.lost_focus() {
        let typed = std::mem::take(typed).trim().to_owned();
        *renaming = None;
        if !ui.input(|input| input.key_pressed(Key::Escape)) && !typed.is_empty() {
            change(desk, id, |props| props.name = typed);
        }
    }
}
