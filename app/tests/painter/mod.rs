//! A painter for tests: drives the window by names, keys and pointer, with a stand-in for the engine.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use brushfire::assets;
use brushfire::commands::Menu;
use brushfire::document::Document;
use brushfire::files::Settings;
use brushfire::language::{Language, LanguageChoice};
use brushfire::studio::{EngineHandle, EngineStarter, Mailbox};
use brushfire::window::Window;
use brushfire_engine::{DeviceChoice, Event, HintJob, Job, JobId, Latents, Picture, Tweak};
use eframe::App as _;
use egui::{Key, Modifiers, PointerButton, Pos2, RawInput, Role, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use image::{DynamicImage, Rgb, RgbImage};

/// Keeps the jobs it is given and the numbers of those that are cancelled.
#[derive(Clone, Default)]
pub struct StandIn {
    pub jobs: Arc<Mutex<Vec<Job>>>,
    pub cancelled: Arc<Mutex<Vec<JobId>>>,
    pub tweaks: Arc<Mutex<Vec<Tweak>>>,
    pub hints: Arc<Mutex<Vec<HintJob>>>,
    next: Arc<AtomicU64>,
}

impl EngineHandle for StandIn {
    fn submit(&self, job: Job) -> JobId {
        self.jobs.lock().unwrap().push(job);
        JobId(self.next.fetch_add(1, Ordering::SeqCst))
    }

    fn cancel(&self, job: JobId) {
        self.cancelled.lock().unwrap().push(job);
    }

    fn make_hint(&self, job: HintJob) -> JobId {
        self.hints.lock().unwrap().push(job);
        JobId(self.next.fetch_add(1, Ordering::SeqCst))
    }

    fn tweak(&self, _: JobId, tweak: Tweak) {
        self.tweaks.lock().unwrap().push(tweak);
    }
}

/// The window and the painter at it.
pub struct Desk {
    pub harness: Harness<'static, Window>,
    pub engine: StandIn,
}

impl Desk {
    /// A window whose engine is there, with a blank canvas of 256 x 256.
    pub fn new() -> Self {
        let engine = StandIn::default();
        let stand_in = engine.clone();
        let harness =
            Harness::builder().with_size(vec2(1440.0, 900.0)).with_max_steps(64).build_eframe(move |creation| {
                let start: EngineStarter =
                    Box::new(move |_, _: Mailbox| Ok(Box::new(stand_in.clone()) as Box<dyn EngineHandle>));
                let settings = (assets::engine_settings(DeviceChoice::Cpu), start);
                let mut remembered = Settings::default();
                remembered.language = LanguageChoice::Of(Language::English);
                Window::new(&creation.egui_ctx, settings, remembered).unwrap()
            });
        let mut desk = Self { harness, engine };
        desk.wait_for(|window| window.desk.studio.can_generate());
        desk
    }

    /// As [`Self::new`], with a picture of 64 x 48 in place.
    pub fn with_picture() -> Self {
        let mut desk = Self::new();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scene.png");
        DynamicImage::ImageRgb8(scene()).save(&path).unwrap();
        desk.window_mut().desk.studio.open_path(&path);
        desk.wait_for(|window| window.desk.studio.document().size().width() == 64);
        desk
    }

    pub fn window(&self) -> &Window {
        self.harness.state()
    }

    pub fn window_mut(&mut self) -> &mut Window {
        self.harness.state_mut()
    }

    pub fn document(&self) -> &Document {
        self.window().desk.studio.document()
    }

    /// Frames until nothing moves any more and edits on other threads are made.
    pub fn settle(&mut self) {
        self.harness.run_steps(4);
        while self.window().desk.studio.is_editing() {
            std::thread::sleep(Duration::from_millis(1));
            self.harness.step();
        }
        self.harness.run_ok();
    }

    /// Frames until other threads have done their part.
    pub fn wait_for(&mut self, is_done: impl Fn(&Window) -> bool) {
        let give_up = Instant::now() + Duration::from_secs(30);
        while !is_done(self.window()) {
            assert!(Instant::now() < give_up, "waited in vain");
            std::thread::sleep(Duration::from_millis(2));
            self.harness.step();
        }
        self.settle();
    }

    pub fn click(&mut self, name: &str) {
        self.harness.get_by_role_and_label(Role::Button, name).click();
        self.settle();
    }

    pub fn open_menu(&mut self, menu: Menu) {
        self.harness.get_all_by_role_and_label(Role::Button, &menu.label()).next().unwrap().click();
        self.settle();
    }

    pub fn click_in_menu(&mut self, menu: Menu, entry: &str) {
        self.open_menu(menu);
        // The menu lies over the window, so its entry is the last of that name.
        self.harness.get_all_by_role_and_label(Role::Button, entry).last().unwrap().click();
        self.settle();
    }

    pub fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.settle();
    }

    pub fn on_screen(&self, x: f32, y: f32) -> Pos2 {
        self.window().desk.view.camera().screen_from_canvas(pos2(x, y))
    }

    /// A stroke with the left button, every movement in one frame.
    pub fn stroke(&mut self, points: &[(f32, f32)]) {
        let points: Vec<Pos2> = points.iter().map(|(x, y)| self.on_screen(*x, *y)).collect();
        self.harness.event(egui::Event::PointerMoved(points[0]));
        self.harness.step();
        self.harness.event(press_at(points[0], true));
        for point in &points {
            self.harness.event(egui::Event::PointerMoved(*point));
        }
        self.harness.step();
        self.harness.event(press_at(points[points.len() - 1], false));
        self.settle();
    }

    /// The events of a stroke with the left button.
    pub fn drag(&self, points: &[(f32, f32)]) -> Vec<egui::Event> {
        let points: Vec<Pos2> = points.iter().map(|(x, y)| self.on_screen(*x, *y)).collect();
        let (first, last) = (points[0], points[points.len() - 1]);
        let mut events = vec![egui::Event::PointerMoved(first), press_at(first, true)];
        events.extend(points.into_iter().map(egui::Event::PointerMoved));
        events.push(press_at(last, false));
        events
    }

    /// Gives the window events that have come while it was busy, as the system does.
    pub fn all_at_once(&mut self, events: Vec<egui::Event>) {
        let mut input = RawInput { events, ..RawInput::default() };
        // At least a frame an event, should each need its own.
        for _ in 0..=input.events.len() {
            let ctx = self.harness.ctx.clone();
            self.window_mut().raw_input_hook(&ctx, &mut input);
            self.harness.input_mut().events.append(&mut input.events);
            self.harness.step();
        }
        self.settle();
    }

    pub fn mask_at(&self, x: u32, y: u32) -> u16 {
        self.document().mask().pixel(x, y)
    }

    pub fn send(&mut self, event: Event) {
        self.window().desk.studio.mailbox().send_event(event);
        self.settle();
    }

    /// Presses Generate and returns the job the engine got.
    pub fn generate(&mut self) -> Job {
        let before = self.engine.jobs.lock().unwrap().len();
        // The menu has the same name and stands before it.
        self.harness.get_all_by_role_and_label(Role::Button, "Generate").last().unwrap().click();
        self.settle();
        let jobs = Arc::clone(&self.engine.jobs);
        self.wait_for(|_| jobs.lock().unwrap().len() > before);
        let jobs = self.engine.jobs.lock().unwrap();
        jobs.last().unwrap().clone()
    }

    pub fn last_job(&self) -> JobId {
        JobId(self.engine.next.load(Ordering::SeqCst) - 1)
    }

    /// Lets the engine answer the last job with a picture of one colour.
    pub fn finish(&mut self, colour: [u8; 3]) {
        let job = self.last_job();
        let recipe = self.engine.jobs.lock().unwrap().last().unwrap().recipe.clone();
        let image = RgbImage::from_pixel(recipe.width, recipe.height, Rgb(colour));
        let pictures = vec![Picture { image, recipe }];
        self.send(Event::Finished { job, pictures, latents: Latents::default(), seconds: 1.0 });
        self.wait_for(|window| window.desk.studio.run().is_none());
    }
}

/// The left button going down or up.
pub fn press_at(pos: Pos2, pressed: bool) -> egui::Event {
    egui::Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE }
}

/// A key going down.
pub fn key_press(key: Key, modifiers: Modifiers) -> egui::Event {
    egui::Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
}

/// The picture of [`Desk::with_picture`].
pub fn scene() -> RgbImage {
    RgbImage::from_fn(64, 48, |x, y| Rgb([x as u8 * 4, y as u8 * 5, 90]))
}
