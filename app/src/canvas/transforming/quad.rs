//! The four corners that a transformation takes a rectangle to, and what dragging a handle does to them.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

use crate::canvas::handle::REACH;
use crate::document::PixelRect;
use crate::document::transform::{Point, Projection};

const SNAP_DEGREES: f32 = 15.0;

/// What can be taken hold of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Handle {
    /// Top left, top right, bottom right, bottom left.
    Corner(usize),
    /// The middle of the side from this corner to the next.
    Side(usize),
    Inside,
    /// Turns.
    Outside,
}

/// A rectangle of the canvas and where its corners have come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Quad {
    pub(super) source: [Point; 4],
    /// In canvas pixels.
    pub(super) corners: [Pos2; 4],
}

/// What the keys make of a drag.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ways {
    /// A corner goes its own way (perspective), a side slides along itself (skew).
    pub(super) freely: bool,
    /// Both sides by as much, in steps of 15 degrees, along one axis.
    pub(super) evenly: bool,
}

impl Quad {
    pub(super) fn of(bounds: PixelRect) -> Self {
        let [left, top, right, bottom] = [bounds.left, bounds.top, bounds.right, bounds.bottom].map(f64::from);
        let source = [[left, top], [right, top], [right, bottom], [left, bottom]];
        Self { source, corners: source.map(|[x, y]| pos2(x as f32, y as f32)) }
    }

    /// Where it was, in canvas pixels.
    pub(super) fn source_rect(&self) -> Rect {
        Rect::from_min_max(place(self.source[0]), place(self.source[2]))
    }

    /// Whether part of it has come to lie beyond the canvas, by half a pixel at least.
    pub(super) fn reaches_beyond(&self, canvas: PixelRect) -> bool {
        let PixelRect { left, top, right, bottom } = canvas;
        let within = Rect::from_min_max(pos2(left as f32, top as f32), pos2(right as f32, bottom as f32)).expand(0.5);
        self.corners.iter().any(|corner| !within.contains(*corner))
    }

    /// Whether anything has moved.
    pub(super) fn is_changed(&self) -> bool {
        self.corners.iter().zip(self.source).any(|(corner, [x, y])| *corner != pos2(x as f32, y as f32))
    }

    /// From the canvas as it is to the canvas as it will be.
    pub(super) fn projection(&self) -> Option<Projection> {
        let moved = self.corners[0] - pos2(self.source[0][0] as f32, self.source[0][1] as f32);
        // A mere move must be exactly one.
        let is_move =
            self.corners.iter().zip(self.source).all(|(corner, [x, y])| *corner - moved == pos2(x as f32, y as f32));
        if is_move {
            return Some(Projection::translation([f64::from(moved.x), f64::from(moved.y)]));
        }
        Projection::between(self.source, self.corners.map(point))
    }

    pub(super) fn middle(&self) -> Pos2 {
        (self.corners.iter().fold(Vec2::ZERO, |sum, corner| sum + corner.to_vec2()) / 4.0).to_pos2()
    }

    pub(super) fn middle_of_side(&self, side: usize) -> Pos2 {
        self.corners[side].lerp(self.corners[(side + 1) % 4], 0.5)
    }

    /// What lies under a place of the screen.
    pub(super) fn handle_at(&self, on_screen: Pos2, screen_from_canvas: impl Fn(Pos2) -> Pos2) -> Handle {
        let is_near = |place: Pos2| screen_from_canvas(place).distance(on_screen) <= REACH;
        let corner = (0..4).find(|&corner| is_near(self.corners[corner])).map(Handle::Corner);
        let side = || (0..4).find(|&side| is_near(self.middle_of_side(side))).map(Handle::Side);
        let inside = || {
            let [a, b, c, d] = self.corners.map(&screen_from_canvas);
            let side = |from: Pos2, to: Pos2| (to - from).rot90().dot(on_screen - from) > 0.0;
            let sides = [side(a, b), side(b, c), side(c, d), side(d, a)];
            let is_inside = sides.iter().all(|side| *side) || sides.iter().all(|side| !*side);
            is_inside.then_some(Handle::Inside)
        };
        corner.or_else(side).or_else(inside).unwrap_or(Handle::Outside)
    }

