//! What a run starts from: noise alone, a picture, or a picture of which a part is kept.

use image::{GrayImage, RgbImage};

use super::error::TaskError;
use super::picture::{mask_in_latents, values_from_picture, values_without_masked};
use super::pipeline::Pipeline;
use super::soft::{Progress, SoftMask};
use crate::inpaint::{Fill, filled, has_strengths};
use crate::nn::{CancelToken, Compute};
use crate::recipe::Recipe;
use crate::sampling::NoiseLevel;

/// The latents' shape in one run, `[N, C, h, w]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LatentShape {
    pub pictures: usize,
    pub channels: usize,
    pub rows: usize,
    pub columns: usize,
}

impl LatentShape {
    pub fn cells(self) -> usize {
        self.rows * self.columns
    }

    pub fn of_one(self) -> usize {
        self.channels * self.cells()
    }

    pub fn len(self) -> usize {
        self.pictures * self.of_one()
    }

    pub fn array(self) -> [usize; 4] {
        [self.pictures, self.channels, self.rows, self.columns]
    }
}

/// The pictures of a job, in latents.
pub(super) enum Start {
    /// Noise alone.
    Text,
    /// A picture to change, `[N, C, h, w]`.
    Image { original: Vec<f32> },
    /// A picture of which the part under the mask (`[h, w]`, 1 = repaint) is made anew by an ordinary model.
    Inpaint { original: Vec<f32>, mask: Vec<f32> },
    /// The same with a strength of its own for every part.
    SoftInpaint { original: Vec<f32>, mask: SoftMask },
    /// Inpainting with a model made for it: nine channels, the last five of which are mask and masked picture
    /// (`[5, h, w]`). `soft` where parts have strengths of their own.
    InpaintingModel { original: Vec<f32>, extra: Vec<f32>, soft: Option<SoftMask> },
}

/// What a run is given to start from.
pub(super) struct Given<'a> {
    pub init: Option<&'a RgbImage>,
    /// All that is repainted.
    pub mask: Option<&'a GrayImage>,
    /// The mask's greys are strengths.
    pub soft: bool,
    /// What stands under the mask; never [`Fill::Auto`].
    pub fill: Fill,
    pub strength: f32,
}

impl<'a> Given<'a> {
    pub fn new(recipe: &Recipe, init: Option<&'a RgbImage>, mask: Option<&'a GrayImage>) -> Self {
        let fill = recipe.fill.resolved(recipe.strength);
        Self { init, mask, soft: has_strengths(recipe), fill, strength: recipe.strength }
    }
}

impl Start {
    /// Encodes what is given, with the fill under the mask. `noise` is the run's initial noise.
    pub fn new(
        pipeline: &Pipeline,
        given: &Given<'_>,
        shape: LatentShape,
        noise: &[f32],
        cancel: &CancelToken,
    ) -> Result<Self, TaskError> {
        let extra_channels = pipeline.unet.in_channels().saturating_sub(shape.channels);
        let mut start = match (given.init, given.mask, extra_channels) {
            (None, _, 0) => Self::Text,
            (Some(init), None, 0) => Self::Image { original: encode(pipeline, init, shape, cancel)? },
            (Some(init), Some(mask), 0) => {
                let original =
                    encode(pipeline, &filled(init, mask, given.fill, &|| cancel.is_cancelled()), shape, cancel)?;
                Self::inpaint(original, mask, given.soft, pipeline.scale())
            }
            (init, mask, extra) if extra == shape.channels + 1 => {
                let (original, extra) = for_inpainting_model(pipeline, init, mask, given.fill, shape, cancel)?;
                let strengths = mask.filter(|_| given.soft && init.is_some());
                let soft = strengths.map(|mask| SoftMask::new(mask, pipeline.scale()));
                Self::InpaintingModel { original, extra, soft }
            }
            _ => {
                return Err(TaskError::WrongModel { channels: pipeline.unet.in_channels() });
            }
        };
        if let (Fill::Noise | Fill::Nothing, Some(_)) = (given.fill, given.mask) {
            start.fill_latents(given.fill, noise, shape.cells());
        }
        Ok(start)
    }

