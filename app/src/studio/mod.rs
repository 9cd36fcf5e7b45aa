//! The only place where document, engine and window meet: the open picture, the jobs in flight, their results.
//!
//! Everything slow (reading, writing, turning pictures into buffers, generating) happens on other threads, whose
//! [`Message`]s [`Studio::poll`] takes in once a frame. Nothing here draws.

mod background;
mod clipboard;
mod closing;
mod dropping;
pub mod engine_handle;
pub mod example;
mod extending;
mod files;
mod fill_like;
pub mod forecast;
mod generation;
pub mod hints;
mod mailbox;
pub mod making_hints;
mod marking;
mod masks;
mod model_size;
pub mod models;
pub mod notices;
mod parameters;
mod pictures;
pub mod plan;
mod poses;
mod remembered;
pub mod results;
pub mod safety;
mod saving;
mod stepping;
mod strokes;
mod subject;
mod tweaking;
mod tweaking_hints;
mod work;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, mpsc};

use brushfire_engine::{Area, DeviceChoice, EngineSettings, Event, Recipe};

pub use self::closing::{AfterQuestion, Question};
pub use self::dropping::DroppedFile;
pub use self::engine_handle::{EngineHandle, EngineStarter};
pub use self::files::TypedPath;
pub use self::generation::{Phase, Run, RunId};
pub use self::hints::{SeenHint, SeenKey};
pub use self::mailbox::{Mailbox, Message};
pub use self::marking::{ColorRange, SelectOptions, SelectionShape, WandOptions};
pub use self::masks::Masks;
pub use self::parameters::SeedChoice;
pub use self::pictures::PictureTab;
pub use self::poses::{PoseRead, PoseTrouble};
pub use self::subject::SubjectStroke;

use self::forecast::Forecast;
use self::models::ModelChoice;
use self::notices::Notices;
use self::pictures::Aside;
use self::plan::Plan;
use self::remembered::Remembered;
use self::results::Results;
use self::safety::Safety;
use crate::document::{CanvasSize, Composite, Document, Edit, History, LayerId, MaskLook, Pixel, PixelRect, TileGrid};
use crate::files::SystemClipboard;
use crate::language::{text_with, told, told_as_sentence};
use crate::paint::StrokeBuilder;

/// White paper.
const PAPER: [u8; 4] = [255; 4];

/// The state behind the window.
pub struct Studio {
    document: Document,
    /// The document flattened, where it was seen.
    composite: Composite,
    history: History<Recipe>,
    /// What the panels edit; undo covers it.
    pub recipe: Recipe,
    /// [`Self::recipe`] as the history last saw it.
    recipe_in_history: Recipe,
    pub seed_choice: SeedChoice,
    /// Whether changes of prompt, guidance and mask reach a run that goes on.
    pub tweaks_while_running: bool,
    pub notices: Notices,

    path: Option<PathBuf>,
    /// The recipe the opened file carried, for saving it again.
    recipe_of_file: Option<Recipe>,
    /// A file that gets the picture flattened, as the painter wants it.
    flattens_into: Option<PathBuf>,
    /// The document's revision that is in the file; `None` if it is in no file.
    saved_revision: Option<u64>,
    saves: saving::Saves,
    question: Option<Question>,
    after_save: Option<AfterQuestion>,
    leave: bool,
    dialog_open: bool,
    typed_path: Option<TypedPath>,
    /// Pictures open beside the one in front, in the order of their tabs.
    aside: Vec<Aside>,
    /// How many of them have their tabs before that of the one in front.
    front_place: usize,
    /// Pictures that wait until they can come to the front.
    arrivals: Vec<files::Replacement>,
    picture_number: u64,
    pictures_opened: u64,
    /// Those whose changes may be lost: the painter was asked.
    settled: Vec<u64>,
    stroke: Option<StrokeBuilder>,
    posing: Option<poses::Posing>,
    edits: background::Edits,
    work: work::Work,
    stepping: stepping::Stepping,
    /// What the stroke, or moving figures, has changed since the view last looked.
    stroke_dirty: Option<PixelRect>,
    mask_bounds: Remembered<Option<PixelRect>>,
    known_bounds: RefCell<masks::KnownBounds>,
    masks_before_stroke: RefCell<Masks>,
    /// What the painter wants the model to see, and of which picture.
    drawn_context: Option<(u64, PixelRect)>,
    uniform: Remembered<bool>,
    /// The mask as it was when a result was accepted: until it is touched again its tint steps back.
    resting_mask: Option<u64>,
    clipboard: Arc<Mutex<SystemClipboard>>,
    /// Where on the canvas the picture on the clipboard was.
    copied_from: Option<PixelRect>,
    safety: Safety,

