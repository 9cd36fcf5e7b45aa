//! Prompts -> what the UNet's cross-attention reads, step by step.

use std::collections::HashMap;

use burn::tensor::Tensor;

use super::error::TaskError;
use super::pipeline::Pipeline;
use crate::nn::{CancelToken, Compute};
use crate::recipe::Recipe;
use crate::text::{PromptTokens, apply_weights, schedule};

/// The longest prompt, in chunks of 75 tokens. Attention's cost grows with each; no model gains from so many.
const MAX_CHUNKS: usize = 32;

/// The contexts of one run.
pub(super) struct Conditioning {
    /// Every distinct pair of texts once: `[1 or 2, L, D]`, the negative prompt first where there is guidance.
    contexts: Vec<Tensor<3>>,
    /// Which context a step uses.
    by_step: Vec<usize>,
    guided: bool,
}

impl Conditioning {
    /// Encodes what the recipe says for a run of `steps` steps.
    pub fn new(pipeline: &Pipeline, recipe: &Recipe, steps: usize, cancel: &CancelToken) -> Result<Self, TaskError> {
        #[expect(clippy::float_cmp, reason = "exactly 1 switches guidance off")]
        let guided = recipe.guidance != 1.0;
        let count = u32::try_from(steps).unwrap_or(u32::MAX);
        let positive = by_step(&recipe.prompt, count);
        let negative = by_step(&recipe.negative_prompt, count);
        let mut found: HashMap<(&str, &str), usize> = HashMap::new();
        let mut conditioning = Self { contexts: Vec::new(), by_step: Vec::new(), guided };
        for (positive, negative) in positive.iter().zip(&negative) {
            let texts = (positive.as_str(), if guided { negative.as_str() } else { "" });
            let index = match found.get(&texts) {
                Some(index) => *index,
                None => {
                    conditioning.contexts.push(encode_pair(pipeline, texts, recipe.clip_skip, guided, cancel)?);
                    found.insert(texts, conditioning.contexts.len() - 1);
                    conditioning.contexts.len() - 1
                }
            };
            conditioning.by_step.push(index);
        }
        Ok(conditioning)
    }

    /// Whether there is an unconditional half.
    pub fn is_guided(&self) -> bool {
        self.guided
    }

    /// The context of a step (from 0) for a batch: `[N, L, D]`, or `[2 N, L, D]` with the unconditional half first.
    pub fn at(&self, step: usize, pictures: usize) -> Tensor<3> {
        let last = self.by_step.len().saturating_sub(1);
        let context = self.by_step[step.min(last)];
        let context = self.contexts[context].clone();
        if pictures == 1 {
            return context;
        }
        let [halves, length, width] = context.dims();
        context.unsqueeze_dim::<4>(1).repeat_dim(1, pictures).reshape([halves * pictures, length, width])
    }
}

/// The prompt's text at every step, at least one.
fn by_step(prompt: &str, steps: u32) -> Vec<String> {
    let entries = schedule(prompt, steps.max(1));
    (1..=steps.max(1))
        .map(|step| {
            let entry = entries.iter().find(|(until, _)| step <= *until).or(entries.last());
            entry.map(|(_, text)| text.clone()).unwrap_or_default()
        })
        .collect()
}

fn encode_pair(
    pipeline: &Pipeline,
    (positive, negative): (&str, &str),
    clip_skip: u32,
    guided: bool,
    cancel: &CancelToken,
) -> Result<Tensor<3>, TaskError> {
    let tokenizer = &pipeline.tokenizer;
    let mut positive = PromptTokens::new(tokenizer, positive);
    if !guided {
        return encode(pipeline, &[positive], clip_skip, cancel);
    }
    let mut negative = PromptTokens::new(tokenizer, negative);
    PromptTokens::pad_pair(tokenizer, &mut positive, &mut negative);
    encode(pipeline, &[negative, positive], clip_skip, cancel)
}

/// Encodes prompts of equally many chunks: `[prompts, chunks * 77, D]`.
fn encode(
    pipeline: &Pipeline,
    prompts: &[PromptTokens],
    clip_skip: u32,
    cancel: &CancelToken,
) -> Result<Tensor<3>, TaskError> {
    let chunks = prompts.first().map_or(0, |prompt| prompt.chunks.len());
    if chunks > MAX_CHUNKS {
        let tokens = prompts.iter().map(|prompt| prompt.count).max().unwrap_or_default();
        return Err(TaskError::PromptTooLong { tokens, max: MAX_CHUNKS * 75 });
    }
    let rows: Vec<Vec<u32>> = prompts.iter().flat_map(|prompt| &prompt.chunks).map(|chunk| chunk.ids.clone()).collect();
    let states = pipeline.text_encoder.encode(&rows, clip_skip, cancel)?;
    let [_, length, width] = states.dims();
    let shape = [prompts.len(), chunks * length, width];
    let is_weighted =
        prompts.iter().flat_map(|prompt| &prompt.chunks).any(|chunk| chunk.weights.iter().any(|weight| *weight != 1.0));
    if !is_weighted {
        return Ok(states.reshape(shape));
    }
    let mut values = Compute::values(states)?;
    let all = prompts.iter().flat_map(|prompt| &prompt.chunks);
    for (states, chunk) in values.chunks_exact_mut((length * width).max(1)).zip(all) {
        apply_weights(states, &chunk.weights);
    }
    Ok(pipeline.unet.compute().tensor(values, shape))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edited_prompt_changes_at_its_step() {
        assert_eq!(by_step("a [cat:dog:2] here", 4), ["a cat here", "a cat here", "a dog here", "a dog here"]);
    }

    #[test]
    fn a_run_without_steps_still_has_a_text() {
        assert_eq!(by_step("a cat", 0), ["a cat"]);
    }
}
