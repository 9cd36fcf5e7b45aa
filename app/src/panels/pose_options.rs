//! The options of the pose tool: the pose that a click places, how joints follow, and what is done to who is chosen.

use brushfire_engine::hints::skeleton::Keypoint;
use egui::{Button, Color32, Id, Rect, Response, Sense, Ui, Vec2, pos2, vec2};

use super::controls::{Look, command_button, hint};
use super::marking_options::check;
use crate::canvas::paint_figure;
use crate::commands::{Command, PoseCommand};
use crate::desk::Desk;
use crate::figures::{PRESETS, Preset};
use crate::icons;
use crate::language::{text, tooltip};
use crate::theme::{ACCENT, CONTROL_HEIGHT};

/// Of a pose in the list, in points.
const CELL: Vec2 = vec2(76.0, 92.0);
/// So much of it is for the name.
const NAME_HEIGHT: f32 = 18.0;
const COLUMNS: usize = 5;

/// The buttons for the chosen person, and after a gap those for files.
const FOR_PERSON: [PoseCommand; 6] = [
    PoseCommand::Mirror,
    PoseCommand::Duplicate,
    PoseCommand::Delete,
    PoseCommand::Hands,
    PoseCommand::Face,
    PoseCommand::Complete,
];
const FOR_FILES: [PoseCommand; 2] = [PoseCommand::Import, PoseCommand::Export];

pub fn show(ui: &mut Ui, desk: &mut Desk) {
    presets(ui, desk);
    check(ui, "pose-keeps-lengths", &mut desk.tools.pose.keeps_lengths);
    ui.add_space(4.0);
    for commands in [&FOR_PERSON[..], &FOR_FILES[..]] {
        ui.separator();
        for command in commands {
            command_button(ui, desk, Command::Pose(*command), Look::Quiet, Vec2::splat(CONTROL_HEIGHT));
        }
    }
    ui.add_space(4.0);
    hint(ui, "pose-hint");
}

/// All poses as small pictures behind the name of that in hand.
fn presets(ui: &mut Ui, desk: &mut Desk) {
    let chosen = desk.tools.pose.preset();
    let button = Button::image_and_text(icons::PERSON.image(), name_of(chosen)).image_tint_follows_text_color(true);
    let menu = egui::containers::menu::MenuButton::from_button(button.min_size(vec2(132.0, CONTROL_HEIGHT)));
    let (response, _) = menu.ui(ui, |ui| {
        egui::Grid::new(Id::unique("poses")).spacing(vec2(4.0, 4.0)).show(ui, |ui| {
            for (index, preset) in PRESETS.iter().enumerate() {
                if cell(ui, *preset, *preset == chosen).clicked() {
                    desk.tools.pose.choose(*preset);
                    ui.close();
                }
                if (index + 1) % COLUMNS == 0 {
                    ui.end_row();
                }
            }
        });
    });
    response.accessible_name(text("pose-presets")).on_hover_text(tooltip("pose-presets"));
}

fn cell(ui: &mut Ui, preset: Preset, is_chosen: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(CELL, Sense::click());
    let name = name_of(preset);
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, is_chosen, &name));
    let visuals = ui.style().interact_selectable(&response, is_chosen);
    let ground = if is_chosen || response.hovered() { visuals.weak_bg_fill } else { Color32::TRANSPARENT };
    ui.painter().rect_filled(rect, 4.0, ground);
    if is_chosen {
        ui.painter().rect_stroke(rect, 4.0, egui::Stroke::new(1.0, ACCENT), egui::StrokeKind::Inside);
    }
    let picture = Rect::from_min_max(rect.min + vec2(4.0, 4.0), rect.max - vec2(4.0, NAME_HEIGHT));
    // On black, as the network sees them.
    ui.painter().rect_filled(picture, 2.0, Color32::BLACK);
    let side = picture.width().min(picture.height());
    let middle = Keypoint::new(side / 2.0, side / 2.0);
    let corner = picture.center() - Vec2::splat(side / 2.0);
    let place = |point: Keypoint| pos2(corner.x + point.x, corner.y + point.y);
    for person in preset.people([side as u32, side as u32], middle) {
        paint_figure(&ui.painter().with_clip_rect(picture), &person, place, 2.0, 1.0);
    }
    let font = egui::FontId::proportional(12.0);
    let below = pos2(rect.center().x, rect.bottom() - NAME_HEIGHT / 2.0);
    ui.painter().with_clip_rect(rect).text(below, egui::Align2::CENTER_CENTER, &name, font, visuals.text_color());
    response.on_hover_text(name)
}

fn name_of(preset: Preset) -> String {
    text(&format!("pose-{}", preset.key))
}
