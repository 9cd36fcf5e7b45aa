//! The hand, large, to be turned like a ball.

use std::time::{Duration, Instant};

use egui::{
    Color32, ColorImage, CursorIcon, Event, Key, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2,
    vec2,
};

use crate::canvas::{LivePicture, color_image};
use crate::hand::{Detail, Hand, HandStamp, HandView, Rotation, Surface, shaded, vec3};
use crate::language::{text, tooltip};
use crate::theme::ACCENT;

/// Side of the picture while it changes and when it has come to rest, in pixels.
const COARSE: u32 = 160;
const FINE: u32 = 464;
const REST: Duration = Duration::from_millis(200);
/// What an arrow key turns by, in degrees.
const KEY_STEP: f32 = 5.0;
/// Centimetres that are seen from edge to edge.
const SEEN: f32 = 23.5;

#[derive(Clone, Copy, PartialEq)]
struct Wish {
    hand: Hand,
    rotation: Rotation,
    side: u32,
}

pub(super) struct Preview {
    picture: LivePicture<Wish>,
    /// What was seen last, and since when.
    last: Option<(Hand, Rotation, Instant)>,
}

impl Default for Preview {
    fn default() -> Self {
        Self { picture: LivePicture::new("hand preview", draw_wish), last: None }
    }
}

impl Preview {
    /// In a square of this side.
    pub(super) fn show(&mut self, ui: &mut Ui, side: f32, stamp: &mut HandStamp) {
        let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Slider, ui.is_enabled(), text("hands-preview")));
        let response = response.on_hover_text(tooltip("hands-preview")).on_hover_cursor(CursorIcon::Grab);
        let radians_per_point = std::f32::consts::PI / side;
        if response.dragged() {
            let by = response.drag_delta() * radians_per_point;
            let about_view = ui.input(|input| input.modifiers.shift);
            let turn = if about_view {
                let from_middle = |pos: egui::Pos2| (pos - rect.center()).angle();
                let here = response.interact_pointer_pos().unwrap_or(rect.center());
                let angle = from_middle(here) - from_middle(here - response.drag_delta());
                Rotation::about(vec3(0.0, 0.0, 1.0), -angle)
            } else {
                Rotation::about(vec3(by.y, by.x, 0.0), by.length())
            };
            stamp.rotation = stamp.rotation.then(turn);
        }
        if response.has_focus() {
            let by = arrow_keys(ui) * KEY_STEP.to_radians();
            if by != Vec2::ZERO {
                stamp.rotation = stamp.rotation.then(Rotation::about(vec3(by.y, by.x, 0.0), by.length()));
            }
        }
        self.update(ui, stamp);
        self.paint(ui, rect, response.has_focus());
    }

    fn update(&mut self, ui: &Ui, stamp: &HandStamp) {
        let is_same = |last: &(Hand, Rotation, Instant)| last.0 == stamp.hand && last.1 == stamp.rotation;
        let last = match self.last.filter(is_same) {
            Some(last) => last,
            None => *self.last.insert((stamp.hand, stamp.rotation, Instant::now())),
        };
        let rests = last.2.elapsed() >= REST;
        if !rests {
            ui.ctx().request_repaint_after(REST);
        }
        let side = if rests { FINE } else { COARSE };
        self.picture.update(ui.ctx(), Wish { hand: stamp.hand, rotation: stamp.rotation, side });
    }

    fn paint(&self, ui: &Ui, rect: Rect, has_focus: bool) {
        let visuals = ui.visuals();
        ui.painter().rect_filled(rect, 6.0, visuals.extreme_bg_color);
        if let Some((_, texture)) = self.picture.shown() {
            let square = Rect::from_center_size(rect.center(), Vec2::splat(rect.height() - 4.0));
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            ui.painter().image(texture.id(), square, whole, Color32::WHITE);
        }
        if has_focus {
            ui.painter().rect_stroke(rect, 6.0, Stroke::new(2.0, ACCENT), StrokeKind::Inside);
        }
    }
}

/// The hand as a model of clay in a square of so many pixels.
pub(super) fn shaded_image(stamp: &HandStamp, side: u32) -> ColorImage {
    draw(&stamp.hand, stamp.rotation, side)
}

fn draw_wish(wish: &Wish) -> ColorImage {
    draw(&wish.hand, wish.rotation, wish.side)
}

fn draw(hand: &Hand, rotation: Rotation, side: u32) -> ColorImage {
    let middle = side as f32 / 2.0;
    let view = HandView { rotation, center: [middle, middle], pixels_per_cm: side as f32 / SEEN };
    let surface = Surface::new(hand, &view, [side as usize; 2], Detail::Light);
    color_image([side; 2], &shaded(&surface))
}

/// How far arrow keys turn, taking their presses away: they would go to another control.
fn arrow_keys(ui: &Ui) -> Vec2 {
    let mut by = Vec2::ZERO;
    ui.input_mut(|input| {
        input.events.retain(|event| {
            let Event::Key { key, pressed: true, .. } = event else { return true };
            by += match key {
                Key::ArrowLeft => vec2(-1.0, 0.0),
                Key::ArrowRight => vec2(1.0, 0.0),
                Key::ArrowUp => vec2(0.0, -1.0),
                Key::ArrowDown => vec2(0.0, 1.0),
                _ => return true,
            };
            false
        });
    });
    by
}
