use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;

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

fn kind(names: &[(&str, &[usize])]) -> Kind {
    detect(&Names(names.iter().map(|(name, shape)| ((*name).to_owned(), shape.to_vec())).collect()))
}

#[test]
fn small_files_are_known_by_a_single_name() {
    let row: &[usize] = &[768];
    let cases = [
        ("unet:0:up", Kind::Lora(LoraDialect::Cloneofsimo)),
        ("base_model.model.down_blocks.0.to_q.lora_A.weight", Kind::Lora(LoraDialect::Peft)),
        ("lora_unet_down_blocks_0_attn1_to_k.hada_w1_a", Kind::Lora(LoraDialect::Lycoris)),
        ("lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight", Kind::Lora(LoraDialect::Kohya)),
        ("down_blocks.0.attn1.processor.to_k_lora.down.weight", Kind::Lora(LoraDialect::Diffusers)),
        ("controlnet_cond_embedding.conv_in.weight", Kind::ControlNet(None)),
        ("body.0.block1.weight", Kind::Adapter),
        ("adapter.body.0.resnets.0.block1.weight", Kind::Adapter),
        ("emb_params", Kind::TextualInversion),
        ("string_to_param.*", Kind::TextualInversion),
        ("<birb-style>", Kind::TextualInversion),
        ("unet:many:up", Kind::TextualInversion),
    ];
    for (name, expected) in cases {
        assert_eq!(kind(&[(name, row)]), expected, "{name}");
    }
    assert_eq!(kind(&[("blocks.0.weight", &[3, 3])]), Kind::Unknown);
    assert_eq!(kind(&[]), Kind::Unknown);
}

/// The names that detection and inference look at.
const LOOKED_AT: &[&str] = &[
    "model.diffusion_model.input_blocks.0.0.weight",
    "model.diffusion_model.input_blocks.1.0.in_layers.2.weight",
    "model.diffusion_model.input_blocks.1.1.proj_in.weight",
    "model.diffusion_model.input_blocks.2.0.op.weight",
    "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight",
    "model.diffusion_model.input_blocks.3.0.in_layers.2.weight",
    "model.diffusion_model.middle_block.0.in_layers.2.weight",
    "model.diffusion_model.out.2.weight",
    "first_stage_model.encoder.conv_in.weight",
    "first_stage_model.encoder.down.0.block.0.conv1.weight",
    "first_stage_model.decoder.conv_in.weight",
    "first_stage_model.decoder.conv_out.weight",
    "embeddings.token_embedding.weight",
    "embeddings.position_embedding.weight",
    "encoder.layers.0.mlp.fc1.weight",
    "zero_convs.0.0.weight",
    "input_hint_block.0.weight",
    "input_hint_block.2.weight",
    "input_blocks.0.0.weight",
    "input_blocks.1.0.in_layers.2.weight",
    "input_blocks.1.1.proj_in.weight",
    "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight",
    "controlnet_cond_embedding.conv_in.weight",
    "down_blocks.0.resnets.0.conv1.weight",
    "down_blocks.0.attentions.0.proj_in.weight",
    "conv_in.weight",
    "body.0.block1.weight",
    "body.0.out_conv.weight",
    "body.1.out_conv.weight",
    "body.0.in_conv.weight",
    "time_embedding.linear_1.weight",
    "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight",
];

proptest! {
    #[test]
    fn any_shapes_under_known_names_are_something(
        tensors in prop::collection::btree_map(
            prop::sample::select(LOOKED_AT.to_vec()).prop_map(str::to_owned),
            prop::collection::vec(prop_oneof![0usize..5, 1usize..2000, any::<usize>()], 0..5),
            0..LOOKED_AT.len(),
        ),
    ) {
        let source = Names(tensors);
        let _ = detect(&source).to_string();
        if let Some(config) = infer::unet(&source, UNET_PREFIX) {
            let _ = config.check();
        }
        if let Some(config) = infer::controlnet(&source, "") {
            let _ = config.check();
        }
        if let Some(config) = infer::adapter(&source) {
            let _ = config.check();
        }
        if let Some(config) = infer::autoencoder(&source, VAE_PREFIX) {
            let _ = config.check();
        }
        if let Some(config) = infer::clip(&source, "") {
            let _ = config.check();
        }
    }
}
