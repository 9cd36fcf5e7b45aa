//! The compositor: runs tiles' programs on the device, each into its place, halved as often as the view asks.

use eframe::wgpu;
use eframe::wgpu::util::DeviceExt as _;

use super::shader::{self, LAYER_PAGES};
use super::slots::Page;
use crate::document::{PixelRect, TILE_SIDE};

/// Steps in a row of their texture; the shader has the same number.
const STEPS_A_ROW: u32 = 256;
/// Two to this power is the side of the largest square that is averaged at once.
const HALVINGS_AT_ONCE: u32 = 3;
/// What is averaged further must not be rounded to 8 bits before.
const FINE: wgpu::TextureFormat = wgpu::TextureFormat::Rgba16Float;
/// What is shown.
pub const SHOWN: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

/// One tile to make.
pub struct Job {
    /// Its steps among all that are run together.
    pub steps: [u32; 2],
    /// Of `TILE_SIDE >> level` pixels a side.
    pub target: wgpu::TextureView,
    pub level: u32,
    /// The part to make, in pixels of the whole tile, on squares of 2^`level`.
    pub part: PixelRect,
    /// The target holds what it is to keep outside the part.
    pub is_known: bool,
    /// Width and height of what lies in the canvas.
    pub inside: [u32; 2],
}

/// Pipelines and what lies between them.
pub struct Composer {
    to_8_bits: wgpu::RenderPipeline,
    to_halve: wgpu::RenderPipeline,
    halve: wgpu::RenderPipeline,
    halve_finely: wgpu::RenderPipeline,
    layers_layout: wgpu::BindGroupLayout,
    /// A whole tile, and one halved [`HALVINGS_AT_ONCE`] times.
    whole: Between,
    small: Between,
    /// Stands where there is no page.
    no_page: wgpu::TextureView,
    steps: Option<wgpu::Texture>,
}

/// A picture that is drawn into and read.
struct Between {
    view: wgpu::TextureView,
    group: wgpu::BindGroup,
}

