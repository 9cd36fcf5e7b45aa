//! MiDaS 2.1 small (Ranftl et al. 2020): EfficientNet-Lite3, then [`Fusion`]. All sizes follow from the tensors.

use burn::tensor::{Tensor, activation};

use super::fusion::{Fusion, FusionNames};
use crate::checkpoint::Source;
use crate::nn::{
    Compute, Conv2d, Conv2dShape, DepthwiseConv2d, DepthwiseShape, Interrupted, ModelError, Smooth, Weights,
    resize_smoothly,
};

/// Added to variances of the batch norms.
const EPSILON: f32 = 1e-3;
/// Where the stages of the backbone lie in the checkpoint, level by level, and by how much they make smaller.
const STAGES: [&[(&str, usize)]; 4] = [
    &[("layer1.3", 1), ("layer1.4", 2)],
    &[("layer2.0", 2)],
    &[("layer3.0", 2), ("layer3.1", 1)],
    &[("layer4.0", 2), ("layer4.1", 1)],
];

/// The network, with the names of the published checkpoint.
#[derive(Clone, Debug)]
pub struct MidasSmall {
    compute: Compute,
    stem: Conv2d,
    /// Blocks of each level, the finest first.
    levels: [Vec<Block>; 4],
    /// A convolution a level, in front of its fusion.
    laterals: [Conv2d; 4],
    fusions: [Fusion; 4],
    out: [Conv2d; 3],
}

/// Convolutions of single channels between those of single pixels (MobileNet v2's inverted residual).
#[derive(Clone, Debug)]
struct Block {
    expand: Option<Conv2d>,
    depthwise: DepthwiseConv2d,
    project: Conv2d,
    residual: bool,
}

impl MidasSmall {
    /// Height and width of the input are multiples of this.
    pub const MULTIPLE: usize = 32;

    /// # Errors
    /// A tensor is missing or of another shape.
    pub fn load(source: &dyn Source, compute: &Compute) -> Result<Self, ModelError> {
        let reader = Reader { source, weights: Weights::new(source, compute) };
        let stem = reader.conv("pretrained.layer1.0", "pretrained.layer1.1", 2)?;
        let mut levels = [const { Vec::new() }; 4];
        for (level, stages) in levels.iter_mut().zip(STAGES) {
            for (place, stride) in stages {
                level.extend(reader.stage(&format!("pretrained.{place}"), *stride)?);
            }
        }
        let scratch = reader.weights.sub("scratch");
        let lateral = |i: usize| {
            let name = format!("scratch.layer{i}_rn");
            let [outputs, inputs, ..] = reader.shape(&name)?;
            Conv2d::load(&reader.weights.sub(&name), Conv2dShape::three(inputs, outputs).without_bias())
        };
        let fusion = |i: usize| {
            let [outputs, inputs, ..] = reader.shape(&format!("scratch.refinenet{i}.out_conv"))?;
            Fusion::load(&scratch.sub(&format!("refinenet{i}")), FusionNames::MIDAS, (inputs, outputs))
        };
        let out = |i: usize| {
            let name = format!("scratch.output_conv.{i}");
            let [outputs, inputs, kernel, _] = reader.shape(&name)?;
            let shape =
                if kernel == 1 { Conv2dShape::one(inputs, outputs) } else { Conv2dShape::three(inputs, outputs) };
            Conv2d::load(&reader.weights.sub(&name), shape)
        };
        Ok(Self {
            compute: compute.clone(),
            stem,
            levels,
            laterals: [lateral(1)?, lateral(2)?, lateral(3)?, lateral(4)?],
            fusions: [fusion(1)?, fusion(2)?, fusion(3)?, fusion(4)?],
            out: [out(0)?, out(2)?, out(4)?],
        })
    }

    /// `picture` `[1, 3, H, W]`, normalised as ImageNet's, H and W multiples of [`MidasSmall::MULTIPLE`] -> how near, up to
    /// scale and shift, `[1, 1, H, W]`. `reached` is told the share of the work that is done.
    ///
    /// # Errors
    /// `reached` wants it to stop.
    pub fn forward(
        &self,
        picture: Tensor<4>,
        reached: &mut dyn FnMut(f32) -> Result<(), Interrupted>,
    ) -> Result<Tensor<4>, Interrupted> {
        let blocks: usize = self.levels.iter().map(Vec::len).sum();
        let steps = (blocks + self.fusions.len() + 1) as f32;
        let mut done = 0;
        let mut step = || {
            done += 1;
            reached((done - 1) as f32 / steps)
        };
        let mut x = relu6(self.stem.forward(self.compute.cast(picture)));
        let mut features = Vec::new();
        for (blocks, lateral) in self.levels.iter().zip(&self.laterals) {
            for block in blocks {
                step()?;
                x = block.forward(x);
            }
            features.push(lateral.forward(x.clone()));
        }
        let mut fused: Option<Tensor<4>> = None;
        for (feature, fusion) in features.into_iter().zip(&self.fusions).rev() {
            step()?;
            let [_, _, height, width] = feature.dims();
            let size = [2 * height, 2 * width];
            fused = Some(match fused {
                None => fusion.forward(feature, None, size),
                Some(coarser) => fusion.forward(coarser, Some(feature), size),
            });
        }
        step()?;
        let [first, second, third] = &self.out;
        let x = first.forward(fused.unwrap_or(x));
        let [_, _, height, width] = x.dims();
        let x = resize_smoothly(x, [2 * height, 2 * width], Smooth::Bilinear);
        let near = activation::relu(third.forward(activation::relu(second.forward(x))));
        reached(1.0)?;
        Ok(near)
    }
}