    engine: Option<Box<dyn EngineHandle>>,
    engine_settings: EngineSettings,
    engine_starter: EngineStarter,
    engines_started: u64,
    device: Option<String>,
    engine_notice: Option<String>,
    models: Vec<ModelChoice>,
    model_sizes: model_size::ModelSizes,
    networks: hints::Networks,
    seen_hints: hints::SeenHints,
    hint_making: making_hints::HintMaking,
    run: Option<Run>,
    runs_started: u64,
    results: Results,
    forecast: Forecast,

    mailbox: Mailbox,
    messages: Receiver<Message>,
}

impl Studio {
    /// A studio with a blank canvas. `wake` is called from other threads whenever [`Self::poll`] has something to do.
    #[must_use]
    pub fn new(
        size: CanvasSize,
        settings: EngineSettings,
        starter: EngineStarter,
        wake: Arc<dyn Fn() + Send + Sync>,
    ) -> Self {
        let (sender, messages) = mpsc::channel();
        let recipe = Recipe { area: Area::Auto, ..Recipe::default() };
        let document = Document::blank(size, PAPER);
        let saved_revision = Some(pictures::revision_in(None, &document));
        Self {
            composite: Composite::new(size),
            document,
            history: History::new(History::<Recipe>::DEFAULT_BUDGET),
            recipe_in_history: recipe.clone(),
            recipe,
            seed_choice: SeedChoice::Random,
            notices: Notices::default(),
            path: None,
            recipe_of_file: None,
            flattens_into: None,
            saved_revision,
            saves: saving::Saves::default(),
            question: None,
            after_save: None,
            leave: false,
            dialog_open: false,
            typed_path: None,
            aside: vec![],
            arrivals: vec![],
            front_place: 0,
            picture_number: 0,
            pictures_opened: 0,
            settled: vec![],
            stroke: None,
            posing: None,
            edits: background::Edits::default(),
            work: work::Work::default(),
            stepping: stepping::Stepping::default(),
            stroke_dirty: None,
            mask_bounds: Remembered::default(),
            known_bounds: RefCell::default(),
            masks_before_stroke: RefCell::default(),
            drawn_context: None,
            uniform: Remembered::default(),
            resting_mask: None,
            clipboard: Arc::new(Mutex::new(SystemClipboard::new())),
            copied_from: None,
            safety: Safety::default(),
            engine: None,
            engine_settings: settings,
            engine_starter: starter,
            engines_started: 0,
            device: None,
            engine_notice: None,
            models: vec![],
            model_sizes: model_size::ModelSizes::default(),
            networks: hints::Networks::default(),
            seen_hints: hints::SeenHints::default(),
            hint_making: making_hints::HintMaking::default(),
            run: None,
            runs_started: 0,
            tweaks_while_running: false,
            results: Results::default(),
            forecast: Forecast::default(),
            mailbox: Mailbox::new(sender, wake),
            messages,
        }
    }

    /// Where other threads, and tests in the engine's place, leave their messages.
    #[must_use]
    pub fn mailbox(&self) -> Mailbox {
        self.mailbox.for_engine(self.engines_started)
    }

    /// Starts the engine and lists the models. Called after the first frame, so that the window is there at once.
    pub fn start_engine(&mut self) {
        let settings = self.engine_settings.clone();
        self.mailbox.spawn("list-models", move || Message::Models(models::list_models(&settings)));
        self.engines_started += 1;
        match (self.engine_starter)(self.engine_settings.clone(), self.mailbox()) {
            Ok(engine) => self.engine = Some(engine),
            Err(error) => self.notices.failed(&error),
        }
    }

