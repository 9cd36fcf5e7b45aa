//! The view's zoom, pan, rotation and mirror, as pure arithmetic.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

/// Maps between the canvas (picture pixels, origin at the picture's top left) and the screen (egui points).
///
/// The picture is mirrored first (left and right change places), then turned, then enlarged, then moved:
/// `screen = origin + rotation * mirror * zoom * canvas`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// Screen points per canvas pixel.
    zoom: f32,
    /// Clockwise, in degrees, more than -180 and at most 180.
    angle: f32,
    is_mirrored: bool,
    /// Where the picture's top left corner lies on the screen.
    origin_on_screen: Pos2,
}

impl Default for Camera {
    fn default() -> Self {
        Self { zoom: 1.0, angle: 0.0, is_mirrored: false, origin_on_screen: Pos2::ZERO }
    }
}

/// `screen = x_axis * canvas.x + y_axis * canvas.y + origin`, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScreenFromCanvas {
    /// A step of one canvas pixel to the right.
    pub x_axis: Vec2,
    /// A step of one canvas pixel down.
    pub y_axis: Vec2,
    /// Where the picture's top left corner lies.
    pub origin: Pos2,
}

impl Camera {
    pub const MIN_ZOOM: f32 = 1.0 / 64.0;
    pub const MAX_ZOOM: f32 = 64.0;
    /// Degrees that a turn snaps to.
    pub const ANGLE_STEP: f32 = 15.0;

    /// Screen points per canvas pixel.
    #[must_use]
    pub fn zoom(&self) -> f32 {
        self.zoom
    }

    /// Clockwise, in degrees, more than -180 and at most 180.
    #[must_use]
    pub fn angle(&self) -> f32 {
        self.angle
    }

    #[must_use]
    pub fn is_mirrored(&self) -> bool {
        self.is_mirrored
    }

    /// Whether the picture's rows and columns run along the screen's.
    #[must_use]
    pub fn is_square_on(&self) -> bool {
        self.angle % 90.0 == 0.0
    }

    /// The map as its axes and origin.
    #[must_use]
    pub fn screen_from_canvas_map(&self) -> ScreenFromCanvas {
        let (sin, cos) = exact_sin_cos(self.angle);
        let across = if self.is_mirrored { -self.zoom } else { self.zoom };
        ScreenFromCanvas {
            x_axis: vec2(cos, sin) * across,
            y_axis: vec2(-sin, cos) * self.zoom,
            origin: self.origin_on_screen,
        }
    }

    #[must_use]
    pub fn canvas_from_screen(&self, pos_on_screen: Pos2) -> Pos2 {
        let (sin, cos) = exact_sin_cos(self.angle);
        let from_origin = pos_on_screen - self.origin_on_screen;
        let across = from_origin.x * cos + from_origin.y * sin;
        let down = from_origin.y * cos - from_origin.x * sin;
        (vec2(if self.is_mirrored { -across } else { across }, down) / self.zoom).to_pos2()
    }

    #[must_use]
    pub fn screen_from_canvas(&self, pos_in_canvas: Pos2) -> Pos2 {
        let map = self.screen_from_canvas_map();
        map.origin + map.x_axis * pos_in_canvas.x + map.y_axis * pos_in_canvas.y
    }

    /// The corners of a rectangle of the canvas, in its order: left top, right top, right bottom, left bottom.
    #[must_use]
    pub fn corners_on_screen(&self, rect_in_canvas: Rect) -> [Pos2; 4] {
        corners(rect_in_canvas).map(|corner| self.screen_from_canvas(corner))
    }

    /// The smallest upright rectangle on the screen around a rectangle of the canvas.
    #[must_use]
    pub fn screen_from_canvas_rect(&self, rect_in_canvas: Rect) -> Rect {
        Rect::from_points(&self.corners_on_screen(rect_in_canvas))
    }

    /// The smallest rectangle of the canvas around a rectangle of the screen.
    #[must_use]
    pub fn canvas_from_screen_rect(&self, rect_on_screen: Rect) -> Rect {
        Rect::from_points(&self.canvas_corners_of(rect_on_screen))
    }

    /// Where the corners of a rectangle of the screen lie in the canvas, in the order of [`Self::corners_on_screen`].
    #[must_use]
    pub fn canvas_corners_of(&self, rect_on_screen: Rect) -> [Pos2; 4] {
        corners(rect_on_screen).map(|corner| self.canvas_from_screen(corner))
    }

    /// Moves the picture by so many screen points.
    pub fn pan(&mut self, on_screen: Vec2) {
        self.origin_on_screen += on_screen;
    }

