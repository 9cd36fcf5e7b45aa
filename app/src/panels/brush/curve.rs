//! A response curve that is edited by dragging its points.

use egui::{Pos2, Rect, Role, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::language::tooltip;
use crate::paint::Curve;
use crate::theme::ACCENT;

const HEIGHT: f32 = 112.0;
/// How near the pointer must be to a point to take it, in points.
const REACH: f32 = 12.0;

/// Shows the curve: a drag moves a point, or makes one where there is none; a double click takes one away.
pub(super) fn curve_editor(ui: &mut Ui, name: &str, curve: &mut Curve) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, ui.is_enabled(), name));
    let inner = rect.shrink(8.0);
    let held_id = response.id.with("held");
    let pointer = response.interact_pointer_pos();
    if let (true, Some(pos)) = (response.double_clicked(), pointer) {
        if let Some(shorter) = nearest(curve, inner, pos).and_then(|index| curve.without_point(index)) {
            *curve = shorter;
        } else if let Some(longer) = curve.with_point(value_at(inner, pos)) {
            *curve = longer;
        }
    } else if let (true, Some(pos)) = (response.drag_started(), pointer) {
        // Where the drag began, before the pointer had gone far enough to be one.
        let pos = ui.input(|input| input.pointer.press_origin()).unwrap_or(pos);
        if nearest(curve, inner, pos).is_none() {
            *curve = curve.with_point(value_at(inner, pos)).unwrap_or_else(|| curve.clone());
        }
        let held = nearest(curve, inner, pos);
        ui.data_mut(|data| data.insert_temp(held_id, held));
    }
    if let (true, Some(pos)) = (response.dragged(), pointer)
        && let Some(held) = ui.data(|data| data.get_temp::<Option<usize>>(held_id)).flatten()
    {
        *curve = curve.with_moved_point(held, value_at(inner, pos));
    }
    paint(ui, rect, inner, curve);
    response.on_hover_text(tooltip("brush-curve-of"));
}

fn paint(ui: &Ui, rect: Rect, inner: Rect, curve: &Curve) {
    let (painter, visuals) = (ui.painter(), ui.visuals());
    let thin = Stroke::new(1.0, visuals.widgets.noninteractive.bg_stroke.color);
    painter.rect(rect, 4.0, visuals.extreme_bg_color, thin, StrokeKind::Inside);
    for quarter in 1..4 {
        let share = quarter as f32 / 4.0;
        painter.hline(inner.x_range(), egui::lerp(inner.y_range(), share), thin);
        painter.vline(egui::lerp(inner.x_range(), share), inner.y_range(), thin);
    }
    let steps = inner.width().max(2.0) as usize;
    let line = (0..=steps).map(|step| {
        let x = step as f32 / steps as f32;
        place_of(inner, [x, curve.at(x)])
    });
    painter.add(Shape::line(line.collect(), Stroke::new(2.0, visuals.text_color())));
    for point in curve.points() {
        painter.circle(place_of(inner, *point), 4.0, ACCENT, Stroke::new(1.0, visuals.extreme_bg_color));
    }
}

/// The point that the pointer is at.
fn nearest(curve: &Curve, inner: Rect, pos: Pos2) -> Option<usize> {
    let distances = curve.points().iter().map(|point| place_of(inner, *point).distance(pos)).enumerate();
    let (index, distance) = distances.min_by(|(_, a), (_, b)| a.total_cmp(b))?;
    (distance <= REACH).then_some(index)
}

fn place_of(inner: Rect, [x, y]: [f32; 2]) -> Pos2 {
    pos2(egui::lerp(inner.x_range(), x), egui::lerp(inner.y_range(), 1.0 - y))
}

fn value_at(inner: Rect, pos: Pos2) -> [f32; 2] {
    let share = (pos - inner.min) / inner.size();
    [share.x.clamp(0.0, 1.0), (1.0 - share.y).clamp(0.0, 1.0)]
}

#[cfg(test)]
mod tests {
    use egui::{Event, Modifiers, PointerButton};
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;

    /// The editor of a line from 0 to 1, and where its inner part lies.
    fn editor() -> (Harness<'static, Curve>, Rect) {
        let show = |ui: &mut Ui, curve: &mut Curve| curve_editor(ui, "Curve of Pressure", curve);
        let mut harness = Harness::new_ui_state(show, Curve::line(0.0, 1.0));
        harness.run();
        let rect = harness.get_by_label("Curve of Pressure").rect();
        (harness, rect.shrink(8.0))
    }

    fn drag(harness: &mut Harness<'static, Curve>, from: Pos2, to: Pos2) {
        let button = |pos, pressed| Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        for event in [
            Event::PointerMoved(from),
            button(from, true),
            Event::PointerMoved(from.lerp(to, 0.5)),
            Event::PointerMoved(to),
            button(to, false),
        ] {
            harness.event(event);
            harness.step();
        }
        harness.run();
    }

    #[test]
    fn a_drag_moves_a_point_or_makes_one() {
        let (mut harness, inner) = editor();
        drag(&mut harness, place_of(inner, [1.0, 1.0]), place_of(inner, [1.0, 0.5]));
        let points = harness.state().points().to_vec();
        assert!(points.len() == 2 && (points[1][1] - 0.5).abs() < 0.02, "{points:?}");
        drag(&mut harness, place_of(inner, [0.5, 0.9]), place_of(inner, [0.6, 0.8]));
        let points = harness.state().points().to_vec();
        assert!(points.len() == 3, "{points:?}");
        assert!((points[1][0] - 0.6).abs() < 0.02 && (points[1][1] - 0.8).abs() < 0.02, "{points:?}");
    }
}
