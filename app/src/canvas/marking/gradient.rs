//! The gradient tool's colours, and how they look before the button goes up.

use egui::{Color32, ColorImage, Mesh, Painter, Pos2, Rect, Shape, TextureHandle, TextureOptions, pos2, vec2};
use serde::{Deserialize, Serialize};

use super::{pixel_at, place};
use crate::canvas::camera::Camera;
use crate::canvas::egui_rect;
use crate::canvas::tools::HandColors;
use crate::document::{Document, Layer, Pixel, scaled};
use crate::paint::fill::{Gradient, GradientShape, GradientStop, Repeat};

/// Of the gradient tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GradientOptions {
    pub shape: GradientShape,
    pub repeat: Repeat,
    /// In any order, 1 to [`GradientOptions::MAX_STOPS`].
    pub stops: Vec<ColorStop>,
}

/// A colour along the gradient.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColorStop {
    /// 0 at the first end of the line, 1 at the second.
    pub position: f32,
    pub color: StopColor,
    /// 0 to 1.
    pub opacity: f32,
}

/// Which colour a stop has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopColor {
    /// The tools' first.
    InHand,
    /// Their second.
    Second,
    /// sRGB.
    Own([u8; 3]),
}

impl Default for GradientOptions {
    fn default() -> Self {
        Self { shape: GradientShape::Linear, repeat: Repeat::Never, stops: GradientPreset::ToTransparent.stops() }
    }
}

impl GradientOptions {
    pub const MAX_STOPS: usize = 32;

    /// From one place of the canvas to another, with the colours at hand where a stop has none of its own.
    #[must_use]
    pub fn gradient(&self, colors: HandColors, from: Pos2, to: Pos2) -> Gradient {
        let stops: Vec<_> = self.stops.iter().map(|stop| stop.with(colors)).collect();
        Gradient::new(self.shape, self.repeat, &stops, [from, to].map(place))
    }

    /// Adds a stop of the colour that is there already; returns its index. `None` where there are enough.
    pub fn add_stop(&mut self, colors: HandColors, position: f32) -> Option<usize> {
        if self.stops.len() >= Self::MAX_STOPS {
            return None;
        }
        let along = Self { shape: GradientShape::Linear, repeat: Repeat::Never, stops: self.stops.clone() };
        let there = along.gradient(colors, pos2(0.0, 0.0), pos2(1.0, 0.0)).at([position, 0.0]);
        let [red, green, blue, alpha] = crate::document::to_rgba8(there);
        let color = StopColor::Own([red, green, blue]);
        self.stops.push(ColorStop { position, color, opacity: f32::from(alpha) / 255.0 });
        Some(self.stops.len() - 1)
    }

    /// Numbers that were edited by hand are brought into their ranges.
    pub(in crate::canvas) fn tame(&mut self) {
        self.stops.retain(|stop| stop.position.is_finite() && stop.opacity.is_finite());
        self.stops.truncate(Self::MAX_STOPS);
        for stop in &mut self.stops {
            stop.position = stop.position.clamp(0.0, 1.0);
            stop.opacity = stop.opacity.clamp(0.0, 1.0);
        }
        if self.stops.is_empty() {
            self.stops = Self::default().stops;
        }
    }
}

impl ColorStop {
    /// What it is while these colours are at hand.
    #[must_use]
    pub fn with(&self, colors: HandColors) -> GradientStop {
        let [red, green, blue] = self.rgb(colors).map(|channel| u16::from(channel) * 257);
        let alpha = (self.opacity.clamp(0.0, 1.0) * f32::from(u16::MAX)).round() as u16;
        GradientStop { position: self.position, color: [red, green, blue, alpha] }
    }

    /// sRGB.
    #[must_use]
    pub fn rgb(&self, colors: HandColors) -> [u8; 3] {
        match self.color {
            StopColor::InHand => colors.first,
            StopColor::Second => colors.second,
            StopColor::Own(color) => color,
        }
    }
}

/// Gradients to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GradientPreset {
    /// The colour in hand fades to nothing.
    ToTransparent,
    /// The colour in hand becomes the second one.
    ToSecond,
    /// The colour in hand between nothing and nothing.
    Band,
    BlackToWhite,
    Spectrum,
}

