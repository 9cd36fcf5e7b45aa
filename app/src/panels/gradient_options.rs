//! The options of the gradient tool: its colours along a bar, its shape, and how it goes on.

use egui::{
    Button, Color32, Id, Mesh, Painter, Pos2, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use super::color::color_field;
use super::controls::{icon_button, short_number};
use super::marking_options::choice;
use crate::canvas::{ColorStop, GradientOptions, GradientPreset, HandColors, StopColor};
use crate::icons;
use crate::language::{text, text_with, tooltip};
use crate::paint::fill::{GradientShape, Repeat};
use crate::theme::{ACCENT, CONTROL_HEIGHT};

const BAR: Vec2 = vec2(220.0, 18.0);
/// The stops hang below the bar.
const STOP: Vec2 = vec2(11.0, 13.0);
/// Pieces that the bar is drawn in.
const PIECES: u32 = 64;

pub fn show(ui: &mut Ui, options: &mut GradientOptions, colors: HandColors) {
    let id = Id::unique("gradient-stop");
    let mut chosen: usize = ui.data(|data| data.get_temp(id)).unwrap_or(0);
    presets(ui, options);
    bar(ui, options, colors, &mut chosen);
    chosen = chosen.min(options.stops.len().saturating_sub(1));
    stop(ui, options, colors, &mut chosen);
    ui.data_mut(|data| data.insert_temp(id, chosen));
    shapes(ui, options);
}

fn presets(ui: &mut Ui, options: &mut GradientOptions) {
    let button = Button::image(icons::PALETTE.image()).image_tint_follows_text_color(true);
    let menu = egui::containers::menu::MenuButton::from_button(button.min_size(Vec2::splat(CONTROL_HEIGHT)));
    let (response, _) = menu.ui(ui, |ui| {
        for preset in GradientPreset::ALL {
            if ui.button(text(preset.words())).clicked() {
                options.stops = preset.stops();
            }
        }
        ui.separator();
        let reverse = ui.button(text("gradient-reverse")).on_hover_text(tooltip("gradient-reverse"));
        if reverse.clicked() {
            options.stops.iter_mut().for_each(|stop| stop.position = 1.0 - stop.position);
        }
    });
    response.accessible_name(text("gradient-presets")).on_hover_text(tooltip("gradient-presets"));
}

/// The gradient, with its stops to drag; a click where there is none adds one.
fn bar(ui: &mut Ui, options: &mut GradientOptions, colors: HandColors, chosen: &mut usize) {
    let margin = STOP.x / 2.0;
    let (rect, response) = ui.allocate_exact_size(BAR + vec2(2.0 * margin, STOP.y), Sense::click());
    let rect = Rect::from_min_size(rect.min + vec2(margin, 0.0), BAR);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text("gradient-bar")));
    let response = response.on_hover_text(tooltip("gradient-bar"));
    if let Some(pos) = response.interact_pointer_pos().filter(|_| response.clicked()) {
        let position = ((pos.x - rect.left()) / rect.width()).clamp(0.0, 1.0);
        *chosen = options.add_stop(colors, position).unwrap_or(*chosen);
    }
    paint_bar(ui, rect, options, colors);
    let mut removed = None;
    for (index, stop) in options.stops.iter_mut().enumerate() {
        let response = handle(ui, rect, index, stop);
        if response.drag_started() || response.clicked() {
            *chosen = index;
        }
        if let Some(pos) = response.interact_pointer_pos().filter(|_| response.dragged()) {
            stop.position = ((pos.x - rect.left()) / rect.width()).clamp(0.0, 1.0);
        }
        if response.secondary_clicked() {
            removed = Some(index);
        }
        let [red, green, blue] = stop.rgb(colors);
        paint_handle(ui.painter(), place(rect, stop.position), Color32::from_rgb(red, green, blue), index == *chosen);
    }
    if let Some(index) = removed {
        remove(options, index, chosen);
    }
}

fn handle(ui: &Ui, bar: Rect, index: usize, stop: &ColorStop) -> Response {
    let top = place(bar, stop.position);
    let rect = Rect::from_min_size(top - vec2(STOP.x / 2.0, 0.0), STOP).expand(2.0);
    let response = ui.interact(rect, ui.scope_id().with(("gradient-stop", index)), Sense::click_and_drag());
    let percent = (stop.position * 100.0).round();
    let name = text_with("gradient-stop", &[("number", (index + 1).into()), ("percent", percent.into())]);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    response.on_hover_text(tooltip("gradient-stop"))
}

fn place(bar: Rect, position: f32) -> Pos2 {
    pos2(bar.left() + bar.width() * position, bar.bottom())
}

