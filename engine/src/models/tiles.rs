//! Large pictures in overlapping tiles, blended into one: memory stays bounded whatever the size.

use burn::tensor::{Tensor, TensorData};

use crate::nn::{CancelToken, Interrupted};

/// Tiles overlap by at least this share of their edge.
const OVERLAP: f64 = 0.25;
/// Smaller tiles, in latent pixels, see too little of the picture.
const MIN_TILE: usize = 16;

/// How one edge is cut: tiles of equal length that start at `starts`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Cuts {
    tile: usize,
    starts: Vec<usize>,
}

impl Cuts {
    /// The fewest tiles of at most `max_tile` that cover `length` with the overlap, evenly spread.
    fn new(length: usize, max_tile: usize) -> Self {
        if length <= max_tile {
            return Self { tile: length, starts: vec![0] };
        }
        let step = ((max_tile as f64 * (1.0 - OVERLAP)) as usize).max(1);
        let gaps = (length - max_tile).div_ceil(step);
        let starts = (0..=gaps).map(|i| (i * (length - max_tile) + gaps / 2) / gaps).collect();
        Self { tile: max_tile, starts }
    }

    /// Whether all fits into one tile.
    fn is_whole(&self) -> bool {
        self.starts.len() == 1
    }
}

/// How much memory a network takes and how it changes sizes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tiling {
    /// Bytes that may be taken at once.
    pub budget: usize,
    /// Bytes taken for every pixel of the *picture*.
    pub bytes_per_pixel: usize,
    /// Picture pixels per latent pixel.
    pub scale: usize,
}

/// Which way a network goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    PictureToLatents,
    LatentsToPicture,
}

impl Tiling {
    /// Longest tile edge within the budget, in latent pixels.
    fn max_tile(&self) -> usize {
        let pixels = (self.budget / self.bytes_per_pixel.max(1)) as f64;
        ((pixels.sqrt() / self.scale as f64) as usize).max(MIN_TILE)
    }

    /// Whether a picture of `height` x `width` latent pixels fits the budget as a whole.
    fn fits(&self, height: usize, width: usize) -> bool {
        let pixels = height.saturating_mul(width).saturating_mul(self.scale * self.scale);
        pixels.saturating_mul(self.bytes_per_pixel) <= self.budget
    }

    /// Bytes taken at once for a picture of `height` x `width` latent pixels.
    pub fn bytes(&self, height: usize, width: usize) -> usize {
        let tile = self.max_tile();
        let (height, width) =
            if self.fits(height, width) { (height, width) } else { (height.min(tile), width.min(tile)) };
        height.saturating_mul(width).saturating_mul(self.scale * self.scale).saturating_mul(self.bytes_per_pixel)
    }

    /// Runs `network` on each picture of the batch by itself, whole or in tiles; the size decides.
    ///
    /// `x` is `[N, C, H, W]`, with height and width multiples of `scale` when it is a picture.
    ///
    /// # Errors
    /// [`Interrupted`] from `network` or between tiles.
    pub fn run(
        &self,
        x: Tensor<4>,
        direction: Direction,
        cancel: &CancelToken,
        network: impl Fn(Tensor<4>) -> Result<Tensor<4>, Interrupted>,
    ) -> Result<Tensor<4>, Interrupted> {
        let [_, _, height, width] = x.dims();
        let unit = if direction == Direction::PictureToLatents { self.scale } else { 1 };
        let (rows, columns) = (height / unit, width / unit);
        let pictures = x.split(1, 0).into_iter().map(|picture| {
            cancel.check()?;
            if self.fits(rows, columns) {
                return network(picture);
            }
            let cuts = [Cuts::new(rows, self.max_tile()), Cuts::new(columns, self.max_tile())];
            self.run_tiles(picture, cuts, direction, cancel, &network)
        });
        Ok(Tensor::cat(pictures.collect::<Result<_, _>>()?, 0))
    }

    fn run_tiles(
        &self,
        x: Tensor<4>,
        [rows, columns]: [Cuts; 2],
        direction: Direction,
        cancel: &CancelToken,
        network: &impl Fn(Tensor<4>) -> Result<Tensor<4>, Interrupted>,
    ) -> Result<Tensor<4>, Interrupted> {
        if rows.is_whole() && columns.is_whole() {
            return network(x);
        }
        let (unit_in, unit_out) = match direction {
            Direction::PictureToLatents => (self.scale, 1),
            Direction::LatentsToPicture => (1, self.scale),
        };
        // Rows of tiles are blended from left to right, then the rows from top to bottom.
        let mut blended: Vec<(usize, Tensor<4>)> = Vec::with_capacity(rows.starts.len());
        for &top in &rows.starts {
            let mut tiles = Vec::with_capacity(columns.starts.len());
            for &left in &columns.starts {
                cancel.check()?;
                let tile = x.clone().narrow(2, top * unit_in, rows.tile * unit_in);
                let tile = network(tile.narrow(3, left * unit_in, columns.tile * unit_in))?;
                tiles.push((left * unit_out, tile));
            }
            blended.push((top * unit_out, blend(tiles, 3)));
        }
        Ok(blend(blended, 2))
    }
}

