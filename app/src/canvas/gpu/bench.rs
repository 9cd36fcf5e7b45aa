//! How long frames take while a stroke is drawn on a large picture of many layers.

use std::fmt;
use std::time::{Duration, Instant};

use eframe::wgpu;

use super::composer::Composer;
use super::picture::{Gpu, PictureTiles, Source};
use super::{TileView, UPLOAD_TIME};
use crate::document::{
    BlendMode, CanvasSize, Composite, Document, Layer, LayerContent, LayerProps, Pixel, PixelRect, TileGrid,
};
use crate::paint::Ink;
use crate::paint::bench::{BenchStroke, StrokeTimes};

/// Side of the picture, in pixels.
const SIDE: u32 = 4096;
const LAYERS: u32 = 10;
/// What a view of this picture in an ordinary window asks for: a quarter of its size.
const LEVEL: u32 = 2;

/// Times of the frames of one stroke.
#[derive(Clone, Debug, Default)]
pub struct LayeredTimes {
    /// From the samples to changed tiles.
    pub dabs: StrokeTimes,
    /// Compositing what changed on the CPU.
    pub composite: StrokeTimes,
    /// Both together.
    pub dabs_and_composite: StrokeTimes,
    /// Both for each sample by itself, as if each came in a frame of its own.
    pub samples: StrokeTimes,
    /// What the window's thread does instead of compositing: bring what changed to the device and say what to do.
    pub upload: Option<StrokeTimes>,
    /// Dabs and upload together: what a frame costs the window's thread.
    pub dabs_and_upload: Option<StrokeTimes>,
    /// From there until the device has composited.
    pub device: Option<StrokeTimes>,
    /// The device's name.
    pub device_name: Option<String>,
}

/// A 500-pixel soft brush over one of 10 layers of 4096 x 4096 pixels, ten seconds of it at 60 frames a second.
#[must_use]
pub fn layered_stroke_4096() -> LayeredTimes {
    let Some(mut document) = picture() else { return LayeredTimes::default() };
    let mut device = OnDevice::new();
    let mut composite = Composite::new(document.size());
    composite.update(&document, document.bounds(), None);
    if let Some(device) = &mut device {
        device.make_all(&document);
    }
    let ink = Ink::Color([200, 60, 40]);
    let Some(mut stroke) = BenchStroke::begin(&mut document, ink) else { return LayeredTimes::default() };
    let mut times = Series::default();
    for number in 0..BenchStroke::FRAMES {
        let start = Instant::now();
        let changed = stroke.frame(&mut document, number);
        times.dabs.push(start.elapsed());
        let start = Instant::now();
        composite.update(&document, document.bounds(), Some(changed));
        times.composite.push(start.elapsed());
        if let Some(device) = &mut device {
            let (upload, rest) = device.frame(&document, Some(changed));
            times.upload.push(upload);
            times.device.push(rest);
        }
    }
    let samples = samples(&mut document, &mut composite);
    LayeredTimes { samples, ..times.summary(device.map(|device| device.name)) }
}

/// The stroke once more, sample by sample.
fn samples(document: &mut Document, composite: &mut Composite) -> StrokeTimes {
    let Some(mut stroke) = BenchStroke::begin(document, Ink::Color([40, 60, 200])) else {
        return StrokeTimes::default();
    };
    let time = |number| {
        let start = Instant::now();
        let changed = stroke.sample(document, number);
        composite.update(document, document.bounds(), Some(changed));
        start.elapsed()
    };
    StrokeTimes { frames: (0..BenchStroke::SAMPLES).map(time).collect() }
}

#[derive(Default)]
struct Series {
    dabs: Vec<Duration>,
    composite: Vec<Duration>,
    upload: Vec<Duration>,
    device: Vec<Duration>,
}

impl Series {
    fn summary(self, device_name: Option<String>) -> LayeredTimes {
        let of = |frames: Vec<Duration>| StrokeTimes { frames };
        let sum = |other: &[Duration]| of(self.dabs.iter().zip(other).map(|(a, b)| *a + *b).collect());
        let has_device = device_name.is_some();
        LayeredTimes {
            dabs_and_composite: sum(&self.composite),
            samples: StrokeTimes::default(),
            dabs_and_upload: has_device.then(|| sum(&self.upload)),
            upload: has_device.then(|| of(self.upload.clone())),
            device: has_device.then(|| of(self.device.clone())),
            dabs: of(self.dabs.clone()),
            composite: of(self.composite.clone()),
            device_name,
        }
    }
}