fn paint_handle(painter: &Painter, top: Pos2, color: Color32, is_chosen: bool) {
    let (half, height) = (STOP.x / 2.0, STOP.y);
    let points =
        vec![top, top + vec2(half, half), top + vec2(half, height), top + vec2(-half, height), top + vec2(-half, half)];
    let line = if is_chosen { Stroke::new(2.0, ACCENT) } else { Stroke::new(1.0, Color32::from_gray(150)) };
    painter.add(Shape::convex_polygon(points, color, line));
}

fn paint_bar(ui: &Ui, rect: Rect, options: &GradientOptions, colors: HandColors) {
    let painter = ui.painter();
    let half = rect.height() / 2.0;
    for square in 0..(rect.width() / half).ceil() as u32 {
        for row in 0..2 {
            let gray = if (square + row).is_multiple_of(2) { 204 } else { 170 };
            let min = rect.min + vec2(square as f32 * half, row as f32 * half);
            let square = Rect::from_min_size(min, Vec2::splat(half)).intersect(rect);
            painter.rect_filled(square, 0.0, Color32::from_gray(gray));
        }
    }
    let straight =
        GradientOptions { shape: GradientShape::Linear, repeat: Repeat::Never, stops: options.stops.clone() };
    let gradient = straight.gradient(colors, rect.left_top(), rect.right_top());
    let mut mesh = Mesh::default();
    for piece in 0..=PIECES {
        let x = rect.left() + rect.width() * piece as f32 / PIECES as f32;
        let [red, green, blue, alpha] = gradient.at([x, rect.top()]).map(|channel| (channel / 257) as u8);
        let color = Color32::from_rgba_premultiplied(red, green, blue, alpha);
        mesh.colored_vertex(pos2(x, rect.top()), color);
        mesh.colored_vertex(pos2(x, rect.bottom()), color);
        if piece > 0 {
            let first = 2 * (piece - 1);
            mesh.add_triangle(first, first + 1, first + 2);
            mesh.add_triangle(first + 1, first + 2, first + 3);
        }
    }
    painter.add(Shape::mesh(mesh));
    painter.rect_stroke(rect, 0.0, Stroke::new(1.0, Color32::from_gray(100)), StrokeKind::Outside);
}

/// The stop that was chosen: its colour, how opaque it is, and its end.
fn stop(ui: &mut Ui, options: &mut GradientOptions, colors: HandColors, chosen: &mut usize) {
    let can_remove = options.stops.len() > 1;
    let Some(stop) = options.stops.get_mut(*chosen) else { return };
    let own = StopColor::Own(stop.rgb(colors));
    let choices = [
        (StopColor::InHand, "gradient-in-hand"),
        (StopColor::Second, "gradient-second"),
        (if matches!(stop.color, StopColor::Own(_)) { stop.color } else { own }, "gradient-own"),
    ];
    choice(ui, "gradient-stop-kind", &mut stop.color, &choices);
    if let StopColor::Own(color) = &mut stop.color {
        let (name, tooltip) = (text("gradient-stop-color"), tooltip("gradient-stop-color"));
        color_field(ui, &name, &tooltip, color);
    }
    let mut percent = stop.opacity * 100.0;
    let field = short_number(ui, "gradient-stop-opacity", &mut percent, |field| {
        field.range(0.0..=100.0).speed(0.5).fixed_decimals(0).suffix(" %")
    });
    if field.changed() {
        stop.opacity = percent / 100.0;
    }
    ui.add_enabled_ui(can_remove, |ui| {
        if icon_button(ui, icons::TRASH, "gradient-remove-stop", None).clicked() {
            remove(options, *chosen, chosen);
        }
    });
    ui.add_space(4.0);
}

/// The last one stays.
fn remove(options: &mut GradientOptions, index: usize, chosen: &mut usize) {
    if options.stops.len() > 1 && index < options.stops.len() {
        options.stops.remove(index);
        *chosen = chosen.saturating_sub(usize::from(*chosen >= index));
    }
}

fn shapes(ui: &mut Ui, options: &mut GradientOptions) {
    let shapes = [
        (GradientShape::Linear, "gradient-linear"),
        (GradientShape::Bilinear, "gradient-bilinear"),
        (GradientShape::Radial, "gradient-radial"),
        (GradientShape::Square, "gradient-square"),
        (GradientShape::Conical, "gradient-conical"),
        (GradientShape::Symmetric, "gradient-symmetric"),
        (GradientShape::Spiral, "gradient-spiral"),
    ];
    choice(ui, "gradient-shape", &mut options.shape, &shapes);
    let repeats = [
        (Repeat::Never, "gradient-repeat-never"),
        (Repeat::Sawtooth, "gradient-repeat-sawtooth"),
        (Repeat::Mirror, "gradient-repeat-mirror"),
    ];
    choice(ui, "gradient-repeat", &mut options.repeat, &repeats);
}