    /// The quadrilateral after a handle was dragged from one place of the canvas to another; `None` where nothing would
    /// be left to see.
    pub(super) fn dragged(&self, handle: Handle, from: Pos2, to: Pos2, ways: Ways) -> Option<Self> {
        let corners = match handle {
            Handle::Inside => self.moved(to - from, ways),
            Handle::Outside => self.turned(from, to, ways),
            Handle::Corner(corner) if ways.freely => {
                let mut corners = self.corners;
                corners[corner] += to - from;
                corners
            }
            Handle::Corner(corner) => {
                self.scaled(self.source[corner], self.source[(corner + 2) % 4], [true, true], from, to, ways)?
            }
            Handle::Side(side) => {
                let middle = |side: usize| {
                    let (a, b) = (self.source[side % 4], self.source[(side + 1) % 4]);
                    [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0]
                };
                let across = side % 2;
                if ways.freely {
                    self.skewed(side, from, to)?
                } else {
                    let both = ways.evenly;
                    self.scaled(
                        middle(side),
                        middle(side + 2),
                        [across == 1 || both, across == 0 || both],
                        from,
                        to,
                        ways,
                    )?
                }
            }
        };
        let dragged = Self { corners, ..*self };
        dragged.projection()?.inverse()?;
        Some(dragged)
    }

    /// By whole pixels, so that nothing is blurred.
    fn moved(&self, by: Vec2, ways: Ways) -> [Pos2; 4] {
        let by = match ways.evenly {
            true if by.x.abs() > by.y.abs() => vec2(by.x, 0.0),
            true => vec2(0.0, by.y),
            false => by,
        };
        self.corners.map(|corner| corner + by.round())
    }

    fn turned(&self, from: Pos2, to: Pos2, ways: Ways) -> [Pos2; 4] {
        let middle = self.middle();
        let angle = ((to - middle).angle() - (from - middle).angle()).to_degrees();
        let angle = if ways.evenly { (angle / SNAP_DEGREES).round() * SNAP_DEGREES } else { angle };
        let turn = Projection::rotation(f64::from(angle)).about(point(middle));
        self.corners.map(|corner| turn.apply(point(corner)).map_or(corner, place))
    }

    /// Scales the rectangle before it is projected: `held` moves, `fixed` stays.
    fn scaled(
        &self,
        held: Point,
        fixed: Point,
        axes: [bool; 2],
        from: Pos2,
        to: Pos2,
        ways: Ways,
    ) -> Option<[Pos2; 4]> {
        let projection = self.projection()?;
        let by = self.drag_in_source(projection, from, to)?;
        let scale = |axis: usize| {
            let span = held[axis] - fixed[axis];
            if span == 0.0 { None } else { Some((span + by[axis]) / span) }
        };
        let mut scales = [0, 1].map(|axis| axes[axis].then(|| scale(axis)).flatten());
        if ways.evenly {
            let all = scales.into_iter().flatten();
            let largest = all.fold(0.0f64, |largest, scale| if scale.abs() > largest.abs() { scale } else { largest });
            scales = axes.map(|is_scaled| is_scaled.then_some(largest));
        }
        let scales = scales.map(|scale| scale.unwrap_or(1.0));
        let scaled =
            self.source.map(|corner| [0, 1].map(|axis| fixed[axis] + (corner[axis] - fixed[axis]) * scales[axis]));
        self.projected(projection, scaled)
    }

    /// Slides a side along itself.
    fn skewed(&self, side: usize, from: Pos2, to: Pos2) -> Option<[Pos2; 4]> {
        let projection = self.projection()?;
        let by = self.drag_in_source(projection, from, to)?;
        let mut source = self.source;
        for corner in [side, (side + 1) % 4] {
            source[corner][side % 2] += by[side % 2];
        }
        self.projected(projection, source)
    }

