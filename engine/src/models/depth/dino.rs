//! DINOv2's vision transformer (Oquab et al. 2023).

use burn::tensor::Tensor;

use crate::checkpoint::Source;
use crate::nn::{
    Activation, Compute, Conv2d, Conv2dShape, Heads, Interrupted, LayerNorm, Linear, ModelError, Smooth, Weights,
    resize_smoothly,
};

const EPSILON: f64 = 1e-6;

/// What a checkpoint of Depth Anything calls its tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    Published,
    Transformers,
}

impl Naming {
    pub fn of(source: &dyn Source) -> Self {
        let name = Self::Transformers.name("pretrained.cls_token");
        if source.info(&name).is_some() { Self::Transformers } else { Self::Published }
    }

    /// What something is called whose published name is `published`.
    pub fn name(self, published: &str) -> String {
        match self {
            Self::Published => published.to_owned(),
            Self::Transformers => transformers_name(published),
        }
    }
}

fn transformers_name(published: &str) -> String {
    const WHOLE: [(&str, &str); 7] = [
        ("pretrained.cls_token", "backbone.embeddings.cls_token"),
        ("pretrained.pos_embed", "backbone.embeddings.position_embeddings"),
        ("pretrained.patch_embed.proj", "backbone.embeddings.patch_embeddings.projection"),
        ("pretrained.norm", "backbone.layernorm"),
        ("depth_head.scratch.output_conv1", "head.conv1"),
        ("depth_head.scratch.output_conv2.0", "head.conv2"),
        ("depth_head.scratch.output_conv2.2", "head.conv3"),
    ];
    if let Some((_, name)) = WHOLE.iter().find(|(name, _)| *name == published) {
        return (*name).to_owned();
    }
    let after = |prefix: &str| published.strip_prefix(prefix);
    if let Some((layer, rest)) = after("pretrained.blocks.").and_then(|rest| rest.split_once('.')) {
        let rest = match rest {
            "attn.proj" => "attention.output.dense",
            "ls1.gamma" => "layer_scale1.lambda1",
            "ls2.gamma" => "layer_scale2.lambda1",
            same => same,
        };
        return format!("backbone.encoder.layer.{layer}.{rest}");
    }
    if let Some(level) = after("depth_head.projects.") {
        return format!("neck.reassemble_stage.layers.{level}.projection");
    }
    if let Some(level) = after("depth_head.resize_layers.") {
        return format!("neck.reassemble_stage.layers.{level}.resize");
    }
    let number = |text: &str| text.parse::<usize>().ok();
    if let Some(level) = after("depth_head.scratch.layer").and_then(|rest| number(rest.strip_suffix("_rn")?)) {
        return format!("neck.convs.{}", level.saturating_sub(1));
    }
    if let Some(rest) = after("depth_head.scratch.refinenet") {
        let (level, part) = rest.split_once('.').unwrap_or((rest, ""));
        let place = format!("neck.fusion_stage.layers.{}", 4usize.saturating_sub(number(level).unwrap_or_default()));
        return if part == "out_conv" { format!("{place}.projection") } else { place };
    }
    published.to_owned()
}

/// The transformer.
#[derive(Clone, Debug)]
pub struct Dino {
    patches: Conv2d,
    patch: usize,
    /// `[1, 1, width]`.
    class: Tensor<3>,
    /// Of the class token `[1, 1, width]`, and of a square of patches `[1, width, side, side]`.
    class_place: Tensor<3>,
    places: Tensor<4>,
    layers: Vec<Layer>,
    norm: LayerNorm,
    compute: Compute,
}

#[derive(Clone, Debug)]
struct Layer {
    norm_1: LayerNorm,
    projections: Projections,
    heads: Heads,
    out: Linear,
    scale_1: Tensor<3>,
    norm_2: LayerNorm,
    fc_1: Linear,
    fc_2: Linear,
    scale_2: Tensor<3>,
}

