//! CLIP's tokenizer: text to ids, equal to `transformers.CLIPTokenizer`.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use regex::Regex;

use super::byte_pairs::{BytePairs, END_OF_WORD, byte_alphabet};
use super::normalize::normalize;
use super::special::{AddedToken, Part, SpecialFinder};
use super::vocabulary::{END, START, TokenizerError, Vocabulary, invalid};

/// CLIP's words (Radford et al. 2021, `simple_tokenizer.py`). The marks of start and end are words of three parts
/// here, `<|`, the name and `|>`, since `transformers` splits once more by GPT-2's rule; as marks they only count
/// where the vocabulary names them as special.
const WORDS: &str = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+";
/// Words that are remembered: many enough for a prompt edited all day, short enough to stay small.
const CACHED_WORDS: usize = 10_000;
const CACHED_WORD_BYTES: usize = 64;

/// Text to token ids. Cheap to share between threads: it is only read, save for a cache of words.
pub struct Tokenizer {
    words: Regex,
    pairs: BytePairs,
    typed: SpecialFinder,
    normalized: SpecialFinder,
    start: u32,
    end: u32,
    pad: u32,
    comma: Option<u32>,
    context_length: usize,
    vocabulary_size: usize,
    cache: Mutex<HashMap<String, Arc<[u32]>>>,
}

impl Tokenizer {
    /// Reads a diffusers `tokenizer` folder: `tokenizer.json`, or `vocab.json` with `merges.txt`; the marks of start,
    /// end and padding and the context's length from `tokenizer_config.json` and `special_tokens_map.json`.
    ///
    /// # Errors
    /// Files that are missing, too large, not JSON, or that contradict themselves; the message names the file.
    pub fn from_folder(folder: &Path) -> Result<Self, TokenizerError> {
        Self::new(Vocabulary::from_folder(folder)?)
    }

    /// Reads OpenAI's `bpe_simple_vocab_16e6.txt`, plain or gzipped: the vocabulary of SD 1.x, for checkpoints that
    /// bring none.
    ///
    /// # Errors
    /// As for [`Tokenizer::from_folder`].
    pub fn from_openai_merges(path: &Path) -> Result<Self, TokenizerError> {
        Self::new(Vocabulary::from_openai_merges(path)?)
    }

    fn new(vocabulary: Vocabulary) -> Result<Self, TokenizerError> {
        let path = vocabulary.path.as_path();
        let broken_pattern =
            |error: regex::Error| invalid(path, format!("its special tokens make no pattern: {error}"));
        let added = numbered(&vocabulary);
        let id = |token: &str| {
            let mut listed = added.iter().filter(|(_, known)| vocabulary.listed.contains(&known.content));
            vocabulary.ids.get(token).copied().or_else(|| Some(listed.find(|(_, known)| known.content == token)?.0))
        };
        let mark = |name: &str, token: &str| {
            id(token).ok_or_else(|| invalid(path, format!("its {name} token {token:?} is not in the vocabulary")))
        };
        let (typed, normalized) = added.iter().partition::<Vec<_>, _>(|(_, token)| !token.normalized);
        let by_form = |tokens: Vec<&(u32, AddedToken)>, form: fn(&str) -> String| {
            tokens
                .into_iter()
                .map(|(id, token)| (form(&token.content), (*id, token.clone())))
                .collect::<BTreeMap<_, _>>()
        };
        Ok(Self {
            words: Regex::new(WORDS).map_err(broken_pattern)?,
            pairs: byte_pairs(&vocabulary, id(&vocabulary.unknown))?,
            typed: SpecialFinder::new(by_form(typed, str::to_owned)).map_err(broken_pattern)?,
            normalized: SpecialFinder::new(by_form(normalized, normalize)).map_err(broken_pattern)?,
            start: mark("start", &vocabulary.start)?,
            end: mark("end", &vocabulary.end)?,
            pad: mark("padding", &vocabulary.pad)?,
            comma: vocabulary.ids.get(&format!(",{END_OF_WORD}")).copied(),
            context_length: vocabulary.context_length,
            vocabulary_size: added.iter().map(|(id, _)| *id as usize + 1).fold(vocabulary.ids.len(), usize::max),
            cache: Mutex::default(),
        })
    }

