//! Text encoder: transformers' names with and without `text_model.`, and where they stand in a whole checkpoint.

/// What the text encoder's names begin with in a whole checkpoint.
pub const PREFIX: &str = "cond_stage_model.transformer.";

const MODEL: &str = "text_model.";

/// The names a tensor may have in a file of the text encoder alone. transformers left `text_model.` out for a while.
pub fn diffusers(name: &str) -> Vec<String> {
    vec![name.to_owned(), short(name).to_owned()]
}

/// The names a tensor may have in a single file: in a whole checkpoint, or in a file of the text encoder alone.
pub fn single_file(name: &str) -> Vec<String> {
    let [long, short] = [name, short(name)];
    vec![format!("{PREFIX}{long}"), format!("{PREFIX}{short}"), long.to_owned(), short.to_owned()]
}

fn short(name: &str) -> &str {
    name.strip_prefix(MODEL).unwrap_or(name)
}
