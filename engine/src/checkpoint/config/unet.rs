//! `unet/config.json`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    ConfigError, MAX_BLOCKS, MAX_CHANNELS, MAX_LAYERS, PerBlock, absent, divides, each_within, finite_positive, read,
    require, same_length, silu, within,
};

/// A block of the way down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub enum DownBlock {
    /// `CrossAttnDownBlock2D`: resnets, each followed by a transformer.
    #[serde(rename = "CrossAttnDownBlock2D")]
    CrossAttention,
    /// `DownBlock2D`: resnets alone.
    #[serde(rename = "DownBlock2D")]
    Plain,
}

/// A block of the way up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub enum UpBlock {
    /// `CrossAttnUpBlock2D`: resnets, each followed by a transformer.
    #[serde(rename = "CrossAttnUpBlock2D")]
    CrossAttention,
    /// `UpBlock2D`: resnets alone.
    #[serde(rename = "UpBlock2D")]
    Plain,
}

/// The block at the bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub enum MidBlock {
    /// `UNetMidBlock2DCrossAttn`: resnet, transformer, resnet.
    #[serde(rename = "UNetMidBlock2DCrossAttn")]
    CrossAttention,
}

impl TryFrom<String> for DownBlock {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        match name.as_str() {
            "CrossAttnDownBlock2D" => Ok(Self::CrossAttention),
            "DownBlock2D" => Ok(Self::Plain),
            _ => Err(format!("blocks of type `{name}` are not supported, only CrossAttnDownBlock2D and DownBlock2D")),
        }
    }
}

impl TryFrom<String> for UpBlock {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        match name.as_str() {
            "CrossAttnUpBlock2D" => Ok(Self::CrossAttention),
            "UpBlock2D" => Ok(Self::Plain),
            _ => Err(format!("blocks of type `{name}` are not supported, only CrossAttnUpBlock2D and UpBlock2D")),
        }
    }
}

impl TryFrom<String> for AdditionEmbed {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        match name.as_str() {
            "text" => Ok(Self::Text),
            _ => Err(format!("models made with `{name}` are not supported, only with `text`")),
        }
    }
}

impl TryFrom<String> for MidBlock {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        match name.as_str() {
            "UNetMidBlock2DCrossAttn" => Ok(Self::CrossAttention),
            _ => Err(format!("blocks of type `{name}` are not supported, only UNetMidBlock2DCrossAttn")),
        }
    }
}

/// How a resnet takes in the time embedding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeScaleShift {
    /// Added to every pixel between the two convolutions.
    Default,
    /// Scales and shifts what the second norm gives (Dhariwal & Nichol 2021, DeepFloyd IF).
    ScaleShift,
}

/// What is added to the time embedding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub enum AdditionEmbed {
    /// The text as a whole, pooled by attention (DeepFloyd IF).
    #[serde(rename = "text")]
    Text,
}

/// The size of the latents a model was trained at, in latent pixels: an edge, or height and width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SampleSize {
    Square(usize),
    HeightWidth([usize; 2]),
}