impl Block {
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let inner = match &self.expand {
            Some(expand) => relu6(expand.forward(x.clone())),
            None => x.clone(),
        };
        let inner = relu6(self.depthwise.forward(inner));
        self.project.forward_and_add(inner, None, self.residual.then_some(x))
    }
}

fn relu6(x: Tensor<4>) -> Tensor<4> {
    x.clamp(0.0, 6.0)
}

/// Zeros before and after an axis of even length, as TensorFlow's `SAME` sets them.
fn same_padding(kernel: usize, stride: usize) -> (usize, usize) {
    let whole = kernel.saturating_sub(stride);
    (whole / 2, whole - whole / 2)
}

/// Reads layers in whatever size they are.
struct Reader<'a> {
    source: &'a dyn Source,
    weights: Weights<'a>,
}

impl Reader<'_> {
    /// The shape of a convolution's weight.
    fn shape(&self, conv: &str) -> Result<[usize; 4], ModelError> {
        let name = format!("{conv}.weight");
        let Some(info) = self.source.info(&name) else { return Err(ModelError::MissingTensor { name }) };
        let square = <[usize; 4]>::try_from(info.shape.as_slice()).ok().filter(|shape| shape[2] == shape[3]);
        square.ok_or(ModelError::WrongShape { name, expected: "a square kernel's".to_owned(), found: info.shape })
    }

    /// Weight and bias of a convolution with its batch norm folded in.
    fn folded(&self, conv: &str, norm: &str) -> Result<(Vec<f32>, Vec<f32>), ModelError> {
        let shape = self.shape(conv)?;
        let [outputs, ..] = shape;
        let mut values = self.weights.values_of_one_shape(&format!("{conv}.weight"), &[&shape])?;
        let read = |name: &str| self.weights.values_of_one_shape(&format!("{norm}.{name}"), &[&[outputs]]);
        let (gamma, mut beta) = (read("weight")?, read("bias")?);
        let (mean, variance) = (read("running_mean")?, read("running_var")?);
        let size = (values.len() / outputs.max(1)).max(1);
        let channels = values.chunks_exact_mut(size).zip(&gamma).zip(&mut beta).zip(mean.iter().zip(&variance));
        for (((values, gamma), beta), (mean, variance)) in channels {
            let scale = gamma / (variance + EPSILON).sqrt();
            values.iter_mut().for_each(|value| *value *= scale);
            *beta -= mean * scale;
        }
        Ok((values, beta))
    }

    fn conv(&self, conv: &str, norm: &str, stride: usize) -> Result<Conv2d, ModelError> {
        let [outputs, inputs, kernel, _] = self.shape(conv)?;
        let padding = same_padding(kernel, stride);
        let (values, bias) = self.folded(conv, norm)?;
        let shape = Conv2dShape { inputs, outputs, kernel, stride, padding, dilation: 1, bias: true };
        Ok(Conv2d::of_values(&self.weights, shape, values, Some(bias)))
    }

    /// All blocks at `place`, as many as there are; the first makes smaller by `stride`.
    fn stage(&self, place: &str, stride: usize) -> Result<Vec<Block>, ModelError> {
        let exists = |i: usize| self.source.info(&format!("{place}.{i}.conv_dw.weight")).is_some();
        let count = (0..).take_while(|&i| exists(i)).count().max(1);
        (0..count).map(|i| self.block(&format!("{place}.{i}"), if i == 0 { stride } else { 1 })).collect()
    }

    fn block(&self, place: &str, stride: usize) -> Result<Block, ModelError> {
        let at = |name: &str| format!("{place}.{name}");
        // A block that does not expand calls its last convolution as others their first.
        let expands = self.source.info(&at("conv_pwl.weight")).is_some();
        let (depthwise_norm, last, last_norm) =
            if expands { ("bn2", "conv_pwl", "bn3") } else { ("bn1", "conv_pw", "bn2") };
        let expand = expands.then(|| self.conv(&at("conv_pw"), &at("bn1"), 1)).transpose()?;
        let [channels, _, kernel, _] = self.shape(&at("conv_dw"))?;
        let (values, bias) = self.folded(&at("conv_dw"), &at(depthwise_norm))?;
        let shape = DepthwiseShape { channels, kernel, stride, padding: same_padding(kernel, stride) };
        let [outputs, ..] = self.shape(&at(last))?;
        let inputs = if expands { self.shape(&at("conv_pw"))?[1] } else { channels };
        Ok(Block {
            expand,
            depthwise: DepthwiseConv2d::of_values(&self.weights, shape, values, bias),
            project: self.conv(&at(last), &at(last_norm), 1)?,
            residual: stride == 1 && inputs == outputs,
        })
    }
}
