//! Depth Anything (Yang et al. 2024), both versions: [`Dino`] and a head of [`Fusion`]s (DPT, Ranftl et al. 2021). All sizes
//! follow from the tensors, which may have the published names or those of transformers.

use burn::tensor::ops::ConvTransposeOptions;
use burn::tensor::{Tensor, activation, module};
use serde::Deserialize;

use super::dino::{Dino, Naming};
use super::fusion::{Fusion, FusionNames};
use crate::checkpoint::Source;
use crate::nn::{Compute, Conv2d, Conv2dShape, Interrupted, ModelError, Smooth, Weights, resize_smoothly};

/// What the tensors do not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepthAnythingConfig {
    /// Attention heads of a layer.
    pub heads: usize,
    /// Behind how many layers the states are read for the four levels, the finest first.
    pub taps: [usize; 4],
}

/// What is read of transformers' `config.json`.
#[derive(Deserialize)]
struct Json {
    backbone_config: Backbone,
    #[serde(default)]
    depth_estimation_type: Option<String>,
}

#[derive(Deserialize)]
struct Backbone {
    num_attention_heads: usize,
    out_indices: [usize; 4],
}

impl DepthAnythingConfig {
    /// Of transformers' `config.json`.
    ///
    /// # Errors
    /// It cannot be read, or is of a network that tells metres.
    pub fn from_json(text: &str) -> Result<Self, ModelError> {
        let json: Json = serde_json::from_str(text).map_err(|error| ModelError::Config(error.to_string()))?;
        match json.depth_estimation_type.as_deref() {
            None | Some("relative") => {}
            Some(other) => return Err(ModelError::Config(format!("`{other}` depth is not supported, only relative"))),
        }
        Ok(Self { heads: json.backbone_config.num_attention_heads, taps: json.backbone_config.out_indices })
    }

    /// Of the published networks: heads are 64 wide.
    fn published(width: usize, layers: usize) -> Self {
        let taps = match layers {
            12 => [3, 6, 9, 12],
            24 => [5, 12, 18, 24],
            _ => [layers / 4, layers / 2, layers * 3 / 4, layers],
        };
        Self { heads: width / 64, taps }
    }
}

/// The network.
#[derive(Clone, Debug)]
pub struct DepthAnything {
    compute: Compute,
    dino: Dino,
    taps: [usize; 4],
    levels: [Level; 4],
    /// The finest first.
    fusions: [Fusion; 4],
    out: [Conv2d; 3],
}

/// From states of the backbone to features of one size.
#[derive(Clone, Debug)]
struct Level {
    project: Conv2d,
    resize: Resize,
    lateral: Conv2d,
}

#[derive(Clone, Debug)]
enum Resize {
    /// So many times as large; the weight is `[in, out, scale, scale]`.
    Larger {
        weight: Box<Tensor<4>>,
        bias: Box<Tensor<1>>,
        scale: usize,
    },
    Same,
    Half(Conv2d),
}

impl DepthAnything {
    /// Without a config that of the published network of this size is used.
    ///
    /// # Errors
    /// A tensor is missing or of another shape.
    pub fn load(
        config: Option<&DepthAnythingConfig>,
        source: &dyn Source,
        compute: &Compute,
    ) -> Result<Self, ModelError> {
        let naming = Naming::of(source);
        let loader = Loader { source, weights: Weights::new(source, compute), naming };
        let (width, layers) = Dino::size(source, naming)?;
        let config = config.cloned().unwrap_or_else(|| DepthAnythingConfig::published(width, layers));
        let dino = Dino::load(source, compute, naming, config.heads)?;
        if config.taps.iter().any(|&tap| tap == 0 || tap > layers) {
            return Err(ModelError::Config(format!("states behind layers {:?} of {layers}", config.taps)));
        }
        let level = |i: usize| loader.level(i, width);
        let fusion = |i: usize| loader.fusion(i);
        Ok(Self {
            compute: compute.clone(),
            dino,
            taps: config.taps,
            levels: [level(0)?, level(1)?, level(2)?, level(3)?],
            fusions: [fusion(0)?, fusion(1)?, fusion(2)?, fusion(3)?],
            out: [
                loader.conv("depth_head.scratch.output_conv1", 1)?,
                loader.conv("depth_head.scratch.output_conv2.0", 1)?,
                loader.conv("depth_head.scratch.output_conv2.2", 1)?,
            ],
        })
    }

    /// Height and width of the input are multiples of this.
    #[must_use]
    pub fn multiple(&self) -> usize {
        self.dino.patch()
    }

