//! Colours, type and spacing: one accent, quiet greys, a grid of 4 points, no text under 12.

use std::collections::BTreeMap;

use egui::style::{HandleShape, Selection, WidgetVisuals};
use egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, Style, TextStyle, Theme, Visuals, vec2,
};

/// The one accent: ember.
pub const ACCENT: Color32 = Color32::from_rgb(0xF2, 0x6B, 0x38);
/// The accent under the pointer.
pub const ACCENT_HOVERED: Color32 = Color32::from_rgb(0xFF, 0x80, 0x4F);
/// Text and icons on the accent.
pub const ON_ACCENT: Color32 = Color32::from_rgb(0x20, 0x0C, 0x04);

/// Height of buttons and fields.
pub const CONTROL_HEIGHT: f32 = 28.0;
/// Side of an icon.
pub const ICON_SIZE: f32 = 18.0;

/// The greys of one theme, from the room's walls to its texts.
struct Greys {
    surround: Color32,
    panel: Color32,
    field: Color32,
    control: Color32,
    control_hovered: Color32,
    control_pressed: Color32,
    line: Color32,
    text: Color32,
    text_strong: Color32,
    text_weak: Color32,
    /// Selected text and list entries: the accent, subdued.
    selected: Color32,
    on_selected: Color32,
}

const DARK: Greys = Greys {
    surround: Color32::from_rgb(0x18, 0x19, 0x1B),
    panel: Color32::from_rgb(0x24, 0x25, 0x28),
    field: Color32::from_rgb(0x1B, 0x1C, 0x1F),
    control: Color32::from_rgb(0x34, 0x36, 0x3A),
    control_hovered: Color32::from_rgb(0x40, 0x42, 0x47),
    control_pressed: Color32::from_rgb(0x2C, 0x2E, 0x32),
    line: Color32::from_rgb(0x36, 0x38, 0x3C),
    text: Color32::from_rgb(0xD6, 0xD8, 0xDC),
    text_strong: Color32::from_rgb(0xF4, 0xF5, 0xF6),
    text_weak: Color32::from_rgb(0x9B, 0x9F, 0xA6),
    selected: Color32::from_rgb(0x6B, 0x33, 0x1D),
    on_selected: Color32::from_rgb(0xFF, 0xC2, 0xA8),
};

const LIGHT: Greys = Greys {
    surround: Color32::from_rgb(0xC9, 0xCA, 0xCD),
    panel: Color32::from_rgb(0xF3, 0xF3, 0xF4),
    field: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    control: Color32::from_rgb(0xE1, 0xE2, 0xE5),
    control_hovered: Color32::from_rgb(0xD3, 0xD5, 0xD9),
    control_pressed: Color32::from_rgb(0xC6, 0xC8, 0xCD),
    line: Color32::from_rgb(0xD2, 0xD4, 0xD8),
    text: Color32::from_rgb(0x2B, 0x2D, 0x31),
    text_strong: Color32::from_rgb(0x0E, 0x0F, 0x11),
    text_weak: Color32::from_rgb(0x5F, 0x63, 0x6B),
    selected: Color32::from_rgb(0xFB, 0xCF, 0xBC),
    on_selected: Color32::from_rgb(0x8A, 0x2E, 0x0A),
};

fn greys(dark_mode: bool) -> &'static Greys {
    if dark_mode { &DARK } else { &LIGHT }
}

/// The room around the picture.
#[must_use]
pub fn surround(visuals: &Visuals) -> Color32 {
    greys(visuals.dark_mode).surround
}

/// Lines between the walls and the room.
#[must_use]
pub fn line(visuals: &Visuals) -> Color32 {
    greys(visuals.dark_mode).line
}

/// The accent as text on a panel: darker on light grounds, for contrast.
#[must_use]
pub fn accent_text(visuals: &Visuals) -> Color32 {
    if visuals.dark_mode { ACCENT_HOVERED } else { Color32::from_rgb(0xB8, 0x3F, 0x10) }
}

/// Gives both themes their looks and starts with the dark one.
pub fn install(ctx: &Context) {
    ctx.set_style_of(Theme::Dark, style(Visuals::dark()));
    ctx.set_style_of(Theme::Light, style(Visuals::light()));
    ctx.set_theme(Theme::Dark);
}

