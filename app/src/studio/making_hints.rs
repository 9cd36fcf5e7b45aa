//! Hints made from the picture: its pixels go to the engine, and what comes back is laid onto the hint layer.

use std::collections::HashMap;

use brushfire_engine::hints::skeleton::Pose;
use brushfire_engine::hints::{HintProcessor, HintRecipe};
use brushfire_engine::{Event, HintJob, HintKind, JobId};
use image::imageops::{self, FilterType};
use image::{DynamicImage, RgbImage, RgbaImage};

use super::hints::kind_of;
use super::poses::found_people;
use super::{Message, Studio};
use crate::document::transform::Projection;
use crate::document::{Document, Edit, LayerId, PixelRect, paint_of_lines, selection};
use crate::language::{text_with, told};

/// What is known of hints that are made from the picture.
#[derive(Default)]
pub struct HintMaking {
    /// How hints of each kind are made, where the painter has said more than nothing.
    recipes: HashMap<HintKind, HintRecipe>,
    under_way: Option<UnderWay>,
}

/// A hint that is being made.
struct UnderWay {
    target: Target,
    /// Once the engine has it.
    job: Option<JobId>,
    share: f32,
}

/// Where a hint is to be laid.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Target {
    picture: u64,
    layer: LayerId,
    kind: HintKind,
    rect: PixelRect,
    /// What lines are drawn with, sRGB.
    tint: [u8; 3],
}

impl Target {
    /// From the pixels of a hint as large as this to those of the canvas.
    fn placement_of(&self, (width, height): (u32, u32)) -> Projection {
        let rect = self.rect;
        let scale = |of: u32, to: u32| f64::from(to) / f64::from(of.max(1));
        Projection::scaling(scale(width, rect.width()), scale(height, rect.height()))
            .then(Projection::translation([f64::from(rect.left), f64::from(rect.top)]))
    }
}

/// A picture that was cut out for the engine.
pub struct PreparedHint {
    target: Target,
    job: HintJob,
}

impl Studio {
    /// Whether the active layer is a hint that is not locked and can be made from the picture, and none is being made.
    #[must_use]
    pub fn can_make_hint(&self) -> bool {
        let kind = self.active_hint().filter(|layer| !layer.props().locked).and_then(kind_of);
        let is_makeable = kind.is_some_and(|kind| HintProcessor::of_kind(kind).is_some());
        is_makeable && self.engine.is_some() && self.hint_making.under_way.is_none()
    }

    /// How hints of this kind are made.
    #[must_use]
    pub fn hint_recipe(&self, kind: HintKind) -> Option<HintRecipe> {
        let said = self.hint_making.recipes.get(&kind).cloned();
        said.or_else(|| HintProcessor::of_kind(kind).map(HintRecipe::new))
    }

    /// Has hints of this kind made in another way.
    pub fn set_hint_recipe(&mut self, kind: HintKind, recipe: HintRecipe) {
        self.hint_making.recipes.insert(kind, recipe);
    }

    /// How much of the hint that is being made is done, 0 to 1.
    #[must_use]
    pub fn hint_progress(&self) -> Option<f32> {
        self.hint_making.under_way.as_ref().map(|under_way| under_way.share)
    }

    /// Makes the active hint from the picture, where something is selected only there.
    pub fn make_hint(&mut self) {
        if !self.can_make_hint() {
            return;
        }
        let Some((layer, kind)) = self.active_hint().and_then(|layer| Some((layer.clone(), kind_of(layer)?))) else {
            return;
        };
        let Some(recipe) = self.hint_recipe(kind) else { return };
        let (document, picture, model_size) = (self.document.clone(), self.picture_number, self.plan().crop.model_size);
        let target = Target { picture, layer: layer.id(), kind, rect: document.bounds(), tint: layer.props().tint };
        self.hint_making.under_way = Some(UnderWay { target, job: None, share: 0.0 });
        self.mailbox.spawn("prepare-hint", move || {
            Message::HintPrepared(Box::new(prepare(target, recipe, &document, model_size)))
        });
    }