    /// Multiplies the zoom; what lies under `anchor_on_screen` stays there.
    pub fn zoom_by(&mut self, factor: f32, anchor_on_screen: Pos2) {
        self.zoom_to(self.zoom * factor, anchor_on_screen);
    }

    /// Sets the zoom, within [`Self::MIN_ZOOM`] and [`Self::MAX_ZOOM`]; what lies under `anchor_on_screen` stays there.
    pub fn zoom_to(&mut self, zoom: f32, anchor_on_screen: Pos2) {
        if !zoom.is_finite() {
            return;
        }
        let zoom = zoom.clamp(Self::MIN_ZOOM, Self::MAX_ZOOM);
        self.change_about(anchor_on_screen, |camera| camera.zoom = zoom);
    }

    /// Turns the picture clockwise by so many degrees; what lies under `anchor_on_screen` stays there.
    pub fn turn_by(&mut self, degrees: f32, anchor_on_screen: Pos2) {
        self.turn_to(self.angle + degrees, anchor_on_screen);
    }

    /// Turns the picture to an angle, clockwise in degrees; what lies under `anchor_on_screen` stays there.
    pub fn turn_to(&mut self, degrees: f32, anchor_on_screen: Pos2) {
        if !degrees.is_finite() {
            return;
        }
        let turned = degrees.rem_euclid(360.0);
        let angle = if turned > 180.0 { turned - 360.0 } else { turned };
        self.change_about(anchor_on_screen, |camera| camera.angle = angle);
    }

    /// Turns to the next of the angles that are multiples of [`Self::ANGLE_STEP`], clockwise or against it.
    pub fn turn_a_step(&mut self, clockwise: bool, anchor_on_screen: Pos2) {
        let steps = self.angle / Self::ANGLE_STEP;
        // A hair beyond, so that an angle on a step goes to the next one.
        let next = if clockwise { (steps + 1e-3).floor() + 1.0 } else { (steps - 1e-3).ceil() - 1.0 };
        self.turn_to(next * Self::ANGLE_STEP, anchor_on_screen);
    }

    /// The nearest multiple of [`Self::ANGLE_STEP`].
    #[must_use]
    pub fn snapped(degrees: f32) -> f32 {
        (degrees / Self::ANGLE_STEP).round() * Self::ANGLE_STEP
    }

    /// Exchanges left and right of the screen about `anchor_on_screen`.
    pub fn mirror(&mut self, anchor_on_screen: Pos2) {
        self.is_mirrored = !self.is_mirrored;
        // The screen's mirror image of a clockwise turn is one against the clock.
        self.angle = if self.angle == 180.0 { 180.0 } else { -self.angle };
        self.origin_on_screen.x = 2.0 * anchor_on_screen.x - self.origin_on_screen.x;
    }

    fn change_about(&mut self, anchor_on_screen: Pos2, change: impl FnOnce(&mut Self)) {
        let anchor_in_canvas = self.canvas_from_screen(anchor_on_screen);
        change(self);
        self.origin_on_screen += anchor_on_screen - self.screen_from_canvas(anchor_in_canvas);
    }

    /// Centres a picture of `picture_size` pixels in `view`, as large as fits with `margin` points around it,
    /// but never enlarged beyond `max_zoom`. Angle and mirror stay.
    pub fn fit(&mut self, picture_size: Vec2, view: Rect, margin: f32, max_zoom: f32) {
        let room = (view.size() - Vec2::splat(2.0 * margin)).max(Vec2::splat(1.0));
        let (sin, cos) = exact_sin_cos(self.angle);
        let size = picture_size.max(Vec2::splat(1.0));
        let turned = vec2(size.x * cos.abs() + size.y * sin.abs(), size.x * sin.abs() + size.y * cos.abs());
        let zoom = (room.x / turned.x).min(room.y / turned.y).min(max_zoom);
        self.zoom = zoom.clamp(Self::MIN_ZOOM, Self::MAX_ZOOM);
        self.centre(size, view);
    }

    /// Centres a picture in `view` at the present zoom, on whole screen points so that pixels stay crisp.
    pub fn centre(&mut self, picture_size: Vec2, view: Rect) {
        let middle = self.screen_from_canvas((picture_size / 2.0).to_pos2());
        let origin = self.origin_on_screen + (view.center() - middle);
        self.origin_on_screen = pos2(origin.x.round(), origin.y.round());
    }

