//! Turning, skewing and views in perspective: each new pixel looks up where it comes from.
//!
//! Where pixels are shrunk, the old picture is first scaled down along its own axes, by as little as any part of it is
//! shrunk; what is left of it (the far end of a view in perspective) is taken from several points of each new pixel.

use super::filter::{Filter, Sample, add};
use super::grids::grid_of_tiles;
use super::projection::{Point, Projection};
use super::scale::{Axis, Edge, rescaled};
use crate::document::tiles::{Tile, TileGrid, positions_in};
use crate::document::{CanvasSize, PixelRect, for_rows};

/// Points along each side of a new pixel that are looked up at most.
const MAX_POINTS: f64 = 16.0;
/// Old pixels around a point that the cubic weighs.
const REACH: f64 = 2.0;

/// A canvas of `size` made from `source` by a projection of old places to new ones; `None` if it leaves nothing of the
/// plane. [`Filter::Lanczos`] counts as the cubic here.
pub(super) fn warped<P: Sample>(
    source: &TileGrid<P>,
    projection: Projection,
    size: CanvasSize,
    filter: Filter,
) -> Option<TileGrid<P>> {
    let inverse = projection.inverse()?;
    if filter == Filter::Nearest {
        return Some(looked_up(source, inverse, size, filter));
    }
    let old = source.size();
    let shrunk = smaller(old, least_shrinking(projection, old.bounds()))?;
    if shrunk == old {
        return Some(looked_up(source, inverse, size, filter));
    }
    let axes = [Axis::whole(old.width(), shrunk.width()), Axis::whole(old.height(), shrunk.height())];
    let smaller = rescaled(source, shrunk, axes, filter, Edge::Transparent);
    let into_smaller = Projection::scaling(1.0 / axes[0].step, 1.0 / axes[1].step);
    Some(looked_up(&smaller, inverse.then(into_smaller), size, filter))
}

/// How much of its width and height the picture keeps where it keeps most, at most 1.
fn least_shrinking(projection: Projection, bounds: PixelRect) -> [f64; 2] {
    let [right, bottom] = [f64::from(bounds.right), f64::from(bounds.bottom)];
    let corners = [[0.0, 0.0], [right, 0.0], [0.0, bottom], [right, bottom]];
    corners.into_iter().fold([0.0f64; 2], |most, corner| match projection.derivative(corner) {
        Some(sides) => std::array::from_fn(|axis| most[axis].max(length(sides[axis])).min(1.0)),
        // Towards the horizon there is no limit to how much is enlarged.
        None => [1.0; 2],
    })
}

fn length([x, y]: Point) -> f64 {
    x.hypot(y)
}

fn smaller(size: CanvasSize, [x, y]: [f64; 2]) -> Option<CanvasSize> {
    let scaled = |length: u32, by: f64| ((f64::from(length) * by).ceil() as u32).clamp(1, length);
    CanvasSize::new(scaled(size.width(), x), scaled(size.height(), y)).ok()
}

/// Each new pixel from where `inverse` says that it was.
fn looked_up<P: Sample>(source: &TileGrid<P>, inverse: Projection, size: CanvasSize, filter: Filter) -> TileGrid<P> {
    let lookup = Lookup { inverse, steps: inverse.as_affine().map(|(steps, _)| steps), filter };
    grid_of_tiles(size, |at| {
        let inside = at.rect().intersect(size.bounds());
        let footprint = footprint(inverse, inside, source.size().bounds());
        if positions_in(footprint).all(|at| source.tile(at).is_none()) {
            return None;
        }
        let patch = Patch::of(source, footprint);
        let mut tile = Tile::empty();
        for_rows(tile.values_mut(), at, inside, |left, y, row| {
            for (value, x) in row.iter_mut().zip(left..) {
                let center = [f64::from(x) + 0.5, f64::from(y) + 0.5];
                *value = lookup.pixel(&patch, center).map_or_else(P::default, P::from_lanes);
            }
        });
        Some(tile)
    })
}

/// The old pixels that new ones in `rect` may come from.
fn footprint(inverse: Projection, rect: PixelRect, bounds: PixelRect) -> PixelRect {
    let [left, top, right, bottom] = [rect.left, rect.top, rect.right, rect.bottom].map(f64::from);
    let corners = [[left, top], [right, top], [left, bottom], [right, bottom]].map(|corner| inverse.apply(corner));
    let [Some(a), Some(b), Some(c), Some(d)] = corners else { return bounds };
    let margin = REACH + 1.0;
    let low = |axis: usize| (a[axis].min(b[axis]).min(c[axis]).min(d[axis]) - margin).max(0.0) as u32;
    let high = |axis: usize| (a[axis].max(b[axis]).max(c[axis]).max(d[axis]) + margin).max(0.0) as u32;
    PixelRect { left: low(0), top: low(1), right: high(0), bottom: high(1) }.intersect(bounds)
}

