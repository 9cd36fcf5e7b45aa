//! Where a generation's files go.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use brushfire_engine::Step;

use super::super::output::{check_picture_name, check_place};
use super::arguments::GenerateArguments;
use crate::files::save_picture;

/// The places of everything that will be written.
pub(super) struct OutputFiles {
    picture: PathBuf,
    pictures: u32,
    previews: Option<PathBuf>,
    latents: Option<PathBuf>,
}

impl OutputFiles {
    /// Decides on names.
    ///
    /// # Errors
    /// A picture in a format that cannot be written.
    pub fn new(arguments: &GenerateArguments, pictures: u32) -> anyhow::Result<Self> {
        let picture = arguments.output.clone();
        check_picture_name(&picture)?;
        Ok(Self { picture, pictures, previews: arguments.previews.clone(), latents: arguments.latents.clone() })
    }

    /// The pictures' files: the one that was named, or `OUT-1.png`, `OUT-2.png`, ...
    pub fn pictures(&self) -> impl Iterator<Item = PathBuf> {
        (1..=self.pictures).map(|number| numbered(&self.picture, number, self.pictures))
    }

    /// Makes the previews' folder and sees that files can be made where they will go.
    ///
    /// # Errors
    /// Names the folder that is missing or cannot be written to.
    pub fn check(&self) -> anyhow::Result<()> {
        if let Some(folder) = &self.previews {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("the folder {} for previews cannot be made", folder.display()))?;
        }
        check_place(&self.picture)?;
        self.latents.as_deref().map_or(Ok(()), check_place)
    }

    /// Writes a step's previews, `step-0001.png` or, of a batch, `step-0001-1.png`, ...
    ///
    /// # Errors
    /// A picture that cannot be written.
    pub fn write_previews(&self, step: &Step) -> anyhow::Result<Vec<PathBuf>> {
        let Some(folder) = &self.previews else { return Ok(Vec::new()) };
        let path = folder.join(format!("step-{:04}.png", step.step));
        let mut written = Vec::new();
        for (number, preview) in (1..).zip(&step.previews) {
            let path = numbered(&path, number, self.pictures);
            save_picture(&path, &preview.clone().into(), None)?;
            written.push(path);
        }
        Ok(written)
    }
}

/// `a.png` for the only one, `a-2.png` for the second of several.
fn numbered(path: &Path, number: u32, of: u32) -> PathBuf {
    if of == 1 {
        return path.to_owned();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}-{number}.{extension}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_numbered_and_one_picture_is_not() {
        assert_eq!(numbered(Path::new("a/out.x.png"), 1, 1), Path::new("a/out.x.png"));
        assert_eq!(numbered(Path::new("a/out.x.png"), 2, 3), Path::new("a/out.x-2.png"));
    }
}