/// To queries, keys and values.
#[derive(Clone, Debug)]
enum Projections {
    Together(Linear),
    Apart(Box<[Linear; 3]>),
}

impl Dino {
    /// Width of the states and number of layers.
    ///
    /// # Errors
    /// It is no such network.
    pub fn size(source: &dyn Source, naming: Naming) -> Result<(usize, usize), ModelError> {
        let name = naming.name("pretrained.cls_token");
        let Some(info) = source.info(&name) else { return Err(ModelError::MissingTensor { name }) };
        let width = info.shape.last().copied().unwrap_or_default();
        let exists = |i: usize| source.info(&naming.name(&format!("pretrained.blocks.{i}.ls1.gamma"))).is_some();
        Ok((width, (0..).take_while(|&i| exists(i)).count()))
    }

    /// # Errors
    /// A tensor is missing or of another shape.
    pub fn load(source: &dyn Source, compute: &Compute, naming: Naming, heads: usize) -> Result<Self, ModelError> {
        let (width, layers) = Self::size(source, naming)?;
        if heads == 0 || !width.is_multiple_of(heads) {
            return Err(ModelError::Config(format!("a width of {width} does not divide by {heads} heads")));
        }
        let weights = Weights::new(source, compute);
        let named = |name: &str| naming.name(&format!("pretrained.{name}"));
        let patch_name = named("patch_embed.proj");
        let info = source.info(&format!("{patch_name}.weight"));
        let patch = info.and_then(|info| info.shape.last().copied()).unwrap_or_default();
        if patch == 0 {
            return Err(ModelError::MissingTensor { name: format!("{patch_name}.weight") });
        }
        let shape = Conv2dShape { stride: patch, kernel: patch, padding: (0, 0), ..Conv2dShape::one(3, width) };
        let place_name = named("pos_embed");
        let count = source.info(&place_name).and_then(|info| info.shape.get(1).copied()).unwrap_or_default();
        let side = count.saturating_sub(1).isqrt();
        let all = weights.tensor(&place_name, [1, side * side + 1, width])?;
        let places = all.clone().narrow(1, 1, side * side).swap_dims(1, 2).reshape([1, width, side, side]);
        let heads = Heads { count: heads, causal: false, upcast: false };
        let layers = (0..layers).map(|i| Layer::load(source, &weights, naming, i, (width, heads)));
        Ok(Self {
            patches: Conv2d::load(&weights.sub(&patch_name), shape)?,
            patch,
            class: weights.tensor(&named("cls_token"), [1, 1, width])?,
            class_place: all.narrow(1, 0, 1),
            places,
            layers: layers.collect::<Result<_, _>>()?,
            norm: LayerNorm::load(&weights.sub(&named("norm")), width, EPSILON)?,
            compute: compute.clone(),
        })
    }

    /// Edge of a patch in pixels.
    pub fn patch(&self) -> usize {
        self.patch
    }

    /// `picture` `[1, 3, H, W]` of whole patches -> for each of `taps` the normed states behind so many layers,
    /// `[1, patches, width]`, row by row.
    ///
    /// # Errors
    /// `reached` wants it to stop.
    pub fn forward(
        &self,
        picture: Tensor<4>,
        taps: &[usize],
        reached: &mut dyn FnMut(f32) -> Result<(), Interrupted>,
    ) -> Result<Vec<Tensor<3>>, Interrupted> {
        let patches = self.patches.forward(picture);
        let [n, width, height, across] = patches.dims();
        let count = height * across;
        let rows = |x: Tensor<4>| x.reshape([n, width, count]).swap_dims(1, 2);
        let places = resize_smoothly(self.places.clone(), [height, across], Smooth::Bicubic);
        let class = self.class.clone() + self.class_place.clone();
        let mut x = Tensor::cat(vec![class, rows(patches) + rows(places)], 1);
        let mut behind = Vec::new();
        for (i, layer) in self.layers.iter().enumerate() {
            reached(i as f32 / self.layers.len() as f32)?;
            x = layer.forward(x, &self.compute);
            if taps.contains(&(i + 1)) {
                behind.push((i + 1, self.norm.forward(x.clone()).narrow(1, 1, count)));
            }
        }
        let of = |tap: &usize| behind.iter().find(|(layer, _)| layer == tap).map(|(_, states)| states.clone());
        Ok(taps.iter().filter_map(of).collect())
    }
}