    /// Lets another engine, on another device, take the place of this one. A run is cancelled.
    pub fn change_device(&mut self, choice: DeviceChoice) {
        self.abandon_run();
        self.cancel_hint();
        self.engine_settings.device = choice;
        self.device = None;
        self.engine_notice = None;
        if let Some(engine) = self.engine.take() {
            // An engine waits for its work to end when it is dropped.
            self.mailbox.spawn("stop-engine", move || {
                drop(engine);
                None
            });
        }
        self.start_engine();
    }

    /// The device that was asked for.
    #[must_use]
    pub fn device_choice(&self) -> DeviceChoice {
        self.engine_settings.device
    }

    /// Takes in what other threads have done since the last frame.
    pub fn poll(&mut self) {
        while let Ok(message) = self.messages.try_recv() {
            self.take_in(message);
        }
        self.history.tidy();
        self.aside.iter_mut().for_each(pictures::Aside::tidy);
        self.work.tidy();
        self.ask_model_size();
        self.step_on();
        self.start_edits();
        self.start_next_save();
        self.follow_networks();
        self.take_in_arrivals();
    }

    fn take_in(&mut self, message: Message) {
        match message {
            Message::Engine { number, event } if number == self.engines_started => self.take_in_event(event),
            Message::Engine { .. } => {}
            Message::Answered(purpose, answer) => self.take_in_answer(purpose, answer),
            Message::Opened(picture) => self.arrive(*picture),
            Message::Found(found) => self.take_in_found(*found),
            Message::StepRead(read) => self.take_in_step_read(*read),
            Message::Edited(made) => self.take_in_edited(*made),
            Message::Copied(rect) => self.take_in_copied(rect),
            Message::Pasted(picture) => self.take_in_pasted(picture),
            Message::Saved(made) => self.take_in_saved(*made),
            Message::PoseRead(read) => self.take_in_pose_read(*read),
            Message::ForLayer(picture) => self.take_in_for_layer(*picture),
            Message::Prepared { run, job, mask } => self.take_in_prepared(run, *job, mask),
            Message::ModelSize(model, size) => self.take_in_model_size(model, size),
            Message::NextMask(next) => self.take_in_next_mask(*next),
            Message::NextHints(next) => self.take_in_next_hints(*next),
            Message::Finished { run, pictures } => self.take_in_finished(run, pictures),
            Message::Kept(kept) => self.take_in_kept(*kept),
            Message::Models(models) => self.models = models,
            Message::Networks(found) => self.take_in_networks(*found),
            Message::HintSeen(seen) => self.take_in_seen(*seen),
            Message::HintPrepared(prepared) => self.take_in_prepared_hint(*prepared),
            Message::Example(example) => self.take_in_example(example.map(|example| *example)),
            Message::Failed(error) => self.notices.failed(&*error),
            Message::JournalTrouble(trouble) => self.notices.failed_as(told_as_sentence(&trouble), &trouble),
            Message::NoThread { name, error } => {
                let values = [("name", name.into()), ("why", told(&error).into())];
                self.notices.failed_as(text_with("no-thread", &values), &error);
            }
            Message::Done(sentence) => self.notices.confirm(sentence),
        }
    }

    fn take_in_event(&mut self, event: Event) {
        match event {
            Event::DeviceReady { name, .. } => {
                if self.device.as_ref() != Some(&name) {
                    self.forecast.forget();
                }
                self.device = Some(name);
            }
            Event::Notice { notice } => {
                let words = told(&notice);
                self.engine_notice = Some(words.clone());
                self.notices.say(words);
            }
            event => {
                if let Some(event) = self.take_in_hint_event(event) {
                    self.take_in_run_event(event);
                }
            }
        }
    }

    // The picture.

    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The document flattened, as of the last [`Studio::update_picture`].
    #[must_use]
    pub fn picture(&self) -> &TileGrid<Pixel> {
        self.composite.picture()
    }