impl Composer {
    pub fn new(device: &wgpu::Device) -> Self {
        let module = |label, text: String| {
            device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(label),
                source: wgpu::ShaderSource::Wgsl(text.into()),
            })
        };
        let composer = module("compositor", shader::composer());
        let halver = module("halving", include_str!("halve.wgsl").to_owned());
        let uint = wgpu::TextureSampleType::Uint;
        let mut entries = vec![texture_entry(0, uint, wgpu::TextureViewDimension::D2)];
        let pages = 1..=LAYER_PAGES as u32;
        entries.extend(pages.map(|binding| texture_entry(binding, uint, wgpu::TextureViewDimension::D2Array)));
        let layout = |label, entries: &[wgpu::BindGroupLayoutEntry]| {
            device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(label), entries })
        };
        let layers_layout = layout("layers", &entries);
        let float = wgpu::TextureSampleType::Float { filterable: false };
        let source_layout = layout("to halve", &[texture_entry(0, float, wgpu::TextureViewDimension::D2)]);

        let steps = (wgpu::vertex_attr_array![0 => Uint32x2].as_slice(), 8);
        let squares = (wgpu::vertex_attr_array![0 => Uint32x4].as_slice(), 16);
        let pipeline = |module, entry, layout, vertex, format| {
            covering_pipeline(device, module, ("cover", entry), layout, vertex, format)
        };
        Self {
            to_8_bits: pipeline(&composer, "to_8_bits", &layers_layout, steps, SHOWN),
            to_halve: pipeline(&composer, "to_halve", &layers_layout, steps, FINE),
            halve: pipeline(&halver, "average", &source_layout, squares, SHOWN),
            halve_finely: pipeline(&halver, "average", &source_layout, squares, FINE),
            whole: Between::new(device, &source_layout, TILE_SIDE),
            small: Between::new(device, &source_layout, TILE_SIDE >> HALVINGS_AT_ONCE),
            no_page: no_page(device),
            layers_layout,
            steps: None,
        }
    }

    /// Makes tiles in their order. `steps` are as the shader reads them.
    pub fn run(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        encoder: &mut wgpu::CommandEncoder,
        pages: &[Page],
        (steps, jobs): (&[[u32; 4]], &[Job]),
    ) {
        if jobs.is_empty() {
            return;
        }
        let layers = self.bind_layers(device, queue, pages, steps);
        let buffer = |label, contents: &[u8]| {
            let usage = wgpu::BufferUsages::VERTEX;
            device.create_buffer_init(&wgpu::util::BufferInitDescriptor { label: Some(label), contents, usage })
        };
        let ranges: Vec<[u32; 2]> = jobs.iter().map(|job| job.steps).collect();
        let ranges = buffer("ranges of steps", bytemuck::cast_slice(&ranges));
        let squares: Vec<[[u32; 4]; 2]> = jobs.iter().map(squares_of).collect();
        let squares = buffer("squares", bytemuck::cast_slice(squares.as_flattened()));
        for (number, job) in (0u32..).zip(jobs) {
            let at_once = job.level.min(HALVINGS_AT_ONCE);
            let small = scaled_down(job.part, at_once);
            let mut draw = |pipeline, group, (vertices, instance), target, part, is_known| {
                draw_part(encoder, (pipeline, group), (vertices, instance), target, part, is_known);
            };
            if job.level == 0 {
                draw(&self.to_8_bits, &layers, (&ranges, number), &job.target, job.part, job.is_known);
                continue;
            }
            draw(&self.to_halve, &layers, (&ranges, number), &self.whole.view, job.part, true);
            if job.level == at_once {
                draw(&self.halve, &self.whole.group, (&squares, 2 * number), &job.target, small, job.is_known);
            } else {
                draw(&self.halve_finely, &self.whole.group, (&squares, 2 * number), &self.small.view, small, true);
                let rest = scaled_down(job.part, job.level);
                draw(&self.halve, &self.small.group, (&squares, 2 * number + 1), &job.target, rest, job.is_known);
            }
        }
    }

    fn bind_layers(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        pages: &[Page],
        steps: &[[u32; 4]],
    ) -> wgpu::BindGroup {
        let rows = (steps.len() as u32).div_ceil(STEPS_A_ROW).max(1);
        if self.steps.as_ref().is_none_or(|texture| texture.height() < rows) {
            self.steps = Some(steps_texture(device, rows.next_power_of_two()));
        }
        let mut whole_rows = steps.to_vec();
        whole_rows.resize((rows * STEPS_A_ROW) as usize, [0; 4]);
        let texture = self.steps.get_or_insert_with(|| steps_texture(device, rows));
        let bytes = (bytemuck::cast_slice(&whole_rows), STEPS_A_ROW * 16);
        super::slots::write(queue, texture, 0, [0, 0], [STEPS_A_ROW, rows], bytes);
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let texture_at =
            |binding, view| wgpu::BindGroupEntry { binding, resource: wgpu::BindingResource::TextureView(view) };
        let mut entries = vec![texture_at(0, &view)];
        for page in 0..LAYER_PAGES {
            entries.push(texture_at(page as u32 + 1, pages.get(page).map_or(&self.no_page, |page| &page.view)));
        }
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("layers"),
            layout: &self.layers_layout,
            entries: &entries,
        })
    }
}

impl Between {
    fn new(device: &wgpu::Device, layout: &wgpu::BindGroupLayout, side: u32) -> Self {
        let usage = wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::TEXTURE_BINDING;
        let texture = texture(device, "between", [side, side], FINE, usage);
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let resource = wgpu::BindingResource::TextureView(&view);
        let entries = &[wgpu::BindGroupEntry { binding: 0, resource }];
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor { label: Some("to halve"), layout, entries });
        Self { view, group }
    }
}

