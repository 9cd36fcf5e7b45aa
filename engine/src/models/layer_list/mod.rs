//! Networks that are given as a list of layers: small ones in no regular order, whose list comes with the weights.

mod plan;

use std::collections::BTreeMap;

use burn::tensor::ops::MaxPoolOptions;
use burn::tensor::{Tensor, activation, module};

use self::plan::{Activation, Op, Plan};
use crate::checkpoint::Source;
use crate::checkpoint::safetensors::SafetensorsFile;
use crate::nn::{
    Compute, Conv2d, Conv2dShape, DepthwiseConv2d, DepthwiseShape, Interrupted, ModelError, Smooth, Weights,
    resize_smoothly,
};

/// A network of convolutions with one input.
#[derive(Clone, Debug)]
pub struct LayerList {
    compute: Compute,
    /// Channels, height, width.
    input: [usize; 3],
    layers: Vec<Layer>,
    /// By name: which value it is.
    outputs: BTreeMap<String, usize>,
}

#[derive(Clone, Debug)]
struct Layer {
    /// Values it reads; 0 is the network's input, n + 1 what layer n made.
    inputs: Vec<usize>,
    /// Those of them that nothing reads afterwards.
    last_read: Vec<usize>,
    kind: Kind,
    activation: Option<Activation>,
}

#[derive(Clone, Debug)]
enum Kind {
    Conv(Box<Conv2d>),
    Depthwise(Box<DepthwiseConv2d>),
    /// `[1, C, 1, 1]`.
    Prelu(Tensor<4>),
    Plain(Op),
}

impl LayerList {
    /// Reads the network `name` of a file: its list from the metadata `layers.NAME`, its tensors `NAME.N.weight`, `.bias`
    /// and `.slope` for layer N. Tensors that are mostly zeros lie there as `.bits`, which elements are others, the least
    /// significant bit first, and `.values`, these.
    ///
    /// # Errors
    /// There is no such list, it describes no network, or a tensor is missing or of another shape.
    pub fn load(file: &SafetensorsFile, name: &str, compute: &Compute) -> Result<Self, ModelError> {
        let text = file.metadata().get(&format!("layers.{name}"));
        let text =
            text.ok_or_else(|| ModelError::Config(format!("`{name}` is not in {}", file.location().display())))?;
        let plan = Plan::from_json(text).map_err(|error| ModelError::Config(format!("`{name}`: {error}")))?;
        let shapes = plan.shapes().map_err(|error| ModelError::Config(format!("`{name}`: {error}")))?;
        let weights = Weights::new(file, compute).sub(name);
        let last_reads = plan.last_reads();
        let mut layers = Vec::with_capacity(plan.layers.len());
        for (i, (layer, last_read)) in plan.layers.iter().zip(last_reads).enumerate() {
            let channels = layer.input.first().and_then(|&value| shapes.get(value)).map_or(0, |shape| shape[0]);
            let kind = load(file, &weights.sub(&i.to_string()), &layer.op, channels)?;
            layers.push(Layer { inputs: layer.input.clone(), last_read, kind, activation: layer.activation });
        }
        Ok(Self { compute: compute.clone(), input: plan.input, layers, outputs: plan.outputs })
    }

    /// Channels, height and width of the picture it sees.
    #[must_use]
    pub fn input(&self) -> [usize; 3] {
        self.input
    }

    /// `input` `[channels, height, width]`, row-major -> each output's shape `[channels, height, width]` and values, by
    /// name. `reached` is told the share of the layers that are done.
    ///
    /// # Errors
    /// `reached` wants it to stop, or the device failed.
    pub fn forward(
        &self,
        input: Vec<f32>,
        reached: &mut dyn FnMut(f32) -> Result<(), Interrupted>,
    ) -> Result<Outputs, ForwardError> {
        let [channels, height, width] = self.input;
        if input.len() != channels * height * width {
            return Err(ModelError::Config(format!("{} numbers for an input of {:?}", input.len(), self.input)).into());
        }
        let mut values: Vec<Option<Tensor<4>>> = vec![Some(self.compute.tensor(input, [1, channels, height, width]))];
        for (i, layer) in self.layers.iter().enumerate() {
            reached(i as f32 / self.layers.len() as f32)?;
            let inputs = layer.inputs.iter().filter_map(|&value| values.get(value)?.clone()).collect();
            for &value in &layer.last_read {
                if let Some(value) = values.get_mut(value) {
                    *value = None;
                }
            }
            values.push(layer.forward(inputs));
        }
        let mut outputs = BTreeMap::new();
        for (name, &value) in &self.outputs {
            let Some(tensor) = values.get(value).cloned().flatten() else { continue };
            let [_, channels, height, width] = tensor.dims();
            let map = Map { shape: [channels, height, width], values: Compute::values(tensor)? };
            outputs.insert(name.clone(), map);
        }
        reached(1.0)?;
        Ok(Outputs(outputs))
    }
}