/// Joins `tiles`, each with its start along `axis` (in rising order, neighbours overlapping). Neighbours fade into each
/// other over the middle of their overlap, so that what lies nearest to a tile's edge, and saw least, is left out.
fn blend(tiles: Vec<(usize, Tensor<4>)>, axis: usize) -> Tensor<4> {
    let mut parts: Vec<Tensor<4>> = Vec::with_capacity(2 * tiles.len());
    // Everything before this place is in `parts`.
    let mut done = 0;
    for (i, (start, tile)) in tiles.iter().enumerate() {
        let length = tile.dims()[axis];
        let Some((next_start, next)) = tiles.get(i + 1) else {
            parts.push(tile.clone().narrow(axis, done - start, start + length - done));
            break;
        };
        let overlap = start + length - next_start;
        let fade = overlap.min((length as f64 * OVERLAP) as usize);
        let fade_start = next_start + (overlap - fade) / 2;
        parts.push(tile.clone().narrow(axis, done - start, fade_start - done));
        if fade > 0 {
            let leaving = tile.clone().narrow(axis, fade_start - start, fade);
            let coming = next.clone().narrow(axis, fade_start - next_start, fade);
            parts.push(cross_fade(leaving, coming, axis));
        }
        done = fade_start + fade;
    }
    Tensor::cat(parts, axis)
}

/// From all `leaving` to all `coming` along `axis`, in equal steps.
fn cross_fade(leaving: Tensor<4>, coming: Tensor<4>, axis: usize) -> Tensor<4> {
    let length = leaving.dims()[axis];
    let ramp: Vec<f32> = (0..length).map(|i| (i as f32 + 0.5) / length as f32).collect();
    let mut shape = [1; 4];
    shape[axis] = length;
    let dtype = leaving.dtype();
    let ramp = TensorData::new(ramp, shape).convert_dtype(dtype);
    let ramp = Tensor::from_data(ramp, (&leaving.device(), dtype));
    leaving.clone() + (coming - leaving) * ramp
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn cuts_cover_the_edge_evenly_with_overlap() {
        assert_eq!(Cuts::new(64, 64), Cuts { tile: 64, starts: vec![0] });
        assert_eq!(Cuts::new(100, 64), Cuts { tile: 64, starts: vec![0, 36] });
        let cuts = Cuts::new(256, 64);
        assert_eq!((cuts.starts[0], cuts.starts[cuts.starts.len() - 1] + 64), (0, 256));
        assert!(cuts.starts.windows(2).all(|pair| pair[0] + 64 >= pair[1] + 16), "{cuts:?}");
    }

    /// A picture that rises evenly comes back as it was: each tile shows the same values where tiles overlap.
    #[test]
    fn tiles_of_an_unchanged_picture_blend_to_the_picture() {
        let device = Device::flex();
        let (height, width) = (90, 41);
        let values: Vec<f32> = (0..height * width).map(|i| i as f32).collect();
        let picture = Tensor::<4>::from_data(TensorData::new(values.clone(), [1, 1, height, width]), &device);
        let tiling = Tiling { budget: 32 * 32, bytes_per_pixel: 1, scale: 1 };
        let cancel = CancelToken::new();
        let out = tiling.run(picture, Direction::LatentsToPicture, &cancel, Ok).unwrap();
        assert_eq!(out.dims(), [1, 1, height, width]);
        let out = out.into_data().try_into_vec::<f32>().unwrap();
        assert!(out.iter().zip(&values).all(|(a, b)| (a - b).abs() < 1e-3 * b.max(1.0)));
    }

    #[test]
    fn cancelling_between_tiles_interrupts() {
        let picture = Tensor::<4>::zeros([1, 1, 90, 90], &Device::flex());
        let tiling = Tiling { budget: 32 * 32, bytes_per_pixel: 1, scale: 1 };
        let cancel = CancelToken::new();
        let stop_after_the_first = |tile| {
            cancel.cancel();
            Ok(tile)
        };
        let out = tiling.run(picture, Direction::LatentsToPicture, &cancel, stop_after_the_first);
        assert_eq!(out.err(), Some(Interrupted));
    }
}
