//! A tokenizer's files: `vocab.json` and `merges.txt`, a `tokenizer.json`, or OpenAI's list of merges.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::byte_pairs::{END_OF_WORD, byte_alphabet, is_printable};
use super::special::AddedToken;

/// CLIP's own vocabulary takes 1.1 MB; this is far beyond any real one.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// Lines of OpenAI's file that are merges; the rest belongs to a larger vocabulary.
const OPENAI_MERGES: usize = 49152 - 256 - 2;
/// CLIP's marks, where the files name no others.
pub(super) const START: &str = "<|startoftext|>";
pub(super) const END: &str = "<|endoftext|>";
const CLIP_CONTEXT: usize = 77;
const NAMED: [&str; 7] = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

/// A tokenizer that cannot be used; says which file and why.
#[derive(Debug, thiserror::Error)]
pub enum TokenizerError {
    #[error("the tokenizer's file {} could not be read: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("the tokenizer's file {} is larger than {} MB, which no vocabulary is", path.display(), MAX_FILE_BYTES >> 20)]
    TooLarge { path: PathBuf },
    #[error("the tokenizer's file {} is not JSON: {source}", path.display())]
    NotJson { path: PathBuf, source: serde_json::Error },
    #[error("the tokenizer in {} cannot be used: {reason}", path.display())]
    Invalid { path: PathBuf, reason: String },
}

/// What the files say, before it is made ready for use.
pub(super) struct Vocabulary {
    pub path: PathBuf,
    /// Token to id; the ids are 0 to n - 1, each once.
    pub ids: HashMap<String, u32>,
    /// Lowest rank first.
    pub merges: Vec<(String, String)>,
    /// Tokens to find before words, each a later one wins over an earlier one with the same content.
    pub added: Vec<AddedToken>,
    /// The contents of those among them that the files list with an id of their own.
    pub listed: HashSet<String>,
    pub start: String,
    pub end: String,
    pub pad: String,
    pub unknown: String,
    pub context_length: usize,
}

impl Vocabulary {
    /// Reads a diffusers `tokenizer` folder. As in `transformers`, `tokenizer.json` comes first where there is one.
    pub fn from_folder(folder: &Path) -> Result<Self, TokenizerError> {
        let fast_path = folder.join("tokenizer.json");
        let fast = read_json_if_present(&fast_path)?;
        let (path, ids, merges) = if let Some(fast) = &fast {
            let model = fast.get("model").unwrap_or(&Value::Null);
            let ids = read_ids(model.get("vocab").unwrap_or(&Value::Null), &fast_path)?;
            let merges = model.get("merges").and_then(Value::as_array).ok_or_else(|| {
                invalid(&fast_path, "it has no list `merges`: only byte-pair tokenizers can be read".to_owned())
            })?;
            let merges = merges.iter().map(|merge| read_merge(merge, &fast_path)).collect::<Result<_, _>>()?;
            (fast_path, ids, merges)
        } else {
            let path = folder.join("vocab.json");
            let ids = read_ids(&read_json(&path)?, &path)?;
            (path, ids, read_merges_file(&folder.join("merges.txt"))?)
        };
        let special = SpecialTokens::read(folder, fast.as_ref())?;
        Ok(special.into_vocabulary(path, ids, merges))
    }

    /// Reads `bpe_simple_vocab_16e6.txt`, as it is or gzipped. Ids are OpenAI's: bytes, bytes at a word's end, merges.
    pub fn from_openai_merges(path: &Path) -> Result<Self, TokenizerError> {
        let text = read_text(path)?;
        let lines = text.lines().skip(1).take(OPENAI_MERGES).filter(|line| !line.trim().is_empty());
        let merges = lines.map(|line| split_merge(line, path)).collect::<Result<Vec<_>, _>>()?;
        let alphabet = byte_alphabet();
        let printable_first =
            (0..=u8::MAX).filter(|&b| is_printable(b)).chain((0..=u8::MAX).filter(|&b| !is_printable(b)));
        let bytes: Vec<String> =
            printable_first.filter_map(|byte| alphabet.get(usize::from(byte))).map(char::to_string).collect();
        let tokens = bytes.iter().cloned().chain(bytes.iter().map(|byte| byte.clone() + END_OF_WORD));
        let tokens = tokens.chain(merges.iter().map(|(left, right)| left.clone() + right));
        let tokens = tokens.chain([START.to_owned(), END.to_owned()]);
        let mut ids = HashMap::new();
        for (id, token) in (0_u32..).zip(tokens) {
            if let Some(first) = ids.insert(token.clone(), id) {
                return Err(invalid(path, format!("token {token:?} is made twice, as {first} and {id}")));
            }
        }
        Ok(SpecialTokens::default().into_vocabulary(path.to_owned(), ids, merges))
    }
}

