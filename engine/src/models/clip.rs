//! CLIP's text encoder (`CLIPTextModel` of transformers).

use burn::tensor::{DType, Int, Tensor, TensorData, module};

use crate::checkpoint::Source;
use crate::checkpoint::config::{ClipConfig, TextActivation};
use crate::nn::{
    Activation, CancelToken, Compute, Heads, Interrupted, LayerNorm, Linear, ModelError, MultiHeadAttention,
    ProjectionNames, Weights,
};

/// The text encoder of Stable Diffusion 1.x, 2.x and smaller siblings.
#[derive(Clone, Debug)]
pub struct ClipTextModel {
    compute: Compute,
    /// `[vocabulary, width]`.
    tokens: Tensor<2>,
    /// `[places, width]`.
    positions: Tensor<2>,
    layers: Vec<EncoderLayer>,
    final_norm: LayerNorm,
}

/// Why a text cannot be encoded.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    #[error(
        "the tokenizer's token {token} is unknown to the text encoder, which has {vocabulary}: they do not belong together"
    )]
    UnknownToken { token: u32, vocabulary: usize },
    #[error("a chunk of {length} tokens was given to a text encoder that takes {places}, or chunks differ in length")]
    WrongLength { length: usize, places: usize },
    #[error(
        "layer {clip_skip} from the end was asked for, but the text encoder has {layers} layers; lower the clip skip"
    )]
    TooFewLayers { clip_skip: u32, layers: usize },
}

impl ClipTextModel {
    /// Builds the model from a source that names its tensors as transformers does.
    ///
    /// # Errors
    /// A tensor is missing, unreadable or of another shape than `config` asks for.
    pub fn load(config: &ClipConfig, source: &dyn Source, compute: &Compute) -> Result<Self, ModelError> {
        let weights = Weights::new(source, compute).sub("text_model");
        let width = config.hidden_size;
        let embeddings = weights.sub("embeddings");
        let layers = (0..config.num_hidden_layers)
            .map(|i| EncoderLayer::load(&weights.sub(&format!("encoder.layers.{i}")), config));
        Ok(Self {
            compute: compute.clone(),
            tokens: embeddings.tensor("token_embedding.weight", [config.vocab_size, width])?,
            positions: embeddings.tensor("position_embedding.weight", [config.max_position_embeddings, width])?,
            layers: layers.collect::<Result<_, _>>()?,
            final_norm: LayerNorm::load(&weights.sub("final_layer_norm"), width, config.layer_norm_eps)?,
        })
    }

    /// The states of the layer that is `clip_skip`-th from the end (1 is the last), passed through the final norm as A1111
    /// and diffusers do: `[N, L, width]`.
    ///
    /// `chunks` are N rows of L token ids, start and end token included.
    ///
    /// # Errors
    /// Cancelled, or tokens and clip skip do not fit the model.
    pub fn encode(&self, chunks: &[Vec<u32>], clip_skip: u32, cancel: &CancelToken) -> Result<Tensor<3>, TextError> {
        let skipped = (clip_skip.max(1) - 1) as usize;
        let layers = self.layers.len();
        // Skipping all layers leaves the embeddings, which are no states of any layer.
        let used = layers.checked_sub(skipped).filter(|&used| used > 0);
        let used = used.ok_or(TextError::TooFewLayers { clip_skip, layers })?;
        let mut x = self.embed(chunks)?;
        for layer in self.layers.iter().take(used) {
            cancel.check()?;
            x = layer.forward(x, &self.compute);
        }
        Ok(self.final_norm.forward(x))
    }

    fn embed(&self, chunks: &[Vec<u32>]) -> Result<Tensor<3>, TextError> {
        let [vocabulary, width] = self.tokens.dims();
        let [places, _] = self.positions.dims();
        let length = chunks.first().map_or(0, Vec::len);
        if let Some(chunk) = chunks.iter().find(|chunk| chunk.len() != length || length > places) {
            return Err(TextError::WrongLength { length: chunk.len(), places });
        }
        let ids: Vec<i32> = chunks.iter().flatten().map(|&id| id as i32).collect();
        if let Some(&token) = chunks.iter().flatten().find(|&&id| id as usize >= vocabulary) {
            return Err(TextError::UnknownToken { token, vocabulary });
        }
        let ids = TensorData::new(ids, [chunks.len(), length]);
        let ids = Tensor::<2, Int>::from_data(ids, (self.compute.device(), DType::I32));
        let positions = self.positions.clone().slice([0..length, 0..width]).unsqueeze::<3>();
        Ok(module::embedding(self.tokens.clone(), ids) + positions)
    }
}

/// Pre-norm attention and feed-forward, each beside a residual.
#[derive(Clone, Debug)]
struct EncoderLayer {
    norm_1: LayerNorm,
    attention: MultiHeadAttention,
    norm_2: LayerNorm,
    fc_1: Linear,
    activation: Activation,
    fc_2: Linear,
}

impl EncoderLayer {
    fn load(weights: &Weights<'_>, config: &ClipConfig) -> Result<Self, ModelError> {
        let (width, inner, epsilon) = (config.hidden_size, config.intermediate_size, config.layer_norm_eps);
        let heads = Heads { count: config.num_attention_heads, causal: true, upcast: false };
        Ok(Self {
            norm_1: LayerNorm::load(&weights.sub("layer_norm1"), width, epsilon)?,
            attention: MultiHeadAttention::load(
                &weights.sub("self_attn"),
                ProjectionNames::CLIP,
                (width, width),
                heads,
            )?,
            norm_2: LayerNorm::load(&weights.sub("layer_norm2"), width, epsilon)?,
            fc_1: Linear::load(&weights.sub("mlp.fc1"), width, inner)?,
            activation: match config.hidden_act {
                TextActivation::QuickGelu => Activation::QuickGelu,
                TextActivation::Gelu => Activation::Gelu,
            },
            fc_2: Linear::load(&weights.sub("mlp.fc2"), inner, width)?,
        })
    }

    fn forward(&self, x: Tensor<3>, compute: &Compute) -> Tensor<3> {
        let x = x.clone() + self.attention.forward_self(self.norm_1.forward(x), compute);
        let inner = self.activation.forward(self.fc_1.forward(self.norm_2.forward(x.clone())));
        x + self.fc_2.forward(inner)
    }
}
