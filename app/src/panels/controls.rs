//! Buttons and rows as every panel uses them: one height, one look, always with a name and an explanation.

use std::ops::RangeInclusive;

use egui::emath::Numeric;
use egui::{
    Align, Align2, Button, Color32, DragValue, Image, KeyboardShortcut, Layout, Rect, Response, RichText, Slider,
    SliderClamping, Stroke, StrokeKind, Ui, Vec2, vec2,
};

use crate::commands::Command;
use crate::desk::Desk;
use crate::icons::Icon;
use crate::language::{edit_name, text, tooltip};
use crate::theme::{ACCENT, CONTROL_HEIGHT, ON_ACCENT};

/// Width of the labels before controls.
const LABEL_WIDTH: f32 = 88.0;

/// One labelled control; the label of this key names it for screen readers and explains it.
pub fn row<R>(ui: &mut Ui, key: &str, control: impl FnOnce(&mut Ui) -> R) -> R {
    named_row(ui, &text(key), &tooltip(key), control)
}

/// The same with words that no key names.
pub fn named_row<R>(ui: &mut Ui, label: &str, explanation: &str, control: impl FnOnce(&mut Ui) -> R) -> R {
    ui.horizontal(|ui| {
        let (rect, response) = ui.allocate_exact_size(vec2(LABEL_WIDTH, CONTROL_HEIGHT), egui::Sense::hover());
        let font = egui::TextStyle::Body.resolve(ui.style());
        let colour = ui.visuals().weak_text_color();
        ui.painter().text(rect.left_center(), Align2::LEFT_CENTER, label, font, colour);
        response.on_hover_text(explanation);
        ui.name_inputs(label, control)
    })
    .inner
}

/// A short number in a line of options, behind its label; named and explained by its key.
pub fn short_number<Num: Numeric>(
    ui: &mut Ui,
    key: &str,
    value: &mut Num,
    look: impl FnOnce(DragValue<'_>) -> DragValue<'_>,
) -> Response {
    let (name, tooltip) = (text(key), tooltip(key));
    ui.label(RichText::new(&name).weak()).on_hover_text(&tooltip);
    let field = look(DragValue::new(value));
    ui.add_sized([SHORT_WIDTH, CONTROL_HEIGHT], field).accessible_name(name).on_hover_text(tooltip)
}

/// Of a number in a line of options.
const SHORT_WIDTH: f32 = 58.0;

/// The buttons that apply what a tool has done, and give it up. Returns which was pressed.
pub fn apply_or_give_up(ui: &mut Ui, is_enabled: bool) -> Option<bool> {
    let size = vec2(72.0, CONTROL_HEIGHT);
    let apply = Button::new(RichText::new(text("apply-tool")).color(ON_ACCENT)).fill(ACCENT).min_size(size);
    let apply = ui.add_enabled(is_enabled, apply).on_hover_text(tooltip("apply-tool"));
    let give_up = ui.add_enabled(is_enabled, Button::new(text("give-up-tool")).min_size(size));
    let give_up = give_up.on_hover_text(tooltip("give-up-tool"));
    if apply.clicked() { Some(true) } else { give_up.clicked().then_some(false) }
}

/// Enter and Escape in a number's field are for the field, not for the tool.
pub fn keep_keys_from_tool(ui: &Ui, field: &Response) {
    if field.lost_focus() {
        ui.input_mut(|input| {
            input.consume_key(egui::Modifiers::NONE, egui::Key::Enter);
            input.consume_key(egui::Modifiers::NONE, egui::Key::Escape);
        });
    }
}

/// What keys and pointer do, behind an icon.
pub fn hint(ui: &mut Ui, key: &str) {
    let image = crate::icons::INFO.image().tint(ui.visuals().weak_text_color()).sense(egui::Sense::hover());
    ui.add(image).accessible_name(text(key)).on_hover_text(text(key));
}

/// The ground of a line in a list: of the one that is chosen, of the one under the pointer, and with the keyboard's frame.
pub fn paint_line_ground(ui: &Ui, rect: Rect, response: &Response, is_chosen: bool) {
    let visuals = ui.visuals();
    let ground = match (is_chosen, response.hovered()) {
        (true, _) => visuals.selection.bg_fill,
        (false, true) => visuals.widgets.inactive.bg_fill,
        (false, false) => Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, 6.0, ground);
    if response.has_focus() {
        ui.painter().rect_stroke(rect, 6.0, Stroke::new(1.0, ACCENT), StrokeKind::Inside);
    }
}

/// The ground of one of several pictures to choose from.
pub fn paint_cell_ground(ui: &Ui, rect: Rect, is_chosen: bool) {
    let visuals = ui.visuals();
    let ground = if is_chosen { visuals.widgets.open.bg_fill } else { visuals.extreme_bg_color };
    ui.painter().rect_filled(rect, 6.0, ground);
}

/// The frame around it: of the one that is chosen or has the keyboard, of the one under the pointer.
pub fn paint_cell_frame(ui: &Ui, rect: Rect, response: &Response, is_chosen: bool) {
    let visuals = ui.visuals();
    let line = if is_chosen || response.has_focus() {
        Stroke::new(2.0, ACCENT)
    } else if response.hovered() {
        Stroke::new(1.0, visuals.text_color())
    } else {
        Stroke::new(1.0, visuals.widgets.noninteractive.bg_stroke.color)
    };
    ui.painter().rect_stroke(rect, 6.0, line, StrokeKind::Inside);
}

/// A square button with an icon only, named and explained by its key; `is_on` marks a choice.
pub fn icon_button(ui: &mut Ui, icon: Icon, key: &str, is_on: Option<bool>) -> Response {
    ui.scope(|ui| {
        ui.spacing_mut().button_padding = ICON_PADDING;
        let button = as_choice(ui, Button::image(tinted(icon, is_on)), is_on);
        ui.add(button.min_size(Vec2::splat(CONTROL_HEIGHT)))
    })
    .inner
    .accessible_name(text(key))
    .on_hover_text(tooltip(key))
}

/// An icon fills its square.
const ICON_PADDING: Vec2 = vec2(3.0, 3.0);

/// A choice that is on has the accent's icon; white means the text's colour.
fn tinted(icon: Icon, is_on: Option<bool>) -> Image<'static> {
    icon.image().tint(if is_on == Some(true) { ACCENT } else { Color32::WHITE })
}