/// `UNet2DConditionModel`'s config. Lists go from the outermost block to the innermost; those for the way up
/// (`up_block_types`) start at the innermost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UnetConfig {
    /// 4 for text to image, 9 for inpainting (latents, mask, masked picture), 8 for instruct-pix2pix.
    pub in_channels: usize,
    pub out_channels: usize,
    pub sample_size: Option<SampleSize>,
    pub block_out_channels: Vec<usize>,
    /// Resnets of each block of the way down; those of the way up have one more.
    pub layers_per_block: PerBlock<usize>,
    pub down_block_types: Vec<DownBlock>,
    pub up_block_types: Vec<UpBlock>,
    /// `None`: no mid block at all (some distilled models).
    pub mid_block_type: Option<MidBlock>,
    /// Width of the text states.
    pub cross_attention_dim: PerBlock<usize>,
    /// In spite of its name the *number* of heads, unless `num_attention_heads` is given
    /// (huggingface/diffusers#2011); use [`UnetConfig::heads`].
    pub attention_head_dim: PerBlock<usize>,
    pub num_attention_heads: Option<PerBlock<usize>>,
    /// `proj_in` and `proj_out` of a transformer are linear layers instead of 1x1 convolutions.
    pub use_linear_projection: bool,
    /// Layers of each block's transformers.
    pub transformer_layers_per_block: PerBlock<usize>,
    pub norm_num_groups: usize,
    pub norm_eps: f64,
    pub act_fn: String,
    /// Cosines before sines in the time embedding.
    pub flip_sin_to_cos: bool,
    pub freq_shift: f64,
    /// Width of the time embedding; four times the first block's channels where `None`.
    pub time_embedding_dim: Option<usize>,
    pub only_cross_attention: PerBlock<bool>,
    pub dual_cross_attention: bool,
    /// Attention scores are computed in f32.
    pub upcast_attention: bool,
    pub resnet_time_scale_shift: TimeScaleShift,
    pub resnet_skip_time_act: bool,
    pub resnet_out_scale_factor: f64,
    /// The input is mapped from `[0, 1]` to `[-1, 1]` first.
    pub center_input_sample: bool,
    pub downsample_padding: usize,
    pub mid_block_scale_factor: f64,
    pub conv_in_kernel: usize,
    pub conv_out_kernel: usize,
    pub time_embedding_type: String,
    pub attention_type: String,
    pub addition_embed_type: Option<AdditionEmbed>,
    /// Heads that pool the text where `addition_embed_type` asks for it.
    pub addition_embed_type_num_heads: usize,
    // What follows is read so that a model that needs it is refused instead of computed wrong.
    pub class_embed_type: Option<String>,
    pub num_class_embeds: Option<usize>,
    pub encoder_hid_dim: Option<usize>,
    pub encoder_hid_dim_type: Option<String>,
    pub time_cond_proj_dim: Option<usize>,
    pub time_embedding_act_fn: Option<String>,
    pub timestep_post_act: Option<String>,
    pub cross_attention_norm: Option<String>,
    pub reverse_transformer_layers_per_block: Option<Value>,
    pub mid_block_only_cross_attention: Option<bool>,
}

impl Default for UnetConfig {
    fn default() -> Self {
        use {DownBlock as Down, UpBlock as Up};
        Self {
            in_channels: 4,
            out_channels: 4,
            sample_size: None,
            block_out_channels: vec![320, 640, 1280, 1280],
            layers_per_block: PerBlock::All(2),
            down_block_types: vec![Down::CrossAttention, Down::CrossAttention, Down::CrossAttention, Down::Plain],
            up_block_types: vec![Up::Plain, Up::CrossAttention, Up::CrossAttention, Up::CrossAttention],
            mid_block_type: Some(MidBlock::CrossAttention),
            cross_attention_dim: PerBlock::All(1280),
            attention_head_dim: PerBlock::All(8),
            num_attention_heads: None,
            use_linear_projection: false,
            transformer_layers_per_block: PerBlock::All(1),
            norm_num_groups: 32,
            norm_eps: 1e-5,
            act_fn: "silu".to_owned(),
            flip_sin_to_cos: true,
            freq_shift: 0.0,
            time_embedding_dim: None,
            only_cross_attention: PerBlock::All(false),
            dual_cross_attention: false,
            upcast_attention: false,
            resnet_time_scale_shift: TimeScaleShift::Default,
            resnet_skip_time_act: false,
            resnet_out_scale_factor: 1.0,
            center_input_sample: false,
            downsample_padding: 1,
            mid_block_scale_factor: 1.0,
            conv_in_kernel: 3,
            conv_out_kernel: 3,
            time_embedding_type: "positional".to_owned(),
            attention_type: "default".to_owned(),
            addition_embed_type: None,
            addition_embed_type_num_heads: 64,
            class_embed_type: None,
            num_class_embeds: None,
            encoder_hid_dim: None,
            encoder_hid_dim_type: None,
            time_cond_proj_dim: None,
            time_embedding_act_fn: None,
            timestep_post_act: None,
            cross_attention_norm: None,
            reverse_transformer_layers_per_block: None,
            mid_block_only_cross_attention: None,
        }
    }
}

