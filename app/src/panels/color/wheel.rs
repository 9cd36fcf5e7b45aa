//! A ring of hues, and in it a square of saturation (to the right) and value (upwards).

use std::f32::consts::TAU;

use egui::epaint::Mesh;
use egui::{
    Color32, EventFilter, Key, Painter, Pos2, Rect, Response, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo,
};
use egui::{pos2, vec2};

use crate::language::text;
use crate::paint::rgb_of;

/// Parts of the ring; its colours run evenly between them.
const SEGMENTS: u32 = 120;
/// Fields along each side of the square: two triangles alone would not be what is between four colours.
const FIELDS: u32 = 24;
/// Between ring and square, in points.
const GAP: f32 = 6.0;
/// Of the little circles that mark the colour.
const MARK: f32 = 5.0;
/// What an arrow key adds.
const KEY_STEP: f32 = 0.01;

/// What a drag has hold of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grip {
    Ring,
    Square,
}

/// Where the parts lie, in points.
struct Places {
    middle: Pos2,
    outer: f32,
    inner: f32,
    square: Rect,
}

impl Places {
    fn of(rect: Rect) -> Self {
        let outer = rect.width().min(rect.height()) / 2.0 - 1.0;
        let inner = outer - (outer * 0.18).max(12.0);
        let half = (inner - GAP).max(1.0) / 2.0_f32.sqrt();
        Self {
            middle: rect.center(),
            outer,
            inner,
            square: Rect::from_center_size(rect.center(), Vec2::splat(2.0 * half)),
        }
    }

    fn grip_at(&self, pos: Pos2) -> Option<Grip> {
        let distance = pos.distance(self.middle);
        if self.square.expand(GAP / 2.0).contains(pos) {
            Some(Grip::Square)
        } else {
            (distance > self.inner - GAP / 2.0 && distance < self.outer + MARK).then_some(Grip::Ring)
        }
    }

    fn on_ring(&self, hue: f32, radius: f32) -> Pos2 {
        self.middle + direction(hue) * radius
    }

    fn in_square(&self, saturation: f32, value: f32) -> Pos2 {
        pos2(self.square.left() + saturation * self.square.width(), self.square.bottom() - value * self.square.height())
    }
}

/// Red is to the right, and hues go on against the clock.
fn direction(hue: f32) -> Vec2 {
    let angle = hue * TAU;
    vec2(angle.cos(), -angle.sin())
}

/// Shows the wheel in a square of `side` points and lets pointer and arrow keys change the colour (`hsv`, each 0 to 1).
pub(super) fn show(ui: &mut Ui, side: f32, hsv: &mut [f32; 3], grip: &mut Option<Grip>) -> Response {
    let (rect, mut response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::ColorWell, ui.is_enabled(), text("color-wheel")));
    let places = Places::of(rect);
    let before = *hsv;
    if response.is_pointer_button_down_on() {
        if let Some(pos) = response.interact_pointer_pos() {
            if grip.is_none() {
                *grip = places.grip_at(pos);
            }
            match grip {
                Some(Grip::Ring) => {
                    let [x, y] = (pos - places.middle).into();
                    hsv[0] = ((-y).atan2(x) / TAU).rem_euclid(1.0);
                }
                Some(Grip::Square) => {
                    let at = (pos - places.square.left_bottom()) / places.square.size();
                    (hsv[1], hsv[2]) = (at.x.clamp(0.0, 1.0), (-at.y).clamp(0.0, 1.0));
                }
                None => {}
            }
        }
    } else {
        *grip = None;
    }
    if response.has_focus() {
        take_keys(ui, &response, hsv);
    }
    if *hsv != before {
        response.mark_changed();
    }
    if ui.is_rect_visible(rect) {
        paint(ui, &places, *hsv, response.has_focus());
    }
    response
}