/// A choice that is on lies on a lighter ground: the accent as a ground is for the one thing to do next.
pub fn as_choice<'a>(ui: &Ui, button: Button<'a>, is_on: Option<bool>) -> Button<'a> {
    match is_on {
        Some(true) => button.selected(true).fill(ui.visuals().widgets.open.bg_fill),
        Some(false) => button.selected(false).image_tint_follows_text_color(true),
        None => button.image_tint_follows_text_color(true),
    }
}

/// Width of a slider's number.
const VALUE_WIDTH: f32 = 56.0;

/// How a number is shown and typed.
#[derive(Clone, Copy)]
pub enum Unit {
    Count,
    Tenths,
    Pixels,
    /// A share between 0 and 1 as per cent.
    Percent,
    Degrees,
}

/// A number as a slider with a field beside it.
pub struct Number<'a> {
    /// Of its name and explanation.
    pub key: &'a str,
    pub unit: Unit,
}

impl Number<'_> {
    /// Shows it as wide as `width`. It may be typed beyond the slider's range, up to `max_typed`.
    pub fn show<Num: Numeric>(
        &self,
        ui: &mut Ui,
        width: f32,
        value: &mut Num,
        range: RangeInclusive<Num>,
        max_typed: Num,
    ) {
        number(ui, &text(self.key), &tooltip(self.key), self.unit, width, value, range, max_typed);
    }
}