    fn drag_in_source(&self, projection: Projection, from: Pos2, to: Pos2) -> Option<Point> {
        let inverse = projection.inverse()?;
        let (from, to) = (inverse.apply(point(from))?, inverse.apply(point(to))?);
        Some([to[0] - from[0], to[1] - from[1]])
    }

    fn projected(&self, projection: Projection, source: [Point; 4]) -> Option<[Pos2; 4]> {
        let [a, b, c, d] = source.map(|corner| projection.apply(corner).map(place));
        Some([a?, b?, c?, d?])
    }
}

pub(super) fn point(pos: Pos2) -> Point {
    [f64::from(pos.x), f64::from(pos.y)]
}

pub(super) fn place([x, y]: Point) -> Pos2 {
    pos2(x as f32, y as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quad() -> Quad {
        Quad::of(PixelRect { left: 10, top: 20, right: 110, bottom: 70 })
    }

    fn corners(quad: Option<Quad>) -> [[i32; 2]; 4] {
        quad.unwrap().corners.map(|corner| [corner.x.round() as i32, corner.y.round() as i32])
    }

    const FREELY: Ways = Ways { freely: true, evenly: false };
    const EVENLY: Ways = Ways { freely: false, evenly: true };

    #[test]
    fn a_corner_scales_about_the_opposite_one() {
        let drag = |ways| corners(quad().dragged(Handle::Corner(2), pos2(110.0, 70.0), pos2(160.0, 80.0), ways));
        assert_eq!(drag(Ways::default()), [[10, 20], [160, 20], [160, 80], [10, 80]]);
        assert_eq!(drag(EVENLY), [[10, 20], [160, 20], [160, 95], [10, 95]]);
        assert_eq!(drag(FREELY), [[10, 20], [110, 20], [160, 80], [10, 70]]);
    }

    #[test]
    fn a_side_scales_one_way_or_slides() {
        let drag = |ways| corners(quad().dragged(Handle::Side(0), pos2(60.0, 20.0), pos2(70.0, 10.0), ways));
        assert_eq!(drag(Ways::default()), [[10, 10], [110, 10], [110, 70], [10, 70]]);
        assert_eq!(drag(FREELY), [[20, 20], [120, 20], [110, 70], [10, 70]]);
    }

    #[test]
    fn inside_moves_by_whole_pixels_and_outside_turns() {
        let moved = quad().dragged(Handle::Inside, pos2(50.0, 50.0), pos2(53.4, 58.9), Ways::default());
        assert_eq!(moved.unwrap().projection(), Some(Projection::translation([3.0, 9.0])));
        let turned = quad().dragged(Handle::Outside, pos2(160.0, 45.0), pos2(58.0, 145.0), EVENLY);
        assert_eq!(corners(turned), [[85, -5], [85, 95], [35, 95], [35, -5]]);
    }

    #[test]
    fn what_would_leave_nothing_is_refused() {
        assert_eq!(quad().dragged(Handle::Corner(2), pos2(110.0, 70.0), pos2(10.0, 20.0), Ways::default()), None);
        assert_eq!(quad().dragged(Handle::Corner(0), pos2(10.0, 20.0), pos2(500.0, 500.0), FREELY), None);
    }

    #[test]
    fn handles_are_found_on_the_screen() {
        let screen_from_canvas = |pos: Pos2| pos * 2.0;
        let at = |x: f32, y: f32| quad().handle_at(pos2(x, y), screen_from_canvas);
        assert_eq!(at(222.0, 143.0), Handle::Corner(2));
        assert_eq!(at(20.0, 90.0), Handle::Side(3));
        assert_eq!(at(100.0, 90.0), Handle::Inside);
        assert_eq!(at(300.0, 90.0), Handle::Outside);
    }
}
