//! The compositor on the device against the one in `document/composite.rs`, which defines what is right. Run on whatever
//! adapter there is; a software one will do.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::document::blend::BlendKind;
use crate::document::{BlendMode, CanvasSize, Layer, LayerContent, LayerProps, Pixel};

/// A device, or none where the machine has no adapter at all.
fn device() -> Option<(wgpu::Device, wgpu::Queue)> {
    let instance = wgpu::Instance::default();
    let adapters = pollster::block_on(
        instance.enumerate_adapters(wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12),
    );
    // Software first: it is the same everywhere.
    let adapter = adapters.into_iter().min_by_key(|adapter| adapter.get_info().device_type != wgpu::DeviceType::Cpu)?;
    pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor::default())).ok()
}

struct Bench {
    device: wgpu::Device,
    queue: wgpu::Queue,
    composer: Option<Composer>,
    picture: PictureTiles,
    frame: u64,
}

impl Bench {
    fn new() -> Option<Self> {
        let (device, queue) = device()?;
        Some(Self { device, queue, composer: None, picture: PictureTiles::default(), frame: 0 })
    }

    fn update(&mut self, document: &Document, level: u32, changed: Option<PixelRect>) {
        self.update_from(Source::Layers(document), level, changed);
    }

    fn update_from(&mut self, source: Source<'_>, level: u32, changed: Option<PixelRect>) {
        let view = TileView { visible: source.document().bounds(), level, changed };
        let until = Instant::now() + Duration::from_secs(60);
        for _ in 0..1000 {
            self.frame += 1;
            let plan = self.picture.plan(source, &view, until);
            let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            let gpu = Gpu { device: &self.device, queue: &self.queue, encoder: &mut encoder };
            let is_done = self.picture.carry_out(&plan, &mut self.composer, self.frame, until, gpu);
            self.queue.submit([encoder.finish()]);
            if is_done {
                return;
            }
        }
        panic!("never done");
    }

    /// The tile's texels as they are shown, 4 bytes each.
    fn read(&self, at: TilePos, level: u32) -> Vec<[u8; 4]> {
        let (level, place) = self.picture.shown(at, level).expect("the tile was made");
        let side = TILE_SIDE >> level;
        let row_bytes = (side * 4).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: u64::from(row_bytes * side),
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_texture_to_buffer(
            wgpu::TexelCopyTextureInfo {
                texture: self.picture.texture(level, place).unwrap(),
                mip_level: 0,
                origin: wgpu::Origin3d { x: 0, y: 0, z: place.layer },
                aspect: wgpu::TextureAspect::All,
            },
            wgpu::TexelCopyBufferInfo {
                buffer: &buffer,
                layout: wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(row_bytes), rows_per_image: None },
            },
            wgpu::Extent3d { width: side, height: side, depth_or_array_layers: 1 },
        );
        self.queue.submit([encoder.finish()]);
        buffer.slice(..).map_async(wgpu::MapMode::Read, |result| result.unwrap());
        self.device.poll(wgpu::PollType::wait_indefinitely()).unwrap();
        let bytes = buffer.slice(..).get_mapped_range().unwrap();
        let rows = bytes.chunks(row_bytes as usize).take(side as usize);
        rows.flat_map(|row| row[..side as usize * 4].as_chunks::<4>().0.to_vec()).collect()
    }

    /// Asserts that what is shown of the document is what the CPU makes of it, within a level of 8 bits.
    fn assert_agrees(&self, document: &Document, what: &str) {
        let flat = document.flattened();
        for at in flat.positions() {
            let Some(expected) = flat.tile(at).filter(|tile| tile.iter().any(|pixel| *pixel != [0; 4])) else {
                continue;
            };
            let mut worst = 0;
            for (shown, expected) in self.read(at, 0).iter().zip(expected) {
                let expected = expected.map(|channel| ((u32::from(channel) + 128) / 257) as u8);
                for (shown, expected) in shown.iter().zip(expected) {
                    worst = worst.max(shown.abs_diff(expected));
                }
            }
            assert!(worst <= 1, "{what}, tile {at:?}: {worst} of 255 away");
        }
    }
}

const SIZE: u32 = 256;