    /// Flattens what has changed and can be seen. `changed`: all that has changed since the last call, where known.
    pub fn update_picture(&mut self, visible: PixelRect, changed: Option<PixelRect>) {
        self.composite.update(&self.document, visible, changed);
    }

    /// Changes the document by one of its operations and remembers that. Not while a stroke is drawn.
    pub fn edit(&mut self, operation: impl FnOnce(&mut Document) -> Option<Edit>) {
        if self.is_painting() {
            return;
        }
        if let Some(edit) = operation(&mut self.document) {
            self.remember(edit);
        }
    }

    /// Chooses the layer that tools work on, which is no edit of the painter's. Not while a stroke is drawn.
    pub fn choose_layer(&mut self, id: LayerId) {
        if !self.is_painting() {
            self.document.set_active(id);
        }
    }

    /// Draws the mask as it was drawn the last time, which is no edit of the painter's.
    pub fn set_mask_look(&mut self, look: MaskLook) {
        self.document.set_mask_look(look);
    }

    /// Gives a blank canvas another size; undo gives it back. A picture keeps its size.
    pub fn resize_blank_canvas(&mut self, [width, height]: [u32; 2]) {
        if !self.is_blank() {
            return;
        }
        match CanvasSize::new(width, height) {
            Ok(size) if size != self.document.size() => {
                self.results.show(None);
                self.edit(|document| Some(document.replace_with(Document::blank(size, PAPER), "Resize the canvas")));
            }
            Ok(_) => {}
            Err(error) => self.notices.failed(&error),
        }
    }

    /// Where the mask is not empty; as it was before the stroke while one is drawn.
    #[must_use]
    pub fn mask_bounds(&self) -> Option<PixelRect> {
        let known = if self.is_painting() { self.mask_bounds.last() } else { None };
        known.unwrap_or_else(|| {
            let mask = self.document.mask();
            self.mask_bounds.get(mask.latest_revision(), || self.known_bounds.borrow_mut().of_values(mask))
        })
    }

    /// Whether the mask has done its work: its result was accepted and it has not been touched since.
    #[must_use]
    pub fn is_mask_resting(&self) -> bool {
        self.resting_mask == Some(self.document.mask().latest_revision())
    }

    #[must_use]
    pub fn history(&self) -> &History<Recipe> {
        &self.history
    }

    /// Whether the whole picture has one colour, so that there is nothing to start from.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        let known = if self.is_painting() { self.uniform.last() } else { None };
        known.unwrap_or_else(|| self.uniform.get(self.document.picture_revision(), || self.document.is_uniform()))
    }

    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The file's name, or what stands for it.
    #[must_use]
    pub fn title(&self) -> String {
        pictures::title_of(self.path.as_deref())
    }

    // The engine.

    /// Chooses a model at the start, which is no edit of the painter's.
    pub fn set_model(&mut self, model: String) {
        self.recipe.model = model;
        self.follow_model();
        self.recipe_in_history = self.recipe.clone();
    }

    /// The device's name, once the engine has chosen it.
    #[must_use]
    pub fn device(&self) -> Option<&str> {
        self.device.as_deref()
    }

    /// The last thing the engine said besides its work, for instance why another device was not taken.
    #[must_use]
    pub fn engine_notice(&self) -> Option<&str> {
        self.engine_notice.as_deref()
    }

    #[must_use]
    pub fn models(&self) -> &[ModelChoice] {
        &self.models
    }

    /// What pressing the button would do now.
    #[must_use]
    pub fn plan(&self) -> Plan {
        self.plan_of(&self.recipe)
    }

    fn plan_of(&self, recipe: &Recipe) -> Plan {
        let plan = Plan::new(self.document.size(), &self.masks(), self.is_blank(), recipe, self.model_size());
        plan.with_controls(hints::controls_of(&self.document))
    }

    #[must_use]
    pub fn forecast(&self) -> &Forecast {
        &self.forecast
    }

    #[must_use]
    pub fn run(&self) -> Option<&Run> {
        self.run.as_ref()
    }
}
