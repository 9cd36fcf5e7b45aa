//! The view's zoom and pan, as pure arithmetic.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

/// Maps between the canvas (picture pixels, origin at the picture's top left) and the screen (egui points).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// Screen points per canvas pixel.
    zoom: f32,
    /// Where the picture's top left corner lies on the screen.
    origin_on_screen: Pos2,
}

impl Default for Camera {
    fn default() -> Self {
        Self { zoom: 1.0, origin_on_screen: Pos2::ZERO }
    }
}

impl Camera {
    pub const MIN_ZOOM: f32 = 1.0 / 64.0;
    pub const MAX_ZOOM: f32 = 64.0;

    /// Screen points per canvas pixel.
    #[must_use]
    pub fn zoom(&self) -> f32 {
        self.zoom
    }

    #[must_use]
    pub fn canvas_from_screen(&self, pos_on_screen: Pos2) -> Pos2 {
        ((pos_on_screen - self.origin_on_screen) / self.zoom).to_pos2()
    }

    #[must_use]
    pub fn screen_from_canvas(&self, pos_in_canvas: Pos2) -> Pos2 {
        self.origin_on_screen + pos_in_canvas.to_vec2() * self.zoom
    }

    #[must_use]
    pub fn screen_from_canvas_rect(&self, rect_in_canvas: Rect) -> Rect {
        Rect::from_min_max(self.screen_from_canvas(rect_in_canvas.min), self.screen_from_canvas(rect_in_canvas.max))
    }

    #[must_use]
    pub fn canvas_from_screen_rect(&self, rect_on_screen: Rect) -> Rect {
        Rect::from_min_max(self.canvas_from_screen(rect_on_screen.min), self.canvas_from_screen(rect_on_screen.max))
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
        let anchor_in_canvas = self.canvas_from_screen(anchor_on_screen);
        self.zoom = zoom.clamp(Self::MIN_ZOOM, Self::MAX_ZOOM);
        self.origin_on_screen = anchor_on_screen - anchor_in_canvas.to_vec2() * self.zoom;
    }

    /// Centres a picture of `picture_size` pixels in `view`, as large as fits with `margin` points around it,
    /// but never enlarged beyond `max_zoom`.
    pub fn fit(&mut self, picture_size: Vec2, view: Rect, margin: f32, max_zoom: f32) {
        let room = (view.size() - Vec2::splat(2.0 * margin)).max(Vec2::splat(1.0));
        let picture_size = picture_size.max(Vec2::splat(1.0));
        let zoom = (room.x / picture_size.x).min(room.y / picture_size.y).min(max_zoom);
        self.zoom = zoom.clamp(Self::MIN_ZOOM, Self::MAX_ZOOM);
        self.centre(picture_size, view);
    }

    /// Centres a picture in `view` at the present zoom, on whole screen points so that pixels stay crisp.
    pub fn centre(&mut self, picture_size: Vec2, view: Rect) {
        let top_left = view.center() - picture_size * self.zoom / 2.0;
        self.origin_on_screen = pos2(top_left.x.round(), top_left.y.round());
    }

    /// The same view with the picture's corner on a corner of one of the screen's pixels, so that at the actual size every
    /// pixel of the picture is one of the screen's. Only for drawing: slow movements would be lost in rounding.
    #[must_use]
    pub fn on_whole_pixels(&self, pixels_per_point: f32) -> Self {
        let snapped = |points: f32| (points * pixels_per_point).round() / pixels_per_point;
        let Pos2 { x, y } = self.origin_on_screen;
        Self { zoom: self.zoom, origin_on_screen: pos2(snapped(x), snapped(y)) }
    }

    /// Keeps at least a corner of the picture, `margin` points wide, inside `view`, so that it cannot be lost.
    pub fn keep_in_reach(&mut self, picture_size: Vec2, view: Rect, margin: f32) {
        let size_on_screen = picture_size * self.zoom;
        let margin = vec2(margin.min(size_on_screen.x), margin.min(size_on_screen.y));
        let min = view.min + margin - size_on_screen;
        let max = view.max - margin;
        self.origin_on_screen = self.origin_on_screen.clamp(min.min(max), max.max(min));
    }
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
}