/// How a new pixel finds its old ones.
struct Lookup {
    inverse: Projection,
    /// How far apart old places are whose new ones are neighbours, where that is the same everywhere.
    steps: Option<[Point; 2]>,
    filter: Filter,
}

impl Lookup {
    /// `None` where nothing is.
    fn pixel<P: Sample>(&self, patch: &Patch<P>, center: Point) -> Option<[f32; 4]> {
        let point = self.inverse.apply(center)?;
        let [right, down] = self.steps.or_else(|| self.inverse.derivative(center))?.map(length);
        if !patch.is_near(point, REACH + right + down) {
            return None;
        }
        // A little more than one old pixel is still one, or a turn by any angle would blur.
        let points = |step: f64| (step - 0.1).ceil().clamp(1.0, MAX_POINTS);
        let (across, along) = (points(right), points(down));
        if self.filter == Filter::Nearest || across * along == 1.0 {
            return Some(patch.sample(point, self.filter));
        }
        let mut sum = [0.0; 4];
        let weight = (1.0 / (across * along)) as f32;
        let offset = |index: u32, count: f64| (f64::from(index) + 0.5) / count - 0.5;
        for (j, i) in (0..along as u32).flat_map(|j| (0..across as u32).map(move |i| (j, i))) {
            if let Some(point) = self.inverse.apply([center[0] + offset(i, across), center[1] + offset(j, along)]) {
                add(&mut sum, patch.sample(point, self.filter), weight);
            }
        }
        Some(sum)
    }
}

/// Part of the old picture in one piece.
struct Patch<P> {
    rect: PixelRect,
    width: i64,
    height: i64,
    values: Vec<P>,
}

impl<P: Sample> Patch<P> {
    fn of(source: &TileGrid<P>, rect: PixelRect) -> Self {
        let mut values = Vec::with_capacity(rect.area() as usize);
        for y in rect.top..rect.bottom {
            for (_, length, part) in source.row_parts(y, rect.left, rect.right) {
                match part {
                    Some(part) => values.extend_from_slice(part),
                    None => values.resize(values.len() + length, P::default()),
                }
            }
        }
        Self { rect, width: i64::from(rect.width()), height: i64::from(rect.height()), values }
    }

    fn is_near(&self, [x, y]: Point, reach: f64) -> bool {
        let within = |value: f64, from: u32, to: u32| value > f64::from(from) - reach && value < f64::from(to) + reach;
        within(x, self.rect.left, self.rect.right) && within(y, self.rect.top, self.rect.bottom)
    }

    fn sample(&self, [x, y]: Point, filter: Filter) -> [f32; 4] {
        // In the patch's pixels, whose centres become whole numbers.
        let (x, y) = (x - f64::from(self.rect.left) - 0.5, y - f64::from(self.rect.top) - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (right_of, below) = ((x - left) as f32, (y - top) as f32);
        let (left, top) = (left as i64, top as i64);
        match filter {
            Filter::Nearest => {
                let nearest = |at: i64, beyond: f32| at + i64::from(beyond >= 0.5);
                self.row::<1>(nearest(left, right_of), nearest(top, below))[0].lanes()
            }
            Filter::Bilinear => self.weighed(left, top, [1.0 - right_of, right_of], [1.0 - below, below]),
            Filter::Bicubic | Filter::Lanczos => self.weighed(left - 1, top - 1, cubic(right_of), cubic(below)),
        }
    }

    fn weighed<const N: usize>(&self, left: i64, top: i64, across: [f32; N], down: [f32; N]) -> [f32; 4] {
        let mut sum = [0.0; 4];
        for (y, weight) in (top..).zip(down) {
            let mut line = [0.0; 4];
            for (value, weight) in self.row::<N>(left, y).into_iter().zip(across) {
                add(&mut line, value.lanes(), weight);
            }
            add(&mut sum, line, weight);
        }
        sum
    }

    /// `N` values that begin at (x, y) in the patch; empty ones beyond it.
    #[inline(always)]
    fn row<const N: usize>(&self, x: i64, y: i64) -> [P; N] {
        if !(0..self.height).contains(&y) {
            return [P::default(); N];
        }
        let start = y * self.width + x;
        if x >= 0
            && x + N as i64 <= self.width
            && let Some(values) = self.values.get(start as usize..).and_then(|rest| rest.first_chunk::<N>())
        {
            return *values;
        }
        std::array::from_fn(|offset| {
            let inside = (0..self.width).contains(&(x + offset as i64));
            let value = inside.then(|| self.values.get((start + offset as i64) as usize)).flatten();
            value.copied().unwrap_or_default()
        })
    }
}

/// The weights of the four pixels around a point that lies `t` right of the second: [`Filter::Bicubic`]'s.
fn cubic(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [-0.5 * t3 + t2 - 0.5 * t, 1.5 * t3 - 2.5 * t2 + 1.0, -1.5 * t3 + 2.0 * t2 + 0.5 * t, 0.5 * t3 - 0.5 * t2]
}