    /// The same view with the picture's corner on a corner of one of the screen's pixels, so that at the actual size every
    /// pixel of the picture is one of the screen's. Only for drawing: slow movements would be lost in rounding.
    #[must_use]
    pub fn on_whole_pixels(&self, pixels_per_point: f32) -> Self {
        let snapped = |points: f32| (points * pixels_per_point).round() / pixels_per_point;
        let Pos2 { x, y } = self.origin_on_screen;
        Self { origin_on_screen: pos2(snapped(x), snapped(y)), ..*self }
    }

    /// Keeps at least a corner of the picture, `margin` points wide, inside `view`, so that it cannot be lost.
    pub fn keep_in_reach(&mut self, picture_size: Vec2, view: Rect, margin: f32) {
        let shown = self.screen_from_canvas_rect(Rect::from_min_size(Pos2::ZERO, picture_size));
        let margin = vec2(margin.min(shown.width()), margin.min(shown.height()));
        let min = view.min + margin - shown.size();
        let max = view.max - margin;
        self.origin_on_screen += shown.min.clamp(min.min(max), max.max(min)) - shown.min;
    }
}

/// Sine and cosine of an angle in degrees, without rounding at right angles: there pixels must stay on pixels.
fn exact_sin_cos(degrees: f32) -> (f32, f32) {
    match degrees {
        0.0 => (0.0, 1.0),
        90.0 => (1.0, 0.0),
        -90.0 => (-1.0, 0.0),
        180.0 => (0.0, -1.0),
        _ => degrees.to_radians().sin_cos(),
    }
}

