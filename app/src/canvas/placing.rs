//! A hand that floats over the picture, to be moved, scaled and turned, until it is stamped on a layer of hints.

use std::time::{Duration, Instant};

use egui::{Color32, ColorImage, CursorIcon, Key, Painter, Pos2, Rect, Shape, Stroke, Ui, Vec2, pos2, vec2};

use super::camera::Camera;
use super::live_picture::LivePicture;
use super::overlay::textured_quad;
use super::{handle, has_keyboard, transforming};
use crate::document::{Document, HintStamp, PixelRect, StampRule};
use crate::hand::{HandStamp, Placement, Rgba, Rotation, StampKind, vec3};
use crate::language::text_of_name;
use crate::studio::Studio;

/// What the hand panel and the canvas have in common: the hand, and where it floats.
pub struct Placing {
    /// The hand as the panel shows it.
    pub stamp: HandStamp,
    session: Option<Session>,
    picture: LivePicture<Wish>,
}

/// A floating hand.
struct Session {
    /// The picture it floats over.
    picture: u64,
    placement: Placement,
    grab: Option<Grab>,
    /// What was to be seen in the last frame, and since when.
    last: (HandStamp, f32, Instant),
}

struct Grab {
    grip: Grip,
    from_in_canvas: Pos2,
    placement: Placement,
    rotation: Rotation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grip {
    Corner(usize),
    Inside,
    /// Turns.
    Outside,
}

/// What the floating picture shows; it is drawn about its own middle, so that it can be moved as it is.
#[derive(Clone, Copy, PartialEq)]
struct Wish {
    stamp: HandStamp,
    pixels_per_cm: f32,
}

/// Scales at which the floating hand is drawn: while it changes, and when it has come to rest.
const COARSE: f32 = 9.0;
const FINE: f32 = 26.0;
const REST: Duration = Duration::from_millis(250);
/// How much of the shorter side of the canvas a hand takes up where there is no mask.
const SHARE_OF_CANVAS: f32 = 0.6;
/// Of floating lines, sRGB; and how much the inside of the hand covers.
const INK: [f32; 3] = [0.48, 0.24, 0.91];
const GLASS: f32 = 0.3;
/// Snaps turns while Shift is held, in degrees.
const SNAP_DEGREES: f32 = 15.0;

impl Default for Placing {
    fn default() -> Self {
        Self { stamp: HandStamp::default(), session: None, picture: LivePicture::new("floating hand", draw) }
    }
}

impl Placing {
    /// Lets the hand float: where the mask is, else in the middle of the canvas.
    pub fn begin(&mut self, studio: &Studio) {
        let size = studio.document().size();
        let [width, height] = [size.width() as f32, size.height() as f32];
        let place = match studio.mask_bounds() {
            Some(mask) => [mask.left, mask.top, mask.right, mask.bottom].map(|edge| edge as f32),
            None => {
                let half = width.min(height) * SHARE_OF_CANVAS / 2.0;
                [width / 2.0 - half, height / 2.0 - half, width / 2.0 + half, height / 2.0 + half]
            }
        };
        let placement = Placement::within(&self.stamp, place);
        self.session = Some(Session {
            picture: studio.picture_number(),
            placement,
            grab: None,
            last: (self.stamp, placement.pixels_per_cm, Instant::now()),
        });
    }

    /// Takes the floating hand away.
    pub fn give_up(&mut self) {
        self.session = None;
    }

    #[must_use]
    pub fn is_floating(&self) -> bool {
        self.session.is_some()
    }

    /// Where the hand floats.
    #[must_use]
    pub fn placement(&self) -> Option<Placement> {
        self.session.as_ref().map(|session| session.placement)
    }

    /// Moves the floating hand.
    pub fn set_placement(&mut self, placement: Placement) {
        if let Some(session) = &mut self.session {
            session.placement = placement;
        }
    }

