//! Masks and what is done with them: what the model sees, several masks at once, what is beyond the edge, what goes.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod painter;

use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use brushfire::assets;
use brushfire::canvas::Tool;
use brushfire::commands::{Command, InpaintCommand, Menu};
use brushfire::document::{LayerProps, MaskUse, PixelRect};
use brushfire_engine::{
    Area, BranchPoint, DeviceChoice, Engine, Event, Fill, Job, Latents, Picture, RegionRecipe, Resume, Step, Tweak,
};
use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::Queryable as _;
use image::{DynamicImage, GrayImage, Rgb, RgbImage};

use painter::Desk;

/// Opens a picture of this size that has another colour at every pixel.
fn desk_with(width: u32, height: u32) -> Desk {
    let mut desk = Desk::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scene.png");
    let scene = RgbImage::from_fn(width, height, |x, y| Rgb([(x % 251) as u8, (y % 241) as u8, (x + y) as u8]));
    DynamicImage::ImageRgb8(scene).save(&path).unwrap();
    desk.window_mut().desk.studio.open_path(&path);
    desk.wait_for(|window| window.desk.studio.document().size().width() == width);
    desk
}

fn mask(desk: &mut Desk, from: (f32, f32), to: (f32, f32), diameter: f32) {
    desk.window_mut().desk.tools.take(Tool::MaskBrush);
    desk.window_mut().desk.tools.mask_brush.diameter = diameter;
    desk.stroke(&[from, to]);
}

fn run(desk: &mut Desk, command: impl Into<Command>) {
    command.into().run(&mut desk.window_mut().desk);
    desk.settle();
}

fn wait_for_job(desk: &mut Desk, count: usize) -> Job {
    let jobs = Arc::clone(&desk.engine.jobs);
    desk.wait_for(|_| jobs.lock().unwrap().len() >= count);
    jobs.lock().unwrap().last().unwrap().clone()
}

#[test]
fn around_the_mask_the_model_sees_a_part_at_its_own_size_and_the_rest_stays() {
    let mut desk = desk_with(1400, 900);
    mask(&mut desk, (1000.0, 400.0), (1020.0, 410.0), 60.0);
    let before = desk.document().flattened();
    let seen = desk.window().desk.studio.plan().seen();
    assert!(seen.width() < 300 && seen.height() < 300, "{seen:?}");
    let job = desk.generate();
    let init = job.init.unwrap();
    assert_eq!((init.width(), init.height()), (job.recipe.width, job.recipe.height));
    assert!(init.width() <= 320, "the starter is best at 256 x 256, not {}", init.width());
    desk.finish([200, 10, 10]);
    desk.press(Modifiers::NONE, Key::Enter);
    let (after, mask) = (desk.document().flattened(), desk.document().mask().clone());
    let size = desk.document().size();
    let mut changed = 0;
    for (x, y) in (0..size.height()).flat_map(|y| (0..size.width()).map(move |x| (x, y))) {
        if mask.pixel(x, y) == 0 {
            assert_eq!(after.pixel(x, y), before.pixel(x, y), "{x} {y}");
        }
        changed += u32::from(after.pixel(x, y) != before.pixel(x, y));
    }
    assert!(changed > 2000, "{changed}");
}

#[test]
fn the_panel_says_how_the_mask_is_used_and_undo_takes_it_back() {
    let mut desk = desk_with(300, 200);
    run(&mut desk, Command::ShowPanel(brushfire::panels::PanelKind::Inpainting));
    let studio = |desk: &Desk| desk.window().desk.studio.recipe.clone();
    desk.harness.get_by_role_and_label(Role::CheckBox, "Match colours at the edge").click();
    desk.settle();
    assert!(!studio(&desk).color_match);
    desk.press(Modifiers::COMMAND, Key::Z);
    assert!(studio(&desk).color_match);
    desk.harness.get_by_role_and_label(Role::CheckBox, "Soft: grey is less strength").click();
    desk.settle();
    assert!(studio(&desk).soft);
}

