//! The tools that mark a place: selections by shape and by colour, the bucket, gradients, the eyedropper.

mod options;
mod outline;

use egui::{Key, Modifiers, Painter, Pos2, Ui};

pub use self::options::{FillOptions, GradientOptions, PickerOptions};

use super::camera::Camera;
use super::tools::{Tool, Toolbox};
use crate::document::selection::Combine;
use crate::paint::fill::{Gradient, GradientStop};
use crate::studio::{SelectOptions, SelectionShape, Studio};

/// A click this near a polygon's first corner closes it, in screen points.
const CLOSES_WITHIN: f32 = 8.0;

/// What is being drawn with a tool that is no brush.
#[derive(Default)]
pub(super) struct Marking {
    drawing: Option<Drawing>,
    modifiers: Modifiers,
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
        } else if matches!(drawing.kind, Kind::Corners { .. }) && ui.input(|input| input.key_pressed(Key::Enter)) {
            self.finish(studio, tools);
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
                    studio.fill_at(seed, tools.fill.bucket(), tools.fill.all_layers, tools.color);
                }
                return true;
            }
            Tool::MaskBrush | Tool::MaskEraser | Tool::ColorBrush | Tool::Transform | Tool::Hand => return false,
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
            Kind::Drag { to, .. } => *to = here,
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
                    studio.lay_gradient(gradient(tools, from, to));
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
            Kind::Picking => return,
        };
        studio.select_shape(shape, options);
    }

    /// Draws what is half drawn.
    pub(super) fn paint(&self, painter: &Painter, camera: &Camera, pointer_on_screen: Pos2, tools: &Toolbox) {
        match self.drawing.as_ref().map(|drawing| (drawing.tool, &drawing.kind)) {
            Some((Tool::EllipseSelect, Kind::Drag { from, to })) => {
                outline::paint(painter, camera, &outline::ellipse(*from, *to), true);
            }
            Some((Tool::Gradient, Kind::Drag { from, to })) => outline::paint(painter, camera, &[*from, *to], false),
            Some((_, Kind::Drag { from, to })) => {
                outline::paint(painter, camera, &outline::rectangle(*from, *to), true)
            }
            Some((_, Kind::Freehand(points))) => outline::paint(painter, camera, points, false),
            Some((_, Kind::Corners { corners, pointer })) => {
                let line: Vec<_> = corners.iter().copied().chain([*pointer]).collect();
                outline::paint(painter, camera, &line, false);
                corners.iter().for_each(|corner| outline::paint_corner(painter, camera.screen_from_canvas(*corner)));
            }
            _ if tools.in_hand() == Tool::Picker => outline::paint_swatch(painter, pointer_on_screen, tools.color),
            _ => {}
        }
    }
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

fn gradient(tools: &Toolbox, from: Pos2, to: Pos2) -> Gradient {
    let GradientOptions { shape, repeat, to_transparent, second } = tools.gradient;
    let opaque = |[red, green, blue]: [u8; 3]| [red, green, blue, u8::MAX].map(|channel| u16::from(channel) * 257);
    let first = opaque(tools.color);
    let second = if to_transparent { [first[0], first[1], first[2], 0] } else { opaque(second) };
    let stops = [GradientStop { position: 0.0, color: first }, GradientStop { position: 1.0, color: second }];
    Gradient::new(shape, repeat, &stops, [from, to].map(place))
}

fn place(pos_in_canvas: Pos2) -> [f32; 2] {
    [pos_in_canvas.x, pos_in_canvas.y]
}

/// The pixel at a place; none above or left of the canvas.
fn pixel_at(pos_in_canvas: Pos2) -> Option<[u32; 2]> {
    (pos_in_canvas.x >= 0.0 && pos_in_canvas.y >= 0.0).then_some([pos_in_canvas.x as u32, pos_in_canvas.y as u32])
}