    /// `picture` `[1, 3, H, W]`, normalised as ImageNet's, H and W multiples of [`DepthAnything::multiple`] -> how near, up
    /// to scale and shift, `[1, 1, H, W]`. `reached` is told the share of the work that is done.
    ///
    /// # Errors
    /// `reached` wants it to stop.
    pub fn forward(
        &self,
        picture: Tensor<4>,
        reached: &mut dyn FnMut(f32) -> Result<(), Interrupted>,
    ) -> Result<Tensor<4>, Interrupted> {
        let [_, _, height, width] = picture.dims();
        let picture = self.compute.cast(picture);
        // The backbone takes about two thirds of the time.
        let states = self.dino.forward(picture, &self.taps, &mut |share| reached(share * 0.65))?;
        let patch = self.multiple();
        let rows = height / patch;
        let mut features = Vec::new();
        for (i, (states, level)) in states.into_iter().zip(&self.levels).enumerate() {
            reached(0.65 + 0.04 * i as f32)?;
            features.push(level.forward(states, rows));
        }
        let mut fused: Option<Tensor<4>> = None;
        for level in (0..features.len()).rev() {
            reached(0.95 - 0.04 * level as f32)?;
            let (Some(feature), Some(fusion)) = (features.get(level).cloned(), self.fusions.get(level)) else { break };
            let [_, _, h, w] = feature.dims();
            // To the size of the next finer level; the finest is doubled.
            let finer = level.checked_sub(1).and_then(|finer| features.get(finer));
            let size = finer.map_or([2 * h, 2 * w], |finer| [finer.dims()[2], finer.dims()[3]]);
            fused = Some(match fused {
                None => fusion.forward(feature, None, size),
                Some(coarser) => fusion.forward(coarser, Some(feature), size),
            });
        }
        let Some(fused) = fused else { return Err(Interrupted) };
        let [first, second, third] = &self.out;
        let x = resize_smoothly(first.forward(fused), [height, width], Smooth::BilinearByCorners);
        reached(0.97)?;
        let near = activation::relu(third.forward(activation::relu(second.forward(x))));
        reached(1.0)?;
        Ok(near)
    }
}

impl Level {
    /// `[1, patches, width]`, `rows` patches high -> `[1, channels, h, w]`.
    fn forward(&self, states: Tensor<3>, rows: usize) -> Tensor<4> {
        let [n, patches, width] = states.dims();
        let x = self.project.forward(states.swap_dims(1, 2).reshape([n, width, rows, patches / rows]));
        let x = match &self.resize {
            Resize::Larger { weight, bias, scale } => {
                let options = ConvTransposeOptions::new([*scale; 2], [0; 2], [0; 2], [1; 2], 1);
                module::conv_transpose2d(x, weight.as_ref().clone(), Some(bias.as_ref().clone()), options)
            }
            Resize::Same => x,
            Resize::Half(conv) => conv.forward(x),
        };
        self.lateral.forward(x)
    }
}

/// Reads the head in whatever size it is.
struct Loader<'a> {
    source: &'a dyn Source,
    weights: Weights<'a>,
    naming: Naming,
}

impl Loader<'_> {
    fn shape(&self, name: &str) -> Result<[usize; 4], ModelError> {
        let name = format!("{}.weight", self.naming.name(name));
        let Some(info) = self.source.info(&name) else { return Err(ModelError::MissingTensor { name }) };
        let shape = <[usize; 4]>::try_from(info.shape.as_slice());
        shape.map_err(|_| ModelError::WrongShape { name, expected: "a convolution's".to_owned(), found: info.shape })
    }

    fn conv(&self, name: &str, stride: usize) -> Result<Conv2d, ModelError> {
        let [outputs, inputs, kernel, _] = self.shape(name)?;
        let name = self.naming.name(name);
        let bias = self.source.info(&format!("{name}.bias")).is_some();
        let padding = (kernel / 2, kernel / 2);
        let shape = Conv2dShape { inputs, outputs, kernel, stride, padding, dilation: 1, bias };
        Conv2d::load(&self.weights.sub(&name), shape)
    }

    fn level(&self, i: usize, width: usize) -> Result<Level, ModelError> {
        let project = format!("depth_head.projects.{i}");
        if self.shape(&project)?[1] != width {
            return Err(ModelError::Config(format!("`{project}` does not take states {width} wide")));
        }
        let resize = format!("depth_head.resize_layers.{i}");
        let resize = match i {
            0 | 1 => self.larger(&resize)?,
            2 => Resize::Same,
            _ => Resize::Half(self.conv(&resize, 2)?),
        };
        let lateral = self.conv(&format!("depth_head.scratch.layer{}_rn", i + 1), 1)?;
        Ok(Level { project: self.conv(&project, 1)?, resize, lateral })
    }

    fn larger(&self, name: &str) -> Result<Resize, ModelError> {
        let shape = self.shape(name)?;
        let [_, outputs, scale, _] = shape;
        let weights = self.weights.sub(&self.naming.name(name));
        let (weight, bias) = (weights.tensor("weight", shape)?, weights.tensor("bias", [outputs])?);
        Ok(Resize::Larger { weight: Box::new(weight), bias: Box::new(bias), scale })
    }

    fn fusion(&self, level: usize) -> Result<Fusion, ModelError> {
        let name = format!("depth_head.scratch.refinenet{}", level + 1);
        let [outputs, inputs, ..] = self.shape(&format!("{name}.out_conv"))?;
        let names = match self.naming {
            Naming::Published => FusionNames::MIDAS,
            Naming::Transformers => FusionNames::TRANSFORMERS,
        };
        Fusion::load(&self.weights.sub(&self.naming.name(&name)), names, (inputs, outputs))
    }
}
