//! Draws the tiles that are on the device where the camera has them.

use std::ops::Range;

use eframe::wgpu;
use eframe::wgpu::util::DeviceExt as _;
use egui::Vec2;

use super::slots::Page;

/// A tile to draw, as `display.wgsl` reads it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tile {
    /// Left, top, right, bottom in the canvas.
    pub rect: [f32; 4],
    /// Where the texels begin in the canvas.
    pub texel_origin: [f32; 2],
    /// Canvas pixels a texel.
    pub texel_side: f32,
    /// Screen pixels a texel where they are shown as squares; 0 where they are blended.
    pub sharpness: f32,
    /// Texels of the slot, rim included, that may be sampled.
    pub texels: [f32; 2],
    /// sRGB and opacity.
    pub color: [f32; 4],
    /// The layer of its page; `None` where there is nothing.
    pub layer: Option<u32>,
    pub kind: TileKind,
}

/// What is drawn of a tile; the numbers are the shader's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TileKind {
    Tint = 0,
    Outline = 1,
    BlackAndWhite = 2,
    Isolated = 3,
    Selection = 4,
    /// The picture, on its checkerboard.
    Picture = 5,
}

const FLOATS: usize = 18;

impl Tile {
    /// Elsewhere in the canvas, by so many of its pixels.
    pub fn shifted(self, by: Vec2) -> Self {
        let [left, top, right, bottom] = self.rect;
        let [x, y] = self.texel_origin;
        let rect = [left + by.x, top + by.y, right + by.x, bottom + by.y];
        Self { rect, texel_origin: [x + by.x, y + by.y], ..self }
    }

    fn floats(&self) -> [f32; FLOATS] {
        let [left, top, right, bottom] = self.rect;
        let [x, y] = self.texel_origin;
        let [width, height] = self.texels;
        let [red, green, blue, opacity] = self.color;
        let layer = self.layer.map_or(-1.0, |layer| layer as f32);
        let (side, sharpness, kind) = (self.texel_side, self.sharpness, self.kind as u32 as f32);
        let (last_x, last_y) = (width - 0.5, height - 0.5);
        [
            left, top, right, bottom, x, y, side, sharpness, 0.5, 0.5, last_x, last_y, red, green, blue, opacity,
            layer, kind,
        ]
    }
}

/// Tiles of one page.
pub struct Batch<'a> {
    /// `None` where none of the tiles has a place.
    pub page: Option<&'a Page>,
    pub tiles: Vec<Tile>,
}

/// The camera, in physical pixels of the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ViewOnScreen {
    pub x_axis: [f32; 2],
    pub y_axis: [f32; 2],
    pub origin: [f32; 2],
    /// Side of a checkerboard's square.
    pub checker: f32,
    /// Dashes that the selection's line has moved on.
    pub march: f32,
}

/// Pipelines, and what the next frame draws.
pub struct Display {
    format: wgpu::TextureFormat,
    picture: wgpu::RenderPipeline,
    mask: wgpu::RenderPipeline,
    view: wgpu::Buffer,
    view_group: wgpu::BindGroup,
    tiles_layout: wgpu::BindGroupLayout,
    no_page: wgpu::BindGroup,
    draws: Vec<Draw>,
    tiles: Option<wgpu::Buffer>,
    screen: [u32; 2],
}

struct Draw {
    is_picture: bool,
    page: wgpu::BindGroup,
    tiles: Range<u32>,
}

const VIEW_FLOATS: usize = 12;

impl Display {
    /// `format`: of what is drawn on.
    pub fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("canvas"),
            source: wgpu::ShaderSource::Wgsl(include_str!("display.wgsl").into()),
        });
        let layout = |label, entries: &[wgpu::BindGroupLayoutEntry]| {
            device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(label), entries })
        };
        let view_layout = layout("canvas view", &view_entries());
        let tiles_layout = layout("canvas tiles", &[tiles_entry()]);
        let pipeline = |entry, blend| {
            let layouts = [Some(&view_layout), Some(&tiles_layout)];
            tile_pipeline(
                device,
                &module,
                entry,
                &layouts,
                wgpu::ColorTargetState { format, blend, write_mask: wgpu::ColorWrites::ALL },
            )
        };
        let over = wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING;
        let view = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("canvas view"),
            size: (VIEW_FLOATS * size_of::<f32>()) as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        Self {
            format,
            picture: pipeline("picture", None),
            mask: pipeline("mask", Some(over)),
            view_group: view_group(device, &view_layout, &view),
            view,
            no_page: no_page(device, &tiles_layout),
            tiles_layout,
            draws: vec![],
            tiles: None,
            screen: [1, 1],
        }
    }

    pub fn format(&self) -> wgpu::TextureFormat {
        self.format
    }

    /// Takes in what the next [`Display::draw`] draws, in this order.
    pub fn prepare(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: [u32; 2],
        (view, batches): (&ViewOnScreen, &[Batch<'_>]),
    ) {
        self.screen = screen;
        let ViewOnScreen { x_axis, y_axis, origin, checker, march } = *view;
        let [width, height] = screen.map(|side| side as f32);
        let floats: [f32; VIEW_FLOATS] =
            [x_axis[0], x_axis[1], y_axis[0], y_axis[1], origin[0], origin[1], width, height, checker, march, 0.0, 0.0];
        queue.write_buffer(&self.view, 0, bytemuck::cast_slice(&floats));
        let mut instances = vec![];
        self.draws.clear();
        for batch in batches.iter().filter(|batch| !batch.tiles.is_empty()) {
            let first = instances.len() as u32;
            instances.extend(batch.tiles.iter().map(Tile::floats));
            self.draws.push(Draw {
                is_picture: batch.tiles.first().is_some_and(|tile| tile.kind == TileKind::Picture),
                page: batch
                    .page
                    .map_or_else(|| self.no_page.clone(), |page| page_group(device, &self.tiles_layout, &page.view)),
                tiles: first..instances.len() as u32,
            });
        }
        self.tiles = (!instances.is_empty()).then(|| {
            device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
                label: Some("canvas tiles"),
                contents: bytemuck::cast_slice(instances.as_flattened()),
                usage: wgpu::BufferUsages::VERTEX,
            })
        });
    }

    pub fn draw(&self, pass: &mut wgpu::RenderPass<'static>) {
        let Some(tiles) = &self.tiles else { return };
        // The scissor stays as egui has set it.
        let [width, height] = self.screen;
        pass.set_viewport(0.0, 0.0, width as f32, height as f32, 0.0, 1.0);
        pass.set_vertex_buffer(0, tiles.slice(..));
        pass.set_bind_group(0, &self.view_group, &[]);
        for draw in &self.draws {
            pass.set_pipeline(if draw.is_picture { &self.picture } else { &self.mask });
            pass.set_bind_group(1, &draw.page, &[]);
            pass.draw(0..4, draw.tiles.clone());
        }
    }
}

