//! The tools that mark a place: selections by shape and by colour, the bucket, gradients, the eyedropper.

mod gradient;
mod options;
mod outline;

use egui::{CursorIcon, Key, Modifiers, Painter, Pos2, Ui, Vec2};

pub use self::gradient::{ColorStop, GradientOptions, GradientPreset, StopColor};
pub use self::options::{FillOptions, PickerOptions};

pub(super) use self::outline::{paint as paint_line, paint_swatch};

use self::gradient::GradientPreview;

use super::camera::Camera;
use super::tools::{Tool, Toolbox};
use crate::document::selection::Combine;
use crate::document::{Document, TileGrid};
use crate::studio::{SelectOptions, SelectionShape, Studio};

/// A click this near a polygon's first corner closes it, in screen points.
const CLOSES_WITHIN: f32 = 8.0;

/// What is being drawn with a tool that is no brush.
#[derive(Default)]
pub(super) struct Marking {
    drawing: Option<Drawing>,
    modifiers: Modifiers,
    gradient_preview: GradientPreview,
    /// The selection was moved, and the document may not have taken that in yet.
    moved: Option<MovedSelection>,
}

/// A selection and by how much it was moved, in canvas pixels.
struct MovedSelection {
    revision: u64,
    by: Vec2,
}

/// Something half drawn; places in canvas pixels.
struct Drawing {
    tool: Tool,
    kind: Kind,
    /// What the selection will do to the one there is.
    how: Combine,
    /// Shift, if it was held from the beginning, first means "add" and only then "square".
    shift_is_free: bool,
}

enum Kind {
    /// A box or a line.
    Drag {
        from: Pos2,
        to: Pos2,
    },
    Freehand(Vec<Pos2>),
    Corners {
        corners: Vec<Pos2>,
        pointer: Pos2,
    },
    /// The outline of what is selected goes with the pointer.
    Outline {
        from: Pos2,
        to: Pos2,
    },
    /// The eyedropper follows the pointer.
    Picking,
}

