//! Hints while a picture is made: what the networks make of them once a run, and what they add at each evaluation.

use std::borrow::Cow;
use std::sync::Arc;

use burn::tensor::Tensor;
use image::{GrayImage, RgbImage};

use super::error::TaskError;
use super::pipeline::Pipeline;
use super::soft::Progress;
use crate::control::{adapter_weights, condition, controlnet_weights, fitted_hint};
use crate::hints::HintKind;
use crate::models::{ControlInput, ControlNetwork, ControlResiduals};
use crate::nn::CancelToken;
use crate::recipe::{ControlMode, ControlRecipe, Recipe};
use crate::worker::ControlError;

/// The pictures hints are made of.
#[derive(Clone, Copy)]
pub(super) struct HintPictures<'a> {
    /// One a control; `None` where the job's own picture is the hint.
    pub hints: &'a [Option<RgbImage>],
    pub init: Option<&'a RgbImage>,
    /// All that is repainted.
    pub mask: Option<&'a GrayImage>,
}

/// The hints of one run.
#[derive(Default)]
pub(super) struct Controls {
    parts: Vec<Part>,
}

struct Part {
    network: Arc<ControlNetwork>,
    seen: Seen,
}

/// What a network makes of its hint: the same for all steps.
enum Seen {
    /// A ControlNet's embedding.
    Embedding(Box<Tensor<4>>),
    /// All an adapter has to say.
    Features(Vec<Tensor<4>>),
}

/// One evaluation of the UNet.
pub(super) struct Evaluation<'a> {
    /// Latents, and what an inpainting model reads beside them, `[N, C, h, w]`.
    pub input: &'a Tensor<4>,
    pub timestep: f64,
    /// `[N, L, D]`.
    pub context: &'a Tensor<3>,
    /// The first half of both is without the prompt.
    pub has_both_halves: bool,
    pub progress: Progress,
}

impl Controls {
    /// Has the networks loaded for the recipe look at its hints.
    pub fn new(
        pipeline: &Pipeline,
        recipe: &Recipe,
        pictures: HintPictures<'_>,
        cancel: &CancelToken,
    ) -> Result<Self, TaskError> {
        let networks = pipeline.controls();
        let (wanted, loaded) = (recipe.controls.len(), networks.len());
        // Networks that are loaded for nothing do no harm.
        if wanted > loaded {
            return Err(ControlError::NotLoaded { wanted, loaded }.into());
        }
        let mut parts = Vec::with_capacity(wanted);
        for (place, (control, network)) in recipe.controls.iter().zip(networks).enumerate() {
            let seen = look(network, recipe, place, control, pictures, cancel)?;
            parts.push(Part { network: Arc::clone(network), seen });
        }
        Ok(Self { parts })
    }

    /// Follows changed hints: `changed` says whose picture is another one. `before` is what was followed until now.
    pub fn change(
        &mut self,
        before: &Recipe,
        after: &Recipe,
        pictures: HintPictures<'_>,
        changed: impl Fn(usize) -> bool,
        cancel: &CancelToken,
    ) -> Result<(), TaskError> {
        let same_network = |(a, b): (&ControlRecipe, &ControlRecipe)| a.kind == b.kind && a.model == b.model;
        let both = || before.controls.iter().zip(&after.controls);
        if before.controls.len() != after.controls.len() || !both().all(same_network) {
            return Err(ControlError::OtherNetworks.into());
        }
        let mut looked = Vec::new();
        for (place, ((earlier, control), part)) in both().zip(&self.parts).enumerate() {
            if changed(place) || earlier.fit != control.fit {
                looked.push((place, look(&part.network, after, place, control, pictures, cancel)?));
            }
        }
        for (place, seen) in looked {
            self.parts[place].seen = seen;
        }
        Ok(())
    }

