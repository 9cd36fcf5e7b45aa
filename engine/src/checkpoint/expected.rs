//! Every tensor that a config asks for: diffusers' names, shapes as in PyTorch.
//!
//! What a model is built from, what a file is checked against, and what the key maps start from are all this one list.

mod adapter;
mod autoencoder;
mod clip;
mod controlnet;
mod tiny_autoencoder;
mod unet;

pub use adapter::adapter;
pub use autoencoder::autoencoder;
pub use clip::clip;
pub use controlnet::{controlnet, skip_channels};
pub use tiny_autoencoder::tiny_autoencoder;
pub use unet::unet;

/// A tensor that must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    pub name: String,
    pub shape: Vec<usize>,
}

/// The time embedding that a resnet takes in.
#[derive(Clone, Copy)]
struct TimeInput {
    width: usize,
    /// It scales as well as shifts.
    scales: bool,
}

/// Collects tensors layer by layer.
#[derive(Default)]
struct List(Vec<Expected>);

impl List {
    fn tensor(&mut self, name: String, shape: &[usize]) {
        self.0.push(Expected { name, shape: shape.to_vec() });
    }

    /// A norm's scale and shift.
    fn norm(&mut self, name: &str, channels: usize) {
        self.tensor(format!("{name}.weight"), &[channels]);
        self.tensor(format!("{name}.bias"), &[channels]);
    }

    fn linear(&mut self, name: &str, from: usize, to: usize) {
        self.tensor(format!("{name}.weight"), &[to, from]);
        self.tensor(format!("{name}.bias"), &[to]);
    }

    fn linear_without_bias(&mut self, name: &str, from: usize, to: usize) {
        self.tensor(format!("{name}.weight"), &[to, from]);
    }

    /// A square convolution.
    fn conv(&mut self, name: &str, from: usize, to: usize, edge: usize) {
        self.tensor(format!("{name}.weight"), &[to, from, edge, edge]);
        self.tensor(format!("{name}.bias"), &[to]);
    }

    fn conv_without_bias(&mut self, name: &str, from: usize, to: usize, edge: usize) {
        self.tensor(format!("{name}.weight"), &[to, from, edge, edge]);
    }

    /// Norm, convolution, (time embedding,) norm, convolution, and a 1x1 convolution around them where the width changes.
    fn resnet(&mut self, name: &str, from: usize, to: usize, time: Option<TimeInput>) {
        self.norm(&format!("{name}.norm1"), from);
        self.conv(&format!("{name}.conv1"), from, to, 3);
        if let Some(TimeInput { width, scales }) = time {
            self.linear(&format!("{name}.time_emb_proj"), width, if scales { 2 * to } else { to });
        }
        self.norm(&format!("{name}.norm2"), to);
        self.conv(&format!("{name}.conv2"), to, to, 3);
        if from != to {
            self.conv(&format!("{name}.conv_shortcut"), from, to, 1);
        }
    }
}
