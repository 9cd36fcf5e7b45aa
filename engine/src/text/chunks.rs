//! A prompt cut into what the text encoder takes at once, each token with its weight, as stable-diffusion-webui
//! (A1111, `sd_hijack_clip.py`) cuts it; and how those weights act on the encoder's states.

use super::attention::{Emphasis, parse_attention};
use super::tokenizer::Tokenizer;

/// A chunk that is full is cut after the last comma instead if that lies at most this many tokens back (A1111's
/// `comma_padding_backtrack`).
const COMMA_BACKTRACK: usize = 20;

/// One run of the text encoder: start, up to 75 tokens, end, padding.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk {
    /// `[context]` ids; 77 for CLIP.
    pub ids: Vec<u32>,
    /// `[context]` weights for [`apply_weights`]; 1 for the marks and the padding.
    pub weights: Vec<f32>,
}

/// A whole prompt for the text encoder.
#[derive(Clone, Debug, PartialEq)]
pub struct PromptTokens {
    /// At least one. Their states are joined along the tokens.
    pub chunks: Vec<Chunk>,
    /// Tokens used; a chunk that a `BREAK` or a comma ended counts as full.
    pub count: usize,
    /// Tokens that fit before one more chunk is needed: 75, 150, ...
    pub room: usize,
}

impl PromptTokens {
    /// Reads weights and `BREAK`s in `text` and cuts it into chunks. Schedules (`[a:b:3]`) must be resolved before.
    #[must_use]
    pub fn new(tokenizer: &Tokenizer, text: &str) -> Self {
        let mut cutter = Cutter::new(tokenizer);
        for piece in parse_attention(text) {
            match piece.emphasis {
                Emphasis::Break => cutter.end_chunk(),
                Emphasis::Weight(weight) => {
                    for id in tokenizer.encode(&piece.text) {
                        cutter.push(id, weight as f32);
                    }
                }
            }
        }
        cutter.finish()
    }

    /// Adds empty chunks until there are `chunks`.
    pub fn pad_to(&mut self, tokenizer: &Tokenizer, chunks: usize) {
        while self.chunks.len() < chunks {
            self.chunks.push(closed_chunk(tokenizer, Vec::new()));
        }
    }

    /// Gives both prompts the same number of chunks, since guidance runs them side by side.
    pub fn pad_pair(tokenizer: &Tokenizer, one: &mut Self, other: &mut Self) {
        let chunks = one.chunks.len().max(other.chunks.len());
        one.pad_to(tokenizer, chunks);
        other.pad_to(tokenizer, chunks);
    }
}

/// The chunk being filled and those that are done.
struct Cutter<'a> {
    tokenizer: &'a Tokenizer,
    capacity: usize,
    chunks: Vec<Chunk>,
    tokens: Vec<(u32, f32)>,
    /// Where the last comma of the chunk stands.
    comma: Option<usize>,
    count: usize,
}

impl<'a> Cutter<'a> {
    fn new(tokenizer: &'a Tokenizer) -> Self {
        let capacity = capacity(tokenizer);
        Self { tokenizer, capacity, chunks: Vec::new(), tokens: Vec::new(), comma: None, count: 0 }
    }

    fn push(&mut self, id: u32, weight: f32) {
        let is_full = self.tokens.len() >= self.capacity;
        if Some(id) == self.tokenizer.comma() {
            self.comma = Some(self.tokens.len());
        } else if let Some(comma) = self.comma.filter(|&comma| is_full && self.tokens.len() - comma <= COMMA_BACKTRACK)
        {
            let moved = self.tokens.split_off(comma + 1);
            self.end_chunk();
            self.tokens = moved;
        }
        if self.tokens.len() >= self.capacity {
            self.end_chunk();
        }
        self.tokens.push((id, weight));
    }

    fn end_chunk(&mut self) {
        self.count += self.capacity;
        self.close();
    }

    fn close(&mut self) {
        self.comma = None;
        self.chunks.push(closed_chunk(self.tokenizer, std::mem::take(&mut self.tokens)));
    }

