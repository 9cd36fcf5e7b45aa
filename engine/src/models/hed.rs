//! Holistically-nested edge detection (Xie & Tu 2015): VGG's convolutions, from each of whose five scales a map of edges
//! is read.

use burn::tensor::ops::MaxPoolOptions;
use burn::tensor::{Tensor, activation, module};

use crate::checkpoint::Source;
use crate::nn::{Compute, Conv2d, Conv2dShape, Interrupted, ModelError, Smooth, Weights, resize_smoothly};

/// Channels and convolutions of each scale.
const BLOCKS: [(usize, usize); 5] = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)];

/// The network, with the names ControlNet gives its tensors.
#[derive(Clone, Debug)]
pub struct Hed {
    compute: Compute,
    /// Subtracted from the input, a number a channel.
    mean: Tensor<4>,
    blocks: Vec<Block>,
    /// Weighs the maps of all scales; without it their mean is taken, as ControlNet does.
    fuse: Option<Conv2d>,
}

#[derive(Clone, Debug)]
struct Block {
    convs: Vec<Conv2d>,
    projection: Conv2d,
}

impl Hed {
    /// Reads `norm` `[1, 3, 1, 1]`, `blockN.convs.N`, `blockN.projection` and, where the file has it, `fuse`.
    ///
    /// # Errors
    /// A tensor is missing or of another shape.
    pub fn load(source: &dyn Source, compute: &Compute) -> Result<Self, ModelError> {
        let weights = Weights::new(source, compute);
        let mut blocks = Vec::new();
        let mut inputs = 3;
        for (i, (channels, count)) in BLOCKS.into_iter().enumerate() {
            let weights = weights.sub(&format!("block{}", i + 1));
            let mut convs = Vec::new();
            for layer in 0..count {
                let shape = Conv2dShape::three(inputs, channels);
                convs.push(Conv2d::load(&weights.sub(&format!("convs.{layer}")), shape)?);
                inputs = channels;
            }
            let projection = Conv2d::load(&weights.sub("projection"), Conv2dShape::one(channels, 1))?;
            blocks.push(Block { convs, projection });
        }
        let has_fuse = source.info("fuse.weight").is_some();
        let fuse = has_fuse.then(|| Conv2d::load(&weights.sub("fuse"), Conv2dShape::one(BLOCKS.len(), 1)));
        let mean = weights.tensor("norm", [1, 3, 1, 1])?;
        Ok(Self { compute: compute.clone(), mean, blocks, fuse: fuse.transpose()? })
    }

    /// Whether it wants blue, green, red instead of red, green, blue: the networks trained with Caffe's VGG do.
    #[must_use]
    pub fn reads_blue_first(&self) -> bool {
        self.fuse.is_some()
    }

    /// `picture` `[1, 3, H, W]` in 0..255 -> how sure it is of an edge, `[1, 1, H, W]` in 0..1. `reached` is told the share
    /// of the work that is done.
    ///
    /// # Errors
    /// `reached` wants it to stop.
    pub fn forward(
        &self,
        picture: Tensor<4>,
        reached: &mut dyn FnMut(f32) -> Result<(), Interrupted>,
    ) -> Result<Tensor<4>, Interrupted> {
        let [_, _, height, width] = picture.dims();
        let mut x = self.compute.cast(picture) - self.mean.clone();
        let mut maps = Vec::new();
        let layers: usize = BLOCKS.iter().map(|(_, count)| count).sum();
        let mut done = 0;
        for (i, block) in self.blocks.iter().enumerate() {
            if i > 0 {
                x = halved(x);
            }
            for conv in &block.convs {
                reached(done as f32 / layers as f32)?;
                x = activation::relu(conv.forward(x));
                done += 1;
            }
            maps.push(resize_smoothly(block.projection.forward(x.clone()), [height, width], Smooth::Bilinear));
        }
        let maps = Tensor::cat(maps, 1);
        let fused = match &self.fuse {
            Some(fuse) => fuse.forward(maps),
            None => maps.mean_dim(1),
        };
        reached(1.0)?;
        Ok(activation::sigmoid(fused))
    }
}

/// The greatest of each 2 x 2 pixels; a last row or column without a partner stays.
fn halved(x: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    let x = if height % 2 == 1 { Tensor::cat(vec![x.clone(), x.narrow(2, height - 1, 1)], 2) } else { x };
    let x = if width % 2 == 1 { Tensor::cat(vec![x.clone(), x.narrow(3, width - 1, 1)], 3) } else { x };
    module::max_pool2d(x, MaxPoolOptions::new([2; 2]))
}
