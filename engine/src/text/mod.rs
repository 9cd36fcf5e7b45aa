//! From what a painter types to what a text encoder reads.
//!
//! A prompt goes through [`schedule`] (which text counts at which step), then [`PromptTokens`] (A1111's weights and
//! `BREAK`, CLIP's byte pairs, chunks of 75 tokens), and after the encoder through [`apply_weights`].

mod attention;
mod byte_pairs;
mod chunks;
mod normalize;
mod schedule;
mod special;
mod tokenizer;
mod vocabulary;

pub use attention::{Emphasis, Piece, parse_attention};
pub use chunks::{Chunk, PromptTokens, apply_weights};
pub use schedule::schedule;
pub use tokenizer::Tokenizer;
pub use vocabulary::TokenizerError;
