//! Prompts -> what the UNet's cross-attention reads, step by step.

use std::collections::VecDeque;

use burn::tensor::Tensor;

use super::error::TaskError;
use super::pipeline::Pipeline;
use crate::nn::{CancelToken, Compute};
use crate::recipe::Recipe;
use crate::text::{PromptTokens, apply_weights, schedule};

/// The longest prompt, in chunks of 75 tokens. Attention's cost grows with each; no model gains from so many.
const MAX_CHUNKS: usize = 32;

/// Contexts kept at once. Alternation (`[a|b]`) needs a few; a prompt that changes at every step is encoded anew each time,
/// which costs next to nothing beside the UNet, where keeping a thousand contexts would cost gigabytes.
const KEPT: usize = 4;

/// What a run's prompts say at every step.
pub(super) struct Conditioning {
    positive: Vec<(u32, String)>,
    negative: Vec<(u32, String)>,
    clip_skip: u32,
    guided: bool,
    /// The latest contexts (`[1 or 2, L, D]`, the negative prompt first where there is guidance) and their texts.
    kept: VecDeque<((String, String), Tensor<3>)>,
}

impl Conditioning {
    /// Reads the recipe's prompts for a run of `steps` steps.
    pub fn new(recipe: &Recipe, steps: usize) -> Self {
        let steps = u32::try_from(steps).unwrap_or(u32::MAX).max(1);
        Self {
            positive: schedule(&recipe.prompt, steps),
            negative: schedule(&recipe.negative_prompt, steps),
            clip_skip: recipe.clip_skip,
            guided: recipe.is_guided(),
            kept: VecDeque::new(),
        }
    }

    /// Whether there is an unconditional half.
    pub fn is_guided(&self) -> bool {
        self.guided
    }

    /// The context of a step (from 0) for a batch: `[N, L, D]`, or `[2 N, L, D]` with the unconditional half first.
    pub fn at(
        &mut self,
        pipeline: &Pipeline,
        step: usize,
        pictures: usize,
        cancel: &CancelToken,
    ) -> Result<Tensor<3>, TaskError> {
        let context = self.context(pipeline, step, cancel)?;
        if pictures == 1 {
            return Ok(context);
        }
        let [halves, length, width] = context.dims();
        Ok(context.unsqueeze_dim::<4>(1).repeat_dim(1, pictures).reshape([halves * pictures, length, width]))
    }

    fn context(&mut self, pipeline: &Pipeline, step: usize, cancel: &CancelToken) -> Result<Tensor<3>, TaskError> {
        let negative = if self.guided { text_at(&self.negative, step) } else { "" };
        let texts = (text_at(&self.positive, step), negative);
        if let Some((_, context)) =
            self.kept.iter().find(|((with, without), _)| (with.as_str(), without.as_str()) == texts)
        {
            return Ok(context.clone());
        }
        let context = encode_pair(pipeline, texts, self.clip_skip, self.guided, cancel)?;
        let texts = (texts.0.to_owned(), texts.1.to_owned());
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back((texts, context.clone()));
        Ok(context)
    }
}

/// The text of a step, counted from 0; a schedule counts from 1.
fn text_at(entries: &[(u32, String)], step: usize) -> &str {
    let entry = entries.iter().find(|(until, _)| step < *until as usize).or(entries.last());
    entry.map_or("", |(_, text)| text)
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
        let entries = schedule("a [cat:dog:2] here", 4);
        let texts: Vec<&str> = (0..5).map(|step| text_at(&entries, step)).collect();
        assert_eq!(texts, ["a cat here", "a cat here", "a dog here", "a dog here", "a dog here"]);
    }
}
