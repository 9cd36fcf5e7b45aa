//! What a generation would do, drawn on the canvas before it begins: the part that the model sees with the size it sees
//! it at, and the ring over which what is made fades into what is kept. The part's edges are the padding, its corners can
//! be dragged anywhere, and the ring's grip is the feather.

mod feather_grip;
mod ring;

use brushfire_engine::{Area, Recipe};
use egui::{Color32, CursorIcon, FontId, Painter, Pos2, Rect, Shape, Stroke, Ui, Vec2, vec2};

use self::feather_grip::FeatherGrip;
use self::ring::Ring;
use super::camera::Camera;
use super::tools::{Tool, Toolbox};
use super::{egui_rect, handle};
use crate::document::PixelRect;
use crate::language::text_with;
use crate::studio::Studio;
use crate::studio::plan::{Plan, Task};

/// The pointer is near the frame within so many points: its handles appear.
const NEAR: f32 = 40.0;
/// Length of the frame's dashes and of the gaps between them, in points.
const DASH: f32 = 6.0;
const LABEL_SIZE: f32 = 12.0;
/// Of the ground that words stand on, in points.
const PILL_HEIGHT: f32 = 20.0;

/// What is drawn and dragged of the plan.
#[derive(Default)]
pub(super) struct Planning {
    is_shown: bool,
    grab: Option<Grab>,
    ring: Ring,
}

/// What is being dragged, as it was when it was taken.
struct Grab {
    handle: Handle,
    from_in_canvas: Pos2,
}

/// What can be dragged.
enum Handle {
    /// Of the part that the model sees; which edges move with it, left or top being -1.
    Frame {
        edges: [i8; 2],
        seen: PixelRect,
    },
    Ring(FeatherGrip),
}

impl Handle {
    /// The handle at a place of the screen.
    fn at(plan: &Plan, on_screen: Pos2, camera: &Camera, studio: &Studio) -> Option<Self> {
        let (seen, grip) = (plan.seen(), has_ring(studio).then(|| FeatherGrip::of(plan)));
        let edges = || edges_at(seen, on_screen, camera).filter(|_| has_frame(plan));
        let of_frame = || edges().map(|edges| Self::Frame { edges, seen });
        grip.filter(|grip| grip.is_at(on_screen, camera)).map(Self::Ring).or_else(of_frame)
    }
}

/// Whether the ring is drawn: before a run, and where the mask it belongs to is not hidden.
fn has_ring(studio: &Studio) -> bool {
    studio.run().is_none() && studio.document().mask_look().visible
}

/// Whether the model sees a part of the picture, which is drawn as a frame.
fn has_frame(plan: &Plan) -> bool {
    plan.recipe.area == Area::Masked
}

impl Planning {
    /// Whether it is drawn, as the painter wants it.
    pub(super) fn set_shown(&mut self, is_shown: bool) {
        self.is_shown = is_shown;
    }

    /// The plan of the run that goes on, or of the one that would begin.
    fn plan(&self, studio: &Studio) -> Option<Plan> {
        let run = studio.run().filter(|run| run.picture == studio.picture_number());
        let plan = match run {
            Some(run) => run.plan.clone(),
            None if studio.results().shown().is_some() => return None,
            None => studio.plan(),
        };
        (self.is_shown && plan.task == Task::Inpaint).then_some(plan)
    }

    /// That plan, where it can be dragged.
    fn draggable(&self, studio: &Studio, tools: &Toolbox) -> Option<Plan> {
        let is_free = !studio.is_painting() && studio.run().is_none();
        // These have handles of their own.
        let is_other = matches!(tools.in_hand(), Tool::Crop | Tool::Transform | Tool::Subject | Tool::Hand);
        self.plan(studio).filter(|_| is_free && !is_other)
    }

    /// The button goes down; returns whether a handle was taken.
    pub(super) fn press(&mut self, on_screen: Pos2, camera: &Camera, studio: &Studio, tools: &Toolbox) -> bool {
        let Some(plan) = self.draggable(studio, tools) else { return false };
        let from_in_canvas = camera.canvas_from_screen(on_screen);
        self.grab = Handle::at(&plan, on_screen, camera, studio).map(|handle| Grab { handle, from_in_canvas });
        self.grab.is_some()
    }

    pub(super) fn move_to(&mut self, here: Pos2, studio: &mut Studio) {
        let Some(Grab { handle, from_in_canvas }) = &self.grab else { return };
        let by = here - *from_in_canvas;
        match handle {
            Handle::Ring(grip) => studio.recipe.feather = grip.dragged_by(by.x),
            Handle::Frame { edges, seen } => {
                let here = place_of(egui_rect(*seen), *edges) + by;
                if !edges.contains(&0) {
                    studio.draw_context(spanned(*seen, *edges, here, studio.document().bounds()));
                } else if let Some(bounds) = studio.masks().bounds {
                    studio.recipe.padding = padding_to(bounds, *edges, here);
                }
            }
        }
    }