/// As [`Number::show`], with words that no key names.
#[expect(clippy::too_many_arguments, reason = "what a number is called, how it looks and where it may lie")]
pub fn number<Num: Numeric>(
    ui: &mut Ui,
    name: &str,
    tooltip: &str,
    unit: Unit,
    width: f32,
    value: &mut Num,
    range: RangeInclusive<Num>,
    max_typed: Num,
) {
    let min = *range.start();
    let rail = (width - VALUE_WIDTH - ui.spacing().item_spacing.x).max(32.0);
    let slider = ui.scope(|ui| {
        ui.spacing_mut().slider_width = rail;
        // A knob of 16 points.
        ui.spacing_mut().interact_size.y = 20.0;
        ui.visuals_mut().selection.bg_fill = ui.visuals().weak_text_color();
        let slider = Slider::new(value, range).show_value(false).clamping(SliderClamping::Never);
        ui.add(match unit {
            Unit::Pixels => slider.step_by(1.0).logarithmic(true).smallest_positive(1.0),
            Unit::Count | Unit::Degrees => slider.step_by(1.0),
            Unit::Tenths => slider.step_by(0.1),
            Unit::Percent => slider.step_by(0.01),
        })
    });
    slider.inner.accessible_name(name).on_hover_text(tooltip);
    let field = DragValue::new(value).range(min..=max_typed);
    let field = match unit {
        Unit::Count => field.speed(0.2),
        Unit::Tenths => field.fixed_decimals(1).speed(0.1),
        Unit::Pixels => field.custom_formatter(pixels).custom_parser(parse_pixels).speed(1.0),
        Unit::Percent => field.custom_formatter(percent).custom_parser(parse_percent).speed(0.01),
        Unit::Degrees => field.suffix("°").fixed_decimals(0).speed(1.0),
    };
    ui.add_sized([VALUE_WIDTH, CONTROL_HEIGHT], field).accessible_name(name).on_hover_text(tooltip);
}

fn pixels(length: f64, _: RangeInclusive<usize>) -> String {
    format!("{length:.0} px")
}

fn parse_pixels(text: &str) -> Option<f64> {
    text.trim().trim_end_matches("px").trim().parse().ok()
}

fn percent(share: f64, _: RangeInclusive<usize>) -> String {
    format!("{:.0} %", share * 100.0)
}

fn parse_percent(text: &str) -> Option<f64> {
    text.trim().trim_end_matches('%').trim().parse::<f64>().ok().map(|percent| percent / 100.0)
}

/// How a command's button looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Only the icon, without a ground until the pointer is over it.
    Quiet,
    /// Icon and name.
    Named,
    /// Icon and name on the accent: the one thing to do next.
    Accent,
}

/// A command's button. Runs the command.
pub fn command_button(ui: &mut Ui, desk: &mut Desk, command: Command, look: Look, size: Vec2) -> Response {
    let info = command.info();
    let label = info.label();
    let (is_enabled, is_on) = (command.is_enabled(desk), command.is_on(desk));
    let response = ui.scope(|ui| {
        let button = match (info.icon, look) {
            (Some(icon), Look::Quiet) => {
                ui.spacing_mut().button_padding = ICON_PADDING;
                Button::image(tinted(icon, is_on)).frame_when_inactive(false)
            }
            (Some(icon), Look::Named) => Button::image_and_text(tinted(icon, is_on), &label),
            (Some(icon), Look::Accent) => {
                Button::image_and_text(icon.image().tint(ON_ACCENT), RichText::new(&label).color(ON_ACCENT))
                    .fill(ACCENT)
            }
            (None, _) => Button::new(&label),
        };
        let button = as_choice(ui, button, is_on).min_size(size);
        ui.add_enabled(is_enabled, button)
    });
    let tooltip = tooltip_of(ui, desk, command);
    let response = response.inner.accessible_name(label).on_hover_text(&tooltip).on_disabled_hover_text(&tooltip);
    if response.clicked() {
        command.run(desk);
    }
    response
}

/// What a command does, and its shortcut.
fn tooltip_of(ui: &Ui, desk: &Desk, command: Command) -> String {
    let info = command.info();
    let history = desk.studio.history();
    let entry = match command {
        Command::Undo => history.undo_name(),
        Command::Redo => history.redo_name(),
        _ => None,
    };
    let (label, tooltip) = (info.label(), entry.map_or_else(|| info.tooltip(), edit_name));
    match desk.keymap.shortcuts(command).first() {
        Some(shortcut) => format!("{label} ({})\n{tooltip}", shortcut_text(ui, shortcut)),
        None => format!("{label}\n{tooltip}"),
    }
}

/// A shortcut as it stands on the keys: "Ctrl+[", not "Ctrl+OpenBracket".
pub fn shortcut_text(ui: &Ui, shortcut: &KeyboardShortcut) -> String {
    let key = shortcut.logical_key.symbol_or_name();
    let modifiers = ui.ctx().format_modifiers(shortcut.modifiers);
    if modifiers.is_empty() { key.to_owned() } else { format!("{modifiers}+{key}") }
}

/// Lays the rest of a line out from its right end.
pub fn from_right<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    ui.with_layout(Layout::right_to_left(Align::Center), contents).inner
}