#[test]
fn the_frames_edge_is_dragged_for_padding_and_its_corner_for_a_frame_of_ones_own() {
    let mut desk = desk_with(1200, 900);
    desk.window_mut().desk.studio.recipe.area = Area::Masked;
    mask(&mut desk, (600.0, 400.0), (620.0, 400.0), 100.0);
    let bounds = desk.window().desk.studio.masks().bounds.unwrap();
    let seen = desk.window().desk.studio.plan().seen();
    let middle = (seen.top + seen.bottom) as f32 / 2.0;
    // Handles lie outside the frame, where nobody paints.
    let outside = 12.0 / desk.window().desk.view.camera().zoom();
    let right = seen.right as f32 + outside;
    desk.stroke(&[(right, middle), (bounds.right as f32 + 150.0 + outside, middle)]);
    let padding = desk.window().desk.studio.recipe.padding;
    assert!((148..=152).contains(&padding), "{padding}");
    let wider = desk.window().desk.studio.plan().seen();
    assert!(wider.width() > seen.width());
    assert_eq!(desk.window().desk.studio.masks().bounds, Some(bounds), "nothing was painted");

    let corner = (wider.left as f32 - outside, wider.top as f32 - outside);
    desk.stroke(&[corner, (60.0 - outside, 50.0 - outside)]);
    let context = desk.window().desk.studio.drawn_context().unwrap();
    assert!(context.left.abs_diff(60) < 4 && context.top.abs_diff(50) < 4, "{context:?}");
    let plan = desk.window().desk.studio.plan().seen();
    assert_eq!(plan.intersect(context), context);
    run(&mut desk, InpaintCommand::ForgetContext);
    assert_eq!(desk.window().desk.studio.plan().seen(), wider);
}

#[test]
fn the_rings_grip_is_dragged_for_the_feather_also_where_the_model_sees_the_whole_picture() {
    let mut desk = desk_with(400, 300);
    mask(&mut desk, (180.0, 150.0), (220.0, 150.0), 80.0);
    for (area, below) in [(Area::Whole, 12.0), (Area::Masked, 28.0)] {
        desk.window_mut().desk.studio.recipe.area = area;
        desk.window_mut().desk.studio.recipe.feather = 6;
        desk.settle();
        let bounds = desk.window().desk.studio.masks().bounds.unwrap();
        let seen = desk.window().desk.studio.plan().seen();
        let below = seen.bottom as f32 + below / desk.window().desk.view.camera().zoom();
        let rim = bounds.right as f32 - 6.0;
        desk.stroke(&[(rim, below), (rim - 14.0, below)]);
        assert!(desk.window().desk.studio.recipe.feather.abs_diff(20) <= 1, "{:?}", desk.window().desk.studio.recipe);
        assert_eq!(desk.window().desk.studio.masks().bounds, Some(bounds), "nothing was painted");
    }
}

/// Adds a mask with this use and paints on it.
fn add_mask(desk: &mut Desk, mask_use: MaskUse, from: (f32, f32), to: (f32, f32)) {
    run(desk, InpaintCommand::AddRegion);
    let id = desk.document().active_mask();
    desk.window_mut().desk.studio.use_mask(id, mask_use);
    desk.settle();
    mask(desk, from, to, 20.0);
}

#[test]
fn masks_with_prompts_of_their_own_are_filled_in_one_run_and_a_context_is_only_seen() {
    let mut desk = desk_with(400, 300);
    mask(&mut desk, (40.0, 40.0), (60.0, 40.0), 20.0);
    let hat = MaskUse::Region { prompt: "a hat".to_owned(), strength: 0.5 };
    add_mask(&mut desk, hat, (200.0, 100.0), (230.0, 100.0));
    add_mask(&mut desk, MaskUse::Context, (350.0, 250.0), (380.0, 280.0));
    let job = desk.generate();
    assert_eq!(job.recipe.regions.len(), 1);
    assert_eq!((job.recipe.regions[0].prompt.as_str(), job.recipe.regions[0].strength), ("a hat", 0.5));
    let level = |mask: &GrayImage, x, y| mask.get_pixel(x, y).0[0];
    let main = job.mask.unwrap();
    assert_eq!([level(&main, 50, 40), level(&main, 215, 100), level(&main, 365, 265)], [255, 0, 0]);
    assert_eq!([level(&job.regions[0], 50, 40), level(&job.regions[0], 215, 100)], [0, 255]);
    desk.finish([200, 10, 10]);
    desk.press(Modifiers::NONE, Key::Enter);
    let red = |desk: &Desk, x, y| desk.document().flattened().pixel(x, y)[0] / 257;
    assert_eq!([red(&desk, 50, 40), red(&desk, 215, 100)], [200, 200]);
    assert_ne!(red(&desk, 365, 265), 200);
    desk.window_mut().desk.studio.recipe.area = Area::Masked;
    let seen = desk.window().desk.studio.plan().seen();
    assert!(seen.right >= 380 && seen.bottom >= 280, "{seen:?}");
}

