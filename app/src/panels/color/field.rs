//! A colour in a line of options: a swatch that opens the wheel.

use egui::containers::Popup;
use egui::{PopupCloseBehavior, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, vec2};

use super::{ColorPanel, SMALL_WHEEL, bytes_of, paint_swatch, wheel};
use crate::paint::rgb_of;
use crate::theme::CONTROL_HEIGHT;

const SIZE: Vec2 = vec2(40.0, 20.0);

/// Shows `color` (sRGB) and lets it be changed; `name` and `explanation` say which it is.
pub fn color_field(ui: &mut Ui, name: &str, explanation: &str, color: &mut [u8; 3]) -> Response {
    let (room, mut response) = ui.allocate_exact_size(vec2(SIZE.x, CONTROL_HEIGHT), Sense::click());
    let rect = egui::Rect::from_center_size(room.center(), SIZE);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
    paint_swatch(ui, rect, *color);
    if response.hovered() || response.has_focus() {
        ui.painter().rect_stroke(rect, 4.0, Stroke::new(2.0, ui.visuals().strong_text_color()), StrokeKind::Outside);
    }
    let before = *color;
    Popup::from_toggle_button_response(&response).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        let id = response.id.with("wheel");
        let mut panel: ColorPanel = ui.data(|data| data.get_temp(id)).unwrap_or_default();
        panel.follow(*color);
        if wheel::show(ui, SMALL_WHEEL, &mut panel.hsv, &mut panel.grip).changed() {
            *color = bytes_of(rgb_of(panel.hsv));
        }
        ui.data_mut(|data| data.insert_temp(id, panel));
    });
    if *color != before {
        response.mark_changed();
    }
    if explanation.is_empty() { response } else { response.on_hover_text(explanation) }
}
