use std::borrow::Cow;
use std::path::Path;

use proptest::prelude::*;

use super::super::config::{AdditionEmbed, DownBlock, MidBlock, PerBlock, TimeScaleShift, UpBlock};
use super::super::error::CheckpointError;
use super::super::source::{DType, TensorInfo};
use super::*;

struct Names(BTreeMap<String, Vec<usize>>);

impl Source for Names {
    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    fn info(&self, name: &str) -> Option<TensorInfo> {
        self.0.get(name).map(|shape| TensorInfo { shape: shape.clone(), dtype: DType::F32 })
    }

    fn raw(&self, name: &str) -> Result<Cow<'_, [u8]>, CheckpointError> {
        Err(self.no_such(name))
    }

    fn location(&self) -> &Path {
        Path::new("names")
    }
}

#[test]
fn names_with_and_without_the_models_prefix_are_found() {
    assert_eq!(clip_names::diffusers("text_model.a"), ["text_model.a", "a"]);
    assert_eq!(clip_names::single_file("text_model.a")[1], "cond_stage_model.transformer.a");
}

#[test]
fn the_autoencoders_older_names_are_found() {
    let names = vae_names::diffusers("decoder.mid_block.attentions.0.to_out.0.weight");
    assert_eq!(names[1], "decoder.mid_block.attentions.0.proj_attn.weight");
    let names = vae_names::diffusers("encoder.mid_block.attentions.0.to_k.bias");
    assert_eq!(names[1], "encoder.mid_block.attentions.0.key.bias");
}

#[test]
fn a_linear_layer_and_a_1x1_convolution_are_one_matrix() {
    assert!(is_same_matrix(&[512, 512, 1, 1], &[512, 512]));
    assert!(is_same_matrix(&[320, 320], &[320, 320, 1, 1]));
    assert!(!is_same_matrix(&[512, 512, 3, 3], &[512, 512]));
    assert!(!is_same_matrix(&[512], &[1, 512]));
    assert!(!is_same_matrix(&[512, 1], &[512]));
}

#[test]
fn what_training_leaves_is_harmless_and_what_generation_needs_is_not() {
    for name in [
        "betas",
        "alphas_cumprod",
        "model_ema.diffusion_modelinput_blocks00bias",
        "logvar",
        "loss.logvar",
        "cond_stage_model.transformer.text_model.embeddings.position_ids",
        "sqrt_one_minus_alphas_cumprod",
    ] {
        assert!(is_harmless(name), "{name}");
    }
    for name in ["model.diffusion_model.out.2.bias", "control_model.zero_convs.0.0.bias", "xbetas"] {
        assert!(!is_harmless(name), "{name}");
    }
}

fn unet_config() -> impl Strategy<Value = UnetConfig> {
    let level = (1usize..4, 1usize..4, any::<bool>(), any::<bool>());
    let levels = prop::collection::vec(level, 1..5);
    (levels, any::<bool>(), 1usize..3, any::<bool>(), any::<bool>()).prop_map(
        |(levels, linear, depth, text, scales)| UnetConfig {
            block_out_channels: levels.iter().map(|(width, ..)| width * 64).collect(),
            layers_per_block: PerBlock::Each(levels.iter().map(|(_, layers, ..)| *layers).collect()),
            down_block_types: levels
                .iter()
                .map(|(.., down, _)| if *down { DownBlock::CrossAttention } else { DownBlock::Plain })
                .collect(),
            up_block_types: levels
                .iter()
                .map(|(.., up)| if *up { UpBlock::CrossAttention } else { UpBlock::Plain })
                .collect(),
            mid_block_type: Some(MidBlock::CrossAttention),
            attention_head_dim: PerBlock::All(8),
            cross_attention_dim: PerBlock::All(96),
            transformer_layers_per_block: PerBlock::All(depth),
            use_linear_projection: linear,
            addition_embed_type: text.then_some(AdditionEmbed::Text),
            addition_embed_type_num_heads: 32,
            resnet_time_scale_shift: if scales { TimeScaleShift::ScaleShift } else { TimeScaleShift::Default },
            ..UnetConfig::default()
        },
    )
}

proptest! {
    #[test]
    fn every_sibling_of_the_unet_has_a_name_of_its_own_for_every_tensor(config in unet_config()) {
        config.check().unwrap();
        let wanted = expected::unet(&config);
        let single: BTreeMap<String, Vec<usize>> = wanted
            .iter()
            .map(|tensor| (unet_names::single_file(&config, &tensor.name)[0].clone(), tensor.shape.clone()))
            .collect();
        prop_assert_eq!(single.len(), wanted.len());
        let single = Names(single);
        let mapping = unet(&config, &single, Layout::SingleFile);
        prop_assert_eq!(mapping.found.len(), wanted.len());
        let seen = super::super::infer::unet(&single, UNET_PREFIX).unwrap();
        prop_assert_eq!(seen.addition_embed_type, config.addition_embed_type);
        prop_assert_eq!(seen.addition_embed_type_num_heads, 32);
        prop_assert_eq!(seen.resnet_time_scale_shift, config.resnet_time_scale_shift);
    }

    #[test]
    fn every_sibling_of_the_autoencoder_has_a_name_of_its_own_for_every_tensor(
        widths in prop::collection::vec(1usize..4, 1..6), layers in 1usize..4,
    ) {
        let blocks = widths.len();
        let config = AutoencoderConfig {
            block_out_channels: widths.iter().map(|width| width * 32).collect(),
            down_block_types: vec!["DownEncoderBlock2D".to_owned(); blocks],
            up_block_types: vec!["UpDecoderBlock2D".to_owned(); blocks],
            layers_per_block: layers,
            ..AutoencoderConfig::default()
        };
        config.check().unwrap();
        let wanted = expected::autoencoder(&config);
        let single: BTreeMap<String, Vec<usize>> = wanted
            .iter()
            .map(|tensor| (vae_names::single_file(&config, &tensor.name)[0].clone(), tensor.shape.clone()))
            .collect();
        prop_assert_eq!(single.len(), wanted.len());
        let seen = super::super::infer::autoencoder(&Names(single), VAE_PREFIX).unwrap();
        prop_assert_eq!(seen.block_out_channels, config.block_out_channels);
        prop_assert_eq!(seen.layers_per_block, layers);
    }
}