fn style(visuals: Visuals) -> Style {
    let mut style = Style { text_styles: text_styles(), visuals: visuals_of(visuals), ..Style::default() };
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(8.0, 8.0);
    spacing.button_padding = vec2(8.0, 4.0);
    spacing.interact_size = vec2(CONTROL_HEIGHT, CONTROL_HEIGHT);
    spacing.icon_width = 16.0;
    spacing.icon_width_inner = 10.0;
    spacing.icon_spacing = 8.0;
    spacing.slider_rail_height = 4.0;
    spacing.menu_margin = Margin::same(8);
    spacing.menu_spacing = 4.0;
    spacing.window_margin = Margin::same(16);
    spacing.tooltip_width = 320.0;
    spacing.combo_height = 360.0;
    style.interaction.tooltip_delay = 0.4;
    style.interaction.selectable_labels = false;
    style.animation_time = 0.1;
    style
}

fn text_styles() -> BTreeMap<TextStyle, FontId> {
    let proportional = |size| FontId::new(size, FontFamily::Proportional);
    BTreeMap::from([
        (TextStyle::Small, proportional(12.0)),
        (TextStyle::Body, proportional(14.0)),
        (TextStyle::Button, proportional(14.0)),
        (TextStyle::Heading, proportional(18.0)),
        (TextStyle::Monospace, FontId::new(13.0, FontFamily::Monospace)),
    ])
}

fn visuals_of(base: Visuals) -> Visuals {
    let greys = greys(base.dark_mode);
    let mut visuals = base;
    let widget = |fill: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::NONE,
        corner_radius: CornerRadius::same(6),
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    visuals.widgets.noninteractive =
        WidgetVisuals { bg_stroke: Stroke::new(1.0, greys.line), ..widget(greys.panel, greys.text) };
    visuals.widgets.inactive = widget(greys.control, greys.text);
    visuals.widgets.hovered = widget(greys.control_hovered, greys.text_strong);
    visuals.widgets.active =
        WidgetVisuals { bg_stroke: Stroke::new(1.0, ACCENT), ..widget(greys.control_pressed, greys.text_strong) };
    visuals.widgets.open = widget(greys.control_hovered, greys.text_strong);

    visuals.selection = Selection { bg_fill: greys.selected, stroke: Stroke::new(1.0, greys.on_selected) };
    visuals.hyperlink_color = if visuals.dark_mode { ACCENT_HOVERED } else { Color32::from_rgb(0xB8, 0x3F, 0x10) };
    visuals.weak_text_color = Some(greys.text_weak);
    visuals.panel_fill = greys.panel;
    visuals.window_fill = greys.panel;
    visuals.window_stroke = Stroke::new(1.0, greys.line);
    visuals.extreme_bg_color = greys.field;
    visuals.faint_bg_color = greys.control_pressed;
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.menu_corner_radius = CornerRadius::same(8);
    visuals.window_shadow = shadow(visuals.dark_mode);
    visuals.popup_shadow = shadow(visuals.dark_mode);
    visuals.text_cursor.stroke = Stroke::new(2.0, ACCENT);
    visuals.slider_trailing_fill = true;
    visuals.handle_shape = HandleShape::Circle;
    visuals.warn_fg_color =
        if visuals.dark_mode { Color32::from_rgb(0xF5, 0xC0, 0x51) } else { Color32::from_rgb(0x8A, 0x5A, 0x00) };
    visuals.error_fg_color =
        if visuals.dark_mode { Color32::from_rgb(0xFF, 0x7B, 0x72) } else { Color32::from_rgb(0xB4, 0x1E, 0x1E) };
    visuals.disabled_alpha = 0.4;
    visuals
}

fn shadow(dark_mode: bool) -> Shadow {
    let alpha = if dark_mode { 120 } else { 40 };
    Shadow { offset: [0, 4], blur: 16, spread: 0, color: Color32::from_black_alpha(alpha) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG 2.1, relative luminance and contrast ratio.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let luminance = |colour: Color32| {
            let linear = |byte: u8| {
                let value = f32::from(byte) / 255.0;
                if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
        };
        let (light, dark) = (luminance(a).max(luminance(b)), luminance(a).min(luminance(b)));
        (light + 0.05) / (dark + 0.05)
    }

    #[test]
    fn every_text_is_readable_on_its_ground() {
        for greys in [&DARK, &LIGHT] {
            for ground in [greys.panel, greys.field, greys.control] {
                assert!(contrast(greys.text, ground) >= 7.0);
            }
            assert!(contrast(greys.text_weak, greys.panel) >= 4.5);
            assert!(contrast(greys.on_selected, greys.selected) >= 4.5);
        }
        assert!(contrast(ON_ACCENT, ACCENT) >= 4.5);
        assert!(contrast(accent_text(&Visuals::light()), LIGHT.panel) >= 4.5);
        assert!(contrast(accent_text(&Visuals::dark()), DARK.panel) >= 4.5);
    }

    #[test]
    fn no_text_is_smaller_than_12_points() {
        assert!(text_styles().values().all(|font| font.size >= 12.0));
    }
}
