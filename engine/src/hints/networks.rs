//! Hints that a network makes: where its weights are looked for, and which network it is.

use std::path::{Path, PathBuf};

use image::RgbImage;

use super::error::HintError;
use super::lines::{self, Choice, LineFinder};
use super::make::{Context, MadeHint, resized};
use super::people::PeopleFinder;
use super::pose::{Taken, pose_of};
use super::processor::HintProcessor;
use super::recipe::HintRecipe;
use super::seen::single;
use super::skeleton::Pose;
use super::watch::Watch;
use super::{depth, normals, soft_edge};
use crate::inpaint::resample::Kernel;
use crate::nn::Compute;

/// Where the weights of networks for hints lie.
#[derive(Clone, Debug, Default)]
pub struct HintFolders {
    /// What ships with the program.
    pub shipped: PathBuf,
    /// What the user brings.
    pub own: PathBuf,
}

impl HintFolders {
    /// The file with the weights that a processor needs: the user's own before what ships with the program.
    ///
    /// # Errors
    /// [`HintError::NoWeights`] says what to bring.
    pub fn weights_of(&self, processor: HintProcessor) -> Result<PathBuf, HintError> {
        let weights = processor.weights();
        let files = weights.map_or(&[][..], |weights| weights.files);
        let in_folder = |folder: &Path| files.iter().map(|file| folder.join(file)).find(|path| path.is_file());
        in_folder(&self.own).or_else(|| in_folder(&self.shipped)).ok_or_else(|| HintError::NoWeights {
            processor,
            bring: weights.map_or("", |weights| weights.bring),
            folder: self.own.clone(),
        })
    }

    /// Whether a processor has all that it needs.
    #[must_use]
    pub fn can_make(&self, processor: HintProcessor) -> bool {
        processor.weights().is_none() || self.weights_of(processor).is_ok()
    }
}

/// A hint of the picture's size.
pub(super) fn make(recipe: &HintRecipe, picture: &RgbImage, context: &mut Context<'_>) -> Result<MadeHint, HintError> {
    let weights = context.folders.weights_of(recipe.processor)?;
    let (compute, watch) = (context.compute, &mut context.watch);
    Ok(match recipe.processor {
        HintProcessor::SoftEdge => soft_edge::edges(picture, &weights, compute, watch)?.into(),
        HintProcessor::Lines => straight_lines(recipe, picture, &weights, compute, watch)?.into(),
        HintProcessor::Depth => depth::picture_of_depth(picture, &weights, compute, watch)?.into(),
        HintProcessor::Normal => {
            let near = depth::nearness(picture, &weights, compute, &mut watch.part(0.0, 0.9))?;
            let look = normals::Look::of(recipe);
            normals::from_depth(&near, 1.0, picture.dimensions(), &look, &mut watch.part(0.9, 1.0))?.into()
        }
        _ => {
            let pose = found_people(recipe, picture, &weights, compute, watch)?;
            MadeHint { picture: pose.render(), people: Some(pose) }
        }
    })
}

fn straight_lines(
    recipe: &HintRecipe,
    picture: &RgbImage,
    weights: &Path,
    compute: &Compute,
    watch: &mut Watch<'_>,
) -> Result<RgbImage, HintError> {
    let finder = LineFinder::load(weights, &single(compute))?;
    let seen = resized(picture, [finder.side(); 2], Kernel::Triangle);
    let choice = Choice { min_score: recipe.value("threshold"), min_length: recipe.value("shortest") };
    let lines = finder.find(&seen, choice, &mut |share| watch.reached(share))?;
    Ok(lines::drawn(&lines, picture.width(), picture.height()))
}

fn found_people(
    recipe: &HintRecipe,
    picture: &RgbImage,
    weights: &Path,
    compute: &Compute,
    watch: &mut Watch<'_>,
) -> Result<Pose, HintError> {
    let finder = PeopleFinder::load(weights, &single(compute))?;
    let people = finder.find(picture, &mut |share| watch.reached(share))?;
    let taken = Taken { min_visibility: recipe.value("visible"), hands: !recipe.is_on("no-hands") };
    Ok(pose_of(&people, [picture.width(), picture.height()], taken))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_own_weights_come_before_those_that_ship() {
        let [shipped, own] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let folders = HintFolders { shipped: shipped.path().to_owned(), own: own.path().to_owned() };
        assert!(folders.can_make(HintProcessor::Canny));
        assert!(!folders.can_make(HintProcessor::SoftEdge));
        std::fs::write(shipped.path().join("hed.safetensors"), b"").unwrap();
        let found = || folders.weights_of(HintProcessor::SoftEdge).unwrap();
        assert_eq!(found(), shipped.path().join("hed.safetensors"));
        std::fs::write(own.path().join("ControlNetHED.pth"), b"").unwrap();
        assert_eq!(found(), own.path().join("ControlNetHED.pth"));
    }

    #[test]
    fn missing_weights_are_told_with_what_to_bring_and_where_to_put_it() {
        let folders = HintFolders { shipped: PathBuf::new(), own: PathBuf::from("my-models").join("hints") };
        let told = folders.weights_of(HintProcessor::Depth).unwrap_err().to_string();
        assert!(
            told.starts_with("depth needs a network that is not there; bring depth_anything_v2_vits.pth"),
            "{told}"
        );
        assert!(told.ends_with(&format!("put it into the folder {}", folders.own.display())), "{told}");
    }
}