    pub(super) fn release(&mut self, studio: &mut Studio) {
        if self.grab.take().is_some() {
            studio.seal_parameters();
        }
    }

    pub(super) fn cursor(
        &self,
        on_screen: Pos2,
        camera: &Camera,
        studio: &Studio,
        tools: &Toolbox,
    ) -> Option<CursorIcon> {
        let plan = self.draggable(studio, tools)?;
        let under_pointer = Handle::at(&plan, on_screen, camera, studio);
        let edges = match self.grab.as_ref().map(|grab| &grab.handle).or(under_pointer.as_ref())? {
            Handle::Ring(_) => [1, 0],
            Handle::Frame { edges, .. } => *edges,
        };
        let rect = egui_rect(plan.seen());
        let away = camera.screen_from_canvas(place_of(rect, edges)) - camera.screen_from_canvas(rect.center());
        Some(handle::resize_cursor(away))
    }

    /// Draws the ring and the frame.
    pub(super) fn paint(&mut self, ui: &Ui, painter: &Painter, camera: &Camera, studio: &Studio, tools: &Toolbox) {
        // These draw on the canvas themselves.
        if matches!(tools.in_hand(), Tool::Crop | Tool::Transform | Tool::Subject) {
            return;
        }
        let Some(plan) = self.plan(studio) else { return };
        if has_ring(studio) {
            self.ring.paint(ui.ctx(), painter, camera, studio, &plan);
        }
        let rect = egui_rect(plan.seen());
        let pointer = ui.input(|input| input.pointer.hover_pos());
        let on_screen = camera.screen_from_canvas_rect(rect);
        let is_near =
            pointer.is_some_and(|at| on_screen.expand(NEAR).contains(at) && !on_screen.shrink(NEAR).contains(at));
        let is_held = self.grab.is_some();
        if has_frame(&plan) {
            paint_frame(painter, camera, rect);
            paint_label(painter, on_screen, &plan, is_near || is_held);
        }
        if is_held || is_near && self.draggable(studio, tools).is_some() {
            let edges = HANDLES.into_iter().filter(|_| has_frame(&plan));
            edges.for_each(|edges| handle::paint(painter, handle_on_screen(rect, edges, camera)));
            if has_ring(studio) {
                self.paint_grip(painter, camera, &plan, pointer);
            }
        }
    }

    fn paint_grip(&self, painter: &Painter, camera: &Camera, plan: &Plan, pointer: Option<Pos2>) {
        let grip = FeatherGrip::of(plan);
        let is_meant = match &self.grab {
            Some(grab) => matches!(grab.handle, Handle::Ring(_)),
            None => pointer.is_some_and(|pointer| grip.is_at(pointer, camera)),
        };
        grip.paint(painter, camera, is_meant);
    }
}

const HANDLES: [[i8; 2]; 8] = [[-1, -1], [0, -1], [1, -1], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0]];

/// -1 is the left or top edge, 0 the middle, 1 the right or bottom edge.
fn place_of(rect: Rect, [x, y]: [i8; 2]) -> Pos2 {
    rect.center() + rect.size() / 2.0 * vec2(f32::from(x), f32::from(y))
}

/// Handles lie so far outside the frame, in points: within it is what the painter paints on.
const OUTSIDE: f32 = 12.0;

/// At which distance they are taken, in points.
const REACH: f32 = 8.0;

/// Where a handle lies on the screen.
fn handle_on_screen(rect: Rect, [x, y]: [i8; 2], camera: &Camera) -> Pos2 {
    let [middle, right, below] = [Vec2::ZERO, Vec2::X, Vec2::Y].map(|by| camera.screen_from_canvas(rect.center() + by));
    let outward = (right - middle).normalized() * f32::from(x) + (below - middle).normalized() * f32::from(y);
    camera.screen_from_canvas(place_of(rect, [x, y])) + outward * OUTSIDE
}

/// The handle at a place of the screen.
fn edges_at(seen: PixelRect, on_screen: Pos2, camera: &Camera) -> Option<[i8; 2]> {
    let is_near = |edges: &[i8; 2]| handle_on_screen(egui_rect(seen), *edges, camera).distance(on_screen) <= REACH;
    HANDLES.into_iter().find(is_near)
}