/// Why a network made nothing.
#[derive(Debug, thiserror::Error)]
pub enum ForwardError {
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// What a network made, by name.
#[derive(Debug)]
pub struct Outputs(BTreeMap<String, Map>);

/// One of its outputs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    /// Channels, height, width.
    pub shape: [usize; 3],
    /// Row-major.
    pub values: Vec<f32>,
}

impl Outputs {
    /// Takes the output `name` out.
    ///
    /// # Errors
    /// The network has none of this name.
    pub fn take(&mut self, name: &str) -> Result<Map, ModelError> {
        self.0.remove(name).ok_or_else(|| ModelError::Config(format!("the network has no output `{name}`")))
    }
}

impl Map {
    /// Channel by channel.
    pub fn channels(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact((self.shape[1] * self.shape[2]).max(1))
    }
}

fn load(file: &dyn Source, weights: &Weights<'_>, op: &Op, channels: usize) -> Result<Kind, ModelError> {
    let read = |name: &str, shape: &[usize]| read(file, weights, name, shape);
    Ok(match *op {
        Op::Conv { outputs, kernel, stride, padding: [before, after], dilation } => {
            let padding = (before, after);
            let shape = Conv2dShape { inputs: channels, outputs, kernel, stride, padding, dilation, bias: true };
            let values = read("weight", &[outputs, channels, kernel, kernel])?;
            Kind::Conv(Box::new(Conv2d::of_values(weights, shape, values, Some(read("bias", &[outputs])?))))
        }
        Op::Depthwise { kernel, stride, padding: [before, after], .. } => {
            let shape = DepthwiseShape { channels, kernel, stride, padding: (before, after) };
            let values = read("weight", &[channels, 1, kernel, kernel])?;
            Kind::Depthwise(Box::new(DepthwiseConv2d::of_values(weights, shape, values, read("bias", &[channels])?)))
        }
        Op::Prelu => Kind::Prelu(weights.upload(read("slope", &[channels])?, [1, channels, 1, 1])),
        ref plain => Kind::Plain(plain.clone()),
    })
}

/// The values of a tensor, packed or not.
fn read(file: &dyn Source, weights: &Weights<'_>, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelError> {
    let bits_name = format!("{}.{name}.bits", weights.place());
    if file.info(&bits_name).is_none() {
        return weights.values_of_one_shape(name, &[shape]);
    }
    let bits = file.raw(&bits_name)?;
    let packed = file.read_f32(&format!("{}.{name}.values", weights.place()))?;
    let elements: usize = shape.iter().product();
    let mut values = packed.iter();
    let is_set = |i: usize| bits.get(i / 8).is_some_and(|byte| byte >> (i % 8) & 1 == 1);
    let out: Vec<f32> =
        (0..elements).map_while(|i| if is_set(i) { values.next().copied() } else { Some(0.0) }).collect();
    if out.len() != elements || values.next().is_some() || bits.len() != elements.div_ceil(8) {
        let (name, expected) = (bits_name, format!("as many bits and values as {shape:?} has elements"));
        return Err(ModelError::WrongShape { name, expected, found: vec![bits.len(), packed.len()] });
    }
    Ok(out)
}

impl Layer {
    /// `None` where an input is missing, which [`Plan::shapes`] excludes.
    fn forward(&self, inputs: Vec<Tensor<4>>) -> Option<Tensor<4>> {
        let out = match &self.kind {
            Kind::Plain(Op::Concat) => Tensor::cat(inputs, 1),
            Kind::Plain(Op::Add) => inputs.into_iter().reduce(|sum, x| sum + x)?,
            kind => kind.forward(inputs.into_iter().next()?),
        };
        Some(match self.activation {
            None => out,
            Some(Activation::Relu) => activation::relu(out),
            Some(Activation::Relu6) => out.clamp(0.0, 6.0),
        })
    }
}

impl Kind {
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let [n, channels, height, width] = x.dims();
        match self {
            Self::Conv(conv) => conv.forward(x),
            Self::Depthwise(conv) => conv.forward(x),
            Self::Prelu(slope) => x.clone().clamp_min(0.0) + x.clamp_max(0.0) * slope.clone(),
            Self::Plain(op) => match *op {
                Op::MaxPool { kernel } => module::max_pool2d(x, MaxPoolOptions::new([kernel; 2])),
                Op::Resize { scale } => resize_smoothly(x, [height * scale, width * scale], Smooth::Bilinear),
                // TensorFlow's order: a block's pixels are the slowest part of the channels.
                Op::DepthToSpace { block } => {
                    let channels = channels / (block * block);
                    let x = x.reshape([n, block, block, channels, height, width]);
                    x.permute([0, 3, 4, 1, 5, 2]).reshape([n, channels, height * block, width * block])
                }
                Op::Mean => x.mean_dim(2).mean_dim(3),
                Op::FirstChannels { count } => x.narrow(1, 0, count),
                Op::ZeroChannels { count } => {
                    let zeros = Tensor::zeros([n, count, height, width], (&x.device(), x.dtype()));
                    Tensor::cat(vec![x, zeros], 1)
                }
                Op::Add | Op::Concat | Op::Prelu | Op::Conv { .. } | Op::Depthwise { .. } => x,
            },
        }
    }
}
