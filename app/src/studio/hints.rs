//! Hint layers on their way to the engine: which controls they are, what their networks see, and hints made from the
//! picture.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use brushfire_engine::ControlRecipe;
use brushfire_engine::checkpoint::ControlBase;
use brushfire_engine::{EngineSettings, HintKind, KnownControl, find_model, known_controls};
use image::{DynamicImage, RgbImage};

use super::plan::Plan;
use super::poses;
use super::{Message, Studio};
use crate::document::{Document, Layer, LayerId, PixelRect, TileGrid};
use crate::language::text_of_name;
use crate::paint::Ink;

/// What the lines of hints are drawn with in turn: colours that are seen on pictures and on paper.
const TINTS: [[u8; 3]; 4] = [[0x7A, 0x3C, 0xE8], [0x00, 0x8F, 0x8F], [0xC8, 0x2A, 0x7A], [0x2A, 0x6F, 0xD6]];

/// While a stroke goes on, what a network sees is shown anew no more often.
const PAUSE: Duration = Duration::from_millis(250);

/// A hint layer's kind; `None` of other layers, and of kinds that only a later version knows.
#[must_use]
pub fn kind_of(layer: &Layer) -> Option<HintKind> {
    layer.hint_kind().and_then(HintKind::from_name)
}

/// The hint layers that take part, the lowest first, as controls of a recipe. An empty one has nothing to say, unless the
/// picture itself can be its hint.
#[must_use]
pub fn controls_of(document: &Document) -> Vec<(LayerId, ControlRecipe)> {
    let takes_part = |layer: &&Layer| layer.props().control.follows && layer.props().control.weight > 0.0;
    let control = |layer: &Layer| {
        let kind = kind_of(layer)?;
        if is_empty(layer) && !kind.is_the_picture() {
            return None;
        }
        let said = &layer.props().control;
        let mode = said.mode.parse().unwrap_or_default();
        let recipe = ControlRecipe {
            kind,
            model: said.network.clone(),
            weight: said.weight,
            start: said.start,
            end: said.end,
            mode,
            ..ControlRecipe::default()
        };
        Some((layer.id(), recipe))
    };
    document.hints().filter(takes_part).filter_map(control).collect()
}

/// Whether nothing is drawn on it.
#[must_use]
pub fn is_empty(layer: &Layer) -> bool {
    layer.pixels().is_none_or(|pixels| pixels.is_blank())
}

/// What the network of a hint layer sees, at the size the plan's model works at. `None` where nothing is drawn.
#[must_use]
pub fn seen(plan: &Plan, document: &Document, id: LayerId) -> Option<RgbImage> {
    let layer = document.layer(id).filter(|layer| !is_empty(layer))?;
    let kind = kind_of(layer)?;
    let image = if kind.is_lines() {
        document.lines_image(id, plan.seen()).map(|lines| DynamicImage::ImageLuma8(lines).into_rgb8())
    } else {
        document.colors_image(id, plan.seen())
    };
    image.map(|image| plan.crop.picture_for_model(&image))
}

/// What the networks were last seen to see, for the panel.
#[derive(Default)]
pub struct SeenHints {
    /// The picture the rest is about.
    picture: u64,
    seen: HashMap<LayerId, SeenHint>,
    /// One is being made.
    under_way: bool,
    last: Option<Instant>,
}

/// A hint as its network sees it.
#[derive(Clone)]
pub struct SeenHint {
    key: SeenKey,
    /// `None` where nothing is drawn.
    pub image: Option<Arc<RgbImage>>,
}

/// Another one whenever the network sees something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenKey {
    revision: u64,
    rect: PixelRect,
    size: [u32; 2],
}

impl SeenHint {
    #[must_use]
    pub fn key(&self) -> SeenKey {
        self.key
    }
}

/// Of a thread.
pub struct NowSeen {
    picture: u64,
    layer: LayerId,
    hint: SeenHint,
}

/// The control networks that fit a model.
#[derive(Default)]
pub struct Networks {
    /// The model that they were asked for.
    model: Option<String>,
    known: Vec<KnownControl>,
}

/// Of a thread: the networks for a model.
pub struct FoundNetworks {
    model: String,
    known: Vec<KnownControl>,
}

fn find_networks(model: String, settings: &EngineSettings) -> FoundNetworks {
    let mut known = known_controls(&model, settings);
    // What is wrong with a model is told when it is used.
    if let Ok(base) = ControlBase::read(&find_model(&model, settings)) {
        known.retain(|network| network.fits(&base));
    }
    FoundNetworks { model, known }
}

impl Studio {
    /// The networks that fit the model, as far as they are known yet.
    #[must_use]
    pub fn networks(&self) -> &[KnownControl] {
        &self.networks.known
    }