/// What `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json` say, joined as
/// `transformers` joins them.
#[derive(Default)]
struct SpecialTokens {
    named: HashMap<String, Special>,
    extra: Vec<Special>,
    /// Tokens listed by id; only their order is used.
    listed: BTreeMap<u64, AddedToken>,
    context_length: Option<usize>,
}

/// A token given by its text alone, or with flags.
#[derive(Clone, PartialEq)]
enum Special {
    Bare(String),
    Full(AddedToken),
}

impl Special {
    fn read(value: &Value, special: bool) -> Option<Self> {
        match value {
            Value::String(text) => Some(Self::Bare(text.clone())),
            Value::Object(object) => AddedToken::from_object(object, special).map(Self::Full),
            _ => None,
        }
    }

    fn content(&self) -> &str {
        match self {
            Self::Bare(text) => text,
            Self::Full(token) => &token.content,
        }
    }

    fn into_token(self) -> AddedToken {
        match self {
            Self::Bare(text) => AddedToken::plain(&text),
            Self::Full(token) => token,
        }
    }
}

impl SpecialTokens {
    fn read(folder: &Path, fast: Option<&Value>) -> Result<Self, TokenizerError> {
        let mut special = Self::default();
        let config = read_json_if_present(&folder.join("tokenizer_config.json"))?.unwrap_or_default();
        special.take_named(&config, false);
        special.context_length = config.get("model_max_length").and_then(Value::as_f64).and_then(context_length);
        if let Some(listed) = config.get("added_tokens_decoder").and_then(Value::as_object) {
            special.listed = listed.iter().filter_map(|(id, token)| listed_token(id.parse().ok()?, token)).collect();
        } else {
            let map = read_json_if_present(&folder.join("special_tokens_map.json"))?.unwrap_or_default();
            special.take_named(&map, true);
            let added = read_json_if_present(&folder.join("added_tokens.json"))?.unwrap_or_default();
            special.take_added(added.as_object());
            let fast = fast.and_then(|fast| fast.get("added_tokens")).and_then(Value::as_array);
            special
                .listed
                .extend(fast.into_iter().flatten().filter_map(|token| listed_token(token.get("id")?.as_u64()?, token)));
        }
        Ok(special)
    }

    fn take_named(&mut self, object: &Value, special: bool) {
        for name in NAMED {
            if let Some(token) = object.get(name).and_then(|value| Special::read(value, special)) {
                self.named.insert(name.to_owned(), token);
            }
        }
        for list in ["extra_special_tokens", "additional_special_tokens"] {
            let tokens = object.get(list).and_then(Value::as_array).into_iter().flatten();
            self.extra.extend(tokens.filter_map(|value| Special::read(value, special)));
        }
    }

    /// `added_tokens.json`: text to id; what is not named elsewhere is looked for in the normalised text.
    fn take_added(&mut self, added: Option<&Map<String, Value>>) {
        for (text, id) in added.into_iter().flatten() {
            let is_special = self.named.values().chain(&self.extra).any(|token| token.content() == text);
            if let Some(id) = id.as_u64() {
                self.listed.insert(id, AddedToken { normalized: !is_special, ..AddedToken::plain(text) });
            }
        }
    }

    fn into_vocabulary(
        mut self,
        path: PathBuf,
        ids: HashMap<String, u32>,
        merges: Vec<(String, String)>,
    ) -> Vocabulary {
        for (name, token) in [("bos_token", START), ("eos_token", END), ("unk_token", END), ("pad_token", END)] {
            self.named.entry(name.to_owned()).or_insert_with(|| Special::Bare(token.to_owned()));
        }
        let text = |name: &str| self.named.get(name).map(Special::content).unwrap_or_default().to_owned();
        let (start, end, unknown, pad) = (text("bos_token"), text("eos_token"), text("unk_token"), text("pad_token"));
        let context_length = self.context_length.unwrap_or(CLIP_CONTEXT);
        let listed: HashSet<String> = self.listed.values().map(|token| token.content.clone()).collect();
        let added = self.added(&listed);
        Vocabulary { path, ids, merges, added, listed, start, end, pad, unknown, context_length }
    }