fn corners(rect: Rect) -> [Pos2; 4] {
    [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(a: Pos2, b: Pos2) {
        assert!((a - b).length() < 1e-3, "{a:?} is not {b:?}");
    }

    #[test]
    fn screen_and_canvas_are_inverses() {
        let mut camera = Camera::default();
        camera.pan(vec2(13.5, -7.0));
        camera.zoom_by(3.7, pos2(100.0, 50.0));
        for pos in [pos2(0.0, 0.0), pos2(511.5, 3.25), pos2(-40.0, 900.0)] {
            assert_near(camera.canvas_from_screen(camera.screen_from_canvas(pos)), pos);
        }
    }

    #[test]
    fn zooming_keeps_what_lies_under_the_pointer() {
        let mut camera = Camera::default();
        let pointer = pos2(321.0, 123.0);
        let before = camera.canvas_from_screen(pointer);
        camera.zoom_by(1.25, pointer);
        camera.zoom_by(0.01, pointer);
        assert_near(camera.canvas_from_screen(pointer), before);
    }

    #[test]
    fn zoom_stays_in_its_range_and_ignores_nonsense() {
        let mut camera = Camera::default();
        camera.zoom_by(1e9, Pos2::ZERO);
        assert_eq!(camera.zoom(), Camera::MAX_ZOOM);
        camera.zoom_by(1e-9, Pos2::ZERO);
        assert_eq!(camera.zoom(), Camera::MIN_ZOOM);
        camera.zoom_by(f32::NAN, Pos2::ZERO);
        assert_eq!(camera.zoom(), Camera::MIN_ZOOM);
    }

    #[test]
    fn a_fitted_picture_is_centred_and_wholly_visible() {
        let mut camera = Camera::default();
        let view = Rect::from_min_size(pos2(50.0, 40.0), vec2(800.0, 600.0));
        camera.fit(vec2(2000.0, 1000.0), view, 20.0, 8.0);
        let shown = camera.screen_from_canvas_rect(Rect::from_min_size(Pos2::ZERO, vec2(2000.0, 1000.0)));
        assert!(view.contains_rect(shown));
        assert!((shown.center() - view.center()).length() <= 1.0);
        assert!((shown.width() - 760.0).abs() < 1e-3);
    }

    #[test]
    fn what_is_drawn_begins_on_a_pixel_of_the_screen() {
        let mut camera = Camera::default();
        camera.pan(vec2(10.3, -0.4));
        let corner = |pixels_per_point| camera.on_whole_pixels(pixels_per_point).screen_from_canvas(Pos2::ZERO);
        assert_near(corner(1.0), pos2(10.0, 0.0));
        assert_near(corner(2.0), pos2(10.5, -0.5));
        assert_eq!(camera.on_whole_pixels(2.0).zoom(), camera.zoom());
    }

    #[test]
    fn a_picture_cannot_be_lost_off_screen() {
        let mut camera = Camera::default();
        let view = Rect::from_min_size(Pos2::ZERO, vec2(400.0, 300.0));
        camera.pan(vec2(1e6, -1e6));
        camera.keep_in_reach(vec2(100.0, 100.0), view, 24.0);
        let shown = camera.screen_from_canvas_rect(Rect::from_min_size(Pos2::ZERO, vec2(100.0, 100.0)));
        assert!(shown.intersects(view));
    }

    #[test]
    fn screen_and_canvas_are_inverses_at_any_angle_and_mirrored() {
        for angle in [0.0, 15.0, 90.0, 133.7, 180.0, -90.0, -45.0] {
            for is_mirrored in [false, true] {
                let mut camera = Camera::default();
                camera.zoom_by(2.5, pos2(10.0, 20.0));
                camera.turn_to(angle, pos2(300.0, 200.0));
                if is_mirrored {
                    camera.mirror(pos2(250.0, 0.0));
                }
                for pos in [pos2(0.0, 0.0), pos2(511.5, 3.25), pos2(-40.0, 900.0)] {
                    assert_near(camera.canvas_from_screen(camera.screen_from_canvas(pos)), pos);
                }
            }
        }
    }

    #[test]
    fn a_quarter_turn_puts_the_top_to_the_right() {
        let mut camera = Camera::default();
        camera.turn_by(90.0, pos2(0.0, 0.0));
        assert_eq!(camera.screen_from_canvas(pos2(10.0, 0.0)), pos2(0.0, 10.0), "right becomes down");
        assert_eq!(camera.screen_from_canvas(pos2(0.0, 10.0)), pos2(-10.0, 0.0), "down becomes left");
        for _ in 0..3 {
            camera.turn_by(90.0, pos2(0.0, 0.0));
        }
        assert_eq!(camera, Camera::default(), "four quarters are none");
    }

    #[test]
    fn turning_keeps_what_lies_under_the_anchor() {
        let mut camera = Camera::default();
        camera.zoom_by(3.0, pos2(5.0, 5.0));
        let anchor = pos2(400.0, 300.0);
        let before = camera.canvas_from_screen(anchor);
        camera.turn_by(33.0, anchor);
        assert_near(camera.canvas_from_screen(anchor), before);
        camera.turn_to(f32::NAN, anchor);
        assert_eq!(camera.angle(), 33.0);
    }

    #[test]
    fn the_mirror_image_is_the_screen_s_whatever_the_angle() {
        for angle in [0.0, 30.0, 180.0, -120.0] {
            let mut camera = Camera::default();
            camera.turn_to(angle, pos2(50.0, 60.0));
            let before = camera.screen_from_canvas(pos2(12.0, 7.0));
            camera.mirror(pos2(100.0, 0.0));
            assert_near(camera.screen_from_canvas(pos2(12.0, 7.0)), pos2(200.0 - before.x, before.y));
            camera.mirror(pos2(100.0, 0.0));
            assert_near(camera.screen_from_canvas(pos2(12.0, 7.0)), before);
        }
    }

    #[test]
    fn steps_lead_from_any_angle_to_multiples_of_fifteen_degrees() {
        let step_from = |angle, clockwise| {
            let mut camera = Camera::default();
            camera.turn_to(angle, Pos2::ZERO);
            camera.turn_a_step(clockwise, Pos2::ZERO);
            camera.angle()
        };
        assert_eq!([step_from(0.0, true), step_from(7.0, true), step_from(7.0, false)], [15.0, 15.0, 0.0]);
        assert_eq!([step_from(180.0, true), step_from(-165.0, false), step_from(15.0, false)], [-165.0, 180.0, 0.0]);
        assert_eq!([Camera::snapped(7.4), Camera::snapped(7.6), Camera::snapped(-50.0)], [0.0, 15.0, -45.0]);
    }

    #[test]
    fn a_turned_picture_is_fitted_whole() {
        let mut camera = Camera::default();
        let view = Rect::from_min_size(pos2(50.0, 40.0), vec2(800.0, 600.0));
        camera.turn_to(30.0, Pos2::ZERO);
        camera.mirror(Pos2::ZERO);
        camera.fit(vec2(2000.0, 1000.0), view, 20.0, 8.0);
        let shown = camera.screen_from_canvas_rect(Rect::from_min_size(Pos2::ZERO, vec2(2000.0, 1000.0)));
        assert!(view.shrink(18.0).contains_rect(shown), "{shown:?}");
        assert!((shown.center() - view.center()).length() <= 1.0);
        assert!((shown.width() - 760.0).abs() < 1.0 || (shown.height() - 560.0).abs() < 1.0);
    }
}
