//! The window: eframe's entry, and what a frame consists of.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use brushfire_engine::{DeviceChoice, EngineSettings};
use eframe::wgpu::DeviceType;
use eframe::{App, CreationContext, Frame, NativeOptions};
use egui::{
    Align2, Color32, Context, Event, FontId, InputState, RawInput, Theme, Ui, ViewportBuilder, ViewportCommand,
};

use crate::assets;
use crate::desk::Desk;
use crate::document::CanvasSize;
use crate::event_order::EventQueue;
use crate::files::Settings;
use crate::language::{self, told};
use crate::settings_keeper::{self, SettingsKeeper};
use crate::studio::models::comfortable_side;
use crate::studio::{DroppedFile, EngineStarter, Studio, engine_handle};
use crate::text_clipboard::TextClipboard;
use crate::{icons, panels, theme};

/// What the command line says about the window.
#[derive(Clone, Debug, Default)]
pub struct WindowOptions {
    /// The picture to open; with none, the example.
    pub pictures: Vec<PathBuf>,
    pub device: DeviceChoice,
    /// As in a recipe.
    pub model: Option<String>,
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// When no window can be opened, for instance because there is no display.
pub fn run(options: WindowOptions) -> anyhow::Result<()> {
    let started = Instant::now();
    let (settings, notice) = Settings::load();
    let mut viewport = ViewportBuilder::default()
        .with_title("Brushfire")
        .with_app_id("brushfire")
        .with_inner_size([settings.window.width, settings.window.height])
        .with_min_inner_size([960.0, 640.0]);
    if settings.window.maximized {
        viewport = viewport.with_maximized(true);
    }
    if let Some(icon) = icons::of_window() {
        viewport = viewport.with_icon(icon);
    }
    // Copy, cut and paste are ours (see `text_clipboard`).
    let native = NativeOptions { viewport, clipboard_shortcuts: false, ..NativeOptions::default() };
    let create = move |creation: &CreationContext<'_>| {
        let device = if options.device == DeviceChoice::Auto { settings.device } else { options.device };
        let engine = (assets::engine_settings(device), engine_handle::real_engine());
        let mut window = Window::new(&creation.egui_ctx, engine, settings)?;
        window.started = Some(started);
        window.keeper = Some(SettingsKeeper::new(window.settings.clone()));
        window.desk.view.listen_to_tablets();
        if let Some(folder) = assets::journals_folder() {
            window.desk.studio.keep_journals_in(folder);
        }
        window.open_first(&options);
        if let Some(notice) = notice {
            window.desk.studio.notices.say(told(&notice));
        }
        Ok(Box::new(window) as Box<dyn App>)
    };
    eframe::run_native("Brushfire", native, Box::new(create))
        .map_err(|error| anyhow!(error.to_string()))
        .context("The window cannot be opened. Without a display, `brushfire generate` works on its own")
}

/// The program as eframe sees it.
pub struct Window {
    pub desk: Desk,
    settings: Settings,
    events: EventQueue,
    clipboard: TextClipboard,
    frames: u64,
    fills_screen: bool,
    /// When the program began, until the first frame is there.
    started: Option<Instant>,
    /// Writes the settings while the program runs.
    keeper: Option<SettingsKeeper>,
}

impl Window {
    /// A window with a blank canvas; the engine starts after the first frame.
    ///
    /// # Errors
    /// When no canvas can be made.
    pub fn new(ctx: &Context, engine: (EngineSettings, EngineStarter), settings: Settings) -> anyhow::Result<Self> {
        language::use_language(settings.language.language());
        theme::install(ctx);
        icons::install(ctx);
        // Ctrl and plus zoom the picture, not the walls.
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        let wake = ctx.clone();
        let side = comfortable_side(&settings.model);
        let mut studio =
            Studio::new(CanvasSize::new(side, side)?, engine.0, engine.1, Arc::new(move || wake.request_repaint()));
        studio.set_model(settings.model.clone());
        let mut desk = Desk::new(studio);
        desk.take_settings(&settings);
        Ok(Self {
            desk,
            settings,
            events: EventQueue::default(),
            clipboard: TextClipboard::default(),
            frames: 0,
            fills_screen: false,
            started: None,
            keeper: None,
        })
    }

    /// Opens what the command line names, or the example.
    fn open_first(&mut self, options: &WindowOptions) {
        let studio = &mut self.desk.studio;
        if let Some(model) = &options.model {
            studio.set_model(model.clone());
        }
        match options.pictures.first() {
            None if !self.settings.recent_files.is_empty() => self.desk.start_card = true,
            None => studio.open_example(assets::assets_folder().join("example")),
            Some(_) => options.pictures.iter().for_each(|picture| studio.open_path(picture)),
        }
    }

    /// The frame before this one was the first: the window is there, now the engine may take its time.
    fn after_first_frame(&mut self) {
        if let Some(started) = self.started.take()
            && std::env::var_os("BRUSHFIRE_TRACE_STARTUP").is_some()
        {
            log::info!("first frame after {} ms", started.elapsed().as_millis());
        }
        self.desk.studio.start_engine();
    }