    /// What is added to the UNet at one evaluation; `None` where no hint is followed at this step.
    pub fn residuals(
        &self,
        recipe: &Recipe,
        at: &Evaluation<'_>,
        cancel: &CancelToken,
    ) -> Result<Option<ControlResiduals>, TaskError> {
        let Progress { done, steps } = at.progress;
        let followed = self.parts.iter().zip(&recipe.controls);
        let mut all: Option<ControlResiduals> = None;
        for (part, control) in followed.filter(|(_, control)| control.is_followed_at(done, steps)) {
            let own = part.residuals(control, at, cancel)?;
            all = Some(match all {
                Some(others) => others.and(own),
                None => own,
            });
        }
        Ok(all)
    }
}

impl Part {
    fn residuals(
        &self,
        control: &ControlRecipe,
        at: &Evaluation<'_>,
        cancel: &CancelToken,
    ) -> Result<ControlResiduals, TaskError> {
        let ControlRecipe { mode, weight, .. } = *control;
        let pools = matches!(&*self.network, ControlNetwork::ControlNet(network) if network.pools());
        // A hint without places would colour both predictions alike, and guidance would take it away again.
        let guided_only = at.has_both_halves && (mode.is_for_the_guided_half() || pools);
        let own = match (&*self.network, &self.seen) {
            (ControlNetwork::ControlNet(network), Seen::Embedding(hint)) => {
                let (latents, text) =
                    if guided_only { second_half(at) } else { (at.input.clone(), at.context.clone()) };
                // What stands beside the latents is for the UNet alone.
                let own = network.in_channels();
                let latents = if latents.dims()[1] == own { latents } else { latents.narrow(1, 0, own) };
                let mode = if pools { ControlMode::Balanced } else { mode };
                let scales = controlnet_weights(mode, weight, network.outputs());
                let input = ControlInput { latents, timestep: at.timestep, text: &text, hint };
                network.forward(input, &scales, cancel)?
            }
            (_, Seen::Features(features)) => {
                let weights = adapter_weights(mode, weight, features.len());
                let pictures = at.input.dims()[0] / if guided_only { 2 } else { 1 };
                let weighed = |(feature, weight): (&Tensor<4>, f32)| (feature.clone() * weight).repeat_dim(0, pictures);
                ControlResiduals { features: features.iter().zip(weights).map(weighed).collect(), ..Default::default() }
            }
            // A network sees its own kind of hint only.
            (ControlNetwork::Adapter(_), Seen::Embedding(_)) => ControlResiduals::default(),
        };
        Ok(if guided_only { own.for_second_half() } else { own })
    }
}

fn second_half(at: &Evaluation<'_>) -> (Tensor<4>, Tensor<3>) {
    let half = at.input.dims()[0] / 2;
    (at.input.clone().narrow(0, half, half), at.context.clone().narrow(0, half, half))
}

/// Has a network look at the hint at `place`.
fn look(
    network: &ControlNetwork,
    recipe: &Recipe,
    place: usize,
    control: &ControlRecipe,
    pictures: HintPictures<'_>,
    cancel: &CancelToken,
) -> Result<Seen, TaskError> {
    let picture = picture(recipe, place, control, pictures)?;
    let mask = pictures.mask.filter(|_| control.kind == HintKind::Inpaint);
    let values = condition(&picture, mask, network.hint_channels());
    let shape = [1, network.hint_channels(), recipe.height as usize, recipe.width as usize];
    Ok(match network {
        ControlNetwork::ControlNet(network) => {
            Seen::Embedding(Box::new(network.embed(network.compute().tensor(values, shape), cancel)?))
        }
        ControlNetwork::Adapter(network) => {
            Seen::Features(network.features(network.compute().tensor(values, shape), cancel)?)
        }
    })
}

/// The hint at the picture's size.
fn picture<'a>(
    recipe: &Recipe,
    place: usize,
    control: &ControlRecipe,
    pictures: HintPictures<'a>,
) -> Result<Cow<'a, RgbImage>, ControlError> {
    let kind = control.kind;
    let own = pictures.init.filter(|_| kind.is_the_picture());
    let hint = pictures.hints.get(place).and_then(Option::as_ref).or(own).ok_or(ControlError::NoPicture { kind })?;
    if hint.width() == 0 || hint.height() == 0 {
        return Err(ControlError::EmptyPicture { kind });
    }
    Ok(fitted_hint(hint, [recipe.width, recipe.height], control.fit, kind))
}