    /// Has the networks for the model listed, where another one was chosen. Called once a frame.
    pub(super) fn follow_networks(&mut self) {
        if self.engine.is_none() || self.networks.model.as_ref() == Some(&self.recipe.model) {
            return;
        }
        let (model, settings) = (self.recipe.model.clone(), self.engine_settings.clone());
        self.networks.model = Some(model.clone());
        self.mailbox.spawn("list-networks", move || Message::Networks(Box::new(find_networks(model, &settings))));
    }

    pub(super) fn take_in_networks(&mut self, found: FoundNetworks) {
        if self.networks.model.as_ref() == Some(&found.model) {
            self.networks.known = found.known;
        }
    }

    /// The networks that follow hints of this kind.
    pub fn networks_for(&self, kind: HintKind) -> impl Iterator<Item = &KnownControl> {
        self.networks.known.iter().filter(move |network| network.kinds.contains(&kind))
    }

    /// The hint layer that tools work on.
    #[must_use]
    pub fn active_hint(&self) -> Option<&Layer> {
        self.document.layer(self.document.active()).filter(|layer| layer.hint_kind().is_some())
    }

    /// What the lines of the next hint layer are drawn with: the colour that the others use least.
    #[must_use]
    pub fn next_hint_tint(&self) -> [u8; 3] {
        let uses = |tint: &[u8; 3]| self.document.hints().filter(|layer| layer.props().tint == *tint).count();
        TINTS.into_iter().min_by_key(uses).unwrap_or(TINTS[0])
    }

    /// Puts an empty hint layer above all others.
    pub fn add_hint(&mut self, kind: HintKind) {
        let tint = self.next_hint_tint();
        let name = text_of_name("hint", kind.name());
        // People are placed on it and found for it, never painted.
        let objects = (kind == HintKind::Pose).then(|| poses::nobody(self.document.size()));
        self.edit(|document| Some(document.add_hint(kind.name(), name, tint, objects)));
    }

    /// Makes a hint of lines the active layer: the one that is, or the topmost. Whether there is one.
    pub fn choose_sketch(&mut self) -> bool {
        let draws_lines = |layer: &&Layer| kind_of(layer).is_some_and(HintKind::is_lines) && !layer.props().locked;
        if self.active_hint().filter(draws_lines).is_some() {
            return true;
        }
        let Some(id) = self.document.hints().filter(draws_lines).last().map(Layer::id) else { return false };
        self.choose_layer(id);
        true
    }

    /// Lines of hints are drawn in their own colour: what is in hand belongs to the picture.
    pub(super) fn ink_on_hint(&self, ink: Ink) -> Ink {
        match (ink, self.active_hint()) {
            (Ink::Color(_), Some(layer)) if kind_of(layer).is_some_and(HintKind::is_lines) => {
                Ink::Color(layer.props().tint)
            }
            _ => ink,
        }
    }

    /// What the network of this layer saw last; has it looked at anew where it has changed. Called once a frame for what
    /// is shown.
    pub fn look_at_hint(&mut self, id: LayerId, plan: &Plan, now: Instant) -> Option<SeenHint> {
        if self.seen_hints.picture != self.picture_number {
            self.seen_hints = SeenHints { picture: self.picture_number, ..SeenHints::default() };
        }
        let layer = self.document.layer(id)?;
        let revision = layer.pixels().map_or(0, TileGrid::latest_revision);
        let key = SeenKey { revision, rect: plan.seen(), size: plan.crop.model_size };
        let known = self.seen_hints.seen.get(&id).cloned();
        let is_old = known.as_ref().is_none_or(|known| known.key != key);
        let waited = self.seen_hints.last.is_none_or(|last| now.saturating_duration_since(last) >= PAUSE);
        if is_old && !self.seen_hints.under_way && (waited || !self.is_painting()) {
            (self.seen_hints.under_way, self.seen_hints.last) = (true, Some(now));
            let (picture, document, plan) = (self.picture_number, self.document.clone(), plan.clone());
            self.mailbox.spawn("look-at-hint", move || {
                let image = seen(&plan, &document, id).map(Arc::new);
                Message::HintSeen(Box::new(NowSeen { picture, layer: id, hint: SeenHint { key, image } }))
            });
        }
        known
    }

    pub(super) fn take_in_seen(&mut self, now: NowSeen) {
        self.seen_hints.under_way = false;
        if now.picture == self.seen_hints.picture {
            self.seen_hints.seen.retain(|id, _| self.document.layer(*id).is_some());
            self.seen_hints.seen.insert(now.layer, now.hint);
        }
    }
}
