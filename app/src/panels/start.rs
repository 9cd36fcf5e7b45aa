//! The card at the start: the pictures of the last days, a new one, another one. It goes as soon as anything is begun.

use egui::{Align2, Area, Button, Frame, Id, Margin, Order, RichText, Ui, vec2};

use super::controls::{Look, command_button, icon_button};
use crate::commands::Command;
use crate::desk::Desk;
use crate::icons;
use crate::language::text;
use crate::theme::CONTROL_HEIGHT;

const WIDTH: f32 = 360.0;
/// Recent pictures that are listed.
const MAX_FILES: usize = 6;

pub fn show(ui: &Ui, desk: &mut Desk) {
    let studio = &desk.studio;
    let is_begun = studio.picture_number() > 0 || studio.history().can_undo() || studio.is_painting();
    if !desk.start_card || is_begun || studio.run().is_some() {
        desk.start_card = false;
        return;
    }
    let card = Area::new(Id::unique("start")).order(Order::Middle).pivot(Align2::CENTER_CENTER);
    card.fixed_pos(desk.view.rect().center()).show(ui.ctx(), |ui| {
        Frame::popup(ui.style()).inner_margin(Margin::same(16)).show(ui, |ui| {
            ui.set_width(WIDTH);
            ui.horizontal(|ui| {
                ui.label(RichText::new(text("start-recent")).strong());
                super::controls::from_right(ui, |ui| {
                    if icon_button(ui, icons::X, "start-close", None).clicked() {
                        desk.start_card = false;
                    }
                });
            });
            ui.scope(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                files(ui, desk);
            });
            ui.horizontal(|ui| {
                let size = vec2((WIDTH - ui.spacing().item_spacing.x) / 2.0, CONTROL_HEIGHT);
                for command in [Command::NewCanvas, Command::Open] {
                    command_button(ui, desk, command, Look::Named, size);
                }
            });
        });
    });
}

fn files(ui: &mut Ui, desk: &mut Desk) {
    let mut chosen = None;
    for path in desk.recent_files.iter().take(MAX_FILES) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let folder = path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
        let button = Button::new((icons::IMAGE.image_of(16.0), name.as_str()))
            .shortcut_text(RichText::new(shortened(&folder)).weak().small())
            .frame_when_inactive(false)
            .image_tint_follows_text_color(true)
            .min_size(vec2(ui.available_width(), CONTROL_HEIGHT))
            .truncate();
        if ui.add(button).accessible_name(&name).on_hover_text(path.display().to_string()).clicked() {
            chosen = Some(path.clone());
        }
    }
    if let Some(path) = chosen {
        desk.studio.open_path(&path);
    }
}

/// The end of a folder's path.
fn shortened(folder: &str) -> String {
    const MAX: usize = 24;
    let count = folder.chars().count();
    if count <= MAX {
        folder.to_owned()
    } else {
        format!("…{}", folder.chars().skip(count - MAX).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_path_the_end_is_shown() {
        assert_eq!(shortened("/home/painter"), "/home/painter");
        assert_eq!(shortened("/home/painter/pictures/of the sea/2026"), "…pictures/of the sea/2026");
        assert_eq!(shortened("图片".repeat(20).as_str()).chars().count(), 25);
    }
}