    /// Listed tokens first, then those named or extra that are not listed, in `transformers`' order.
    fn added(mut self, listed: &HashSet<String>) -> Vec<AddedToken> {
        let named = NAMED.iter().filter_map(|&name| self.named.remove(name)).collect::<Vec<_>>();
        let mut more: Vec<Special> = Vec::new();
        for token in named.into_iter().chain(self.extra) {
            if !listed.contains(token.content()) && !more.contains(&token) {
                more.push(token);
            }
        }
        self.listed.into_values().chain(more.into_iter().map(Special::into_token)).collect()
    }
}

fn listed_token(id: u64, token: &Value) -> Option<(u64, AddedToken)> {
    Some((id, AddedToken::from_object(token.as_object()?, false)?))
}

/// `transformers` writes 1e30 for "no limit".
fn context_length(model_max_length: f64) -> Option<usize> {
    (3.0..=4096.0).contains(&model_max_length).then_some(model_max_length as usize)
}

fn read_ids(value: &Value, path: &Path) -> Result<HashMap<String, u32>, TokenizerError> {
    let entries =
        value.as_object().ok_or_else(|| invalid(path, "it holds no vocabulary of tokens and ids".to_owned()))?;
    let mut seen = vec![false; entries.len()];
    let mut ids = HashMap::with_capacity(entries.len());
    for (token, id) in entries {
        let place = id.as_u64().and_then(|id| usize::try_from(id).ok());
        match place.and_then(|place| seen.get_mut(place)) {
            Some(seen) if !*seen => *seen = true,
            _ => {
                let last = entries.len().saturating_sub(1);
                return Err(invalid(
                    path,
                    format!("token {token:?} has the id {id}, but ids run from 0 to {last}, each once"),
                ));
            }
        }
        ids.insert(token.clone(), place.and_then(|place| u32::try_from(place).ok()).unwrap_or_default());
    }
    Ok(ids)
}

/// `"a b"` or `["a", "b"]`, as `tokenizer.json` has had it over the years.
fn read_merge(merge: &Value, path: &Path) -> Result<(String, String), TokenizerError> {
    match merge {
        Value::String(line) => split_merge(line, path),
        Value::Array(pair) => match (pair.first().and_then(Value::as_str), pair.get(1).and_then(Value::as_str)) {
            (Some(left), Some(right)) if pair.len() == 2 => Ok((left.to_owned(), right.to_owned())),
            _ => Err(invalid(path, format!("merge {merge} is not a pair of tokens"))),
        },
        _ => Err(invalid(path, format!("merge {merge} is not a pair of tokens"))),
    }
}

fn read_merges_file(path: &Path) -> Result<Vec<(String, String)>, TokenizerError> {
    let text = read_text(path)?;
    let lines = text.lines().filter(|line| !line.starts_with("#version") && !line.is_empty());
    lines.map(|line| split_merge(line, path)).collect()
}

fn split_merge(line: &str, path: &Path) -> Result<(String, String), TokenizerError> {
    match line.split_once(' ') {
        Some((left, right)) if !left.is_empty() && !right.is_empty() && !right.contains(' ') => {
            Ok((left.to_owned(), right.to_owned()))
        }
        _ => {
            Err(invalid(path, format!("merge {:?} is not a pair of tokens", line.chars().take(40).collect::<String>())))
        }
    }
}

pub(super) fn invalid(path: &Path, reason: String) -> TokenizerError {
    TokenizerError::Invalid { path: path.to_owned(), reason }
}

fn read_json_if_present(path: &Path) -> Result<Option<Value>, TokenizerError> {
    if path.exists() { read_json(path).map(Some) } else { Ok(None) }
}

fn read_json(path: &Path) -> Result<Value, TokenizerError> {
    serde_json::from_str(&read_text(path)?).map_err(|source| TokenizerError::NotJson { path: path.to_owned(), source })
}

/// A text file, unzipped where it begins as gzip does.
fn read_text(path: &Path) -> Result<String, TokenizerError> {
    let failed = |source| TokenizerError::Read { path: path.to_owned(), source };
    let bytes = read_limited(File::open(path).map_err(failed)?, path)?;
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) {
        read_limited(flate2::read::GzDecoder::new(bytes.as_slice()), path)?
    } else {
        bytes
    };
    String::from_utf8(bytes).map_err(|_| invalid(path, "it is not UTF-8 text".to_owned()))
}

fn read_limited(source: impl Read, path: &Path) -> Result<Vec<u8>, TokenizerError> {
    let mut bytes = Vec::new();
    let read = source.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|source| TokenizerError::Read { path: path.to_owned(), source })?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(TokenizerError::TooLarge { path: path.to_owned() });
    }
    Ok(bytes)
}