impl fmt::Display for LayeredTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{LAYERS} layers of {SIDE} x {SIDE} pixels, a 500-pixel soft brush")?;
        writeln!(f, "dabs                 {}", self.dabs)?;
        writeln!(f, "composite on the CPU {}", self.composite)?;
        writeln!(f, "both                 {}", self.dabs_and_composite)?;
        write!(f, "both, by each sample {}", self.samples)?;
        if let (Some(name), Some(upload), Some(both), Some(device)) =
            (&self.device_name, &self.upload, &self.dabs_and_upload, &self.device)
        {
            writeln!(f, "\nupload to the device {upload}")?;
            writeln!(f, "dabs and upload      {both}")?;
            write!(f, "composite on it      {device}, {name}")?;
        }
        Ok(())
    }
}

/// Layers that are full of colour, as no painter's are; the one that is painted on is in their middle.
fn picture() -> Option<Document> {
    let size = CanvasSize::new(SIDE, SIDE).ok()?;
    let modes = [BlendMode::Normal, BlendMode::Multiply, BlendMode::Normal, BlendMode::Screen, BlendMode::Overlay];
    let layers = (0..LAYERS).map(|number| {
        let grid = TileGrid::from_rows(size, |left, y, row| {
            for (x, pixel) in (left..).zip(row) {
                *pixel = texture(x, y, number);
            }
        });
        let blend = modes.get(number as usize % modes.len()).copied().unwrap_or_default();
        Layer::new(LayerProps { blend, ..LayerProps::named(format!("Layer {number}")) }, LayerContent::Paint(grid))
    });
    let mut document = Document::with_layers(size, layers.collect(), false).ok()?;
    let middle = document.layers().get(LAYERS as usize / 2)?.id();
    document.set_active(middle);
    Some(document)
}

fn texture(x: u32, y: u32, number: u32) -> Pixel {
    let wave = |by: u32| ((x * (number + by) / 8 + y * by / 4) & 0xff) * 257;
    let alpha = if number == 0 { u32::from(u16::MAX) } else { wave(3) };
    let channel = |by: u32| (wave(by) * alpha / u32::from(u16::MAX)) as u16;
    [channel(1), channel(2), channel(5), alpha as u16]
}

/// The compositor, without a window; not on a software adapter, where the window leaves compositing to the CPU.
struct OnDevice {
    name: String,
    device: wgpu::Device,
    queue: wgpu::Queue,
    composer: Option<Composer>,
    tiles: PictureTiles,
    frame: u64,
}

impl OnDevice {
    fn new() -> Option<Self> {
        let instance = wgpu::Instance::default();
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..wgpu::RequestAdapterOptions::default()
        };
        let adapter = pollster::block_on(instance.request_adapter(&options)).ok()?;
        if adapter.get_info().device_type == wgpu::DeviceType::Cpu {
            return None;
        }
        let (device, queue) = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor::default())).ok()?;
        let name = adapter.get_info().name;
        Some(Self { name, device, queue, composer: None, tiles: PictureTiles::default(), frame: 0 })
    }

    fn make_all(&mut self, document: &Document) {
        let tiles = (SIDE / crate::document::TILE_SIDE).pow(2);
        // Every frame makes at least one.
        for _ in 0..tiles {
            self.frame(document, None);
        }
    }

    /// The time of the window's thread, and that until the device has done its part.
    fn frame(&mut self, document: &Document, changed: Option<PixelRect>) -> (Duration, Duration) {
        let start = Instant::now();
        self.frame += 1;
        let view = TileView { visible: document.bounds(), level: LEVEL, changed };
        let until = start + UPLOAD_TIME;
        let plan = self.tiles.plan(Source::Layers(document), &view, until);
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let gpu = Gpu { device: &self.device, queue: &self.queue, encoder: &mut encoder };
        self.tiles.carry_out(&plan, &mut self.composer, self.frame, until, gpu);
        self.queue.submit([encoder.finish()]);
        let upload = start.elapsed();
        // A device that is lost shows in times that are too good.
        _ = self.device.poll(wgpu::PollType::wait_indefinitely());
        (upload, start.elapsed() - upload)
    }
}
