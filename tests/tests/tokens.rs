//! Token ids equal those of `transformers.CLIPTokenizer` (`tests/reference/tokens.py`) over OpenAI's vocabulary.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs::File;
use std::path::PathBuf;

use brushfire_engine::text::Tokenizer;
use brushfire_tests::{assets_folder, golden_folder};
use flate2::read::GzDecoder;
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<(String, Vec<u32>)>,
}

fn clip() -> Tokenizer {
    Tokenizer::from_openai_merges(&assets_folder().join("tokenizer/bpe_simple_vocab_16e6.txt.gz")).unwrap()
}

fn golden() -> Golden {
    let file: PathBuf = golden_folder().join("tokens.json.gz");
    serde_json::from_reader(GzDecoder::new(File::open(file).unwrap())).unwrap()
}

#[test]
fn every_text_has_the_ids_that_transformers_gives_it() {
    let tokenizer = clip();
    let golden = golden();
    assert!(golden.cases.len() > 4000, "the golden file is cut short");
    for (text, ids) in golden.cases {
        assert_eq!(tokenizer.encode(&text), ids, "{text:?}");
    }
}

#[test]
fn the_vocabulary_is_that_of_clip() {
    let tokenizer = clip();
    assert_eq!((tokenizer.start(), tokenizer.end(), tokenizer.pad()), (49406, 49407, 49407));
    assert_eq!((tokenizer.comma(), tokenizer.vocabulary_size(), tokenizer.context_length()), (Some(267), 49408, 77));
}