    /// Puts the floating hand on a layer of hints; the step can be undone like any other.
    pub fn apply(&mut self, studio: &mut Studio) {
        let Some(session) = self.session.take() else { return };
        let (stamp, placement) = (self.stamp, session.placement);
        let (layer_name, tint) = (text_of_name("hint", stamp.kind.hint()), studio.next_hint_tint());
        studio.edit_in_background(move |document: &mut Document| {
            let size = document.size();
            let Some(drawn) = stamp.draw(&placement, [size.width(), size.height()]) else { return Ok(None) };
            let ([left, top], [width, height]) = (drawn.top_left, drawn.size);
            let rect = PixelRect { left, top, right: left + width, bottom: top + height };
            let rule = match stamp.kind {
                StampKind::Depth => StampRule::Nearest,
                StampKind::Normal => StampRule::Over,
                StampKind::LineArt | StampKind::Scribble => StampRule::Lines,
            };
            let (kind, layer_name) = (stamp.kind.hint(), layer_name.as_str());
            document.stamp_hint(&HintStamp { kind, layer_name, tint, rule, rect, pixels: &drawn.pixels })
        });
    }

    /// Takes in keys. The floating hand belongs to the picture it was placed on.
    pub(super) fn begin_frame(&mut self, ui: &Ui, studio: &mut Studio) {
        let Some(session) = &mut self.session else { return };
        if session.picture != studio.picture_number() {
            self.session = None;
            return;
        }
        if !has_keyboard(ui) {
            return;
        }
        let by = transforming::arrow_keys(ui);
        session.placement.center = [session.placement.center[0] + by.x, session.placement.center[1] + by.y];
        let pressed = |key| ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, key));
        if pressed(Key::Enter) {
            self.apply(studio);
        } else if pressed(Key::Escape) {
            self.give_up();
        }
    }

    /// The button goes down; returns whether a hand is floating.
    pub(super) fn press(&mut self, pos_on_screen: Pos2, camera: &Camera) -> bool {
        let Some(session) = &mut self.session else { return false };
        let grip = session.grip_at(&self.stamp, pos_on_screen, camera);
        session.grab = Some(Grab {
            grip,
            from_in_canvas: camera.canvas_from_screen(pos_on_screen),
            placement: session.placement,
            rotation: self.stamp.rotation,
        });
        true
    }

    pub(super) fn move_to(&mut self, pos_in_canvas: Pos2, ui: &Ui) {
        let Some(session) = &mut self.session else { return };
        let Some(Grab { grip, from_in_canvas, placement, rotation }) = &session.grab else { return };
        let center = pos2(placement.center[0], placement.center[1]);
        let (from, to) = (*from_in_canvas - center, pos_in_canvas - center);
        match grip {
            Grip::Inside => {
                let moved = center + (pos_in_canvas - *from_in_canvas);
                session.placement.center = [moved.x, moved.y];
            }
            Grip::Corner(_) => {
                let scale = placement.pixels_per_cm * to.length() / from.length().max(1.0);
                session.placement.pixels_per_cm = scale.clamp(Placement::MIN_SCALE, Placement::MAX_SCALE);
            }
            Grip::Outside => {
                // Clockwise on the canvas, whose y goes down.
                let angle = (to.angle() - from.angle()).to_degrees();
                let snaps = ui.input(|input| input.modifiers.shift);
                let angle = if snaps { (angle / SNAP_DEGREES).round() * SNAP_DEGREES } else { angle };
                self.stamp.rotation = rotation.then(Rotation::about(vec3(0.0, 0.0, 1.0), -angle.to_radians()));
            }
        }
    }

    /// The drag was not meant.
    pub(super) fn cancel_drag(&mut self) {
        if let Some(session) = &mut self.session
            && let Some(grab) = session.grab.take()
        {
            session.placement = grab.placement;
            self.stamp.rotation = grab.rotation;
        }
    }

    /// The button goes up.
    pub(super) fn release(&mut self) {
        if let Some(session) = &mut self.session {
            session.grab = None;
        }
    }

    /// Draws the floating hand and its frame.
    pub(super) fn paint(&mut self, ui: &Ui, painter: &Painter, camera: &Camera) {
        let Some(session) = &mut self.session else { return };
        let scale = session.placement.pixels_per_cm;
        let (last_stamp, last_scale, _) = session.last;
        if last_stamp != self.stamp || last_scale != scale {
            session.last = (self.stamp, scale, Instant::now());
        }
        let (_, _, since) = session.last;
        let rests = since.elapsed() >= REST;
        if !rests {
            ui.ctx().request_repaint_after(REST);
        }
        let pixels_per_cm = if rests { scale.min(FINE) } else { COARSE.min(scale) };
        self.picture.update(ui.ctx(), Wish { stamp: self.stamp, pixels_per_cm });
        if let Some((shown, texture)) = self.picture.shown() {
            let place = Placement { center: session.placement.center, pixels_per_cm: scale };
            // Where the picture that is there lies now, should it still be of another size.
            let drawn = rect_of(shown.stamp.bounds(&Placement { center: [0.0; 2], ..shown.placement() }));
            let factor = scale / shown.pixels_per_cm;
            let center = vec2(place.center[0], place.center[1]);
            let rect = Rect::from_min_max(
                (drawn.min.floor().to_vec2() * factor + center).to_pos2(),
                (drawn.max.ceil().to_vec2() * factor + center).to_pos2(),
            );
            painter.add(textured_quad(camera, texture.id(), rect));
        }
        let corners = camera.corners_on_screen(session.frame(&self.stamp)).to_vec();
        painter.add(Shape::closed_line(corners.clone(), Stroke::new(3.0, Color32::from_black_alpha(120))));
        painter.add(Shape::closed_line(corners.clone(), Stroke::new(1.0, Color32::WHITE)));
        corners.into_iter().for_each(|corner| handle::paint(painter, corner));
    }

    /// What the pointer looks like; `None` while no hand floats.
    pub(super) fn cursor(&self, pos_on_screen: Pos2, camera: &Camera) -> Option<CursorIcon> {
        let session = self.session.as_ref()?;
        let under_it = || session.grip_at(&self.stamp, pos_on_screen, camera);
        let frame = session.frame(&self.stamp);
        Some(match session.grab.as_ref().map_or_else(under_it, |grab| grab.grip) {
            Grip::Inside => CursorIcon::Move,
            Grip::Outside => CursorIcon::Alias,
            Grip::Corner(corner) => {
                let away: Vec2 = camera.corners_on_screen(frame)[corner] - camera.screen_from_canvas(frame.center());
                handle::resize_cursor(away)
            }
        })
    }
}

