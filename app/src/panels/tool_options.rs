//! The options of the tool in hand, one line above the canvas.

use std::ops::RangeInclusive;

use egui::{Align, Color32, ComboBox, Id, Mesh, Rect, RichText, ScrollArea, Shape, Stroke, Ui, Vec2, pos2, vec2};

use super::color::color_field;
use super::controls::{Look, Number, Unit, command_button};
use super::{crop_options, marking_options, mask, pose_options, subject_options, transform_options};
use crate::canvas::{Mirror, Tool, Toolbox};
use crate::commands::Command;
use crate::desk::Desk;
use crate::language::{text, tooltip};
use crate::paint::{Brush, Symmetry};
use crate::theme::CONTROL_HEIGHT;

/// Width of a slider with its number.
const NUMBER_WIDTH: f32 = 168.0;
/// Width of the fade at an end that goes on.
const FADE: f32 = 40.0;
/// Brushes beyond this are typed, not dragged.
const MAX_DRAGGED_SIZE: f32 = 1000.0;

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    // Scrolls where the window is too narrow for the line, by any wheel.
    ui.style_mut().always_scroll_the_only_direction = true;
    let mut area = ScrollArea::horizontal()
        .auto_shrink([false, false])
        .scroll_bar_visibility(egui::scroll_area::ScrollBarVisibility::AlwaysHidden);
    if is_other_tool(ui, desk.tools.in_hand()) {
        area = area.horizontal_scroll_offset(0.0);
    }
    let output = area.show(ui, |ui| ui.horizontal_centered(|ui| options(ui, desk)));
    let offset = output.state.clamped_offset().x;
    let rest = output.content_size.x - output.inner_rect.width() - offset;
    if offset > 1.0 {
        paint_more(ui, output.inner_rect, Align::Min);
    }
    if rest > 1.0 {
        paint_more(ui, output.inner_rect, Align::Max);
    }
}

/// Whether another tool was in hand in the last frame.
fn is_other_tool(ui: &Ui, in_hand: Tool) -> bool {
    let id = Id::unique("tool-of-options");
    ui.data_mut(|data| {
        let before: Option<Tool> = data.get_temp(id);
        data.insert_temp(id, in_hand);
        before != Some(in_hand)
    })
}

/// The line fades at an end beyond which it goes on, and an arrow points there.
fn paint_more(ui: &Ui, line: Rect, end: Align) {
    let at_end = if end == Align::Min { line.left_top() } else { line.right_top() };
    let inward = if end == Align::Min { FADE } else { -FADE };
    let ground = ui.visuals().panel_fill;
    let mut mesh = Mesh::default();
    for (x, color) in [(at_end.x, ground), (at_end.x + inward * 0.4, ground), (at_end.x + inward, Color32::TRANSPARENT)]
    {
        mesh.colored_vertex(pos2(x, line.top()), color);
        mesh.colored_vertex(pos2(x, line.bottom()), color);
    }
    for first in [0, 2] {
        mesh.add_triangle(first, first + 1, first + 2);
        mesh.add_triangle(first + 1, first + 2, first + 3);
    }
    ui.painter().add(Shape::mesh(mesh));
    let middle = pos2(at_end.x + inward * 0.2, line.center().y);
    let back = vec2(inward.signum() * 4.0, 4.0);
    let points = vec![middle + back, middle, middle + vec2(back.x, -back.y)];
    ui.painter().add(Shape::line(points, Stroke::new(1.5, ui.visuals().weak_text_color())));
}

fn options(ui: &mut Ui, desk: &mut Desk) {
    if desk.tools.in_hand().uses_color() {
        colors(ui, desk);
    }
    let paints_mask = matches!(desk.tools.in_hand(), Tool::MaskBrush | Tool::MaskEraser);
    match desk.tools.in_hand() {
        Tool::Move => transform_options::show_move(ui),
        Tool::Transform => transform_options::show(ui, desk),
        Tool::Crop => crop_options::show(ui, desk),
        Tool::Subject => subject_options::show(ui, desk),
        Tool::Pose => pose_options::show(ui, desk),
        _ => marking_options::show(ui, &mut desk.tools),
    }
    let moves = desk.tools.in_hand() == Tool::Hand;
    match desk.tools.brush_mut() {
        Some(brush) => {
            brush_options(ui, brush);
            mirror_options(ui, &mut desk.tools);
        }
        None if moves => {
            ui.label(RichText::new(text("hand-hint")).weak());
        }
        None => {}
    }
    if paints_mask {
        ui.separator();
        mask::show(ui, desk);
    }
}

/// The colour in hand, the one beside it, and what exchanges them.
fn colors(ui: &mut Ui, desk: &mut Desk) {
    ui.label(RichText::new(text("brush-color")).weak()).on_hover_text(tooltip("brush-color"));
    let Toolbox { color, second_color, .. } = &mut desk.tools;
    for (key, color) in [("brush-color", color), ("second-color", second_color)] {
        color_field(ui, &text(key), &tooltip(key), color);
    }
    command_button(ui, desk, Command::SwapColors, Look::Quiet, Vec2::splat(CONTROL_HEIGHT));
    ui.add_space(8.0);
}

fn brush_options(ui: &mut Ui, brush: &mut Brush) {
    let size = Number { key: "brush-size", unit: Unit::Pixels };
    option(ui, &size, &mut brush.diameter, Brush::MIN_DIAMETER..=MAX_DRAGGED_SIZE, Brush::MAX_DIAMETER);
    option(ui, &Number { key: "brush-hardness", unit: Unit::Percent }, &mut brush.hardness, 0.0..=1.0, 1.0);
    let opacity = Number { key: "brush-opacity", unit: Unit::Percent };
    option(ui, &opacity, &mut brush.opacity, 0.0..=1.0, 1.0);
}

fn mirror_options(ui: &mut Ui, tools: &mut Toolbox) {
    let (name, tooltip) = (text("mirror"), tooltip("mirror"));
    ui.label(RichText::new(&name).weak()).on_hover_text(&tooltip);
    let choice = ComboBox::from_id_salt("mirror").selected_text(text(tools.mirror.words()));
    let response = choice.show_ui(ui, |ui| {
        for mirror in Mirror::ALL {
            ui.selectable_value(&mut tools.mirror, mirror, text(mirror.words()));
        }
    });
    response.response.accessible_name(name).on_hover_text(tooltip);
    if tools.mirror.is_radial() {
        ui.add_space(8.0);
        let sectors = Number { key: "mirror-sectors", unit: Unit::Count };
        sectors.show(ui, NUMBER_WIDTH, &mut tools.sectors, 2..=16, Symmetry::MAX_SECTORS);
    }
}

pub(super) fn option(ui: &mut Ui, number: &Number<'_>, value: &mut f32, range: RangeInclusive<f32>, max_typed: f32) {
    ui.label(RichText::new(text(number.key)).weak()).on_hover_text(tooltip(number.key));
    number.show(ui, NUMBER_WIDTH, value, range, max_typed);
    ui.add_space(8.0);
}