    /// The ids of a text, without marks of start and end and however long it is. Never fails: every byte has an id.
    #[must_use]
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        for part in self.typed.split(text) {
            match part {
                Part::Token(id) => ids.push(id),
                Part::Text(text) => self.encode_normalized(&normalize(text), &mut ids),
            }
        }
        ids
    }

    fn encode_normalized(&self, text: &str, ids: &mut Vec<u32>) {
        for part in self.normalized.split(text) {
            match part {
                Part::Token(id) => ids.push(id),
                Part::Text(text) => {
                    for word in self.words.find_iter(text) {
                        self.encode_word(word.as_str(), ids);
                    }
                }
            }
        }
    }

    fn encode_word(&self, word: &str, ids: &mut Vec<u32>) {
        if word == START || word == END {
            let name = word.get(2..word.len() - 2).unwrap_or_default();
            for part in ["<|", name, "|>"] {
                self.encode_word(part, ids);
            }
            return;
        }
        if word.len() > CACHED_WORD_BYTES {
            return ids.extend(self.pairs.encode(word));
        }
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = cache.get(word) {
            return ids.extend(known.iter());
        }
        if cache.len() >= CACHED_WORDS {
            cache.clear();
        }
        let encoded: Arc<[u32]> = self.pairs.encode(word).into();
        ids.extend(encoded.iter());
        cache.insert(word.to_owned(), encoded);
    }

    /// The id that opens every chunk.
    #[must_use]
    pub fn start(&self) -> u32 {
        self.start
    }

    /// The id that ends a text.
    #[must_use]
    pub fn end(&self) -> u32 {
        self.end
    }

    /// The id that fills a chunk after the end; SD 1.x pads with the end itself.
    #[must_use]
    pub fn pad(&self) -> u32 {
        self.pad
    }

    /// The id of a comma as a word, where the vocabulary has one.
    #[must_use]
    pub fn comma(&self) -> Option<u32> {
        self.comma
    }

    /// Ids the text encoder takes at once, start and end among them: 77 for CLIP.
    #[must_use]
    pub fn context_length(&self) -> usize {
        self.context_length
    }

    /// One more than the largest id; the encoder's embedding must have at least as many rows.
    #[must_use]
    pub fn vocabulary_size(&self) -> usize {
        self.vocabulary_size
    }
}

/// Added tokens with their ids: the vocabulary's where it has them, else the next free ones. The last of several with
/// the same id counts.
fn numbered(vocabulary: &Vocabulary) -> Vec<(u32, AddedToken)> {
    let mut by_id: BTreeMap<u32, AddedToken> = BTreeMap::new();
    let mut new: HashMap<&str, u32> = HashMap::new();
    for token in vocabulary.added.iter().filter(|token| !token.content.is_empty()) {
        let known = vocabulary.ids.get(&token.content).or_else(|| new.get(token.content.as_str())).copied();
        let id = known.unwrap_or_else(|| u32::try_from(vocabulary.ids.len() + new.len()).unwrap_or(u32::MAX));
        if known.is_none() {
            new.insert(&token.content, id);
        }
        by_id.insert(id, token.clone());
    }
    by_id.into_iter().collect()
}

fn byte_pairs(vocabulary: &Vocabulary, unknown: Option<u32>) -> Result<BytePairs, TokenizerError> {
    let path = vocabulary.path.as_path();
    let missing = |token: &str| invalid(path, format!("its vocabulary lacks {token:?}"));
    let (mut inner, mut last) = ([0; 256], [0; 256]);
    for ((byte, inner), last) in byte_alphabet().iter().zip(&mut inner).zip(&mut last) {
        let symbol = byte.to_string();
        *inner = vocabulary.ids.get(&symbol).copied().or(unknown).ok_or_else(|| missing(&symbol))?;
        let symbol = symbol + END_OF_WORD;
        *last = vocabulary.ids.get(&symbol).copied().or(unknown).ok_or_else(|| missing(&symbol))?;
    }
    let id = |token: &str| vocabulary.ids.get(token).copied().ok_or_else(|| missing(token));
    let mut merges = HashMap::with_capacity(vocabulary.merges.len());
    for (rank, (left, right)) in (0_u32..).zip(&vocabulary.merges) {
        merges.insert((id(left)?, id(right)?), (rank, id(&format!("{left}{right}"))?));
    }
    Ok(BytePairs { inner, last, merges })
}

#[cfg(test)]
pub(super) mod tests {
    use std::fs;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// A vocabulary of the 512 byte symbols, three merges and the marks, in a folder as diffusers writes it.
    pub fn tiny_folder(pad: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        write(&folder, "vocab.json", &serde_json::to_string(&tiny_vocabulary()).unwrap());
        write(&folder, "merges.txt", "#version: 0.2\nc a\nca t</w>\na t\n");
        write(&folder, "tokenizer_config.json", &json!({"pad_token": pad, "model_max_length": 77}).to_string());
        folder
    }

    fn tiny_vocabulary() -> HashMap<String, usize> {
        let alphabet = byte_alphabet().map(|c| c.to_string());
        let ends = alphabet.iter().map(|symbol| format!("{symbol}{END_OF_WORD}"));
        let rest = ["ca", "cat</w>", "at", START, END].map(str::to_owned);
        alphabet.iter().cloned().chain(ends).chain(rest).enumerate().map(|(id, token)| (token, id)).collect()
    }

    fn write(folder: &tempfile::TempDir, name: &str, text: &str) {
        fs::write(folder.path().join(name), text).unwrap();
    }

    fn message(folder: &tempfile::TempDir) -> String {
        Tokenizer::from_folder(folder.path()).err().map(|error| error.to_string()).unwrap_or_default()
    }