    /// With an ordinary model.
    fn inpaint(original: Vec<f32>, mask: &GrayImage, soft: bool, scale: u32) -> Self {
        if soft {
            return Self::SoftInpaint { original, mask: SoftMask::new(mask, scale) };
        }
        Self::Inpaint { original, mask: mask_in_latents(mask, scale) }
    }

    /// Puts noise or nothing into the latents under the mask, as A1111's "latent noise" and "latent nothing" do.
    fn fill_latents(&mut self, fill: Fill, noise: &[f32], cells: usize) {
        let (original, masked): (_, Vec<bool>) = match self {
            Self::Text | Self::Image { .. } => return,
            Self::Inpaint { original, mask } => (original, mask.iter().map(|repaint| *repaint > 0.5).collect()),
            Self::SoftInpaint { original, mask } | Self::InpaintingModel { original, soft: Some(mask), .. } => {
                (original, mask.is_mostly_repainted().collect())
            }
            // The first of the extra channels is the mask.
            Self::InpaintingModel { original, extra, soft: None } => {
                (original, extra.iter().take(cells).map(|repaint| *repaint > 0.5).collect())
            }
        };
        for (index, (latent, noise)) in original.iter_mut().zip(noise).enumerate() {
            if masked[index % masked.len().max(1)] {
                *latent = if fill == Fill::Noise { *noise } else { 0.0 };
            }
        }
    }

    /// Goes on with another mask, where nothing was filled under the earlier one nor is under this; without a picture,
    /// nothing changes. What the new mask does not repaint is the original again after the next step.
    pub fn remask(
        &mut self,
        pipeline: &Pipeline,
        given: &Given<'_>,
        shape: LatentShape,
        cancel: &CancelToken,
    ) -> Result<(), TaskError> {
        let (Some(init), Some(mask)) = (given.init, given.mask) else { return Ok(()) };
        let scale = pipeline.scale();
        match self {
            Self::Text => (),
            Self::Image { original } | Self::Inpaint { original, .. } | Self::SoftInpaint { original, .. } => {
                *self = Self::inpaint(std::mem::take(original), mask, given.soft, scale);
            }
            Self::InpaintingModel { .. } => {
                let (original, extra) =
                    for_inpainting_model(pipeline, Some(init), Some(mask), given.fill, shape, cancel)?;
                let soft = given.soft.then(|| SoftMask::new(mask, scale));
                *self = Self::InpaintingModel { original, extra, soft };
            }
        }
        Ok(())
    }

    /// The picture's latents for every picture of the batch, if there is one.
    pub fn original(&self) -> Option<&[f32]> {
        match self {
            Self::Text => None,
            Self::Image { original }
            | Self::Inpaint { original, .. }
            | Self::SoftInpaint { original, .. }
            | Self::InpaintingModel { original, .. } => Some(original),
        }
    }

    /// Whether full strength starts from noise alone (diffusers' inpainting) instead of the noised picture (its image to
    /// image), whose faint trace keeps the composition. Soft inpainting is the latter.
    pub fn forgets_at_full_strength(&self) -> bool {
        matches!(self, Self::Inpaint { .. } | Self::InpaintingModel { soft: None, .. })
    }

    /// Puts the noised original back wherever the mask does not repaint, or not yet.
    pub fn reimpose(&self, latents: &mut [f64], level: NoiseLevel, noise: &[f32], progress: Progress) {
        let (original, mask) = match self {
            Self::Inpaint { original, mask } => (original, mask),
            Self::SoftInpaint { original, mask } | Self::InpaintingModel { original, soft: Some(mask), .. } => {
                return mask.hold(latents, &level.mix(original, noise), progress);
            }
            _ => return,
        };
        let kept = level.mix(original, noise);
        let planes = latents.chunks_exact_mut(mask.len().max(1)).zip(kept.chunks_exact(mask.len().max(1)));
        for (latents, kept) in planes {
            for ((latent, kept), repaint) in latents.iter_mut().zip(kept).zip(mask) {
                let repaint = f64::from(*repaint);
                *latent = repaint * *latent + (1.0 - repaint) * kept;
            }
        }
    }

