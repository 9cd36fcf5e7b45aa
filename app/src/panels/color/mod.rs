//! The colour in hand: a wheel, numbers, and the colours used lately.

mod field;
mod wheel;

use egui::{
    Align, Align2, Color32, DragValue, Layout, Rect, Response, RichText, Role, Sense, Stroke, StrokeKind, TextEdit, Ui,
};
use egui::{Vec2, WidgetInfo, vec2};

pub use self::field::color_field;

use self::wheel::Grip;
use super::controls::{Look, command_button};
use crate::canvas::Toolbox;
use crate::commands::Command;
use crate::desk::Desk;
use crate::language::{text, text_with, tooltip};
use crate::paint::{hsv_of, rgb_of};
use crate::theme::{self, CONTROL_HEIGHT};

/// The wheel's side, in points.
const WHEEL: std::ops::RangeInclusive<f32> = 96.0..=320.0;
/// Beside the pointer.
const SMALL_WHEEL: f32 = 176.0;
/// Width of what stands beside the wheel.
const NUMBERS: f32 = 96.0;
/// Side of a colour used lately.
const SWATCH: f32 = 20.0;
/// The colour in hand and the one beside it.
const HANDS: Vec2 = vec2(60.0, 48.0);
const SECOND: Vec2 = vec2(26.0, 26.0);

/// What the panel keeps from frame to frame.
#[derive(Clone, Default)]
pub struct ColorPanel {
    /// Hue, saturation and value, each 0 to 1, as they were set: greys have a hue here too.
    hsv: [f32; 3],
    grip: Option<Grip>,
    /// The six digits as they are typed.
    typed: Option<String>,
}

impl ColorPanel {
    /// Takes over a colour that was changed elsewhere, without forgetting what it does not say.
    fn follow(&mut self, rgb: [u8; 3]) {
        if bytes_of(rgb_of(self.hsv)) != rgb {
            let [hue, saturation, value] = hsv_of(rgb.map(|level| f32::from(level) / 255.0));
            let is_grey = saturation <= 0.0;
            let is_black = value <= 0.0;
            let [old_hue, old_saturation, _] = self.hsv;
            self.hsv = [if is_grey { old_hue } else { hue }, if is_black { old_saturation } else { saturation }, value];
        }
    }
}

fn bytes_of(rgb: [f32; 3]) -> [u8; 3] {
    rgb.map(|level| (level.clamp(0.0, 1.0) * 255.0).round() as u8)
}

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    desk.color_panel.follow(desk.tools.color);
    let lately = SWATCH + 12.0;
    let room = vec2(ui.available_width() - NUMBERS - 12.0, ui.available_height() - lately);
    let side = room.min_elem().clamp(*WHEEL.start(), *WHEEL.end());
    ui.horizontal_top(|ui| {
        let ColorPanel { hsv, grip, .. } = &mut desk.color_panel;
        let wheel = wheel::show(ui, side, hsv, grip).on_hover_text(tooltip("color-wheel"));
        if wheel.changed() {
            desk.tools.color = bytes_of(rgb_of(*hsv));
        }
        ui.add_space(4.0);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            hands(ui, desk);
            ui.add_space(4.0);
            numbers(ui, desk);
            digits(ui, desk);
        });
    });
    used_lately(ui, &mut desk.tools);
}

/// The same without numbers, beside the pointer.
pub fn show_small(ui: &mut Ui, desk: &mut Desk) {
    desk.color_panel.follow(desk.tools.color);
    ui.horizontal_top(|ui| {
        let ColorPanel { hsv, grip, .. } = &mut desk.color_panel;
        if wheel::show(ui, SMALL_WHEEL, hsv, grip).on_hover_text(tooltip("color-wheel")).changed() {
            desk.tools.color = bytes_of(rgb_of(*hsv));
        }
        ui.vertical(|ui| hands(ui, desk));
    });
    used_lately(ui, &mut desk.tools);
}

/// The colour in hand over the one beside it, and what exchanges them.
fn hands(ui: &mut Ui, desk: &mut Desk) {
    ui.horizontal(|ui| {
        let (rect, response) = ui.allocate_exact_size(HANDS, Sense::hover());
        response.on_hover_text(tooltip("second-color"));
        let second = Rect::from_min_size(rect.right_bottom() - SECOND, SECOND);
        let first = Rect::from_min_max(rect.min, rect.max - vec2(14.0, 10.0));
        paint_swatch(ui, second, desk.tools.second_color);
        ui.painter().rect_filled(first.expand(2.0), 6.0, ui.visuals().panel_fill);
        paint_swatch(ui, first, desk.tools.color);
        command_button(ui, desk, Command::SwapColors, Look::Quiet, Vec2::splat(CONTROL_HEIGHT));
    });
}