    fn finish(mut self) -> PromptTokens {
        if !self.tokens.is_empty() || self.chunks.is_empty() {
            self.count += self.tokens.len();
            self.close();
        }
        let room = self.count.max(1).div_ceil(self.capacity) * self.capacity;
        PromptTokens { chunks: self.chunks, count: self.count, room }
    }
}

fn capacity(tokenizer: &Tokenizer) -> usize {
    tokenizer.context_length().saturating_sub(2).max(1)
}

/// Start, the tokens, and ends up to the context's length. Where padding is not the end itself (SD 2.x), everything
/// after the first end is padding, also after one that was written in the prompt.
fn closed_chunk(tokenizer: &Tokenizer, tokens: Vec<(u32, f32)>) -> Chunk {
    let length = capacity(tokenizer) + 2;
    let (tokens, token_weights): (Vec<u32>, Vec<f32>) = tokens.into_iter().unzip();
    let mut ids = vec![tokenizer.start()];
    ids.extend(tokens);
    ids.resize(length, tokenizer.end());
    let has_padding = tokenizer.pad() != tokenizer.end();
    if let Some(end) = ids.iter().position(|&id| has_padding && id == tokenizer.end()) {
        ids.iter_mut().skip(end + 1).for_each(|id| *id = tokenizer.pad());
    }
    let mut weights = vec![1.0];
    weights.extend(token_weights);
    weights.resize(length, 1.0);
    Chunk { ids, weights }
}