impl GradientPreset {
    pub const ALL: [Self; 5] = [Self::ToTransparent, Self::ToSecond, Self::Band, Self::BlackToWhite, Self::Spectrum];

    /// The key of its name in the languages' files.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::ToTransparent => "gradient-to-transparent",
            Self::ToSecond => "gradient-to-second",
            Self::Band => "gradient-band",
            Self::BlackToWhite => "gradient-black-to-white",
            Self::Spectrum => "gradient-spectrum",
        }
    }

    #[must_use]
    pub fn stops(self) -> Vec<ColorStop> {
        let stop = |position: f32, color: StopColor, opacity: f32| ColorStop { position, color, opacity };
        let in_hand = StopColor::InHand;
        match self {
            Self::ToTransparent => vec![stop(0.0, in_hand, 1.0), stop(1.0, in_hand, 0.0)],
            Self::ToSecond => vec![stop(0.0, in_hand, 1.0), stop(1.0, StopColor::Second, 1.0)],
            Self::Band => vec![stop(0.0, in_hand, 0.0), stop(0.5, in_hand, 1.0), stop(1.0, in_hand, 0.0)],
            Self::BlackToWhite => {
                vec![stop(0.0, StopColor::Own([0; 3]), 1.0), stop(1.0, StopColor::Own([255; 3]), 1.0)]
            }
            Self::Spectrum => {
                let hues: [[u8; 3]; 7] =
                    [[255, 0, 0], [255, 255, 0], [0, 255, 0], [0, 255, 255], [0, 0, 255], [255, 0, 255], [255, 0, 0]];
                let place = |index: usize| index as f32 / (hues.len() - 1) as f32;
                hues.into_iter().enumerate().map(|(i, hue)| stop(place(i), StopColor::Own(hue), 1.0)).collect()
            }
        }
    }
}

/// Pixels along the longest side of the preview.
const MAX_SIDE: f32 = 256.0;

/// What a gradient will look like on the layer, for the part of the canvas that is seen.
#[derive(Default)]
pub(super) struct GradientPreview {
    texture: Option<TextureHandle>,
}

impl GradientPreview {
    /// Draws it, as opaque as the layer and where it may be painted on. The same work in each frame, however large the
    /// canvas is.
    pub(super) fn paint(&mut self, painter: &Painter, camera: &Camera, document: &Document, gradient: &Gradient) {
        let canvas = egui_rect(document.bounds());
        let seen = camera.canvas_from_screen_rect(painter.clip_rect()).intersect(canvas);
        let is_mask = document.layer(document.active()).is_some_and(Layer::is_mask);
        let target = if is_mask { document.mask_target() } else { document.paint_target() };
        let layer = target.ok().and_then(|id| document.layer(id));
        let Some(layer) = layer.filter(|_| seen.is_positive()) else { return };
        let image = picture(seen, document, layer, gradient);
        match &mut self.texture {
            Some(texture) => texture.set(image, TextureOptions::LINEAR),
            None => {
                let texture = painter.ctx().load_texture("gradient-preview", image, TextureOptions::LINEAR);
                self.texture = Some(texture);
            }
        }
        let Some(texture) = &self.texture else { return };
        let mut mesh = Mesh::with_texture(texture.id());
        let uvs = [pos2(0.0, 0.0), pos2(1.0, 0.0), pos2(1.0, 1.0), pos2(0.0, 1.0)];
        for (pos, uv) in camera.corners_on_screen(seen).into_iter().zip(uvs) {
            mesh.vertices.push(egui::epaint::Vertex { pos, uv, color: Color32::WHITE });
        }
        mesh.add_triangle(0, 1, 2);
        mesh.add_triangle(0, 2, 3);
        painter.add(Shape::mesh(mesh));
    }
}