fn numbers(ui: &mut Ui, desk: &mut Desk) {
    let hsv = &mut desk.color_panel.hsv;
    let mut is_changed = false;
    for (place, (key, whole, unit)) in
        [("color-hue", 360.0, "°"), ("color-saturation", 100.0, " %"), ("color-value", 100.0, " %")].iter().enumerate()
    {
        let Some(share) = hsv.get_mut(place) else { continue };
        ui.horizontal(|ui| {
            ui.add_sized([14.0, CONTROL_HEIGHT], egui::Label::new(RichText::new(text(key)).weak()));
            let mut number = f64::from(*share) * whole;
            let field = DragValue::new(&mut number).range(0.0..=*whole).fixed_decimals(0).suffix(*unit).speed(0.5);
            let field = ui.add_sized([NUMBERS - 24.0, CONTROL_HEIGHT], field);
            if field.accessible_name(tooltip(key)).on_hover_text(tooltip(key)).changed() {
                *share = (number / whole) as f32;
                is_changed = true;
            }
        });
    }
    if is_changed {
        desk.tools.color = bytes_of(rgb_of(*hsv));
    }
}

/// Red, green and blue as six digits, as other programs write them.
fn digits(ui: &mut Ui, desk: &mut Desk) {
    let [red, green, blue] = desk.tools.color;
    let mut typed = desk.color_panel.typed.take().unwrap_or_else(|| format!("{red:02x}{green:02x}{blue:02x}"));
    ui.horizontal(|ui| {
        ui.add_sized([14.0, CONTROL_HEIGHT], egui::Label::new(RichText::new("#").weak()));
        let edit = TextEdit::singleline(&mut typed).char_limit(7).align(Align2::LEFT_CENTER);
        let field = ui.add_sized([NUMBERS - 24.0, CONTROL_HEIGHT], edit);
        let field = field.accessible_name(text("color-digits")).on_hover_text(tooltip("color-digits"));
        if field.lost_focus() {
            desk.tools.color = color_of_digits(&typed).unwrap_or(desk.tools.color);
        } else if field.has_focus() {
            desk.color_panel.typed = Some(typed);
        }
    });
}

/// `d6452b` or `#d6452b`, or `f80` for `ff8800`.
fn color_of_digits(digits: &str) -> Option<[u8; 3]> {
    let digits = digits.trim().trim_start_matches('#');
    // A number may have a sign, a colour not.
    let number =
        digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16))?.ok()?;
    let level = |shift: u32| (number >> shift & 0xff) as u8;
    let doubled = |shift: u32| (number >> shift & 0xf) as u8 * 17;
    match digits.len() {
        6 => Some([level(16), level(8), level(0)]),
        3 => Some([doubled(8), doubled(4), doubled(0)]),
        _ => None,
    }
}

fn used_lately(ui: &mut Ui, tools: &mut Toolbox) {
    ui.add_space(4.0);
    let mut taken = None;
    ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        let fits = ((ui.available_width() + 5.0) / (SWATCH + 5.0)) as usize;
        for color in tools.recent_colors().iter().take(fits) {
            if swatch(ui, *color).clicked() {
                taken = Some(*color);
            }
        }
    });
    tools.color = taken.unwrap_or(tools.color);
}

fn swatch(ui: &mut Ui, color: [u8; 3]) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(SWATCH), Sense::click());
    let [red, green, blue] = color;
    let name = text_with("color-used", &[("digits", format!("#{red:02x}{green:02x}{blue:02x}").into())]);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &name));
    paint_swatch(ui, rect, color);
    if response.hovered() || response.has_focus() {
        ui.painter().rect_stroke(rect, 4.0, Stroke::new(2.0, ui.visuals().strong_text_color()), StrokeKind::Outside);
    }
    response.on_hover_text(name)
}

fn paint_swatch(ui: &Ui, rect: Rect, [red, green, blue]: [u8; 3]) {
    let edge = Stroke::new(1.0, theme::line(ui.visuals()));
    ui.painter().rect(rect, 4.0, Color32::from_rgb(red, green, blue), edge, StrokeKind::Inside);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_as_they_are_written_elsewhere() {
        assert_eq!(color_of_digits("d6452b"), Some([0xd6, 0x45, 0x2b]));
        assert_eq!(color_of_digits(" #F80 "), Some([0xff, 0x88, 0]));
        for wrong in ["", "#", "12345", "xyzxyz", "+12345", "1234567"] {
            assert_eq!(color_of_digits(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_grey_keeps_its_hue_and_black_its_saturation() {
        let mut panel = ColorPanel { hsv: [0.6, 0.5, 0.5], ..ColorPanel::default() };
        panel.follow([128; 3]);
        assert_eq!(panel.hsv[..2], [0.6, 0.0]);
        panel.hsv = [0.6, 0.5, 0.5];
        panel.follow([0; 3]);
        assert_eq!(panel.hsv, [0.6, 0.5, 0.0]);
        panel.follow([255, 0, 0]);
        assert_eq!(panel.hsv, [0.0, 1.0, 1.0]);
    }

    #[test]
    fn every_colour_comes_back_from_hue_saturation_and_value() {
        for number in (0..1 << 24).step_by(997) {
            let rgb = [(number >> 16) as u8, (number >> 8) as u8, number as u8];
            assert_eq!(bytes_of(rgb_of(hsv_of(rgb.map(|level| f32::from(level) / 255.0)))), rgb);
        }
    }
}