/// Left and right change the saturation, up and down the value, with Shift the hue.
fn take_keys(ui: &Ui, response: &Response, hsv: &mut [f32; 3]) {
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let (across, up, turns) = ui.input(|input| {
        let pressed = |key| input.num_presses(key) as f32;
        let across = pressed(Key::ArrowRight) - pressed(Key::ArrowLeft);
        (across, pressed(Key::ArrowUp) - pressed(Key::ArrowDown), input.modifiers.shift)
    });
    if turns {
        hsv[0] = (hsv[0] + (across + up) * KEY_STEP).rem_euclid(1.0);
    } else {
        hsv[1] = (hsv[1] + across * KEY_STEP).clamp(0.0, 1.0);
        hsv[2] = (hsv[2] + up * KEY_STEP).clamp(0.0, 1.0);
    }
}

fn paint(ui: &Ui, places: &Places, [hue, saturation, value]: [f32; 3], has_focus: bool) {
    let painter = ui.painter();
    painter.add(Shape::mesh(ring(places)));
    painter.add(Shape::mesh(square(places, hue)));
    // Meshes have stairs at their edges; a line of the wall's colour covers them.
    let wall = Stroke::new(1.5, ui.visuals().panel_fill);
    painter.circle_stroke(places.middle, places.outer, wall);
    painter.circle_stroke(places.middle, places.inner, wall);
    if has_focus {
        painter.circle_stroke(places.middle, places.outer, ui.visuals().selection.stroke);
    }
    let middle_of_ring = (places.inner + places.outer) / 2.0;
    mark(painter, places.on_ring(hue, middle_of_ring), color32([hue, 1.0, 1.0]));
    mark(painter, places.in_square(saturation, value), color32([hue, saturation, value]));
}

fn mark(painter: &Painter, at: Pos2, color: Color32) {
    painter.circle(at, MARK, color, Stroke::new(3.0, Color32::from_black_alpha(150)));
    painter.circle_stroke(at, MARK, Stroke::new(1.5, Color32::WHITE));
}

fn ring(places: &Places) -> Mesh {
    let mut mesh = Mesh::default();
    for step in 0..=SEGMENTS {
        let hue = step as f32 / SEGMENTS as f32;
        for radius in [places.inner, places.outer] {
            mesh.colored_vertex(places.on_ring(hue, radius), color32([hue, 1.0, 1.0]));
        }
    }
    for step in 0..SEGMENTS {
        let first = 2 * step;
        mesh.add_triangle(first, first + 1, first + 2);
        mesh.add_triangle(first + 1, first + 2, first + 3);
    }
    mesh
}

fn square(places: &Places, hue: f32) -> Mesh {
    let mut mesh = Mesh::default();
    let share = |step: u32| step as f32 / FIELDS as f32;
    for row in 0..=FIELDS {
        for column in 0..=FIELDS {
            let (saturation, value) = (share(column), share(row));
            mesh.colored_vertex(places.in_square(saturation, value), color32([hue, saturation, value]));
        }
    }
    for row in 0..FIELDS {
        for column in 0..FIELDS {
            let first = row * (FIELDS + 1) + column;
            mesh.add_triangle(first, first + 1, first + FIELDS + 1);
            mesh.add_triangle(first + 1, first + FIELDS + 1, first + FIELDS + 2);
        }
    }
    mesh
}

fn color32(hsv: [f32; 3]) -> Color32 {
    let [red, green, blue] = super::bytes_of(rgb_of(hsv));
    Color32::from_rgb(red, green, blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_takes_hold_of_what_lies_there() {
        let places = Places::of(Rect::from_min_size(pos2(10.0, 20.0), Vec2::splat(200.0)));
        assert_eq!(places.grip_at(pos2(110.0, 120.0)), Some(Grip::Square));
        assert_eq!(places.grip_at(places.on_ring(0.3, (places.inner + places.outer) / 2.0)), Some(Grip::Ring));
        assert_eq!(places.grip_at(pos2(12.0, 22.0)), None);
        // The square's corners stay within the ring.
        assert!(places.square.left_top().distance(places.middle) < places.inner);
    }

    #[test]
    fn yellow_is_a_sixth_of_the_way_against_the_clock() {
        let places = Places::of(Rect::from_min_size(Pos2::ZERO, Vec2::splat(200.0)));
        let yellow = places.on_ring(1.0 / 6.0, 90.0);
        assert!(yellow.x > places.middle.x && yellow.y < places.middle.y);
        assert_eq!(color32([1.0 / 6.0, 1.0, 1.0]), Color32::from_rgb(255, 255, 0));
    }
}