/// Multiplies each token's state by its weight, then scales all states so that their mean is what it was (A1111's
/// `EmphasisOriginal`).
///
/// `states` is `[tokens, width]`, one chunk; `weights` is `[tokens]`. States are left untouched where all weights are
/// 1, and unscaled where the new mean is 0.
pub fn apply_weights(states: &mut [f32], weights: &[f32]) {
    if weights.iter().all(|&weight| weight == 1.0) || states.is_empty() {
        return;
    }
    let width = states.len() / weights.len();
    let mean = |states: &[f32]| states.iter().copied().map(f64::from).sum::<f64>() / states.len() as f64;
    let before = mean(states);
    for (state, &weight) in states.chunks_mut(width.max(1)).zip(weights) {
        state.iter_mut().for_each(|value| *value *= weight);
    }
    let scale = (before / mean(states)) as f32;
    if scale.is_finite() {
        states.iter_mut().for_each(|value| *value *= scale);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A vocabulary of single bytes, `cat</w>` among the few words, with `pad` as padding.
    fn tokenizer(pad: &str) -> Tokenizer {
        let folder = super::super::tokenizer::tests::tiny_folder(pad);
        Tokenizer::from_folder(folder.path()).unwrap()
    }

    fn lengths(prompt: &PromptTokens, tokenizer: &Tokenizer) -> Vec<usize> {
        let ends = |chunk: &Chunk| chunk.ids.iter().position(|&id| id == tokenizer.end()).unwrap_or(77) - 1;
        prompt.chunks.iter().map(ends).collect()
    }

    #[test]
    fn an_empty_prompt_is_one_empty_chunk() {
        let tokenizer = tokenizer("<|endoftext|>");
        let prompt = PromptTokens::new(&tokenizer, "");
        assert_eq!((prompt.chunks.len(), prompt.count, prompt.room), (1, 0, 75));
        assert_eq!(prompt.chunks[0].ids.len(), 77);
        assert_eq!(prompt.chunks[0].ids[0], tokenizer.start());
        assert!(prompt.chunks[0].ids[1..].iter().all(|&id| id == tokenizer.end()));
        assert_eq!(prompt.chunks[0].weights, [1.0; 77]);
    }

    #[test]
    fn tokens_carry_the_weight_of_their_bracket() {
        let tokenizer = tokenizer("<|endoftext|>");
        let prompt = PromptTokens::new(&tokenizer, "a (b:1.5) c");
        assert_eq!(prompt.chunks[0].weights[..5], [1.0, 1.0, 1.5, 1.0, 1.0]);
        assert_eq!((prompt.count, prompt.room), (3, 75));
    }

    #[test]
    fn seventy_five_tokens_fit_and_the_next_opens_a_chunk() {
        let tokenizer = tokenizer("<|endoftext|>");
        assert_eq!(lengths(&PromptTokens::new(&tokenizer, &"a ".repeat(75)), &tokenizer), [75]);
        let longer = PromptTokens::new(&tokenizer, &"a ".repeat(76));
        assert_eq!(lengths(&longer, &tokenizer), [75, 1]);
        assert_eq!((longer.count, longer.room), (76, 150));
    }

    #[test]
    fn a_full_chunk_is_cut_after_a_comma_that_is_near() {
        let tokenizer = tokenizer("<|endoftext|>");
        let near = format!("{}, {}", "a ".repeat(60), "b ".repeat(20));
        assert_eq!(lengths(&PromptTokens::new(&tokenizer, &near), &tokenizer), [61, 20]);
        let far = format!("{}, {}", "a ".repeat(40), "b ".repeat(40));
        assert_eq!(lengths(&PromptTokens::new(&tokenizer, &far), &tokenizer), [75, 6]);
    }

    #[test]
    fn break_ends_the_chunk() {
        let tokenizer = tokenizer("<|endoftext|>");
        let prompt = PromptTokens::new(&tokenizer, "a BREAK b b");
        assert_eq!(lengths(&prompt, &tokenizer), [1, 2]);
        assert_eq!(prompt.count, 77);
    }

    #[test]
    fn padding_of_its_own_follows_the_end() {
        let tokenizer = tokenizer("!");
        let chunk = &PromptTokens::new(&tokenizer, "a").chunks[0];
        assert_eq!(chunk.ids[2], tokenizer.end());
        assert!(chunk.ids[3..].iter().all(|&id| id == tokenizer.pad() && id != tokenizer.end()));
    }

    #[test]
    fn an_end_written_in_the_prompt_is_one_token_among_others() {
        let tokenizer = tokenizer("<|endoftext|>");
        let chunk = &PromptTokens::new(&tokenizer, "a<|endoftext|>b").chunks[0];
        assert_eq!([chunk.ids[2], chunk.ids[4]], [tokenizer.end(); 2]);
        assert_eq!(tokenizer.encode("b"), [chunk.ids[3]]);
    }

    #[test]
    fn both_prompts_get_the_same_number_of_chunks() {
        let tokenizer = tokenizer("<|endoftext|>");
        let (mut one, mut other) =
            (PromptTokens::new(&tokenizer, "a BREAK b BREAK a"), PromptTokens::new(&tokenizer, ""));
        PromptTokens::pad_pair(&tokenizer, &mut one, &mut other);
        assert_eq!((one.chunks.len(), other.chunks.len()), (3, 3));
        assert_eq!(other.chunks[0], other.chunks[2]);
    }

    #[test]
    fn weights_change_the_states_but_not_their_mean() {
        let mut states = [1.0, 3.0, 2.0, 4.0];
        apply_weights(&mut states, &[1.0, 2.0]);
        // 1, 3, 4, 8 have mean 4, the states before had 2.5.
        assert_eq!(states, [0.625, 1.875, 2.5, 5.0]);
    }

    #[test]
    fn weights_of_one_leave_the_states_bit_for_bit() {
        let mut states = [0.1, -0.3, 1e-20, 7.7];
        apply_weights(&mut states, &[1.0, 1.0]);
        assert_eq!(states, [0.1, -0.3, 1e-20, 7.7]);
    }

    #[test]
    fn states_stay_finite_where_the_mean_vanishes() {
        let mut states = [1.0, 1.0, 1.0, 1.0];
        apply_weights(&mut states, &[0.0, 0.0]);
        assert_eq!(states, [0.0; 4]);
    }
}