    fn tiny() -> Tokenizer {
        Tokenizer::from_folder(tiny_folder(END).path()).unwrap()
    }

    #[test]
    fn words_are_lowered_split_and_joined() {
        let tokenizer = tiny();
        let end_of = |byte: u8| 256 + u32::from(byte);
        assert_eq!(
            tokenizer.encode("  CAT,cat 12's"),
            [513, end_of(b','), 513, end_of(b'1'), end_of(b'2'), u32::from(b'\''), end_of(b's')]
        );
        assert!(tokenizer.encode(" \u{3000}\n").is_empty());
    }

    #[test]
    fn marks_are_taken_as_typed_only() {
        let tokenizer = tiny();
        assert_eq!(tokenizer.encode("cat<|endoftext|>cat"), [513, tokenizer.end(), 513]);
        assert!(!tokenizer.encode("cat<|ENDOFTEXT|>cat").contains(&tokenizer.end()));
    }

    #[test]
    fn a_very_long_word_is_quick() {
        let word = "at".repeat(50_000);
        assert_eq!(tiny().encode(&word).len(), 50_000 + 1, "the last t ends the word and stays alone");
    }

    #[test]
    fn a_tokenizer_json_says_the_same() {
        let folder = tiny_folder(END);
        let fast = json!({"model": {"type": "BPE", "vocab": tiny_vocabulary(), "merges": ["c a", ["ca", "t</w>"], "a t"]}, "added_tokens": []});
        fs::remove_file(folder.path().join("vocab.json")).unwrap();
        write(&folder, "tokenizer.json", &fast.to_string());
        let text = "a cat sat on a flat hat";
        assert_eq!(Tokenizer::from_folder(folder.path()).unwrap().encode(text), tiny().encode(text));
    }

    #[test]
    fn broken_files_are_named_with_the_reason() {
        for (name, text, reason) in [
            ("vocab.json", "{\"a\": 0", "vocab.json is not JSON"),
            ("vocab.json", "[1, 2]", "no vocabulary"),
            ("vocab.json", r#"{"a": 0, "b": 2}"#, "ids run from 0 to 1"),
            ("vocab.json", r#"{"a": 0, "b": 0}"#, "each once"),
            ("vocab.json", r#"{"a": -1}"#, "-1"),
            ("vocab.json", "{}", "lacks"),
            ("merges.txt", "#version\nc a t\n", "merge \"c a t\""),
            ("merges.txt", "c q\n", "lacks \"cq\""),
            ("merges.txt", "\u{0}\n", "not a pair"),
            ("tokenizer_config.json", r#"{"eos_token": "<end>"}"#, "end token \"<end>\" is not in the vocabulary"),
            ("tokenizer.json", r#"{"model": {"vocab": {"a": 0}}}"#, "no list `merges`"),
        ] {
            let folder = tiny_folder(END);
            write(&folder, name, text);
            let message = message(&folder);
            assert!(message.contains(reason) && message.contains(folder.path().to_str().unwrap()), "{name}: {message}");
        }
    }

    #[test]
    fn missing_files_are_named() {
        assert!(message(&tempfile::tempdir().unwrap()).contains("vocab.json"));
    }

    #[test]
    fn openais_list_of_merges_makes_the_same_ids_as_clips_vocabulary() {
        let folder = tempfile::tempdir().unwrap();
        write(&folder, "bpe.txt", "\"bpe_simple_vocab#version: 0.2\nc a\nca t</w>\n");
        let tokenizer = Tokenizer::from_openai_merges(&folder.path().join("bpe.txt")).unwrap();
        // CLIP's vocabulary begins with "!": 0, and "!</w>" is 256.
        assert_eq!(tokenizer.encode("! cat"), [256, 513]);
        assert_eq!((tokenizer.start(), tokenizer.end(), tokenizer.pad()), (514, 515, 515));
        assert_eq!(tokenizer.comma(), Some(256 + u32::from(b',' - b'!')));
    }

    proptest! {
        #[test]
        fn any_text_has_ids_within_the_vocabulary(text in r"\PC{0,40}|[\x00-\x{10FFFF}]{0,20}") {
            let tokenizer = tiny();
            prop_assert!(tokenizer.encode(&text).iter().all(|&id| (id as usize) < tokenizer.vocabulary_size()));
        }

        #[test]
        fn any_bytes_as_files_are_an_error_and_no_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let folder = tiny_folder(END);
            fs::write(folder.path().join("vocab.json"), &bytes).unwrap();
            prop_assert!(Tokenizer::from_folder(folder.path()).is_err());
            let gzipped: Vec<u8> = [0x1f, 0x8b].into_iter().chain(bytes).collect();
            fs::write(folder.path().join("bpe.txt.gz"), gzipped).unwrap();
            prop_assert!(Tokenizer::from_openai_merges(&folder.path().join("bpe.txt.gz")).is_err());
        }
    }
}
