//! The tensors of a `CLIPTextModel`.

use super::super::config::ClipConfig;
use super::{Expected, List};

/// The tensors of a text encoder that was built from a checked `config`.
pub fn clip(config: &ClipConfig) -> Vec<Expected> {
    let mut list = List::default();
    let width = config.hidden_size;
    list.tensor("text_model.embeddings.token_embedding.weight".to_owned(), &[config.vocab_size, width]);
    list.tensor("text_model.embeddings.position_embedding.weight".to_owned(), &[config.max_position_embeddings, width]);
    for layer in 0..config.num_hidden_layers {
        let layer = format!("text_model.encoder.layers.{layer}");
        for part in ["q_proj", "k_proj", "v_proj", "out_proj"] {
            list.linear(&format!("{layer}.self_attn.{part}"), width, width);
        }
        list.norm(&format!("{layer}.layer_norm1"), width);
        list.linear(&format!("{layer}.mlp.fc1"), width, config.intermediate_size);
        list.linear(&format!("{layer}.mlp.fc2"), config.intermediate_size, width);
        list.norm(&format!("{layer}.layer_norm2"), width);
    }
    list.norm("text_model.final_layer_norm", width);
    list.0
}