fn view_entries() -> [wgpu::BindGroupLayoutEntry; 2] {
    [
        wgpu::BindGroupLayoutEntry {
            binding: 0,
            visibility: wgpu::ShaderStages::VERTEX_FRAGMENT,
            ty: wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Uniform,
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        },
        wgpu::BindGroupLayoutEntry {
            binding: 1,
            visibility: wgpu::ShaderStages::FRAGMENT,
            ty: wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering),
            count: None,
        },
    ]
}

fn tiles_entry() -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding: 0,
        visibility: wgpu::ShaderStages::FRAGMENT,
        ty: wgpu::BindingType::Texture {
            sample_type: wgpu::TextureSampleType::Float { filterable: true },
            view_dimension: wgpu::TextureViewDimension::D2Array,
            multisampled: false,
        },
        count: None,
    }
}

fn view_group(device: &wgpu::Device, layout: &wgpu::BindGroupLayout, view: &wgpu::Buffer) -> wgpu::BindGroup {
    let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
        label: Some("canvas"),
        mag_filter: wgpu::FilterMode::Linear,
        min_filter: wgpu::FilterMode::Linear,
        ..wgpu::SamplerDescriptor::default()
    });
    device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some("canvas view"),
        layout,
        entries: &[
            wgpu::BindGroupEntry { binding: 0, resource: view.as_entire_binding() },
            wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::Sampler(&sampler) },
        ],
    })
}

fn page_group(device: &wgpu::Device, layout: &wgpu::BindGroupLayout, view: &wgpu::TextureView) -> wgpu::BindGroup {
    let resource = wgpu::BindingResource::TextureView(view);
    let entries = &[wgpu::BindGroupEntry { binding: 0, resource }];
    device.create_bind_group(&wgpu::BindGroupDescriptor { label: Some("canvas tiles"), layout, entries })
}

fn no_page(device: &wgpu::Device, layout: &wgpu::BindGroupLayout) -> wgpu::BindGroup {
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: Some("no tiles"),
        size: wgpu::Extent3d { width: 1, height: 1, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rgba8Unorm,
        usage: wgpu::TextureUsages::TEXTURE_BINDING,
        view_formats: &[],
    });
    let view = texture.create_view(&wgpu::TextureViewDescriptor {
        dimension: Some(wgpu::TextureViewDimension::D2Array),
        ..wgpu::TextureViewDescriptor::default()
    });
    page_group(device, layout, &view)
}

fn tile_pipeline(
    device: &wgpu::Device,
    module: &wgpu::ShaderModule,
    entry: &str,
    layouts: &[Option<&wgpu::BindGroupLayout>],
    target: wgpu::ColorTargetState,
) -> wgpu::RenderPipeline {
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some("canvas"),
        bind_group_layouts: layouts,
        immediate_size: 0,
    });
    let attributes = wgpu::vertex_attr_array![
        0 => Float32x4, 1 => Float32x4, 2 => Float32x4, 3 => Float32x4, 4 => Float32x2
    ];
    let constants = [("ENCODES", f64::from(u8::from(target.format.is_srgb())))];
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(entry),
        layout: Some(&layout),
        vertex: wgpu::VertexState {
            module,
            entry_point: Some("corner"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[Some(wgpu::VertexBufferLayout {
                array_stride: (FLOATS * size_of::<f32>()) as u64,
                step_mode: wgpu::VertexStepMode::Instance,
                attributes: &attributes,
            })],
        },
        primitive: wgpu::PrimitiveState {
            topology: wgpu::PrimitiveTopology::TriangleStrip,
            ..wgpu::PrimitiveState::default()
        },
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module,
            entry_point: Some(entry),
            compilation_options: wgpu::PipelineCompilationOptions {
                constants: &constants,
                ..wgpu::PipelineCompilationOptions::default()
            },
            targets: &[Some(target)],
        }),
        multiview_mask: None,
        cache: None,
    })
}
