//! The window driven as a painter drives it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod painter;

use std::sync::Arc;
use std::time::Duration;

use brushfire::canvas::Tool;
use brushfire::commands::{Command, Menu};
use brushfire::document::CanvasSize;
use brushfire::files::Settings;
use brushfire::studio::Phase;
use brushfire_engine::memory::Place;
use brushfire_engine::tasks::TaskError;
use brushfire_engine::{Event, JobError, Recipe, Step};
use egui::{Key, Modifiers, Role, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use image::{Rgb, RgbImage};

use painter::{Desk, key_press, press_at, scene};

#[test]
fn a_typed_prompt_is_what_the_engine_is_asked_for() {
    let mut desk = Desk::new();
    desk.harness.get_by_role_and_label(Role::MultilineTextInput, "Prompt").click();
    desk.settle();
    desk.harness.get_by_role_and_label(Role::MultilineTextInput, "Prompt").type_text("a red apple");
    desk.settle();
    let job = desk.generate();
    assert_eq!(job.recipe.prompt, "a red apple");
    assert_eq!((job.recipe.width, job.recipe.height), (256, 256));
    assert!(job.init.is_none() && job.mask.is_none(), "a blank canvas is made from nothing");
}

#[test]
fn a_stroke_a_prompt_and_the_button_without_a_pause_become_what_was_meant() {
    let mut desk = Desk::with_picture();
    desk.window_mut().desk.tools.mask_brush.diameter = 10.0;
    let prompt = desk.harness.get_by_role_and_label(Role::MultilineTextInput, "Prompt").rect().center();
    let mut events = desk.drag(&[(16.0, 24.0), (30.0, 24.0), (40.0, 24.0)]);
    events.extend([egui::Event::PointerMoved(prompt), press_at(prompt, true), press_at(prompt, false)]);
    for (key, letter) in [(Key::R, "r"), (Key::E, "e"), (Key::D, "d")] {
        events.extend([key_press(key, Modifiers::NONE), egui::Event::Text(letter.to_owned())]);
    }
    events.push(key_press(Key::Enter, Modifiers::COMMAND));
    desk.all_at_once(events);
    let jobs = Arc::clone(&desk.engine.jobs);
    desk.wait_for(|_| !jobs.lock().unwrap().is_empty());
    let job = jobs.lock().unwrap()[0].clone();
    assert_eq!(job.recipe.prompt, "red");
    assert_eq!(job.mask.unwrap().get_pixel(30, 24).0, [255]);
    assert_eq!(desk.window().desk.tools.in_hand(), Tool::MaskBrush, "no letter was a shortcut");
}

#[test]
fn nothing_moves_when_the_prompt_gets_the_keyboard() {
    let mut desk = Desk::new();
    let place = |desk: &Desk| desk.harness.get_by_role_and_label(Role::ComboBox, "Model").rect();
    let before = place(&desk);
    desk.harness.get_by_role_and_label(Role::MultilineTextInput, "Prompt").click();
    desk.settle();
    assert_eq!(place(&desk), before);
}

#[test]
fn the_walls_are_as_light_as_they_were_the_last_time() {
    let mut desk = Desk::new();
    assert!(desk.window().desk.dark);
    desk.click_in_menu(Menu::Window, "Change theme");
    let mut settings = Settings::default();
    desk.window().desk.give_settings(&mut settings);
    let mut next = Desk::new();
    next.window_mut().desk.take_settings(&settings);
    assert!(!next.window().desk.dark);
}

#[test]
fn letters_typed_into_the_prompt_are_not_shortcuts() {
    let mut desk = Desk::new();
    desk.harness.get_by_role_and_label(Role::MultilineTextInput, "Prompt").click();
    desk.settle();
    desk.press(Modifiers::NONE, Key::E);
    assert_eq!(desk.window().desk.tools.in_hand(), Tool::MaskBrush);
}

#[test]
fn the_button_can_be_pressed_once_and_then_only_cancel() {
    let mut desk = Desk::new();
    assert!(Command::Generate.is_enabled(&desk.window().desk));
    assert!(!Command::Cancel.is_enabled(&desk.window().desk));
    desk.generate();
    assert!(!Command::Generate.is_enabled(&desk.window().desk));
    desk.press(Modifiers::NONE, Key::Escape);
    assert_eq!(*desk.engine.cancelled.lock().unwrap(), [desk.last_job()]);
    let job = desk.last_job();
    desk.send(Event::Cancelled { job });
    assert!(Command::Generate.is_enabled(&desk.window().desk));
}

#[test]
fn a_prompt_that_is_too_long_is_refused_before_the_engine_sees_it() {
    let mut desk = Desk::new();
    desk.window_mut().desk.studio.recipe.prompt = "a".repeat(Recipe::MAX_PROMPT_BYTES + 1);
    desk.settle();
    assert!(!Command::Generate.is_enabled(&desk.window().desk));
    assert!(desk.window().desk.studio.recipe_problem().unwrap().contains("prompt"));
}

#[test]
fn a_stroke_of_the_pointer_paints_the_mask_and_undo_takes_it_back() {
    let mut desk = Desk::with_picture();
    desk.window_mut().desk.tools.mask_brush.diameter = 10.0;
    desk.stroke(&[(16.0, 24.0), (24.0, 24.0), (40.0, 24.0)]);
    assert_eq!(desk.mask_at(30, 24), u16::MAX, "every movement of the frame counts");
    assert_eq!(desk.mask_at(30, 40), 0);

    desk.click_in_menu(Menu::Edit, "Undo");
    assert_eq!(desk.mask_at(30, 24), 0);
    desk.click_in_menu(Menu::Edit, "Redo");
    assert_eq!(desk.mask_at(30, 24), u16::MAX);

    desk.press(Modifiers::NONE, Key::E);
    desk.stroke(&[(30.0, 24.0), (30.0, 24.0)]);
    assert_eq!(desk.mask_at(30, 24), 0, "the eraser takes it away");
}

#[test]
fn the_mask_can_be_inverted_and_cleared() {
    let mut desk = Desk::with_picture();
    desk.press(Modifiers::COMMAND, Key::I);
    assert_eq!(desk.mask_at(5, 5), u16::MAX);
    desk.click("Clear mask");
    assert_eq!(desk.document().mask_bounds(), None);
}

#[test]
fn a_masked_picture_goes_to_the_engine_padded_and_with_its_mask() {
    let mut desk = Desk::with_picture();
    desk.window_mut().desk.tools.mask_brush.diameter = 10.0;
    desk.stroke(&[(30.0, 24.0), (31.0, 24.0)]);
    let job = desk.generate();
    let (init, mask) = (job.init.unwrap(), job.mask.unwrap());
    assert_eq!(init.dimensions(), (64, 64), "48 rows are padded to the engine's smallest side");
    assert_eq!(mask.dimensions(), (64, 64));
    assert_eq!(init.get_pixel(10, 20), scene().get_pixel(10, 20));
    assert_eq!(init.get_pixel(10, 60), scene().get_pixel(10, 47));
    assert_eq!(mask.get_pixel(30, 24).0, [255]);
}

#[test]
fn an_accepted_result_changes_the_masked_part_only_and_can_be_undone() {
    let mut desk = Desk::with_picture();
    desk.window_mut().desk.tools.mask_brush.diameter = 10.0;
    desk.stroke(&[(30.0, 24.0), (31.0, 24.0)]);
    desk.generate();
    desk.finish([250, 0, 250]);
    assert!(desk.document().rgb_image(desk.document().bounds()) == scene(), "nothing changes before it is accepted");

    desk.wait_for(|window| window.desk.view.shows_result());
    desk.press(Modifiers::NONE, Key::Enter);
    assert!(!desk.window().desk.view.shows_result());
    let accepted = desk.document().rgb_image(desk.document().bounds());
    assert_eq!(accepted.get_pixel(30, 24).0, [250, 0, 250]);
    let mask = desk.document().mask_image(desk.document().bounds());
    for (x, y, pixel) in accepted.enumerate_pixels().filter(|(x, y, _)| mask.get_pixel(*x, *y).0 == [0]) {
        assert_eq!(pixel, scene().get_pixel(x, y), "outside the mask at {x}, {y}");
    }
    desk.press(Modifiers::COMMAND, Key::Z);
    assert!(desk.document().rgb_image(desk.document().bounds()) == scene());
}

#[test]
fn a_rejected_result_stays_in_the_strip_and_a_reroll_has_another_seed() {
    let mut desk = Desk::with_picture();
    let first = desk.generate().recipe.seed;
    desk.finish([1, 2, 3]);
    desk.press(Modifiers::NONE, Key::Delete);
    assert!(desk.window().desk.studio.results().shown().is_none());
    desk.harness.get_by_role_and_label(Role::Button, &format!("Result 1, seed {first}")).click();
    desk.settle();
    assert!(desk.window().desk.studio.results().shown().is_some());
    desk.press(Modifiers::NONE, Key::Enter);
    assert!(
        desk.window().desk.studio.results().iter().next().unwrap().accepted,
        "Enter means the result that is shown"
    );

    let before = desk.engine.jobs.lock().unwrap().len();
    desk.click("Reroll");
    let jobs = Arc::clone(&desk.engine.jobs);
    desk.wait_for(|_| jobs.lock().unwrap().len() > before);
    assert_ne!(jobs.lock().unwrap().last().unwrap().recipe.seed, first);
}

#[test]
fn progress_is_told_and_a_failure_is_said_in_words() {
    let mut desk = Desk::with_picture();
    desk.generate();
    let job = desk.last_job();
    let previews = vec![RgbImage::from_pixel(8, 8, Rgb([0, 200, 0]))];
    let step = Step {
        job,
        step: 3,
        steps: 20,
        duration: Duration::from_millis(100),
        remaining: Duration::from_secs(2),
        previews,
        branch: None,
    };
    desk.send(Event::Step(step));
    assert_eq!(desk.window().desk.studio.run().unwrap().phase, Phase::Sampling { step: 3, steps: 20 });
    desk.harness.get_by_label("Step 3 of 20");
    desk.harness.get_by_label_contains("so far, about 2 s left");

    let error = JobError::Generation(TaskError::WrongModel { channels: 8 });
    let said = error.to_string();
    desk.send(Event::Failed { job, error: Arc::new(error) });
    desk.harness.get_by_label(&said);
    desk.click("Dismiss");
    assert!(desk.harness.query_by_label(&said).is_none());
    assert!(Command::Generate.is_enabled(&desk.window().desk));
}

#[test]
fn another_device_means_another_engine_and_the_old_one_is_not_listened_to() {
    let mut desk = Desk::with_picture();
    desk.generate();
    let old = desk.window().desk.studio.mailbox();
    desk.click("Device");
    desk.click("Vulkan");
    assert!(desk.window().desk.studio.run().is_none());
    old.send_event(Event::DeviceReady { name: "the old one".to_owned(), place: Place::Cpu });
    desk.send(Event::DeviceReady { name: "the new one".to_owned(), place: Place::Cpu });
    assert_eq!(desk.window().desk.studio.device(), Some("the new one"));
}

#[test]
fn a_fixed_seed_is_used_and_a_random_one_is_new_each_time() {
    let mut desk = Desk::new();
    let shown = |desk: &Desk| {
        let field = desk.harness.get_by_role_and_label(Role::TextInput, "Seed");
        field.accesskit_node().value().unwrap_or_default()
    };
    assert_eq!(shown(&desk), "", "there is no seed before the first run");
    let first = desk.generate().recipe.seed;
    assert_eq!(shown(&desk), first.to_string());
    desk.finish([0; 3]);
    let second = desk.generate().recipe.seed;
    assert_ne!(first, second);
    desk.finish([0; 3]);
    desk.click("Keep the seed");
    assert_eq!(desk.generate().recipe.seed, second);
}

#[test]
fn a_seed_of_64_bits_is_typed_digit_for_digit() {
    let mut desk = Desk::new();
    desk.harness.get_by_role_and_label(Role::TextInput, "Seed").click();
    desk.settle();
    desk.press(Modifiers::COMMAND, Key::A);
    desk.harness.get_by_role_and_label(Role::TextInput, "Seed").type_text("18446744073709551557");
    desk.settle();
    assert_eq!(desk.generate().recipe.seed, 18_446_744_073_709_551_557);
}

#[test]
fn every_choice_has_a_name() {
    let desk = Desk::new();
    for name in ["Model", "Sampler", "Schedule"] {
        desk.harness.get_by_role_and_label(Role::ComboBox, name);
    }
    for name in ["Steps", "Guidance", "Strength", "Pictures", "Size", "Hardness", "Opacity", "Layer opacity"] {
        desk.harness.get_by_role_and_label(Role::Slider, name);
        desk.harness.get_by_role_and_label(Role::SpinButton, name);
    }
}

#[test]
fn a_changed_setting_is_one_entry_of_the_history() {
    let mut desk = Desk::new();
    desk.harness.get_by_role_and_label(Role::SpinButton, "Steps").focus();
    desk.settle();
    let before = desk.window().desk.studio.recipe.steps;
    desk.window_mut().desk.studio.recipe.steps = before + 5;
    desk.settle();
    desk.window_mut().desk.studio.recipe.steps = before + 6;
    desk.settle();
    desk.click_in_menu(Menu::Edit, "Undo");
    assert_eq!(desk.window().desk.studio.recipe.steps, before);
}

#[test]
fn every_command_is_in_its_menu_under_its_name() {
    let mut desk = Desk::new();
    for menu in Menu::ALL {
        if menu.commands().next().is_none() {
            continue;
        }
        desk.open_menu(menu);
        for info in menu.commands() {
            let label = info.label();
            assert!(desk.harness.query_all_by_role_and_label(Role::Button, &label).next().is_some(), "{label}");
        }
        desk.press(Modifiers::NONE, Key::Escape);
    }
}

#[test]
fn a_blank_canvas_is_made_in_the_size_that_is_asked_for() {
    let mut desk = Desk::new();
    desk.press(Modifiers::COMMAND, Key::N);
    desk.click("384 × 256");
    desk.click("Create");
    let size = desk.document().size();
    assert_eq!((size.width(), size.height()), (384, 256));
}

#[test]
fn the_size_of_a_blank_canvas_can_be_typed_and_a_picture_keeps_its_own() {
    let mut desk = Desk::new();
    desk.window_mut().desk.studio.resize_blank_canvas([320, 192]);
    desk.settle();
    assert_eq!(desk.document().size().width(), 320);
    desk.click_in_menu(Menu::Edit, "Undo");
    assert_eq!(desk.document().size().width(), 256);

    let mut desk = Desk::with_picture();
    desk.window_mut().desk.studio.resize_blank_canvas([320, 192]);
    desk.settle();
    assert!(desk.document().rgb_image(desk.document().bounds()) == scene());
}

#[test]
fn closing_asks_once_before_changes_are_lost() {
    let mut desk = Desk::with_picture();
    desk.generate();
    desk.finish([9, 9, 9]);
    desk.press(Modifiers::NONE, Key::Enter);
    desk.press(Modifiers::COMMAND, Key::W);
    desk.click("Stay");
    assert_eq!(desk.document().size().width(), 64, "the picture is still there");
    desk.press(Modifiers::COMMAND, Key::W);
    desk.click("Do not save");
    assert!(desk.document().is_uniform(), "a blank canvas is left");
}

#[test]
fn another_picture_is_opened_beside_and_each_keeps_its_own() {
    let mut desk = Desk::with_picture();
    desk.generate();
    desk.finish([9, 9, 9]);
    desk.press(Modifiers::NONE, Key::Enter);
    desk.window_mut().desk.studio.recipe.prompt = "a hat".to_owned();
    desk.settle();
    desk.window_mut().desk.studio.new_canvas(CanvasSize::new(128, 128).unwrap());
    desk.settle();
    assert_eq!(desk.document().size().width(), 128);
    assert!(desk.window().desk.studio.results().is_empty() && !desk.window().desk.studio.history().can_undo());
    desk.window_mut().desk.studio.recipe.prompt = "a shoe".to_owned();
    desk.press(Modifiers::COMMAND, Key::I);

    desk.harness.get_by_role_and_label(Role::Tab, "scene.png •").click();
    desk.settle();
    assert_eq!((desk.document().size().width(), desk.window().desk.studio.recipe.prompt.as_str()), (64, "a hat"));
    assert_eq!(desk.window().desk.studio.results().iter().count(), 1);
    desk.press(Modifiers::COMMAND, Key::Z);
    desk.press(Modifiers::COMMAND, Key::Z);
    assert!(desk.document().rgb_image(desk.document().bounds()) == scene(), "undo is that of this picture");
    desk.press(Modifiers::COMMAND, Key::Tab);
    assert_eq!(desk.document().size().width(), 128);
    assert_eq!(desk.window().desk.studio.recipe.prompt, "a shoe");
}

#[test]
fn results_go_to_the_picture_they_were_made_for() {
    let mut desk = Desk::with_picture();
    desk.generate();
    desk.window_mut().desk.studio.new_canvas(CanvasSize::new(128, 128).unwrap());
    desk.settle();
    desk.finish([9, 9, 9]);
    assert!(desk.window().desk.studio.results().is_empty());
    desk.press(Modifiers::COMMAND, Key::Tab);
    assert_eq!(desk.window().desk.studio.results().iter().count(), 1);
}

#[test]
fn leaving_asks_of_every_picture_with_changes() {
    let mut desk = Desk::with_picture();
    desk.generate();
    desk.finish([9, 9, 9]);
    desk.press(Modifiers::NONE, Key::Enter);
    desk.window_mut().desk.studio.new_canvas(CanvasSize::new(128, 128).unwrap());
    desk.settle();
    desk.press(Modifiers::COMMAND, Key::Q);
    assert_eq!(desk.document().size().width(), 64, "the one with changes is shown");
    desk.click("Stay");
    assert!(!desk.window().desk.studio.may_leave());
    desk.press(Modifiers::COMMAND, Key::Q);
    desk.click("Do not save");
    assert!(desk.window().desk.studio.may_leave());
}

#[test]
fn enter_saves_before_the_changes_would_be_lost() {
    let mut desk = Desk::with_picture();
    desk.generate();
    desk.finish([9, 9, 9]);
    desk.press(Modifiers::NONE, Key::Enter);
    desk.press(Modifiers::COMMAND, Key::Q);
    assert!(!desk.window().desk.studio.may_leave());
    desk.press(Modifiers::NONE, Key::Escape);
    assert!(desk.window().desk.studio.question().is_none() && !desk.window().desk.studio.may_leave());

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept.png");
    desk.window_mut().desk.studio.save_to(path.clone());
    desk.wait_for(|window| window.desk.studio.path() == Some(path.as_path()));
    desk.press(Modifiers::COMMAND, Key::I);
    desk.generate();
    desk.finish([8, 8, 8]);
    desk.press(Modifiers::NONE, Key::Enter);
    desk.press(Modifiers::COMMAND, Key::Q);
    desk.press(Modifiers::NONE, Key::Enter);
    desk.wait_for(|window| window.desk.studio.may_leave());
    let saved = image::open(&path).unwrap().to_rgb8();
    assert!(saved.pixels().all(|pixel| pixel.0 == [8, 8, 8]));
}

#[test]
fn a_saved_picture_offers_its_recipe_when_it_is_opened_again() {
    let mut desk = Desk::with_picture();
    desk.window_mut().desk.studio.recipe.prompt = "a green hat".to_owned();
    let seed = desk.generate().recipe.seed;
    desk.finish([9, 9, 9]);
    desk.press(Modifiers::NONE, Key::Enter);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hat.png");
    desk.window_mut().desk.studio.save_to(path.clone());
    desk.wait_for(|window| window.desk.studio.path() == Some(path.as_path()));
    assert!(!desk.window().desk.studio.is_modified());
    desk.harness.get_by_label("Saved hat.png as one layer; save as .ora to keep the layers.");
    assert!(desk.harness.query_by_label("Dismiss").is_none(), "no card covers the picture");

    desk.window_mut().desk.studio.recipe = Recipe::default();
    desk.window_mut().desk.studio.open_path(&path);
    let opened = desk.window().desk.studio.picture_number();
    desk.wait_for(|window| window.desk.studio.picture_number() > opened);
    desk.click("Use it");
    let recipe = &desk.window().desk.studio.recipe;
    assert_eq!((recipe.prompt.as_str(), recipe.seed), ("a green hat", seed));
}

#[test]
fn escape_closes_a_dialog() {
    let mut desk = Desk::new();
    for (modifiers, key) in [(Modifiers::NONE, Key::F1), (Modifiers::COMMAND, Key::N)] {
        desk.press(modifiers, key);
        assert!(desk.window().desk.dialog().is_some());
        desk.press(Modifiers::NONE, Key::Escape);
        assert!(desk.window().desk.dialog().is_none());
    }
}

#[test]
fn brush_sizes_follow_the_brackets() {
    let mut desk = Desk::new();
    let size = |desk: &Desk| desk.window().desk.tools.brush().unwrap().diameter;
    let before = size(&desk);
    desk.press(Modifiers::NONE, Key::CloseBracket);
    assert!(size(&desk) > before);
    desk.press(Modifiers::NONE, Key::OpenBracket);
    desk.press(Modifiers::NONE, Key::OpenBracket);
    assert!(size(&desk) < before);
}

#[test]
fn the_wheel_zooms_about_the_pointer() {
    let mut desk = Desk::with_picture();
    let pointer = desk.on_screen(10.0, 12.0);
    let zoom = desk.window().desk.view.camera().zoom();
    desk.harness.event(egui::Event::PointerMoved(pointer));
    desk.harness.step();
    desk.harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Line,
        delta: vec2(0.0, 2.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    desk.settle();
    assert!(desk.window().desk.view.camera().zoom() > zoom);
    assert!((desk.on_screen(10.0, 12.0) - pointer).length() < 0.5);
}