#[test]
fn a_mask_with_a_prompt_of_its_own_joins_a_run_that_goes_on() {
    let mut desk = desk_with(400, 300);
    desk.window_mut().desk.studio.tweaks_while_running = true;
    mask(&mut desk, (40.0, 40.0), (60.0, 40.0), 20.0);
    assert!(desk.generate().regions.is_empty());
    let hat = |prompt: &str| MaskUse::Region { prompt: prompt.to_owned(), strength: 0.5 };
    add_mask(&mut desk, hat("a hat"), (200.0, 100.0), (230.0, 100.0));
    let tweaks = Arc::clone(&desk.engine.tweaks);
    let last = move || tweaks.lock().unwrap().last().cloned().unwrap_or_default();
    desk.wait_for(|_| last().region_masks.is_some_and(|masks| masks.len() == 1));
    let told = last();
    assert_eq!(told.regions, Some(vec![RegionRecipe { prompt: "a hat".to_owned(), strength: 0.5 }]));
    let of_hat = &told.region_masks.unwrap()[0];
    assert_eq!([of_hat.get_pixel(50, 40).0, of_hat.get_pixel(215, 100).0], [[0], [255]]);

    let id = desk.document().active_mask();
    desk.window_mut().desk.studio.use_mask(id, hat("a red hat"));
    desk.wait_for(|_| last().region_masks.is_none());
    let words = Tweak {
        regions: Some(vec![RegionRecipe { prompt: "a red hat".to_owned(), strength: 0.5 }]),
        ..Tweak::default()
    };
    assert_eq!(last(), words, "the mask is not sent again");
    desk.finish([200, 10, 10]);
    desk.press(Modifiers::NONE, Key::Enter);
    let red = |x, y| desk.document().flattened().pixel(x, y)[0] / 257;
    assert_eq!([red(50, 40), red(215, 100)], [200, 200]);
}

#[test]
fn what_is_masked_goes_without_a_prompt_and_the_panels_keep_theirs() {
    let mut desk = desk_with(300, 300);
    desk.window_mut().desk.studio.recipe.prompt = "a castle".to_owned();
    desk.window_mut().desk.studio.tweaks_while_running = true;
    mask(&mut desk, (100.0, 100.0), (120.0, 120.0), 40.0);
    run(&mut desk, InpaintCommand::RemoveMasked);
    let job = wait_for_job(&mut desk, 1);
    assert_eq!((job.recipe.prompt.as_str(), job.recipe.area, job.recipe.fill), ("", Area::Masked, Fill::Texture));
    assert_eq!(desk.window().desk.studio.recipe.prompt, "a castle");
    std::thread::sleep(Duration::from_millis(200));
    desk.settle();
    assert!(desk.engine.tweaks.lock().unwrap().is_empty(), "its recipe is its own");
}

#[test]
fn the_canvas_is_extended_by_the_crop_frame_and_by_strokes_beyond_the_edge() {
    let mut desk = desk_with(200, 160);
    run(&mut desk, InpaintCommand::ExtendCanvas);
    desk.click("Apply");
    let size = desk.document().size();
    assert_eq!((size.width(), size.height()), (280, 240));
    assert_eq!([desk.mask_at(5, 120), desk.mask_at(140, 120)], [65535, 0]);
    let job = desk.generate();
    assert_eq!(job.recipe.strength, 1.0);
    desk.finish([200, 10, 10]);
    desk.press(Modifiers::NONE, Key::Enter);
    assert!(desk.document().flattened().pixel(3, 3)[3] == 65535, "what is new is painted");

    desk.press(Modifiers::COMMAND, Key::D);
    desk.window_mut().desk.tools.mask_extends_canvas = true;
    mask(&mut desk, (270.0, 100.0), (300.0, 100.0), 20.0);
    assert_eq!((desk.document().size().width(), desk.document().size().height()), (312, 240));
    assert_eq!([desk.mask_at(300, 20), desk.mask_at(275, 100), desk.mask_at(200, 100)], [65535, 65535, 0]);
}