/// How far the pointer is from the mask, on the side whose edge is dragged.
fn padding_to(mask: PixelRect, [x, y]: [i8; 2], here: Pos2) -> u32 {
    let mask = egui_rect(mask);
    let away = match (x, y) {
        (-1, _) => mask.left() - here.x,
        (1, _) => here.x - mask.right(),
        (_, -1) => mask.top() - here.y,
        _ => here.y - mask.bottom(),
    };
    (away.round().max(0.0) as u32).min(Recipe::MAX_PADDING)
}

/// From the corner opposite of the one that is dragged to the pointer.
fn spanned(seen: PixelRect, edges: [i8; 2], here: Pos2, canvas: PixelRect) -> Option<PixelRect> {
    let fixed = place_of(egui_rect(seen), edges.map(|edge| -edge));
    let rect = Rect::from_two_pos(fixed, here);
    let side = |side: f32| side.round().max(0.0) as u32;
    let rect = PixelRect {
        left: side(rect.left()),
        top: side(rect.top()),
        right: side(rect.right()),
        bottom: side(rect.bottom()),
    };
    Some(rect.intersect(canvas)).filter(|rect| !rect.is_empty())
}

/// Thin dashes, light on dark, that are seen on every ground and ask for nothing.
fn paint_frame(painter: &Painter, camera: &Camera, rect: Rect) {
    let mut line = camera.corners_on_screen(rect).to_vec();
    line.extend(line.first().copied());
    painter.add(Shape::line(line.clone(), Stroke::new(1.0, Color32::from_black_alpha(130))));
    painter.extend(Shape::dashed_line(&line, Stroke::new(1.0, Color32::from_white_alpha(200)), DASH, DASH));
}

/// The size that the model works at; with the pixels of the picture that become it, where the painter looks closer.
fn paint_label(painter: &Painter, frame: Rect, plan: &Plan, is_explained: bool) {
    let ([width, height], seen) = (plan.crop.model_size, plan.seen());
    let size = [("width", width.into()), ("height", height.into())];
    let words = if is_explained {
        let padding = ("padding", plan.recipe.padding.into());
        let seen = [("seen-width", seen.width().into()), ("seen-height", seen.height().into()), padding];
        text_with("plan-seen", &[size.as_slice(), &seen].concat())
    } else {
        text_with("plan-size", &size)
    };
    // Over the handles, which lie around the frame.
    let above = frame.left_top() + vec2(OUTSIDE, -PILL_HEIGHT - OUTSIDE - handle::REACH);
    // Where there is no room above the frame, it stands in its corner.
    let has_room = above.y >= painter.clip_rect().top();
    paint_pill(painter, if has_room { above } else { frame.left_top() + Vec2::splat(6.0) }, words);
}

/// Words on a dark ground, from their top left corner on; within what is drawn on.
fn paint_pill(painter: &Painter, corner: Pos2, words: String) {
    let galley = painter.layout_no_wrap(words, FontId::proportional(LABEL_SIZE), Color32::from_white_alpha(230));
    let size = vec2(galley.size().x + 12.0, PILL_HEIGHT);
    let corner = corner.max(painter.clip_rect().min + Vec2::splat(4.0));
    let pill = Rect::from_min_size(corner, size);
    painter.rect_filled(pill, 4.0, Color32::from_black_alpha(170));
    let at = egui::Align2::CENTER_CENTER.align_size_within_rect(galley.size(), pill).min;
    painter.galley(at, galley, Color32::WHITE);
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::*;

    const MASK: PixelRect = PixelRect { left: 100, top: 100, right: 150, bottom: 140 };

    #[test]
    fn an_edge_dragged_away_from_the_mask_is_the_padding() {
        assert_eq!(padding_to(MASK, [1, 0], pos2(200.4, 5.0)), 50);
        assert_eq!(padding_to(MASK, [-1, 0], pos2(60.0, 5.0)), 40);
        assert_eq!(padding_to(MASK, [0, 1], pos2(0.0, 141.0)), 1);
        assert_eq!(padding_to(MASK, [0, -1], pos2(0.0, 130.0)), 0, "not less than the mask");
        assert_eq!(padding_to(MASK, [1, 0], pos2(1e9, 0.0)), Recipe::MAX_PADDING);
    }

    #[test]
    fn a_corner_dragged_spans_what_is_seen_within_the_canvas() {
        let canvas = PixelRect { left: 0, top: 0, right: 300, bottom: 200 };
        let rect = spanned(MASK, [1, 1], pos2(250.0, 500.0), canvas).unwrap();
        assert_eq!(rect, PixelRect { left: 100, top: 100, right: 250, bottom: 200 });
        let rect = spanned(MASK, [-1, 1], pos2(-30.0, 120.0), canvas).unwrap();
        assert_eq!(rect, PixelRect { left: 0, top: 100, right: 150, bottom: 120 });
        assert_eq!(spanned(MASK, [1, 1], pos2(100.0, 100.0), canvas), None);
    }
}