impl Marking {
    /// Takes in keys, and gives up what another tool began.
    pub(super) fn begin_frame(&mut self, ui: &Ui, studio: &mut Studio, tools: &Toolbox) {
        self.modifiers = ui.input(|input| input.modifiers);
        let Some(drawing) = &mut self.drawing else { return };
        drawing.shift_is_free |= !self.modifiers.shift;
        let is_given_up = drawing.tool != tools.in_hand() || ui.input(|input| input.key_pressed(Key::Escape));
        if is_given_up {
            self.drawing = None;
        } else if let Kind::Corners { corners, .. } = &mut drawing.kind {
            if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Backspace)) {
                corners.pop();
                self.drawing
                    .take_if(|drawing| matches!(&drawing.kind, Kind::Corners { corners, .. } if corners.is_empty()));
            } else if ui.input(|input| input.key_pressed(Key::Enter)) {
                self.finish(studio, tools);
            }
        }
    }

    /// The button goes down; returns whether the tool in hand is one of these.
    pub(super) fn press(
        &mut self,
        pos_on_screen: Pos2,
        modifiers: Modifiers,
        camera: &Camera,
        studio: &mut Studio,
        tools: &mut Toolbox,
    ) -> bool {
        let tool = tools.in_hand();
        let here = camera.canvas_from_screen(pos_on_screen);
        let how = combine_of(modifiers).unwrap_or(tools.select.how);
        let kind = match tool {
            _ if moves_outline(studio, here, modifiers, tools) => Kind::Outline { from: here, to: here },
            Tool::RectangleSelect | Tool::EllipseSelect | Tool::Gradient => Kind::Drag { from: here, to: here },
            Tool::LassoSelect => Kind::Freehand(vec![here]),
            Tool::PolygonSelect => {
                self.add_corner(pos_on_screen, how, camera, studio, tools);
                return true;
            }
            Tool::Picker => Kind::Picking,
            Tool::Wand => {
                if let Some(seed) = pixel_at(here) {
                    studio.select_by_color(seed, tools.wand, SelectOptions { how, ..tools.select });
                }
                return true;
            }
            Tool::Fill => {
                if let Some(seed) = pixel_at(here) {
                    tools.color_is_used();
                    studio.fill_at(seed, tools.fill.bucket(), tools.fill.all_layers, tools.color);
                }
                return true;
            }
            Tool::MaskBrush
            | Tool::MaskEraser
            | Tool::ColorBrush
            | Tool::Eraser
            | Tool::Move
            | Tool::Transform
            | Tool::Crop
            | Tool::Subject
            | Tool::Pose
            | Tool::Hand => return false,
        };
        self.drawing = Some(Drawing { tool, kind, how, shift_is_free: !modifiers.shift });
        self.move_to(here, studio, tools);
        true
    }

    fn add_corner(&mut self, on_screen: Pos2, how: Combine, camera: &Camera, studio: &mut Studio, tools: &Toolbox) {
        let here = camera.canvas_from_screen(on_screen);
        let near = |corner: &Pos2| camera.screen_from_canvas(*corner).distance(on_screen) < CLOSES_WITHIN;
        if let Some(Drawing { kind: Kind::Corners { corners, .. }, .. }) = &mut self.drawing {
            // A click on the first corner, or a second one on the last, closes it.
            let closes = corners.len() > 2 && corners.first().is_some_and(near) || corners.last().is_some_and(near);
            if closes {
                self.finish(studio, tools);
            } else {
                corners.push(here);
            }
            return;
        }
        let kind = Kind::Corners { corners: vec![here], pointer: here };
        self.drawing = Some(Drawing { tool: Tool::PolygonSelect, kind, how, shift_is_free: true });
    }

    pub(super) fn move_to(&mut self, here: Pos2, studio: &mut Studio, tools: &mut Toolbox) {
        let Some(drawing) = &mut self.drawing else { return };
        let squares = self.modifiers.shift && drawing.shift_is_free;
        match &mut drawing.kind {
            Kind::Drag { from, to } if squares && drawing.tool == Tool::Gradient => {
                *to = outline::snapped_line(*from, here)
            }
            Kind::Drag { from, to } if squares => *to = outline::squared(*from, here),
            Kind::Outline { from, to } if squares => *to = outline::along_an_axis(*from, here),
            Kind::Drag { to, .. } | Kind::Outline { to, .. } => *to = here,
            Kind::Freehand(points) => points.push(here),
            Kind::Corners { pointer, .. } => *pointer = here,
            Kind::Picking => {
                let PickerOptions { side, all_layers } = tools.picker;
                if let Some(color) = pixel_at(here).and_then(|pixel| studio.color_around(pixel, side, all_layers)) {
                    tools.color = color;
                }
            }
        }
    }

    /// What is half drawn was not meant.
    pub(super) fn give_up(&mut self) {
        self.drawing = None;
    }

    /// The button goes up.
    pub(super) fn release(&mut self, studio: &mut Studio, tools: &Toolbox) {
        if self.drawing.as_ref().is_some_and(|drawing| !matches!(drawing.kind, Kind::Corners { .. })) {
            self.finish(studio, tools);
        }
    }

    fn finish(&mut self, studio: &mut Studio, tools: &Toolbox) {
        let Some(Drawing { tool, kind, how, .. }) = self.drawing.take() else { return };
        let options = SelectOptions { how, ..tools.select };
        let shape = match kind {
            Kind::Drag { from, to } if tool == Tool::Gradient => {
                if from.distance(to) >= 1.0 {
                    studio.lay_gradient(tools.gradient.gradient(tools.colors(), from, to));
                }
                return;
            }
            Kind::Drag { from, to } => {
                let corners = [from, to].map(|corner| corner.round());
                if corners[0].x == corners[1].x || corners[0].y == corners[1].y {
                    // A click beside everything takes the selection away, as in other programs.
                    if how == Combine::Replace {
                        studio.edit(crate::document::Document::deselect);
                    }
                    return;
                }
                let corners = corners.map(place);
                if tool == Tool::EllipseSelect {
                    SelectionShape::Ellipse(corners)
                } else {
                    SelectionShape::Rectangle(corners)
                }
            }
            Kind::Freehand(points) | Kind::Corners { corners: points, .. } => {
                if points.len() < 3 {
                    return;
                }
                SelectionShape::Polygon(points.into_iter().map(place).collect())
            }
            Kind::Outline { from, to } => {
                self.move_selection((to - from).round(), studio);
                return;
            }
            Kind::Picking => return,
        };
        studio.select_shape(shape, options);
    }

    /// By whole canvas pixels; by none, which was a click, nothing is selected any more.
    fn move_selection(&mut self, by: Vec2, studio: &mut Studio) {
        if by == Vec2::ZERO {
            studio.edit(Document::deselect);
        } else if let Some(selection) = studio.document().selection() {
            self.moved = Some(MovedSelection { revision: selection.latest_revision(), by });
            let by = [by.x as i32, by.y as i32];
            studio.edit_in_background(move |document| Ok(document.move_selection(by)));
        }
    }

    /// How far from its place the selection is to be drawn, in canvas pixels.
    pub(super) fn selection_shift(&self, studio: &Studio) -> Vec2 {
        if let Some(Drawing { kind: Kind::Outline { from, to }, .. }) = &self.drawing {
            return (*to - *from).round();
        }
        let revision = studio.document().selection().map(TileGrid::latest_revision);
        let is_under_way = |moved: &&MovedSelection| studio.is_editing() && Some(moved.revision) == revision;
        self.moved.as_ref().filter(is_under_way).map_or(Vec2::ZERO, |moved| moved.by)
    }

    /// What the pointer looks like, where it matters what is below it.
    pub(super) fn cursor(&self, pos_in_canvas: Pos2, studio: &Studio, tools: &Toolbox) -> Option<CursorIcon> {
        let is_moving = matches!(self.drawing, Some(Drawing { kind: Kind::Outline { .. }, .. }));
        let can_move = || self.drawing.is_none() && moves_outline(studio, pos_in_canvas, self.modifiers, tools);
        (is_moving || can_move()).then_some(CursorIcon::Move)
    }

    /// Draws what is half drawn.
    pub(super) fn paint(
        &mut self,
        painter: &Painter,
        camera: &Camera,
        pointer_on_screen: Pos2,
        studio: &Studio,
        tools: &Toolbox,
    ) {
        match self.drawing.as_ref().map(|drawing| (drawing.tool, &drawing.kind)) {
            Some((Tool::EllipseSelect, Kind::Drag { from, to })) => {
                outline::paint(painter, camera, &outline::ellipse(*from, *to), true);
            }
            Some((Tool::Gradient, Kind::Drag { from, to })) => {
                let gradient = tools.gradient.gradient(tools.colors(), *from, *to);
                self.gradient_preview.paint(painter, camera, studio.document(), &gradient);
                outline::paint(painter, camera, &[*from, *to], false);
            }
            Some((_, Kind::Drag { from, to })) => {
                outline::paint(painter, camera, &outline::rectangle(*from, *to), true)
            }
            Some((_, Kind::Freehand(points))) => outline::paint(painter, camera, points, false),
            Some((_, Kind::Corners { corners, pointer })) => {
                let line: Vec<_> = corners.iter().copied().chain([*pointer]).collect();
                outline::paint(painter, camera, &line, false);
                corners.iter().for_each(|corner| outline::paint_corner(painter, camera.screen_from_canvas(*corner)));
            }
            _ if tools.in_hand() == Tool::Picker => paint_swatch(painter, pointer_on_screen, tools.color),
            _ => {}
        }
    }
}

