//! What can be done while pictures form, and with several of them at once.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod painter;

use std::sync::Arc;
use std::time::Duration;

use brushfire::canvas::Tool;
use brushfire::commands::{Command, Menu};
use brushfire_engine::{Event, Latents, Picture, Recipe, Step, Tweak};
use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::Queryable as _;
use image::{Rgb, RgbImage};

use painter::{Desk, scene};

/// One step of the last job is done, and its pictures look like this.
fn step(desk: &mut Desk, number: u32, previews: Vec<RgbImage>) {
    let (job, duration) = (desk.last_job(), Duration::from_millis(100));
    desk.send(Event::Step(Step {
        job,
        step: number,
        steps: 20,
        duration,
        remaining: duration,
        previews,
        branch: None,
    }));
}

fn wait_for_tweaks(desk: &mut Desk, count: usize) -> Vec<Tweak> {
    let tweaks = Arc::clone(&desk.engine.tweaks);
    desk.wait_for(|_| tweaks.lock().unwrap().len() >= count);
    tweaks.lock().unwrap().clone()
}

fn masked_desk() -> Desk {
    let mut desk = Desk::with_picture();
    desk.window_mut().desk.tools.mask_brush.diameter = 10.0;
    desk.stroke(&[(16.0, 24.0), (24.0, 24.0)]);
    desk
}

#[test]
fn changes_reach_a_run_only_where_that_is_wanted() {
    let mut desk = masked_desk();
    desk.generate();
    step(&mut desk, 1, vec![]);
    desk.window_mut().desk.studio.recipe.prompt = "a red apple".to_owned();
    std::thread::sleep(Duration::from_millis(200));
    desk.settle();
    assert!(desk.engine.tweaks.lock().unwrap().is_empty());

    desk.click_in_menu(Menu::Generate, "Tweak while running");
    let tweaks = wait_for_tweaks(&mut desk, 1);
    assert_eq!(tweaks, [Tweak { prompt: Some("a red apple".to_owned()), ..Tweak::default() }]);
    desk.window_mut().desk.studio.recipe.guidance = 5.0;
    let tweaks = wait_for_tweaks(&mut desk, 2);
    assert_eq!(tweaks[1], Tweak { guidance: Some(5.0), ..Tweak::default() });
}

#[test]
fn a_stroke_on_the_mask_during_a_run_changes_where_it_paints() {
    let mut desk = masked_desk();
    desk.window_mut().desk.studio.tweaks_while_running = true;
    let job = desk.generate();
    assert_eq!(job.mask.unwrap().get_pixel(44, 24).0, [0]);
    step(&mut desk, 1, vec![]);
    std::thread::sleep(Duration::from_millis(200));
    desk.stroke(&[(40.0, 24.0), (48.0, 24.0)]);
    let tweaks = wait_for_tweaks(&mut desk, 1);
    let mask = tweaks[0].mask.as_ref().unwrap();
    assert_eq!([mask.get_pixel(44, 24).0, mask.get_pixel(20, 24).0, mask.get_pixel(4, 4).0], [[255], [255], [0]]);
    desk.finish([200, 10, 10]);
    desk.press(Modifiers::NONE, Key::Enter);
    let pixel = |x, y| desk.document().flattened().pixel(x, y).map(|channel| (channel / 257) as u8);
    assert_eq!(pixel(44, 24), [200, 10, 10, 255]);
    assert_eq!(pixel(20, 24), [200, 10, 10, 255]);
    let [red, green, blue] = scene().get_pixel(4, 4).0;
    assert_eq!(pixel(4, 4), [red, green, blue, 255]);
}

#[test]
fn a_step_can_be_kept_while_the_run_goes_on() {
    let mut desk = masked_desk();
    desk.generate();
    assert!(!Command::KeepPreview.is_enabled(&desk.window().desk));
    step(&mut desk, 7, vec![RgbImage::from_pixel(8, 8, Rgb([10, 20, 200]))]);
    desk.click("Keep this step");
    desk.wait_for(|window| !window.desk.studio.results().is_empty());
    assert!(desk.window().desk.studio.run().is_some());
    let kept = desk.window().desk.studio.results().iter().next().unwrap().clone();
    assert_eq!((kept.kept_at, kept.image.get_pixel(3, 3).0), (Some(7), [10, 20, 200]));
    desk.finish([200, 10, 10]);
    let results = desk.window().desk.studio.results();
    assert_eq!((results.iter().count(), results.shown().unwrap().kept_at), (2, None));
}