impl Session {
    /// Around the hand, in canvas pixels.
    fn frame(&self, stamp: &HandStamp) -> Rect {
        rect_of(stamp.bounds(&self.placement))
    }

    fn grip_at(&self, stamp: &HandStamp, on_screen: Pos2, camera: &Camera) -> Grip {
        let frame = self.frame(stamp);
        let corners = camera.corners_on_screen(frame);
        match corners.iter().position(|corner| corner.distance(on_screen) <= handle::REACH) {
            Some(corner) => Grip::Corner(corner),
            None if frame.contains(camera.canvas_from_screen(on_screen)) => Grip::Inside,
            None => Grip::Outside,
        }
    }
}

impl Wish {
    fn placement(&self) -> Placement {
        Placement { center: [0.0; 2], pixels_per_cm: self.pixels_per_cm }
    }
}

fn rect_of([left, top, right, bottom]: [f32; 4]) -> Rect {
    Rect::from_min_max(pos2(left, top), pos2(right, bottom))
}

fn draw(wish: &Wish) -> ColorImage {
    let rect = rect_of(wish.stamp.bounds(&wish.placement()));
    let (min, max) = (rect.min.floor(), rect.max.ceil());
    let size = [(max.x - min.x) as u32, (max.y - min.y) as u32];
    let placement = Placement { center: [-min.x, -min.y], ..wish.placement() };
    match wish.stamp.draw(&placement, size) {
        Some(drawn) if wish.stamp.kind.is_lines() => {
            let pixels: Vec<Rgba> = drawn.pixels.iter().map(|pixel| line_on_glass(*pixel)).collect();
            color_image(drawn.size, &pixels)
        }
        Some(drawn) => color_image(drawn.size, &drawn.pixels),
        None => ColorImage::filled([1, 1], Color32::TRANSPARENT),
    }
}

/// A line in ink while the hand floats, on something pale that lets the picture through.
fn line_on_glass([line, _, _, covered]: Rgba) -> Rgba {
    let mix = |ink: f32| 1.0 + (ink - 1.0) * line;
    let [red, green, blue] = INK.map(mix);
    [red, green, blue, covered * (GLASS + (1.0 - GLASS) * line)]
}

/// A drawing as egui's.
#[must_use]
pub fn color_image([width, height]: [u32; 2], pixels: &[Rgba]) -> ColorImage {
    let color = |[red, green, blue, alpha]: &Rgba| {
        let channel = |value: f32| (value * 255.0).round() as u8;
        Color32::from_rgba_unmultiplied(channel(*red), channel(*green), channel(*blue), channel(*alpha))
    };
    ColorImage::new([width as usize, height as usize], pixels.iter().map(color).collect())
}