fn layer(props: LayerProps, pixel: impl Fn(u32, u32) -> Pixel + Sync) -> Layer {
    let size = CanvasSize::new(SIZE, SIZE).unwrap();
    let grid = TileGrid::from_rows(size, |left, y, row| {
        for (x, value) in (left..).zip(row) {
            *value = pixel(x, y);
        }
    });
    Layer::new(props, LayerContent::Paint(grid))
}

fn document(layers: Vec<Layer>) -> Document {
    Document::with_layers(CanvasSize::new(SIZE, SIZE).unwrap(), layers, true).unwrap()
}

/// 16 alphas by 16 colours, in every pairing with [`source`].
fn backdrop(x: u32, y: u32) -> Pixel {
    shade(x / 16, y / 16)
}

fn source(x: u32, y: u32) -> Pixel {
    shade(x % 16, y % 16)
}

fn shade(alpha: u32, color: u32) -> Pixel {
    let alpha = (alpha * 4369) as u16;
    let color = [color * 4369, 65535 - color * 4369, (color * 7 % 16) * 4369];
    let [red, green, blue] = color.map(|channel| (u64::from(channel) * u64::from(alpha) / 65535) as u16);
    [red, green, blue, alpha]
}

#[test]
fn every_blend_mode_over_a_grid_of_colours_and_alphas_is_what_the_definition_says() {
    let Some(mut bench) = Bench::new() else { return };
    for blend in BlendMode::all() {
        for (opacity, clipped) in [(1.0, false), (0.6, false), (1.0, true), (0.37, true)] {
            let props = LayerProps { blend, opacity, clipped, ..LayerProps::default() };
            let document = document(vec![layer(LayerProps::default(), backdrop), layer(props, source)]);
            bench.update(&document, 0, None);
            bench.assert_agrees(&document, &format!("{blend:?} at {opacity}, clipped: {clipped}"));
        }
    }
}

#[test]
fn groups_and_clipped_stacks_within_each_other_are_what_the_definition_says() {
    let Some(mut bench) = Bench::new() else { return };
    let named = |blend, opacity, clipped| LayerProps { blend, opacity, clipped, ..LayerProps::default() };
    let shifted = |by: u32| move |x: u32, y: u32| shade((x + by) / 11 % 16, (y * by) / 7 % 16);
    let inner = vec![
        layer(named(BlendMode::Normal, 0.8, false), shifted(3)),
        layer(named(BlendMode::Multiply, 0.5, true), shifted(5)),
        Layer::new(
            named(BlendMode::Screen, 0.7, true),
            LayerContent::Group(vec![layer(named(BlendMode::Normal, 1.0, false), shifted(9))]),
        ),
    ];
    let document = document(vec![
        layer(named(BlendMode::Normal, 1.0, false), backdrop),
        Layer::new(named(BlendMode::Overlay, 0.9, false), LayerContent::Group(inner)),
        layer(named(BlendMode::Add, 0.5, true), shifted(13)),
        layer(named(BlendMode::Erase, 0.25, false), source),
        layer(LayerProps { visible: false, ..LayerProps::default() }, |_, _| [65535; 4]),
        layer(named(BlendMode::Difference, 1.0, false), |_, _| [20000, 10000, 0, 30000]),
    ]);
    bench.update(&document, 0, None);
    bench.assert_agrees(&document, "nested");
}

#[test]
fn groups_deeper_than_the_shader_follows_are_flattened_before() {
    let Some(mut bench) = Bench::new() else { return };
    let mut nested = layer(LayerProps::default(), source);
    for _ in 0..40 {
        let props = LayerProps { opacity: 0.99, ..LayerProps::default() };
        nested = Layer::new(props, LayerContent::Group(vec![nested]));
    }
    let document = document(vec![layer(LayerProps::default(), backdrop), nested]);
    bench.update(&document, 0, None);
    bench.assert_agrees(&document, "deep");
}