/// Lets the engine answer with one picture of each colour.
fn finish_with(desk: &mut Desk, colors: &[[u8; 3]]) {
    let recipe = desk.engine.jobs.lock().unwrap().last().unwrap().recipe.clone();
    let picture = |(color, number): (&[u8; 3], u64)| Picture {
        image: RgbImage::from_pixel(recipe.width, recipe.height, Rgb(*color)),
        recipe: Recipe { seed: recipe.seed + number, batch: 1, ..recipe.clone() },
    };
    let pictures = colors.iter().zip(0..).map(picture).collect();
    let job = desk.last_job();
    desk.send(Event::Finished { job, pictures, latents: Latents::default(), seconds: 1.0 });
    desk.wait_for(|window| window.desk.studio.run().is_none());
}

const COLORS: [[u8; 3]; 4] = [[200, 0, 0], [0, 200, 0], [0, 0, 200], [200, 200, 0]];

fn ask_for_four(desk: &mut Desk) {
    desk.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::Enter);
    let jobs = Arc::clone(&desk.engine.jobs);
    desk.wait_for(|_| !jobs.lock().unwrap().is_empty());
    assert_eq!(jobs.lock().unwrap()[0].recipe.batch, 4);
}

#[test]
fn four_pictures_form_beside_each_other_and_one_is_chosen() {
    let mut desk = masked_desk();
    ask_for_four(&mut desk);
    step(&mut desk, 3, COLORS.map(|color| RgbImage::from_pixel(8, 6, Rgb(color))).to_vec());
    for number in 1..=4 {
        desk.harness.get_by_role_and_label(Role::Button, &format!("Picture {number}, forming"));
    }
    finish_with(&mut desk, &COLORS);
    let seed = desk.window().desk.studio.results().iter().nth(2).unwrap().recipe.seed;
    // The strip has the same names and stands before it.
    let name = format!("Result 3, seed {seed}");
    desk.harness.get_all_by_role_and_label(Role::Button, &name).last().unwrap().click();
    desk.settle();
    assert!(desk.window().desk.variations.is_none());
    assert_eq!(desk.window().desk.studio.results().shown().unwrap().image.get_pixel(3, 3).0, COLORS[2]);
}

#[test]
fn results_as_layers_are_blended_by_painting_between_them() {
    let mut desk = masked_desk();
    ask_for_four(&mut desk);
    finish_with(&mut desk, &COLORS);
    let before = desk.document().layers().len();
    desk.harness.get_by_role_and_label(Role::Button, "Accept all as layers").click();
    desk.settle();
    desk.wait_for(|window| !window.desk.studio.is_editing());
    assert_eq!(desk.document().layers().len(), before + 7, "each but the lowest has a layer it is clipped to");
    let pixel = |desk: &Desk, x, y| desk.document().flattened().pixel(x, y).map(|channel| (channel / 257) as u8);
    assert_eq!(pixel(&desk, 20, 24), [200, 0, 0, 255], "the one on the canvas lies on top");
    for (tool, shown) in [(Tool::Eraser, [0, 200, 0, 255]), (Tool::ColorBrush, [200, 0, 0, 255])] {
        desk.window_mut().desk.tools.take(tool);
        desk.window_mut().desk.tools.brush_mut().unwrap().diameter = 12.0;
        desk.stroke(&[(19.0, 24.0), (21.0, 24.0)]);
        assert_eq!(pixel(&desk, 20, 24), shown, "{tool:?}");
    }
    (0..3).for_each(|_| desk.press(Modifiers::COMMAND, Key::Z));
    assert_eq!(desk.document().layers().len(), before, "all of them are one step");
}
