//! Text encoder: transformers' names with and without `text_model.`, and where they stand in a whole checkpoint.

/// What the text encoder's names begin with in a whole checkpoint.
pub const PREFIX: &str = "cond_stage_model.transformer.";

const MODEL: &str = "text_model.";

/// The names a tensor may have in a file of the text encoder alone. transformers left `text_model.` out for a while.
pub fn diffusers(name: &str) -> Vec<String> {
    vec![name.to_owned(), name.trim_start_matches(MODEL).to_owned()]
}

/// The names a tensor may have in a single file: in a whole checkpoint, or in a file of the text encoder alone.
pub fn single_file(name: &str) -> Vec<String> {
    let short = name.trim_start_matches(MODEL);
    vec![format!("{PREFIX}{name}"), format!("{PREFIX}{short}"), name.to_owned(), short.to_owned()]
}