/// Whether a drag from here moves what is selected rather than selecting something else, as in Krita.
fn moves_outline(studio: &Studio, here: Pos2, modifiers: Modifiers, tools: &Toolbox) -> bool {
    let is_by_drag = matches!(tools.in_hand(), Tool::RectangleSelect | Tool::EllipseSelect | Tool::LassoSelect);
    let selection = studio.document().selection().filter(|_| is_by_drag && combine_of(modifiers).is_none());
    let is_selected =
        |selection: &TileGrid<u16>| pixel_at(here).is_some_and(|[x, y]| selection.pixel(x, y) > u16::MAX / 2);
    tools.select.how == Combine::Replace && selection.is_some_and(is_selected)
}

/// What the modifiers ask for, as in Krita; none of them, nothing.
fn combine_of(modifiers: Modifiers) -> Option<Combine> {
    match (modifiers.shift, modifiers.alt) {
        (true, true) => Some(Combine::Intersect),
        (true, false) => Some(Combine::Add),
        (false, true) => Some(Combine::Subtract),
        (false, false) => None,
    }
}

fn place(pos_in_canvas: Pos2) -> [f32; 2] {
    [pos_in_canvas.x, pos_in_canvas.y]
}

/// The pixel at a place; none above or left of the canvas.
fn pixel_at(pos_in_canvas: Pos2) -> Option<[u32; 2]> {
    (pos_in_canvas.x >= 0.0 && pos_in_canvas.y >= 0.0).then_some([pos_in_canvas.x as u32, pos_in_canvas.y as u32])
}