    fn take_dropped(&mut self, ctx: &Context) {
        let (dropped, opens) = ctx.input(|input| (input.raw.dropped_files.clone(), input.modifiers.command));
        let dropped = dropped
            .into_iter()
            .map(|file| DroppedFile { path: file.path().to_owned(), bytes: Box::new(move || file.bytes()) });
        self.desk.studio.take_dropped(dropped.collect(), opens);
    }

    /// Closes when nothing would be lost; asks first otherwise.
    fn close_if_asked(&mut self, ctx: &Context) {
        if ctx.input(|input| input.viewport().close_requested()) && !self.desk.studio.may_leave() {
            self.desk.studio.quit();
            if !self.desk.studio.may_leave() {
                ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            }
        } else if self.desk.studio.may_leave() {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
    }

    /// Puts the open picture's file first among the recent ones.
    fn remember_file(&mut self) {
        let Some(path) = self.desk.studio.path() else { return };
        if self.settings.recent_files.first().is_none_or(|first| first != path) {
            self.settings.remember_file(path);
            self.desk.recent_files.clone_from(&self.settings.recent_files);
        }
    }

    /// Fills the screen, or leaves it again.
    fn fill_screen(&mut self, ctx: &Context) {
        if self.fills_screen != self.desk.fullscreen {
            self.fills_screen = self.desk.fullscreen;
            ctx.send_viewport_cmd(ViewportCommand::Fullscreen(self.fills_screen));
        }
    }

    fn keep_settings(&mut self) {
        let now = Instant::now();
        if let Some(keeper) = self.keeper.as_mut().filter(|keeper| keeper.is_due(now)) {
            self.desk.give_settings(&mut self.settings);
            keeper.keep(now, &self.settings);
        }
    }

    fn remember_window(&mut self, ctx: &Context) {
        ctx.input(|input| {
            let viewport = input.viewport();
            let maximized = viewport.maximized.unwrap_or(false);
            self.settings.window.maximized = maximized;
            if let Some(inner) = viewport.inner_rect.filter(|_| !maximized) {
                self.settings.window.width = inner.width() * self.desk.scale;
                self.settings.window.height = inner.height() * self.desk.scale;
            }
        });
    }
}

impl App for Window {
    fn ui(&mut self, ui: &mut Ui, frame: &mut Frame) {
        let ctx = ui.ctx().clone();
        self.frames += 1;
        match self.frames {
            // The first frame is on the screen when the second begins.
            1 => ctx.request_repaint(),
            2 => self.after_first_frame(),
            _ => {}
        }
        language::use_language(self.desk.language.language());
        ctx.set_zoom_factor(self.desk.scale);
        ctx.set_theme(if self.desk.dark { Theme::Dark } else { Theme::Light });
        if let Some(state) = frame.wgpu_render_state() {
            let is_software = state.adapter.get_info().device_type == DeviceType::Cpu;
            self.desk.view.set_surface(state.target_format, is_software);
        }
        self.take_dropped(&ctx);
        self.desk.tick(&ctx);
        panels::show(ui, &mut self.desk);
        show_drop_hint(&ctx, &self.desk.studio);
        self.clipboard.after_frame(&ctx);
        self.fill_screen(&ctx);
        self.remember_window(&ctx);
        self.remember_file();
        self.close_if_asked(&ctx);
        self.keep_settings();
        if ctx.input(has_done_something) || !self.events.is_empty() {
            // What a key or button has changed may have been drawn already in this frame.
            ctx.request_repaint();
            ctx.request_repaint_after(settings_keeper::PAUSE + Duration::from_millis(100));
        }
    }

    fn raw_input_hook(&mut self, ctx: &Context, raw_input: &mut RawInput) {
        self.events.before_frame(raw_input, &self.desk.keymap);
        self.clipboard.before_frame(ctx, raw_input);
    }

    fn on_exit(&mut self) {
        if self.desk.studio.may_leave() {
            self.desk.studio.close();
        }
        if let Some(keeper) = self.keeper.take() {
            keeper.finish();
        }
        self.desk.give_settings(&mut self.settings);
        if let Err(error) = self.settings.save() {
            log::warn!("{error}");
        }
    }
}

/// Whether there was more than movement.
fn has_done_something(input: &InputState) -> bool {
    input
        .events
        .iter()
        .any(|event| !matches!(event, Event::PointerMoved(_) | Event::MouseMoved(_) | Event::Touch { .. }))
}

/// While files hang over the window: what letting go would do.
fn show_drop_hint(ctx: &Context, studio: &Studio) {
    if ctx.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let opens = studio.is_untouched() || ctx.input(|input| input.modifiers.command);
    let painter = ctx.layer_painter(egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop")));
    let rect = ctx.content_rect();
    painter.rect_filled(rect, 0.0, Color32::from_black_alpha(160));
    painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        language::text(if opens { "drop-to-open" } else { "drop-to-add" }),
        FontId::proportional(24.0),
        Color32::WHITE,
    );
}
