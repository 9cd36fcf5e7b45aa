use proptest::prelude::*;

use super::*;

/// `unet/config.json` of runwayml/stable-diffusion-v1-5.
const SD15_UNET: &str = r#"{
  "_class_name": "UNet2DConditionModel", "_diffusers_version": "0.6.0", "act_fn": "silu", "attention_head_dim": 8,
  "block_out_channels": [320, 640, 1280, 1280], "center_input_sample": false, "cross_attention_dim": 768,
  "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
  "downsample_padding": 1, "flip_sin_to_cos": true, "freq_shift": 0, "in_channels": 4, "layers_per_block": 2,
  "mid_block_scale_factor": 1, "norm_eps": 1e-05, "norm_num_groups": 32, "out_channels": 4, "sample_size": 64,
  "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]
}"#;

fn unet_error(change: &str) -> String {
    let mut config: Map<String, Value> = serde_json::from_str(SD15_UNET).unwrap();
    config.extend(serde_json::from_str::<Map<String, Value>>(change).unwrap());
    UnetConfig::from_json(&serde_json::to_string(&config).unwrap()).unwrap_err().to_string()
}

#[test]
fn the_unet_of_sd15_has_eight_heads_at_every_level() {
    let config = UnetConfig::from_json(SD15_UNET).unwrap();
    assert_eq!((0..4).map(|level| config.heads(level)).collect::<Vec<_>>(), [8, 8, 8, 8]);
    assert_eq!(config.time_width(), 1280);
    assert_eq!(config.text_width(2), 768);
}

#[test]
fn lists_by_block_are_read_as_sd2_writes_them() {
    let text = SD15_UNET.replace("\"attention_head_dim\": 8", "\"attention_head_dim\": [5, 10, 20, 20]");
    let config = UnetConfig::from_json(&text).unwrap();
    assert_eq!((0..4).map(|level| config.heads(level)).collect::<Vec<_>>(), [5, 10, 20, 20]);
}

#[test]
fn errors_name_the_field() {
    assert_eq!(unet_error(r#"{"in_channels": 0}"#), "`in_channels`: 0 is not between 1 and 32768");
    assert!(unet_error(r#"{"norm_num_groups": 0}"#).starts_with("`norm_num_groups`"));
    assert!(unet_error(r#"{"norm_num_groups": 7}"#).contains("320 channels do not divide by 7"));
    assert!(unet_error(r#"{"attention_head_dim": 7}"#).starts_with("`attention_head_dim`"));
    assert!(unet_error(r#"{"attention_head_dim": [8, 8]}"#).starts_with("`attention_head_dim`"));
    assert!(unet_error(r#"{"in_channels": "four"}"#).starts_with("`in_channels`"));
    assert!(unet_error(r#"{"in_channels": -1}"#).starts_with("`in_channels`"));
    assert!(unet_error(r#"{"down_block_types": ["DownBlock2D"]}"#).starts_with("`down_block_types`"));
    assert!(
        unet_error(r#"{"mid_block_type": "UNetMidBlock2DSimpleCrossAttn"}"#).contains("UNetMidBlock2DSimpleCrossAttn")
    );
    assert!(unet_error(r#"{"addition_embed_type": "text_time"}"#).contains("`text_time` are not supported"));
    assert!(unet_error(r#"{"resnet_time_scale_shift": "spatial"}"#).contains("`default` or `scale_shift`"));
    assert_eq!(
        unet_error(r#"{"addition_embed_type": "text", "addition_embed_type_num_heads": 7}"#),
        "`addition_embed_type_num_heads`: 768 channels do not divide by 7 heads"
    );
    assert!(unet_error(r#"{"class_embed_type": "timestep"}"#).starts_with("`class_embed_type`"));
    assert!(
        unet_error(r#"{"block_out_channels": [1099511627776, 640, 1280, 1280]}"#).starts_with("`block_out_channels`")
    );
    assert!(unet_error(r#"{"block_out_channels": []}"#).starts_with("`block_out_channels`"));
    assert!(UnetConfig::from_json("[]").is_err());
    assert!(UnetConfig::from_json("").is_err());
}

#[test]
fn the_other_configs_read_their_defaults_and_refuse_nonsense() {
    assert_eq!(ClipConfig::from_json("{}").unwrap(), ClipConfig::default());
    assert_eq!(AutoencoderConfig::from_json("{}").unwrap(), AutoencoderConfig::default());
    assert_eq!(TinyAutoencoderConfig::from_json("{}").unwrap(), TinyAutoencoderConfig::default());
    assert!(ClipConfig::from_json(r#"{"num_attention_heads": 0}"#).is_err());
    assert!(ClipConfig::from_json(r#"{"hidden_act": "relu"}"#).unwrap_err().to_string().starts_with("`hidden_act`"));
    assert!(AutoencoderConfig::from_json(r#"{"scaling_factor": 0}"#).is_err());
    assert!(TinyAutoencoderConfig::from_json(r#"{"num_encoder_blocks": [1]}"#).is_err());
    let downscale = |text| AutoencoderConfig::from_json(text).map(|config| config.downscale());
    let four = r#"{"block_out_channels": [128, 256, 512, 512],
        "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D"],
        "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D"]}"#;
    assert_eq!(downscale(four), Ok(8));
}

#[test]
fn a_config_survives_being_written_and_read() {
    let config = UnetConfig::from_json(SD15_UNET).unwrap();
    assert_eq!(UnetConfig::from_json(&serde_json::to_string(&config).unwrap()).unwrap(), config);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        let _ = UnetConfig::from_json(&text);
        let _ = ClipConfig::from_json(&text);
    }

    #[test]
    fn any_numbers_are_read_or_refused(
        channels in prop::collection::vec(any::<u64>(), 0..6), heads in any::<u32>(), groups in any::<u64>(),
    ) {
        let text = serde_json::json!({
            "block_out_channels": channels, "attention_head_dim": heads, "norm_num_groups": groups,
        });
        let _ = UnetConfig::from_json(&text.to_string());
        let _ = AutoencoderConfig::from_json(&text.to_string());
    }
}
