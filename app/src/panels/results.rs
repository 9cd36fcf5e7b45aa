//! The strip of results, newest first, and what can be done with the one on the canvas.

use std::collections::HashMap;

use egui::{
    ColorImage, CursorIcon, Rect, Response, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, TextureHandle,
    TextureOptions, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::controls::{Look, command_button};
use super::docks::{PanelAnswer, hide_button};
use crate::commands::{Command, InpaintCommand};
use crate::desk::Desk;
use crate::icons;
use crate::language::{text, text_with};
use crate::studio::results::{ResultId, ResultPicture};
use crate::theme::{ACCENT, CONTROL_HEIGHT, ON_ACCENT};

/// Side of a thumbnail, in points.
const SIDE: f32 = 80.0;
const BUTTON_WIDTH: f32 = 100.0;
const HANDLE_WIDTH: f32 = 20.0;

/// The thumbnails' textures.
#[derive(Default)]
pub struct Thumbnails(HashMap<ResultId, TextureHandle>);

pub fn show(ui: &mut Ui, desk: &mut Desk) -> PanelAnswer {
    ui.horizontal_centered(|ui| {
        let answer = handle(ui);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            for command in [Command::Accept, Command::Reroll, Command::Reject] {
                let is_next = command == Command::Accept && command.is_enabled(desk) && desk.view.shows_result();
                let look = if is_next { Look::Accent } else { Look::Named };
                command_button(ui, desk, command, look, vec2(BUTTON_WIDTH, CONTROL_HEIGHT));
            }
        });
        ui.add_space(8.0);
        if desk.studio.results().is_empty() {
            ui.label(RichText::new(text("results-empty")).weak());
            return answer;
        }
        ScrollArea::horizontal().auto_shrink([false, false]).show(ui, |ui| {
            ui.horizontal_centered(|ui| thumbnails(ui, desk));
        });
        answer
    })
    .inner
}

/// The strip has no name over it: it is moved by this handle, and hidden by the cross above it.
fn handle(ui: &mut Ui) -> PanelAnswer {
    ui.vertical(|ui| {
        ui.set_width(HANDLE_WIDTH);
        ui.spacing_mut().item_spacing.y = 0.0;
        let is_hidden = hide_button(ui).clicked();
        let (rect, response) =
            ui.allocate_exact_size(vec2(HANDLE_WIDTH, ui.available_height()), Sense::click_and_drag());
        let response = response.on_hover_cursor(CursorIcon::Grab).on_hover_text(text("panel-move"));
        let tint = if response.hovered() { ui.visuals().text_color() } else { ui.visuals().weak_text_color() };
        let grip = Rect::from_center_size(rect.center() - vec2(0.0, HANDLE_WIDTH / 2.0), Vec2::splat(16.0));
        icons::GRIP.image_of(16.0).tint(tint).paint_at(ui, grip);
        match (is_hidden, response.drag_started()) {
            (true, _) => PanelAnswer::Hidden,
            (_, true) => PanelAnswer::Dragged,
            _ => PanelAnswer::Nothing,
        }
    })
    .inner
}

fn thumbnails(ui: &mut Ui, desk: &mut Desk) {
    let shown = desk.studio.results().shown().map(|result| result.id);
    let mut textures = std::mem::take(&mut desk.thumbnails);
    let (mut clicked, mut wanted) = (None, None);
    for (number, result) in desk.studio.results().iter().enumerate() {
        let texture = textures.0.entry(result.id).or_insert_with(|| upload(ui, result));
        let can_show = desk.studio.run().is_none() && desk.studio.fits(result.id);
        let response =
            ui.add_enabled_ui(can_show, |ui| thumbnail(ui, result, texture, number, shown == Some(result.id))).inner;
        if response.clicked() {
            clicked = Some(result.id);
        }
        response.context_menu(|ui| {
            if ui.button(text("use-recipe-of-result")).clicked() {
                desk.recipe_wanted = Some(result.recipe.clone());
                ui.close();
            }
            if result.origin.is_some() {
                for command in [InpaintCommand::ContinueFromStep, InpaintCommand::FinishStep] {
                    let info = Command::from(command).info();
                    if ui.add_enabled(can_show, egui::Button::new(info.label())).on_hover_text(info.tooltip()).clicked()
                    {
                        wanted = Some((result.id, command));
                        ui.close();
                    }
                }
            }
        });
    }
    textures.0.retain(|id, _| desk.studio.results().get(*id).is_some());
    desk.thumbnails = textures;
    if let Some(recipe) = desk.recipe_wanted.take() {
        desk.studio.use_recipe(recipe);
    }
    if let Some((id, command)) = wanted {
        desk.studio.show_result(Some(id));
        Command::from(command).run(desk);
    }
    if let Some(id) = clicked {
        // A second click takes it off the canvas again, to compare.
        desk.studio.show_result(Some(id).filter(|id| Some(*id) != shown));
    }
}

fn upload(ui: &Ui, result: &ResultPicture) -> TextureHandle {
    let (width, height) = result.thumbnail.dimensions();
    let image = ColorImage::from_rgb([width as usize, height as usize], result.thumbnail.as_raw());
    ui.ctx().load_texture("thumbnail", image, TextureOptions::LINEAR)
}

fn thumbnail(ui: &mut Ui, result: &ResultPicture, texture: &TextureHandle, number: usize, is_shown: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(SIDE, SIDE), Sense::click());
    let name =
        text_with("result-name", &[("number", (number + 1).into()), ("seed", result.recipe.seed.to_string().into())]);
    response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), is_shown, &name));
    let size = texture.size_vec2();
    let shrink = SIDE / size.max_elem().max(1.0);
    let picture = Rect::from_center_size(rect.center(), size * shrink);
    ui.painter().rect_filled(rect, 6.0, ui.visuals().extreme_bg_color);
    let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    egui::Image::from_texture(texture).corner_radius(6).uv(uv).paint_at(ui, picture);
    let stroke = if is_shown || response.has_focus() {
        Stroke::new(2.0, ACCENT)
    } else if response.hovered() {
        Stroke::new(1.0, ui.visuals().text_color())
    } else {
        Stroke::new(1.0, ui.visuals().widgets.noninteractive.bg_stroke.color)
    };
    ui.painter().rect_stroke(rect, 6.0, stroke, StrokeKind::Inside);
    if result.accepted {
        let badge = Rect::from_min_size(rect.right_top() + vec2(-24.0, 4.0), vec2(20.0, 20.0));
        ui.painter().circle_filled(badge.center(), 10.0, ACCENT);
        icons::CHECK.image_of(14.0).tint(ON_ACCENT).paint_at(ui, badge.shrink(3.0));
    }
    let seed = text_with("result-tooltip", &[("seed", result.recipe.seed.to_string().into())]);
    let taken = if result.accepted { format!("\n{}", text("result-accepted")) } else { String::new() };
    let kept = |step: u32| format!("\n{}", text_with("result-kept-at", &[("step", step.into())]));
    let kept = result.kept_at.map(kept).unwrap_or_default();
    let seam = |seam: f32| format!("\n{}", text_with("result-seam", &[("seam", format!("{seam:.1}").into())]));
    let seam = result.seam.map(seam).unwrap_or_default();
    let continues = || {
        let command = Command::from(InpaintCommand::ContinueFromStep).info().label();
        format!("\n{}", text_with("result-continues", &[("command", command.into())]))
    };
    let continues = result.origin.as_ref().map(|_| continues()).unwrap_or_default();
    response.on_hover_text(format!("{seed}\n{}{kept}{continues}{seam}{taken}", result.recipe.prompt))
}