    /// The UNet's input: the latents, `copies` times over, each with the extra channels an inpainting model reads.
    pub fn unet_input(&self, latents: &[f64], shape: LatentShape, copies: usize) -> Vec<f32> {
        let extra: &[f32] = match self {
            Self::InpaintingModel { extra, .. } => extra,
            _ => &[],
        };
        let mut input = Vec::with_capacity(copies * (latents.len() + shape.pictures * extra.len()));
        for _ in 0..copies {
            for of_one in latents.chunks_exact(shape.of_one().max(1)) {
                #[expect(clippy::cast_possible_truncation, reason = "models compute in single precision")]
                input.extend(of_one.iter().map(|value| *value as f32));
                input.extend_from_slice(extra);
            }
        }
        input
    }
}

/// The original, and the channels beside the latents. Without a mask the whole picture is repainted; without a picture it is repainted from grey.
fn for_inpainting_model(
    pipeline: &Pipeline,
    init: Option<&RgbImage>,
    mask: Option<&GrayImage>,
    fill: Fill,
    shape: LatentShape,
    cancel: &CancelToken,
) -> Result<(Vec<f32>, Vec<f32>), TaskError> {
    let side = |cells: usize| u32::try_from(cells).unwrap_or_default() * pipeline.scale();
    let (width, height) = (side(shape.columns), side(shape.rows));
    let grey = || RgbImage::from_pixel(width, height, image::Rgb([128; 3]));
    let all = || GrayImage::from_pixel(width, height, image::Luma([255]));
    let init = init.map_or_else(|| std::borrow::Cow::Owned(grey()), std::borrow::Cow::Borrowed);
    let mask = mask.map_or_else(|| std::borrow::Cow::Owned(all()), std::borrow::Cow::Borrowed);
    let original = encode(pipeline, &filled(&init, &mask, fill, &|| cancel.is_cancelled()), shape, cancel)?;
    let masked = encode_values(pipeline, values_without_masked(&init, &mask), shape, cancel)?;
    let mut extra = mask_in_latents(&mask, pipeline.scale());
    extra.extend(masked);
    Ok((original, extra))
}

/// One picture's latents, repeated for the batch.
fn encode(
    pipeline: &Pipeline,
    picture: &RgbImage,
    shape: LatentShape,
    cancel: &CancelToken,
) -> Result<Vec<f32>, TaskError> {
    Ok(encode_values(pipeline, values_from_picture(picture), shape, cancel)?.repeat(shape.pictures))
}

/// The posterior's mean, not a draw from it: the same picture must give the same latents whatever the seed, and the
/// deviation of an SD autoencoder is far below a level.
fn encode_values(
    pipeline: &Pipeline,
    values: Vec<f32>,
    shape: LatentShape,
    cancel: &CancelToken,
) -> Result<Vec<f32>, TaskError> {
    let scale = pipeline.scale() as usize;
    let compute = pipeline.autoencoder_compute();
    let picture = compute.tensor(values, [1, 3, shape.rows * scale, shape.columns * scale]);
    Ok(Compute::values(pipeline.autoencoder.encode(picture, cancel)?.mode())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: LatentShape = LatentShape { pictures: 2, channels: 2, rows: 1, columns: 3 };

    #[test]
    fn the_original_is_put_back_at_the_present_noise_level() {
        let original = vec![1.0; SHAPE.len()];
        let start = Start::Inpaint { original, mask: vec![1.0, 0.0, 0.0] };
        let mut latents = vec![9.0; SHAPE.len()];
        let progress = Progress { done: 1, steps: 1 };
        start.reimpose(&mut latents, NoiseLevel { signal: 0.5, noise: 2.0 }, &vec![10.0; SHAPE.len()], progress);
        assert_eq!(latents, [9.0, 20.5, 20.5].repeat(4));
    }

    #[test]
    fn an_inpainting_model_sees_mask_and_masked_picture_beside_each_latent() {
        let start = Start::InpaintingModel { original: Vec::new(), extra: vec![7.0; 9], soft: None };
        let latents: Vec<f64> = (0..12).map(f64::from).collect();
        let input = start.unet_input(&latents, SHAPE, 2);
        assert_eq!(input.len(), 2 * 2 * (6 + 9));
        assert_eq!(input[..7], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 7.0]);
        assert_eq!(input[15..22], [6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 7.0]);
        assert_eq!(input[..30], input[30..]);
    }
}
