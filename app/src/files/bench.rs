//! How long a large layered picture takes to save and to open.

use std::fmt;
use std::time::{Duration, Instant};

use super::{OpenError, SaveError, open_document, save_document};
use crate::document::{BlendMode, CanvasSize, Document, Layer, LayerContent, LayerProps, Pixel, TileGrid};

const SIDE: u32 = 4096;
const LAYERS: u32 = 10;

/// What [`openraster_4096`] measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenRasterTimes {
    pub(crate) save: Duration,
    pub(crate) open: Duration,
    pub(crate) file_bytes: u64,
}

impl fmt::Display for OpenRasterTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "OpenRaster, {SIDE} x {SIDE}, {LAYERS} layers of 16 bits\nsave  {:.2} s ({} MiB)\nopen  {:.2} s",
            self.save.as_secs_f64(),
            self.file_bytes >> 20,
            self.open.as_secs_f64()
        )
    }
}

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    #[error(transparent)]
    Save(#[from] SaveError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("no place for the file: {0}")]
    Disk(#[from] std::io::Error),
    #[error(transparent)]
    Document(#[from] crate::document::DocumentError),
}

/// Saves and opens a picture of 4096 x 4096 pixels with ten layers as painters have them: a ground that covers all, and
/// above it soft shapes on transparent layers, all with 16 bits a channel.
///
/// # Errors
/// A disk that cannot hold the file.
pub(crate) fn openraster_4096() -> Result<OpenRasterTimes, BenchError> {
    let size = CanvasSize::new(SIDE, SIDE)?;
    let layers = (0..LAYERS).map(|index| {
        let blend = if index % 3 == 2 { BlendMode::Multiply } else { BlendMode::Normal };
        let props = LayerProps { blend, ..LayerProps::named(format!("Layer {index}")) };
        Layer::new(props, LayerContent::Paint(painted(size, index)))
    });
    let document = Document::with_layers(size, layers.collect(), true)?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("bench.ora");
    let started = Instant::now();
    save_document(&path, &document, None)?;
    let save = started.elapsed();
    let file_bytes = path.metadata()?.len();
    let started = Instant::now();
    open_document(&path)?;
    Ok(OpenRasterTimes { save, open: started.elapsed(), file_bytes })
}

/// The lowest layer covers the canvas with a gradient and the grain of paper; each other has a soft disc.
fn painted(size: CanvasSize, index: u32) -> TileGrid<Pixel> {
    let (x0, y0) = (SIDE / 8 * (index % 7 + 1), SIDE / 8 * (index * 3 % 7 + 1));
    let radius = f64::from(SIDE) / 5.0;
    TileGrid::from_rows(size, |left, y, row| {
        for (pixel, x) in row.iter_mut().zip(left..) {
            let grain = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).wrapping_mul(2_246_822_519) >> 26;
            if index == 0 {
                *pixel = [(x * 12 + grain) as u16, (y * 12 + grain) as u16, 30_000 + grain as u16, u16::MAX];
                continue;
            }
            let distance = f64::from(x.abs_diff(x0)).hypot(f64::from(y.abs_diff(y0))) / radius;
            let alpha = ((1.0 - distance).clamp(0.0, 1.0) * 65535.0) as u16;
            *pixel = [alpha, alpha / 2, alpha / 3, alpha];
        }
    })
}