impl UnetConfig {
    /// Reads and checks a `unet/config.json`.
    ///
    /// # Errors
    /// The first field that cannot be read, makes no sense or asks for what is not supported.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        let config: Self = read(text)?;
        config.check()?;
        Ok(config)
    }

    /// Levels of resolution.
    pub fn levels(&self) -> usize {
        self.block_out_channels.len()
    }

    /// Attention heads at `level` (0 is the outermost).
    pub fn heads(&self, level: usize) -> usize {
        self.num_attention_heads.as_ref().unwrap_or(&self.attention_head_dim).at(level).unwrap_or(1)
    }

    /// Resnets of the down block at `level`; the up block at the same level has one more.
    pub fn layers(&self, level: usize) -> usize {
        self.layers_per_block.at(level).unwrap_or(1)
    }

    /// Layers of the transformers at `level`.
    pub fn transformer_layers(&self, level: usize) -> usize {
        self.transformer_layers_per_block.at(level).unwrap_or(1)
    }

    /// Width of the text states that the transformers at `level` look at.
    pub fn text_width(&self, level: usize) -> usize {
        self.cross_attention_dim.at(level).unwrap_or(1)
    }

    /// Width of the time embedding after its two linear layers.
    pub fn time_width(&self) -> usize {
        self.time_embedding_dim.unwrap_or_else(|| 4 * self.block_out_channels.first().copied().unwrap_or(0))
    }

    /// Whether resnets are scaled as well as shifted by the time embedding.
    pub fn time_scales(&self) -> bool {
        self.resnet_time_scale_shift == TimeScaleShift::ScaleShift
    }

    /// Whether every size is usable and everything asked for is supported.
    ///
    /// # Errors
    /// Names the first field that is not.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.check_lists()?;
        self.check_sizes()?;
        self.check_divisibility()?;
        self.check_supported()
    }

    fn check_lists(&self) -> Result<(), ConfigError> {
        let levels = self.levels();
        within("block_out_channels", levels, 1, MAX_BLOCKS)?;
        same_length("down_block_types", self.down_block_types.len(), levels)?;
        same_length("up_block_types", self.up_block_types.len(), levels)?;
        let one_or_each = "it must be one value or one a block".to_owned();
        let lists = [
            ("layers_per_block", &self.layers_per_block),
            ("cross_attention_dim", &self.cross_attention_dim),
            ("attention_head_dim", &self.attention_head_dim),
            ("transformer_layers_per_block", &self.transformer_layers_per_block),
        ];
        let heads = self.num_attention_heads.iter().map(|heads| ("num_attention_heads", heads));
        for (field, list) in lists.into_iter().chain(heads) {
            require(list.has_length(levels), field, || one_or_each.clone())?;
        }
        Ok(())
    }

    fn check_sizes(&self) -> Result<(), ConfigError> {
        within("in_channels", self.in_channels, 1, MAX_CHANNELS)?;
        within("out_channels", self.out_channels, 1, MAX_CHANNELS)?;
        super::all_within("block_out_channels", &self.block_out_channels, 1, MAX_CHANNELS)?;
        each_within("layers_per_block", &self.layers_per_block, 1, MAX_LAYERS)?;
        each_within("cross_attention_dim", &self.cross_attention_dim, 1, MAX_CHANNELS)?;
        each_within("attention_head_dim", &self.attention_head_dim, 1, MAX_CHANNELS)?;
        if let Some(heads) = &self.num_attention_heads {
            each_within("num_attention_heads", heads, 1, MAX_CHANNELS)?;
        }
        each_within("transformer_layers_per_block", &self.transformer_layers_per_block, 0, MAX_LAYERS)?;
        if let Some(width) = self.time_embedding_dim {
            within("time_embedding_dim", width, 1, 4 * MAX_CHANNELS)?;
        }
        match self.sample_size {
            Some(SampleSize::Square(edge)) => within("sample_size", edge, 1, MAX_CHANNELS)?,
            Some(SampleSize::HeightWidth(edges)) => super::all_within("sample_size", &edges, 1, MAX_CHANNELS)?,
            None => (),
        }
        finite_positive("norm_eps", self.norm_eps)?;
        finite_positive("mid_block_scale_factor", self.mid_block_scale_factor)?;
        require(self.freq_shift.is_finite(), "freq_shift", || "it is not a number".to_owned())
    }

    fn check_divisibility(&self) -> Result<(), ConfigError> {
        within("norm_num_groups", self.norm_num_groups, 1, MAX_CHANNELS)?;
        for (level, &channels) in self.block_out_channels.iter().enumerate() {
            divides("block_out_channels", channels, self.norm_num_groups, "groups (`norm_num_groups`)")?;
            if self.attends(level) {
                divides("attention_head_dim", channels, self.heads(level), "heads")?;
            }
        }
        let first = self.block_out_channels.first().copied().unwrap_or(0);
        divides("block_out_channels", first, 2, "(the time embedding is half sines, half cosines)")?;
        self.check_addition()?;
        let (half, shift) = ((first / 2) as f64, self.freq_shift);
        require(half - shift > 0.0, "freq_shift", || format!("{shift} leaves no frequencies of {half}"))
    }

    /// The text that is added to the time embedding has one width, which its heads divide.
    fn check_addition(&self) -> Result<(), ConfigError> {
        let Some(AdditionEmbed::Text) = self.addition_embed_type else { return Ok(()) };
        let width = self.text_width(0);
        let one_width = (0..self.levels()).all(|level| self.text_width(level) == width);
        let several = || "with `addition_embed_type` it must be one value".to_owned();
        require(one_width, "cross_attention_dim", several)?;
        divides("addition_embed_type_num_heads", width, self.addition_embed_type_num_heads, "heads")
    }

    /// Whether any block at `level` has transformers.
    pub fn attends(&self, level: usize) -> bool {
        let (levels, last) = (self.levels(), level + 1 == self.levels());
        self.down_block_types.get(level) == Some(&DownBlock::CrossAttention)
            || levels.checked_sub(level + 1).and_then(|i| self.up_block_types.get(i)) == Some(&UpBlock::CrossAttention)
            || (last && self.mid_block_type.is_some())
    }

    fn check_supported(&self) -> Result<(), ConfigError> {
        let only = |field, value: &str, supported: &str| {
            require(value == supported, field, || format!("`{value}` is not supported, only `{supported}`"))
        };
        silu("act_fn", &self.act_fn)?;
        only("time_embedding_type", &self.time_embedding_type, "positional")?;
        only("attention_type", &self.attention_type, "default")?;
        let only_number = |field, value: f64, supported: f64| {
            require(value == supported, field, || format!("{value} is not supported, only {supported}"))
        };
        only_number("resnet_out_scale_factor", self.resnet_out_scale_factor, 1.0)?;
        only_number("conv_in_kernel", self.conv_in_kernel as f64, 3.0)?;
        only_number("conv_out_kernel", self.conv_out_kernel as f64, 3.0)?;
        within("downsample_padding", self.downsample_padding, 0, 1)?;
        let cross_only = (0..self.levels()).any(|level| self.only_cross_attention.at(level) == Some(true));
        let not = |on: bool, field| require(!on, field, || "models made with it are not supported".to_owned());
        not(cross_only, "only_cross_attention")?;
        not(self.mid_block_only_cross_attention == Some(true), "mid_block_only_cross_attention")?;
        not(self.dual_cross_attention, "dual_cross_attention")?;
        not(self.resnet_skip_time_act, "resnet_skip_time_act")?;
        absent("class_embed_type", &self.class_embed_type)?;
        absent("num_class_embeds", &self.num_class_embeds)?;
        absent("encoder_hid_dim", &self.encoder_hid_dim)?;
        absent("encoder_hid_dim_type", &self.encoder_hid_dim_type)?;
        absent("time_cond_proj_dim", &self.time_cond_proj_dim)?;
        absent("time_embedding_act_fn", &self.time_embedding_act_fn)?;
        absent("timestep_post_act", &self.timestep_post_act)?;
        absent("cross_attention_norm", &self.cross_attention_norm)?;
        absent("reverse_transformer_layers_per_block", &self.reverse_transformer_layers_per_block)
    }
}
