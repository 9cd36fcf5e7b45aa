//! The engine's thread: order of events, cancellation, failures that leave it alive.

use std::path::PathBuf;

use brushfire_engine::{
    DeviceChoice, EngineSettings, Event, HintJob, HintProcessor, HintRecipe, Job, Recipe, Sampler, Tweak,
};
use brushfire_tests::{HeardEngine, ending_of, golden_folder, settings};
use image::{GrayImage, Luma, Rgb, RgbImage};

fn tiny() -> Recipe {
    Recipe {
        model: "tiny-sd".to_owned(),
        prompt: "a cat".to_owned(),
        width: 64,
        height: 64,
        steps: 3,
        ..Recipe::default()
    }
}

fn engine() -> HeardEngine {
    HeardEngine::start(settings(&golden_folder())).unwrap()
}

fn job(recipe: Recipe) -> Job {
    Job { recipe, ..Job::default() }
}

#[test]
fn a_job_reports_loading_each_step_decoding_and_its_picture_in_this_order() {
    let engine = engine();
    let heard = engine.run(Job { previews: true, ..job(tiny()) }).unwrap();
    let names: Vec<String> = heard
        .iter()
        .map(|event| match event {
            Event::DeviceReady { name, .. } => format!("device {name}"),
            Event::Loading { what, .. } => format!("loading {what}"),
            Event::Step(step) => format!("step {} of {}, {} previews", step.step, step.steps, step.previews.len()),
            Event::Decoding { .. } => "decoding".to_owned(),
            Event::Finished { pictures, .. } => format!("finished {}", pictures.len()),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        names,
        [
            "device CPU",
            "loading tiny-sd",
            "step 1 of 3, 1 previews",
            "step 2 of 3, 1 previews",
            "step 3 of 3, 0 previews",
            "decoding",
            "finished 1"
        ]
    );
}

#[test]
fn the_same_recipe_makes_the_same_picture_and_another_seed_another() {
    let engine = engine();
    let picture = |recipe: Recipe| match engine.run(job(recipe)).unwrap().pop() {
        Some(Event::Finished { mut pictures, .. }) => pictures.remove(0),
        other => panic!("{other:?}"),
    };
    let first = picture(tiny());
    assert_eq!(first.image, picture(tiny()).image);
    assert_eq!(first.image, picture(first.recipe.clone()).image);
    assert_ne!(first.image, picture(Recipe { seed: 1, ..tiny() }).image);
}

#[test]
fn each_picture_of_a_batch_is_the_one_its_own_seed_makes() {
    let engine = engine();
    let recipe = Recipe { sampler: Sampler::EulerA, ..tiny() };
    let Some(Event::Finished { pictures, .. }) =
        engine.run(job(Recipe { batch: 2, seed: 7, ..recipe.clone() })).unwrap().pop()
    else {
        panic!("not finished")
    };
    assert_eq!(pictures.iter().map(|picture| picture.recipe.seed).collect::<Vec<_>>(), [7, 8]);
    let Some(Event::Finished { pictures: alone, .. }) = engine.run(job(pictures[1].recipe.clone())).unwrap().pop()
    else {
        panic!("not finished")
    };
    // Sums over a batch may be ordered otherwise, so a level of difference is allowed.
    let off = |a: &RgbImage, b: &RgbImage| a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(off(&pictures[1].image, &alone[0].image) <= Some(1));
}

#[test]
fn outside_the_mask_every_pixel_is_kept() {
    let engine = engine();
    let init = RgbImage::from_fn(64, 64, |x, y| Rgb([x as u8 * 4, y as u8 * 4, (x * y % 251) as u8]));
    let mask = GrayImage::from_fn(64, 64, |x, y| Luma([if x > 30 && y > 20 { 255 } else { 0 }]));
    let job = Job { init: Some(init.clone()), mask: Some(mask.clone()), ..job(tiny()) };
    let Some(Event::Finished { pictures, .. }) = engine.run(job).unwrap().pop() else { panic!("not finished") };
    let changed = |inside: bool| {
        let pairs = init.pixels().zip(pictures[0].image.pixels()).zip(mask.pixels());
        pairs.filter(|((a, b), level)| (level.0[0] == 255) == inside && a != b).count()
    };
    assert_eq!(changed(false), 0);
    assert!(changed(true) > 500, "{}", changed(true));
}

#[test]
fn strength_zero_gives_the_picture_back_unchanged() {
    let engine = engine();
    let init = RgbImage::from_fn(64, 64, |x, y| Rgb([x as u8, y as u8, 77]));
    let job = Job { init: Some(init.clone()), ..job(Recipe { strength: 0.0, ..tiny() }) };
    let Some(Event::Finished { pictures, .. }) = engine.run(job).unwrap().pop() else { panic!("not finished") };
    assert_eq!(pictures[0].image, init);
}

#[test]
fn a_running_job_is_cancelled_within_a_step_and_the_next_one_runs() {
    let engine = engine();
    let long = engine.engine.submit(job(Recipe { steps: 1000, ..tiny() }));
    let next = engine.engine.submit(job(tiny()));
    while !matches!(engine.next().unwrap(), Event::Step(_)) {}
    engine.engine.cancel(long);
    let heard = engine.until_end_of(next).unwrap();
    let endings: Vec<_> = heard.iter().filter_map(ending_of).collect();
    assert_eq!(endings, [long, next]);
    assert!(heard.iter().any(|event| matches!(event, Event::Cancelled { job } if *job == long)));
    let steps = heard.iter().filter(|event| matches!(event, Event::Step(step) if step.job == long)).count();
    assert!(steps < 100, "{steps} steps after the cancellation");
}

#[test]
fn a_running_job_can_be_changed() {
    let engine = engine();
    let id = engine.engine.submit(job(Recipe { steps: 1000, ..tiny() }));
    while !matches!(engine.next().unwrap(), Event::Step(_)) {}
    engine.engine.tweak(id, Tweak { prompt: Some("the sea".to_owned()), ..Tweak::default() });
    match engine.until_end_of(id).unwrap().pop() {
        Some(Event::Finished { pictures, .. }) => assert_eq!(pictures[0].recipe.prompt, "the sea"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_job_that_cannot_be_done_says_why_and_the_next_one_runs() {
    let engine = engine();
    let picture = RgbImage::new(32, 64);
    let wrong = [
        (job(Recipe { model: "no-such-model".to_owned(), ..tiny() }), "no-such-model"),
        (job(Recipe { steps: 0, ..tiny() }), "steps"),
        (Job { init: Some(picture), ..job(tiny()) }, "32 x 64"),
        (Job { mask: Some(GrayImage::new(8, 8)), init: Some(RgbImage::new(64, 64)), ..job(tiny()) }, "mask"),
        (job(Recipe { prompt: "word, ".repeat(20_000), ..tiny() }), "tokens"),
    ];
    for (job, word) in wrong {
        let Some(Event::Failed { error, .. }) = engine.run(job).unwrap().pop() else { panic!("{word} did not fail") };
        let message = error.to_string();
        assert!(message.contains(word), "{message}");
    }
    assert!(matches!(engine.run(job(tiny())).unwrap().pop(), Some(Event::Finished { .. })));
}

/// Half a terabyte, before anything is read.
#[test]
#[cfg(target_os = "linux")]
fn a_job_that_does_not_fit_the_memory_is_refused_with_what_would_fit() {
    let engine = engine();
    let heard = engine.run(job(Recipe { width: 8192, height: 8192, batch: 64, ..tiny() })).unwrap();
    assert!(!heard.iter().any(|event| matches!(event, Event::Loading { .. })));
    let Some(Event::Failed { error, .. }) = heard.last() else { panic!("{heard:?}") };
    let message = error.to_string();
    assert!(message.contains("GB of memory are needed for this, but only"), "{message}");
    assert!(message.contains("pictures at once") || message.contains("one picture at a time"), "{message}");
}

#[test]
fn an_adapter_asked_for_that_cannot_be_used_ends_on_the_cpu_with_a_notice() {
    let folder = tempfile::tempdir().unwrap();
    let settings = EngineSettings {
        device: DeviceChoice::Vulkan,
        cache_folder: folder.path().to_owned(),
        self_test_program: None,
        ..settings(&golden_folder())
    };
    let engine = HeardEngine::start(settings).unwrap();
    let heard = engine.run(job(tiny())).unwrap();
    assert!(
        heard.iter().any(|event| matches!(event, Event::Notice { notice } if notice.to_string().contains("CPU"))),
        "{heard:?}"
    );
    assert!(matches!(heard.last(), Some(Event::Finished { .. })));
}

fn hint_job() -> HintJob {
    let picture = RgbImage::from_fn(300, 700, |x, y| Rgb([(x / 9) as u8 * 20, (y / 40) as u8 * 9, 80]));
    HintJob { recipe: HintRecipe::new(HintProcessor::LineArt), picture }
}

#[test]
fn a_hint_tells_how_far_it_is_and_waits_for_the_generation_before_it() {
    let engine = engine();
    let generation = engine.engine.submit(job(tiny()));
    let hint = engine.engine.make_hint(hint_job());
    let after = engine.engine.submit(job(tiny()));
    assert!(matches!(engine.until_end_of(generation).unwrap().last(), Some(Event::Finished { .. })));
    let heard = engine.until_end_of(hint).unwrap();
    let shares: Vec<f32> = heard
        .iter()
        .filter_map(|event| match event {
            Event::HintProgress { job, share } if *job == hint => Some(*share),
            _ => None,
        })
        .collect();
    assert!(shares.len() > 3 && shares.is_sorted() && shares.last() == Some(&1.0), "{shares:?}");
    let Some(Event::HintFinished { hint, .. }) = heard.last() else { panic!("{heard:?}") };
    assert_eq!(hint.dimensions(), (300, 700));
    assert!(hint.iter().any(|level| *level > 128));
    let heard = engine.until_end_of(after).unwrap();
    assert!(!heard.iter().any(|event| matches!(event, Event::Loading { .. })), "the model stays: {heard:?}");
    assert!(matches!(heard.last(), Some(Event::Finished { .. })));
}

#[test]
fn a_hint_whose_network_is_missing_says_what_to_bring_and_the_next_one_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let settings = EngineSettings {
        models_folder: folder.path().to_owned(),
        hints_folder: PathBuf::new(),
        ..settings(&golden_folder())
    };
    let engine = HeardEngine::start(settings).unwrap();
    let depth = HintJob { recipe: HintRecipe::new(HintProcessor::Depth), ..hint_job() };
    let heard = engine.until_end_of(engine.engine.make_hint(depth)).unwrap();
    let Some(Event::Failed { error, .. }) = heard.last() else { panic!("{heard:?}") };
    let message = error.to_string();
    assert!(message.contains("bring ") && message.contains("hints"), "{message}");
    let next = engine.until_end_of(engine.engine.make_hint(hint_job())).unwrap();
    assert!(matches!(next.last(), Some(Event::HintFinished { .. })));
}

#[test]
fn a_hint_can_be_cancelled_while_it_waits_and_while_it_is_made() {
    let engine = engine();
    let picture = RgbImage::from_fn(3000, 3000, |x, y| Rgb([x as u8, y as u8, (x ^ y) as u8]));
    let running = engine.engine.make_hint(HintJob { picture, ..hint_job() });
    let waiting = engine.engine.make_hint(hint_job());
    while !matches!(engine.next().unwrap(), Event::HintProgress { .. }) {}
    engine.engine.cancel(waiting);
    engine.engine.cancel(running);
    assert!(matches!(engine.until_end_of(running).unwrap().last(), Some(Event::Cancelled { .. })));
    assert!(matches!(engine.until_end_of(waiting).unwrap().last(), Some(Event::Cancelled { .. })));
}