/// What the two averagings of a job read: the squares' side, and how much of their source counts.
fn squares_of(job: &Job) -> [[u32; 4]; 2] {
    let at_once = job.level.min(HALVINGS_AT_ONCE);
    let [width, height] = job.inside;
    let side = 1 << at_once;
    [[side, width, height, 0], [1 << (job.level - at_once), width.div_ceil(side), height.div_ceil(side), 0]]
}

fn scaled_down(part: PixelRect, level: u32) -> PixelRect {
    let PixelRect { left, top, right, bottom } = part;
    PixelRect { left: left >> level, top: top >> level, right: right >> level, bottom: bottom >> level }
}

/// Covers a part of a target.
fn draw_part(
    encoder: &mut wgpu::CommandEncoder,
    (pipeline, group): (&wgpu::RenderPipeline, &wgpu::BindGroup),
    (vertices, instance): (&wgpu::Buffer, u32),
    target: &wgpu::TextureView,
    part: PixelRect,
    is_known: bool,
) {
    let load = if is_known { wgpu::LoadOp::Load } else { wgpu::LoadOp::Clear(wgpu::Color::TRANSPARENT) };
    let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: Some("tile"),
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view: target,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations { load, store: wgpu::StoreOp::Store },
        })],
        ..wgpu::RenderPassDescriptor::default()
    });
    pass.set_scissor_rect(part.left, part.top, part.width(), part.height());
    pass.set_pipeline(pipeline);
    pass.set_bind_group(0, group, &[]);
    pass.set_vertex_buffer(0, vertices.slice(..));
    pass.draw(0..3, instance..instance + 1);
}

/// A pipeline that draws one triangle over its target without blending; what it works with comes with the instance.
fn covering_pipeline(
    device: &wgpu::Device,
    module: &wgpu::ShaderModule,
    (vertex, fragment): (&str, &str),
    layout: &wgpu::BindGroupLayout,
    (attributes, array_stride): (&[wgpu::VertexAttribute], u64),
    format: wgpu::TextureFormat,
) -> wgpu::RenderPipeline {
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(fragment),
        bind_group_layouts: &[Some(layout)],
        immediate_size: 0,
    });
    let instances = wgpu::VertexBufferLayout { array_stride, step_mode: wgpu::VertexStepMode::Instance, attributes };
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(fragment),
        layout: Some(&layout),
        vertex: wgpu::VertexState {
            module,
            entry_point: Some(vertex),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[Some(instances)],
        },
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module,
            entry_point: Some(fragment),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            targets: &[Some(format.into())],
        }),
        multiview_mask: None,
        cache: None,
    })
}

fn texture_entry(
    binding: u32,
    sample_type: wgpu::TextureSampleType,
    view_dimension: wgpu::TextureViewDimension,
) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::FRAGMENT,
        ty: wgpu::BindingType::Texture { sample_type, view_dimension, multisampled: false },
        count: None,
    }
}

fn texture(
    device: &wgpu::Device,
    label: &str,
    [width, height]: [u32; 2],
    format: wgpu::TextureFormat,
    usage: wgpu::TextureUsages,
) -> wgpu::Texture {
    device.create_texture(&wgpu::TextureDescriptor {
        label: Some(label),
        size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage,
        view_formats: &[],
    })
}

fn steps_texture(device: &wgpu::Device, rows: u32) -> wgpu::Texture {
    let usage = wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST;
    texture(device, "steps", [STEPS_A_ROW, rows], wgpu::TextureFormat::Rgba32Uint, usage)
}

fn no_page(device: &wgpu::Device) -> wgpu::TextureView {
    let format = wgpu::TextureFormat::Rgba16Uint;
    let texture = texture(device, "no page", [1, 1], format, wgpu::TextureUsages::TEXTURE_BINDING);
    texture.create_view(&wgpu::TextureViewDescriptor {
        dimension: Some(wgpu::TextureViewDimension::D2Array),
        ..wgpu::TextureViewDescriptor::default()
    })
}