    /// Gives the hint up that is being made.
    pub fn cancel_hint(&mut self) {
        let Some(under_way) = self.hint_making.under_way.take() else { return };
        if let (Some(engine), Some(job)) = (&self.engine, under_way.job) {
            engine.cancel(job);
        }
    }

    pub(super) fn take_in_prepared_hint(&mut self, prepared: PreparedHint) {
        let (Some(engine), Some(under_way)) = (&self.engine, &mut self.hint_making.under_way) else { return };
        let is_wanted = under_way.job.is_none()
            && (under_way.target.picture, under_way.target.layer) == (prepared.target.picture, prepared.target.layer);
        if is_wanted {
            under_way.target = prepared.target;
            under_way.job = Some(engine.make_hint(prepared.job));
        }
    }

    /// Takes in what the engine says of the hint that is being made. Returns what it says of anything else.
    pub(super) fn take_in_hint_event(&mut self, event: Event) -> Option<Event> {
        let Some(under_way) = &mut self.hint_making.under_way else { return Some(event) };
        let Some(job) = under_way.job else { return Some(event) };
        match event {
            Event::HintProgress { job: of, share } if of == job => under_way.share = share,
            Event::HintFinished { job: of, hint, people, .. } if of == job => {
                let target = under_way.target;
                self.hint_making.under_way = None;
                self.edit_picture_in_background(target.picture, move |document| {
                    Ok(laid(document, &target, &hint, people.as_ref()))
                });
            }
            Event::Failed { job: of, error } if of == job => {
                self.hint_making.under_way = None;
                let sentence = text_with("hint-failed", &[("why", told(&*error).into())]);
                self.notices.failed_as(sentence, &*error);
            }
            Event::Cancelled { job: of } if of == job => self.hint_making.under_way = None,
            event => return Some(event),
        }
        None
    }
}

/// The part of the picture that is selected, or all of it. The engine makes the hint as large as the model will see it.
fn prepare(target: Target, recipe: HintRecipe, document: &Document, [width, height]: [u32; 2]) -> PreparedHint {
    let selected = document.selection().and_then(selection::bounds_of);
    let rect = selected.unwrap_or(target.rect);
    let picture = document.rgb_image(rect);
    // A part is as much smaller as the canvas would be.
    let scale = f64::from(width.min(height)) / f64::from(target.rect.width().min(target.rect.height()).max(1));
    let shorter = (f64::from(rect.width().min(rect.height())) * scale.min(1.0)).round() as u32;
    let size = shorter.clamp(HintRecipe::MIN_SIZE, HintRecipe::MAX_SIZE);
    PreparedHint { target: Target { rect, ..target }, job: HintJob { recipe: recipe.with_size(size), picture } }
}

/// Lays a hint onto its layer: as figures where the layer has these.
fn laid(document: &mut Document, target: &Target, hint: &RgbImage, people: Option<&Pose>) -> Option<Edit> {
    match people.filter(|_| document.layer(target.layer).is_some_and(|layer| layer.hint_objects().is_some())) {
        Some(people) => found_people(document, target.layer, people.clone(), target.placement_of(hint.dimensions())),
        None => document.replace_hint(target.layer, [target.rect.left, target.rect.top], &paint(target, hint)),
    }
}

/// A hint as paint for its layer.
fn paint(target: &Target, hint: &RgbImage) -> RgbaImage {
    let (width, height) = (target.rect.width(), target.rect.height());
    // Classes of things have no colours between them.
    let filter = if target.kind == HintKind::Segmentation { FilterType::Nearest } else { FilterType::CatmullRom };
    let sized = match hint.dimensions() == (width, height) {
        true => hint.clone(),
        false => imageops::resize(hint, width, height, filter),
    };
    if target.kind.is_lines() {
        return paint_of_lines(&sized, target.tint);
    }
    DynamicImage::ImageRgb8(sized).into_rgba8()
}