#[test]
fn a_halved_tile_is_the_mean_of_squares() {
    let Some(mut bench) = Bench::new() else { return };
    let document = document(vec![layer(LayerProps::default(), backdrop), layer(LayerProps::default(), source)]);
    let flat = document.flattened();
    let at = TilePos { column: 0, row: 0 };
    for level in 1..LEVELS {
        bench.update(&document, level, None);
        let shown = bench.read(at, level);
        let (side, square) = ((TILE_SIDE >> level) as usize, 1usize << level);
        for (index, shown) in shown.iter().enumerate() {
            let corner = [index % side * square, index / side * square];
            let mut sums = [0.0; 4];
            for y in corner[1]..corner[1] + square {
                for x in corner[0]..corner[0] + square {
                    let pixel = flat.pixel(x as u32, y as u32);
                    sums.iter_mut().zip(pixel).for_each(|(sum, channel)| *sum += f64::from(channel));
                }
            }
            for (shown, sum) in shown.iter().zip(sums) {
                let mean = sum / (square * square) as f64 / 257.0;
                assert!((f64::from(*shown) - mean).abs() <= 1.0, "level {level}: {shown} for {mean}");
            }
        }
    }
}

#[test]
fn what_the_cpu_has_flattened_looks_the_same() {
    let Some(mut by_shader) = Bench::new() else { return };
    let Some(mut by_cpu) = Bench::new() else { return };
    let props = LayerProps { blend: BlendMode::Overlay, opacity: 0.7, ..LayerProps::default() };
    let hint = LayerContent::Hint {
        pixels: layer(LayerProps::default(), |x, _| if x < 9 { [0, 0, 65535, 65535] } else { [0; 4] })
            .pixels()
            .unwrap()
            .clone(),
        kind: "scribble".to_owned(),
        objects: None,
    };
    let hint = Layer::new(LayerProps { opacity: 0.5, ..LayerProps::default() }, hint);
    let document = document(vec![layer(LayerProps::default(), backdrop), layer(props, source), hint]);
    let picture = document.flattened();
    for level in 0..LEVELS {
        by_shader.update(&document, level, None);
        by_cpu.update_from(Source::Flat(Flat { picture: &picture, document: &document }), level, None);
        let at = TilePos { column: 0, row: 0 };
        for (a, b) in by_shader.read(at, level).as_flattened().iter().zip(by_cpu.read(at, level).as_flattened()) {
            assert!(a.abs_diff(*b) <= 1, "level {level}: {a}, {b}");
        }
    }
}

#[test]
fn the_edge_of_a_canvas_is_not_darkened_by_what_lies_beyond() {
    let Some(mut bench) = Bench::new() else { return };
    let document = Document::blank(CanvasSize::new(301, 77).unwrap(), [255; 4]);
    for level in [1, 3, 5] {
        bench.update(&document, level, None);
        let right = bench.read(TilePos { column: 1, row: 0 }, level);
        let side = (TILE_SIDE >> level) as usize;
        let last = right[(76 >> level) * side + (44 >> level)];
        assert_eq!(last, [255; 4], "level {level}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn parts_that_are_known_to_have_changed_are_enough(
        strokes in prop::collection::vec((0u32..3, 0u32..500, 0u32..250, 1u32..200, any::<u16>()), 1..8),
    ) {
        let Some(mut bench) = Bench::new() else { return Ok(()) };
        let size = CanvasSize::new(520, 260).unwrap();
        let empty = |blend| {
            Layer::new(LayerProps { blend, ..LayerProps::default() }, LayerContent::Paint(TileGrid::filled(size, [0; 4])))
        };
        let paper = Layer::new(LayerProps::default(), LayerContent::Paint(TileGrid::filled(size, [60000, 50000, 40000, 65535])));
        let layers = vec![paper, empty(BlendMode::Multiply), empty(BlendMode::Normal)];
        let mut document = Document::with_layers(size, layers, true).unwrap();
        bench.update(&document, 0, None);
        for (layer, x, y, side, level) in strokes {
            let rect = PixelRect { left: x, top: y, right: x + side, bottom: y + side }.intersect(document.bounds());
            let id = document.layers()[layer as usize].id();
            let pixels = document.layer_mut(id).unwrap().pixels_mut().unwrap();
            pixels.change_rows(rect, |_, _, row| row.fill([level / 2, level / 3, 0, level]));
            bench.update(&document, 0, Some(rect));
            bench.assert_agrees(&document, "after a stroke");
        }
    }
}

#[test]
fn operators_have_no_formula() {
    let text = super::shader::composer();
    for mode in BlendMode::all().filter(|mode| mode.kind() == BlendKind::Operator) {
        assert!(!text.contains(&format!("case {}u: {{ return", mode as u32)), "{mode:?}");
    }
}
