//! The gestures, small, to be taken.

use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;

use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Color32, ColorImage, Context, FontId, Rect, Response, Role, ScrollArea, Sense, TextureHandle, TextureOptions, Ui,
    WidgetInfo, pos2, vec2,
};

use super::preview::shaded_image;
use crate::assets;
use crate::hand::{Gesture, GesturesError, HandStamp, read_gestures};
use crate::language::{text, text_of_name, text_with};
use crate::panels::controls::{paint_cell_frame, paint_cell_ground};

/// Least width of a gesture, in points: most names fit.
const CELL_WIDTH: f32 = 70.0;
const CELL_HEIGHT: f32 = 82.0;
const CAPTION_HEIGHT: f32 = 18.0;
const GAP: f32 = 4.0;
/// Side of a thumbnail, in its own pixels.
const SIDE: u32 = 144;

#[derive(Default)]
pub(super) struct Gallery {
    gestures: Vec<Gesture>,
    thumbnails: Vec<TextureHandle>,
    state: State,
}

#[derive(Default)]
enum State {
    #[default]
    Unread,
    Reading(Receiver<Read>),
    Ready,
}

/// What the thread brings, one after the other.
enum Read {
    Gestures(Vec<Gesture>),
    Thumbnail(ColorImage),
    Failed(GesturesError),
}

impl Gallery {
    /// Reads and draws the gestures on a thread, once; returns what went wrong.
    pub(super) fn load(&mut self, ctx: &Context) -> Option<GesturesError> {
        if matches!(self.state, State::Unread) {
            self.state = start(ctx).map_or(State::Ready, State::Reading);
        }
        let State::Reading(receiver) = &self.state else { return None };
        loop {
            match receiver.try_recv() {
                Ok(Read::Gestures(gestures)) => self.gestures = gestures,
                Ok(Read::Thumbnail(image)) => {
                    self.thumbnails.push(ctx.load_texture("gesture", image, TextureOptions::LINEAR));
                }
                Ok(Read::Failed(problem)) => {
                    self.state = State::Ready;
                    return Some(problem);
                }
                Err(TryRecvError::Empty) => return None,
                Err(TryRecvError::Disconnected) => {
                    self.state = State::Ready;
                    return None;
                }
            }
        }
    }

    /// As high as `height`; returns the gesture that is taken.
    pub(super) fn show(&self, ui: &mut Ui, height: f32, taken: Option<&str>) -> Option<&Gesture> {
        let mut clicked = None;
        ScrollArea::vertical().id_salt("gestures").max_height(height).auto_shrink([false, false]).show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(GAP, GAP);
            // Beside the bar that scrolls.
            let whole = ui.available_width() - GAP * 2.0;
            let columns = ((whole + GAP) / (CELL_WIDTH + GAP)).max(1.0) as usize;
            let width = (whole + GAP) / columns as f32 - GAP;
            for (row, gestures) in self.gestures.chunks(columns).enumerate() {
                ui.horizontal(|ui| {
                    for (column, gesture) in gestures.iter().enumerate() {
                        let picture = self.thumbnails.get(row * columns + column);
                        let is_taken = taken == Some(gesture.name.as_str());
                        if cell(ui, gesture, picture, width, is_taken).clicked() {
                            clicked = Some(gesture);
                        }
                    }
                });
            }
        });
        clicked
    }
}

/// One gesture: a picture of it and its name.
fn cell(ui: &mut Ui, gesture: &Gesture, picture: Option<&TextureHandle>, width: f32, is_taken: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(width, CELL_HEIGHT), Sense::click());
    let name = text_of_name("gesture", &gesture.name);
    let label = text_with("hands-take", &[("name", name.as_str().into())]);
    response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), is_taken, &label));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    paint_cell_ground(ui, rect, is_taken);
    if let Some(picture) = picture {
        let side = (CELL_HEIGHT - CAPTION_HEIGHT - 4.0).min(width - 4.0);
        let at = Rect::from_center_size(pos2(rect.center().x, rect.top() + 3.0 + side / 2.0), vec2(side, side));
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        ui.painter().image(picture.id(), at, whole, Color32::WHITE);
    }
    let color = if is_taken { ui.visuals().strong_text_color() } else { ui.visuals().text_color() };
    let at = pos2(rect.center().x, rect.bottom() - CAPTION_HEIGHT / 2.0);
    let mut job = LayoutJob::simple_singleline(name.clone(), FontId::proportional(12.0), color);
    job.wrap = TextWrapping::truncate_at_width(width - 8.0);
    let words = ui.painter().layout_job(job);
    ui.painter().galley(at - words.size() / 2.0, words, color);
    paint_cell_frame(ui, rect, &response, is_taken);
    response.on_hover_text(name)
}

fn start(ctx: &Context) -> Option<Receiver<Read>> {
    let (sender, receiver) = channel();
    let ctx = ctx.clone();
    let read = move || {
        let gestures = match read_gestures(&assets::hands_folder().join("gestures.json")) {
            Ok(gestures) => gestures,
            Err(error) => {
                drop(sender.send(Read::Failed(error)));
                ctx.request_repaint();
                return;
            }
        };
        if sender.send(Read::Gestures(gestures.clone())).is_err() {
            return;
        }
        for gesture in &gestures {
            let picture = shaded_image(&HandStamp::default().with_gesture(gesture), SIDE);
            if sender.send(Read::Thumbnail(picture)).is_err() {
                return;
            }
            ctx.request_repaint();
        }
    };
    match thread::Builder::new().name("gestures".to_owned()).spawn(read) {
        Ok(_) => Some(receiver),
        Err(error) => {
            log::warn!("{}: {error}", text("panel-hands"));
            None
        }
    }
}