#[test]
fn a_subject_is_masked_by_a_stroke_on_it_and_one_beside_it() {
    let mut desk = Desk::new();
    let scene = RgbImage::from_fn(240, 200, |x, y| {
        let grain = ((x * 31 + y * 17) % 23) as u8;
        let is_subject = x.abs_diff(120).pow(2) + y.abs_diff(100).pow(2) < 3600;
        if is_subject { Rgb([190 + grain, 80 + grain, 50]) } else { Rgb([50, 90 + grain, 130 + grain]) }
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("subject.png");
    DynamicImage::ImageRgb8(scene).save(&path).unwrap();
    desk.window_mut().desk.studio.open_path(&path);
    desk.wait_for(|window| window.desk.studio.document().size().width() == 240);
    run(&mut desk, InpaintCommand::ReplaceBackground);
    desk.stroke(&[(100.0, 100.0), (140.0, 100.0)]);
    desk.click("Beside it");
    desk.stroke(&[(20.0, 12.0), (220.0, 12.0)]);
    assert_eq!([desk.mask_at(120, 60), desk.mask_at(10, 100), desk.mask_at(200, 180)], [0, 65535, 65535]);
    desk.window_mut().desk.tools.subject.masks_background = false;
    desk.settle();
    assert_eq!([desk.mask_at(120, 60), desk.mask_at(10, 100)], [65535, 0]);
}

#[test]
fn a_mask_is_filled_like_the_selection() {
    let mut desk = desk_with(300, 200);
    mask(&mut desk, (220.0, 100.0), (240.0, 100.0), 30.0);
    assert!(!Command::from(InpaintCommand::FillLikeSelection).is_enabled(&desk.window().desk));
    desk.window_mut().desk.tools.take(Tool::RectangleSelect);
    desk.stroke(&[(10.0, 10.0), (120.0, 190.0)]);
    let before = desk.document().flattened();
    desk.click_in_menu(Menu::Mask, "Fill mask like selection");
    let after = desk.document().flattened();
    assert_eq!(after.pixel(150, 100), before.pixel(150, 100));
    assert!(after.pixel(230, 100)[0] < before.pixel(230, 100)[0], "reds as on the left");
}

/// The place after the first step of a job, as the real engine makes it.
fn first_branch(job: Job) -> Arc<BranchPoint> {
    let (sender, events) = mpsc::channel();
    let settings = assets::engine_settings(DeviceChoice::Cpu);
    let engine = Engine::start(settings, move |event| drop(sender.send(event))).unwrap();
    engine.submit(job);
    loop {
        match events.recv_timeout(Duration::from_secs(300)).unwrap() {
            Event::Step(Step { branch: Some(branch), .. }) => return branch,
            Event::Failed { error, .. } => panic!("{error}"),
            _ => {}
        }
    }
}

#[test]
fn a_kept_step_is_gone_on_with_by_other_words_or_finished_as_it_was() {
    let mut desk = desk_with(64, 64);
    desk.window_mut().desk.studio.recipe.prompt = "a cat".to_owned();
    mask(&mut desk, (20.0, 30.0), (40.0, 30.0), 12.0);
    let first = desk.generate();
    let (job, duration) = (desk.last_job(), Duration::from_millis(100));
    let branch = Some(first_branch(first.clone()));
    let previews = vec![RgbImage::new(8, 8)];
    desk.send(Event::Step(Step { job, step: 1, steps: 20, duration, remaining: duration, previews, branch }));
    run(&mut desk, Command::KeepPreview);
    desk.wait_for(|window| !window.desk.studio.results().is_empty());
    desk.finish([200, 10, 10]);
    let kept = desk.window().desk.studio.results().iter().find(|result| result.kept_at == Some(1)).unwrap().id;
    desk.window_mut().desk.studio.recipe.prompt = "a dog".to_owned();
    desk.window_mut().desk.studio.recipe.steps = 7;

    for (count, command, prompt) in
        [(2, InpaintCommand::ContinueFromStep, "a dog"), (3, InpaintCommand::FinishStep, "a cat")]
    {
        assert!(!Command::from(command).is_enabled(&desk.window().desk), "that of a whole run cannot be gone on with");
        desk.window_mut().desk.studio.show_result(Some(kept));
        run(&mut desk, command);
        let next = wait_for_job(&mut desk, count);
        let goes_on = matches!(next.resume, Some(Resume::Continue(_)));
        assert_eq!((next.recipe.prompt.as_str(), goes_on), (prompt, prompt == "a dog"));
        assert_eq!((next.recipe.steps, &next.mask, &next.init), (first.recipe.steps, &first.mask, &first.init));
        desk.finish([10, 200, 10]);
    }
    assert_eq!(desk.window().desk.studio.results().iter().count(), 4);
}

/// Lets the engine answer with a picture of noise, another one each time.
fn finish_with_noise(desk: &mut Desk, seed: u32) {
    let job = desk.last_job();
    let recipe = desk.engine.jobs.lock().unwrap().last().unwrap().recipe.clone();
    let image = RgbImage::from_fn(recipe.width, recipe.height, |x, y| {
        let value = (x ^ y.rotate_left(7) ^ seed).wrapping_mul(2_654_435_761).wrapping_mul(2_246_822_519) >> 7;
        Rgb([value as u8, (value >> 8) as u8, (value >> 16) as u8])
    });
    let pictures = vec![Picture { image, recipe }];
    desk.send(Event::Finished { job, pictures, latents: Latents::default(), seconds: 1.0 });
    desk.wait_for(|window| window.desk.studio.run().is_none());
}

fn save_and_open_again(desk: &mut Desk, path: &Path) {
    desk.window_mut().desk.studio.save_to(path.to_owned());
    desk.wait_for(|window| !window.desk.studio.is_modified());
    // A file that is open already would only come to the front.
    let copy = path.with_file_name(format!("copy-{}", path.file_name().unwrap().to_str().unwrap()));
    std::fs::copy(path, &copy).unwrap();
    let number = desk.window().desk.studio.picture_number();
    desk.window_mut().desk.studio.open_path(&copy);
    desk.wait_for(|window| window.desk.studio.picture_number() != number);
}

/// Fifty passes of several masks, soft and feathered and scaled, through files that keep layers and files that do not.
#[test]
fn after_fifty_passes_saved_and_opened_again_nothing_outside_the_masks_has_changed() {
    let mut desk = desk_with(500, 400);
    let first = desk.document().flattened();
    let mut ever_masked = vec![false; 500 * 400];
    let folder = tempfile::tempdir().unwrap();
    for pass in 0..50_u32 {
        let recipe = &mut desk.window_mut().desk.studio.recipe;
        recipe.area = if pass % 3 == 0 { Area::Whole } else { Area::Masked };
        recipe.feather = pass % 4 * 5;
        recipe.soft = pass % 5 == 0;
        desk.press(Modifiers::COMMAND, Key::D);
        let (x, y) = (120.0 + (pass % 7) as f32 * 20.0, 100.0 + (pass % 5) as f32 * 30.0);
        mask(&mut desk, (x, y), (x + 30.0, y + 10.0), 40.0);
        for (at, masked) in ever_masked.iter_mut().enumerate() {
            *masked |= desk.mask_at(at as u32 % 500, at as u32 / 500) > 0;
        }
        desk.generate();
        finish_with_noise(&mut desk, pass);
        desk.press(Modifiers::NONE, Key::Enter);
        if pass % 10 == 9 {
            let name = if pass % 20 == 9 { "passes.ora" } else { "passes.png" };
            let path = folder.path().join(format!("{pass}-{name}"));
            if name == "passes.png" {
                run(&mut desk, Command::Layer(brushfire::commands::LayerCommand::Flatten));
            }
            save_and_open_again(&mut desk, &path);
        }
    }
    let last = desk.document().flattened();
    let (mut kept, mut changed) = (0, 0);
    for (at, masked) in ever_masked.iter().enumerate() {
        let (x, y) = (at as u32 % 500, at as u32 / 500);
        if *masked {
            changed += u32::from(last.pixel(x, y) != first.pixel(x, y));
        } else {
            kept += 1;
            assert_eq!(last.pixel(x, y), first.pixel(x, y), "{x} {y}");
        }
    }
    assert!(kept > 100_000 && changed > 10_000, "{kept} kept, {changed} changed");
}

#[test]
fn what_masks_are_for_is_kept_by_the_picture() {
    let mut desk = desk_with(120, 90);
    let hat = MaskUse::Region { prompt: "a hat".to_owned(), strength: 0.25 };
    add_mask(&mut desk, hat.clone(), (20.0, 20.0), (40.0, 20.0));
    let folder = tempfile::tempdir().unwrap();
    save_and_open_again(&mut desk, &folder.path().join("hat.ora"));
    let uses: Vec<MaskUse> = desk.document().region_masks().map(|mask| mask.props().mask_use.clone()).collect();
    assert_eq!(uses, [hat]);
    assert_eq!(LayerProps::default().mask_use, MaskUse::Repaint);
    let bounds = desk.window().desk.studio.masks().bounds.unwrap();
    let around = PixelRect { left: 8, top: 8, right: 52, bottom: 32 };
    assert_eq!(bounds.intersect(around), bounds);
}