/// The gradient over a part of the canvas.
fn picture(part: Rect, document: &Document, layer: &Layer, gradient: &Gradient) -> ColorImage {
    let shrink = (MAX_SIDE / part.width().max(part.height())).min(1.0);
    let [width, height] = [part.width(), part.height()].map(|side| ((side * shrink).ceil() as usize).max(1));
    let mut pixels = Vec::with_capacity(width * height);
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x as f32, y as f32))) {
        let at = part.lerp_inside(vec2((x + 0.5) / width as f32, (y + 0.5) / height as f32));
        let amount = pixel_at(at).map_or(0, |pixel| amount_at(pixel, document, layer));
        pixels.push(color32(ink_of(gradient.at(place(at)), layer).map(|channel| scaled(channel, amount))));
    }
    ColorImage::new([width, height], pixels)
}

/// What the layer shows of the gradient's colour: a mask, its own.
fn ink_of(color: Pixel, layer: &Layer) -> Pixel {
    if layer.is_mask() {
        Document::opaque_pixel(layer.props().tint).map(|channel| scaled(channel, color[3]))
    } else {
        color
    }
}

/// How much of the ink is seen at a pixel.
fn amount_at([x, y]: [u32; 2], document: &Document, layer: &Layer) -> u16 {
    let selected = document.selection().map_or(u16::MAX, |selection| selection.pixel(x, y));
    let opacity = (layer.props().opacity.clamp(0.0, 1.0) * f32::from(u16::MAX)) as u16;
    let covered = match layer.pixels().filter(|_| layer.props().alpha_locked) {
        Some(pixels) => pixels.pixel(x, y)[3],
        None => u16::MAX,
    };
    scaled(scaled(selected, opacity), covered)
}

fn color32(pixel: Pixel) -> Color32 {
    let [red, green, blue, alpha] = pixel.map(|channel| (channel / 257) as u8);
    Color32::from_rgba_premultiplied(red, green, blue, alpha)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::CanvasSize;
    use crate::document::selection::{Combine, rectangle};

    const RED: HandColors = HandColors { first: [255, 0, 0], second: [255; 3] };

    #[test]
    fn a_stop_that_is_added_changes_nothing_yet() {
        let mut options = GradientOptions { stops: GradientPreset::ToSecond.stops(), ..GradientOptions::default() };
        let (from, to) = (pos2(0.0, 0.0), pos2(100.0, 0.0));
        let before = options.gradient(RED, from, to);
        let index = options.add_stop(RED, 0.25).unwrap();
        assert_eq!(options.stops[index].color, StopColor::Own([255, 64, 64]));
        let after = options.gradient(RED, from, to);
        for x in 0..100 {
            let at = [x as f32, 0.0];
            let is_near = before.at(at).iter().zip(after.at(at)).all(|(a, b)| a.abs_diff(b) < 200);
            assert!(is_near, "{x}");
        }
        (0..100).for_each(|_| _ = options.add_stop(RED, 0.5));
        assert_eq!(options.stops.len(), GradientOptions::MAX_STOPS);
    }

    #[test]
    fn damaged_stops_are_brought_into_their_ranges() {
        let stop = |position, opacity| ColorStop { position, color: StopColor::InHand, opacity };
        let mut options =
            GradientOptions { stops: vec![stop(f32::NAN, 1.0), stop(7.0, -3.0)], ..GradientOptions::default() };
        options.tame();
        assert_eq!(options.stops, [stop(1.0, 0.0)]);
        options.stops.clear();
        options.tame();
        assert_eq!(options, GradientOptions::default());
    }

    #[test]
    fn the_preview_keeps_to_what_is_selected() {
        let mut document = Document::blank(CanvasSize::new(100, 50).unwrap(), [255; 4]);
        let half = rectangle(document.size(), [0.0, 0.0], [50.0, 50.0]);
        document.select(&half, Combine::Replace);
        let options = GradientOptions { stops: GradientPreset::ToSecond.stops(), ..GradientOptions::default() };
        let gradient = options.gradient(RED, pos2(0.0, 0.0), pos2(100.0, 0.0));
        let layer = document.layer(document.active()).unwrap();
        let image = picture(egui_rect(document.bounds()), &document, layer, &gradient);
        assert_eq!(image.size, [100, 50]);
        assert_eq!((image[(80, 10)], image[(10, 10)].a()), (Color32::TRANSPARENT, 255));
        assert!(image[(10, 10)].r() > 220);
    }
}