impl Layer {
    fn load(
        source: &dyn Source,
        weights: &Weights<'_>,
        naming: Naming,
        i: usize,
        (width, heads): (usize, Heads),
    ) -> Result<Self, ModelError> {
        let named = |name: &str| naming.name(&format!("pretrained.blocks.{i}.{name}"));
        let at = |name: &str| weights.sub(&named(name));
        let projections = match naming {
            Naming::Published => Projections::Together(Linear::load(&at("attn.qkv"), width, 3 * width)?),
            Naming::Transformers => {
                let load = |name: &str| Linear::load(&at(&format!("attention.attention.{name}")), width, width);
                Projections::Apart(Box::new([load("query")?, load("key")?, load("value")?]))
            }
        };
        let bias = source.info(&format!("{}.bias", named("mlp.fc1")));
        let inner = bias.and_then(|info| info.shape.first().copied()).unwrap_or_default();
        let scale = |name: &str| Ok::<_, ModelError>(weights.tensor(&named(name), [width])?.reshape([1, 1, width]));
        Ok(Self {
            norm_1: LayerNorm::load(&at("norm1"), width, EPSILON)?,
            projections,
            heads,
            out: Linear::load(&at("attn.proj"), width, width)?,
            scale_1: scale("ls1.gamma")?,
            norm_2: LayerNorm::load(&at("norm2"), width, EPSILON)?,
            fc_1: Linear::load(&at("mlp.fc1"), width, inner)?,
            fc_2: Linear::load(&at("mlp.fc2"), inner, width)?,
            scale_2: scale("ls2.gamma")?,
        })
    }

    fn forward(&self, x: Tensor<3>, compute: &Compute) -> Tensor<3> {
        let normed = self.norm_1.forward(x.clone());
        let [q, k, v] = self.projections.forward(normed);
        let attended = self.out.forward(self.heads.attend(q, k, v, compute));
        let x = x + attended * self.scale_1.clone();
        let inner = Activation::Gelu.forward(self.fc_1.forward(self.norm_2.forward(x.clone())));
        x + self.fc_2.forward(inner) * self.scale_2.clone()
    }
}

impl Projections {
    fn forward(&self, x: Tensor<3>) -> [Tensor<3>; 3] {
        match self {
            Self::Together(linear) => {
                let width = x.dims()[2];
                let all = linear.forward(x);
                [0, 1, 2].map(|i| all.clone().narrow(2, i * width, width))
            }
            Self::Apart(linears) => {
                let [q, k, v] = linears.as_ref();
                [q.forward(x.clone()), k.forward(x.clone()), v.forward(x)]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `convert_depth_anything_to_hf.py` of transformers.
    #[test]
    fn published_names_become_those_of_transformers() {
        for (published, name) in [
            ("pretrained.blocks.3.norm1", "backbone.encoder.layer.3.norm1"),
            ("pretrained.blocks.11.attn.proj", "backbone.encoder.layer.11.attention.output.dense"),
            ("pretrained.blocks.0.ls2.gamma", "backbone.encoder.layer.0.layer_scale2.lambda1"),
            ("depth_head.resize_layers.3", "neck.reassemble_stage.layers.3.resize"),
            ("depth_head.scratch.layer1_rn", "neck.convs.0"),
            ("depth_head.scratch.refinenet4", "neck.fusion_stage.layers.0"),
            ("depth_head.scratch.refinenet1.out_conv", "neck.fusion_stage.layers.3.projection"),
            ("depth_head.scratch.output_conv2.2", "head.conv3"),
        ] {
            assert_eq!(Naming::Transformers.name(published), name);
        }
    }
}
