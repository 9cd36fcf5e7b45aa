//! The list of layers as it is written down, checked before anything is built from it.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Largest size of anything in a list.
const MAX: usize = 1 << 14;
/// Most elements of a value.
const MAX_ELEMENTS: usize = 1 << 28;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Channels, height, width.
    pub input: [usize; 3],
    pub layers: Vec<PlannedLayer>,
    /// By name: which value it is.
    pub outputs: BTreeMap<String, usize>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct PlannedLayer {
    /// Values it reads; 0 is the network's input, n + 1 what layer n makes.
    pub input: Vec<usize>,
    #[serde(flatten)]
    pub op: Op,
    /// Applied to the result.
    #[serde(default)]
    pub activation: Option<Activation>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    Relu,
    Relu6,
}

/// What a layer does.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Op {
    Conv {
        outputs: usize,
        kernel: usize,
        stride: usize,
        padding: [usize; 2],
        #[serde(default = "one")]
        dilation: usize,
    },
    /// Each channel by itself; `outputs` is as many as there are.
    Depthwise {
        outputs: usize,
        kernel: usize,
        stride: usize,
        padding: [usize; 2],
    },
    /// A slope a channel where the input is negative.
    Prelu,
    Add,
    /// Channels one after the other.
    Concat,
    /// Tiles of this size.
    MaxPool {
        kernel: usize,
    },
    /// Bilinear, so many times as large.
    Resize {
        scale: usize,
    },
    /// Channels become blocks of pixels, in TensorFlow's order.
    DepthToSpace {
        block: usize,
    },
    /// Over all pixels.
    Mean,
    FirstChannels {
        count: usize,
    },
    /// So many more channels of zeros behind the others.
    ZeroChannels {
        count: usize,
    },
}

fn one() -> usize {
    1
}

impl Plan {
    /// # Errors
    /// Says what cannot be read.
    pub fn from_json(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// The shape `[channels, height, width]` of every value.
    ///
    /// # Errors
    /// Names the first layer that cannot be.
    pub fn shapes(&self) -> Result<Vec<[usize; 3]>, String> {
        let mut shapes = vec![self.input];
        check(self.input).ok_or("it has no sensible input")?;
        for (i, layer) in self.layers.iter().enumerate() {
            let inputs: Option<Vec<[usize; 3]>> = layer.input.iter().map(|&value| shapes.get(value).copied()).collect();
            let shape = inputs.and_then(|inputs| layer.op.shape(&inputs)).and_then(check);
            shapes.push(shape.ok_or_else(|| format!("its layer {i} does not fit what it reads"))?);
        }
        match self.outputs.iter().find(|(_, value)| **value >= shapes.len()) {
            Some((name, _)) => Err(format!("its output `{name}` is made by no layer")),
            None => Ok(shapes),
        }
    }

    /// For each layer the values that neither a later layer nor an output reads.
    pub fn last_reads(&self) -> Vec<Vec<usize>> {
        let mut needed: Vec<usize> = self.outputs.values().copied().collect();
        let mut last_reads = Vec::new();
        for layer in self.layers.iter().rev() {
            let mut last: Vec<usize> = layer.input.iter().copied().filter(|value| !needed.contains(value)).collect();
            last.sort_unstable();
            last.dedup();
            needed.extend(&last);
            last_reads.push(last);
        }
        last_reads.reverse();
        last_reads
    }
}

/// The shape if a tensor of it can be.
fn check(shape: [usize; 3]) -> Option<[usize; 3]> {
    let sensible = shape.iter().all(|length| (1..=MAX).contains(length));
    (sensible && shape.iter().product::<usize>() <= MAX_ELEMENTS).then_some(shape)
}

impl Op {
    /// The shape of the result; `None` where the layer cannot take these inputs.
    fn shape(&self, inputs: &[[usize; 3]]) -> Option<[usize; 3]> {
        let &first = inputs.first()?;
        let [channels, height, width] = first;
        if !matches!(self, Self::Add | Self::Concat) && inputs.len() != 1 {
            return None;
        }
        match *self {
            Self::Conv { outputs, kernel, stride, padding, dilation } => {
                let length = |length| convolved(length, kernel, stride, padding, dilation);
                Some([outputs, length(height)?, length(width)?])
            }
            Self::Depthwise { outputs, kernel, stride, padding } => {
                let length = |length| convolved(length, kernel, stride, padding, 1);
                (outputs == channels).then_some([channels, length(height)?, length(width)?])
            }
            Self::Prelu => Some(first),
            Self::Add => inputs.iter().all(|shape| *shape == first).then_some(first),
            Self::Concat => {
                let alike = inputs.iter().all(|shape| shape[1..] == first[1..]);
                alike.then_some([inputs.iter().map(|shape| shape[0]).sum(), height, width])
            }
            Self::MaxPool { kernel } => {
                let whole = kernel > 0 && height.is_multiple_of(kernel) && width.is_multiple_of(kernel);
                whole.then(|| [channels, height / kernel, width / kernel])
            }
            Self::Resize { scale } => Some([channels, height.checked_mul(scale)?, width.checked_mul(scale)?]),
            Self::DepthToSpace { block } => {
                let area = block.checked_mul(block).filter(|&area| area > 0 && channels.is_multiple_of(area))?;
                Some([channels / area, height.checked_mul(block)?, width.checked_mul(block)?])
            }
            Self::Mean => Some([channels, 1, 1]),
            Self::FirstChannels { count } => (count <= channels).then_some([count, height, width]),
            Self::ZeroChannels { count } => Some([channels.checked_add(count)?, height, width]),
        }
    }
}

/// Length of what a convolution makes of an axis.
fn convolved(length: usize, kernel: usize, stride: usize, padding: [usize; 2], dilation: usize) -> Option<usize> {
    let sizes = [kernel, stride, dilation];
    if sizes.iter().any(|&size| !(1..=64).contains(&size)) || padding.iter().any(|&size| size > 64) {
        return None;
    }
    let reach = (kernel - 1) * dilation + 1;
    Some((length + padding[0] + padding[1]).checked_sub(reach)? / stride + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(layers: &str) -> Plan {
        Plan::from_json(&format!(r#"{{"input":[3,8,6],"layers":[{layers}],"outputs":{{"out":1}}}}"#)).unwrap()
    }

    #[test]
    fn shapes_follow_from_the_list() {
        let plan = plan(
            r#"{"op":"conv","input":[0],"outputs":8,"kernel":3,"stride":2,"padding":[0,1],"activation":"relu6"},
            {"op":"max_pool","input":[0],"kernel":2},{"op":"zero_channels","input":[2],"count":5},
            {"op":"add","input":[1,3]},{"op":"depth_to_space","input":[4],"block":2},{"op":"mean","input":[5]}"#,
        );
        let shapes = [[3, 8, 6], [8, 4, 3], [3, 4, 3], [8, 4, 3], [8, 4, 3], [2, 8, 6], [2, 1, 1]];
        assert_eq!(plan.shapes().unwrap(), shapes);
        assert_eq!(plan.last_reads(), [vec![], vec![0], vec![2], vec![3], vec![4], vec![5]]);
        assert_eq!(plan.layers[0].activation, Some(Activation::Relu6));
    }

    #[test]
    fn lists_that_are_no_networks_are_refused() {
        for (layers, why) in [
            (r#"{"op":"add","input":[0,1]}"#, "its layer 0 does not fit what it reads"),
            (r#"{"op":"mean","input":[]}"#, "its layer 0 does not fit what it reads"),
            (r#"{"op":"mean","input":[0]},{"op":"add","input":[0,1]}"#, "its layer 1 does not fit what it reads"),
            (
                r#"{"op":"conv","input":[0],"outputs":8,"kernel":3,"stride":0,"padding":[0,0]}"#,
                "its layer 0 does not fit what it reads",
            ),
            (r#"{"op":"resize","input":[0],"scale":100000}"#, "its layer 0 does not fit what it reads"),
            ("", "its output `out` is made by no layer"),
        ] {
            assert_eq!(plan(layers).shapes().unwrap_err(), why);
        }
        assert!(Plan::from_json(r#"{"input":[1,1,1],"layers":[{"op":"eval","input":[0]}],"outputs":{}}"#).is_err());
    }
}
