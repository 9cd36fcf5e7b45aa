//! Undo, redo and what becomes of older steps.

use image::{GrayImage, Luma, Rgb, RgbImage};
use proptest::prelude::*;

use super::*;
use crate::document::{CanvasSize, MaskLook};

const MASK_TILE: usize = 2 * 256 * 256;

fn setting() -> (Document, History<String>, String) {
    let document = Document::blank(CanvasSize::new(256, 256).unwrap(), [255; 4]);
    (document, History::new(History::<String>::DEFAULT_BUDGET), "a cat".to_owned())
}

fn paint(document: &mut Document, history: &mut History<String>, color: u8) {
    let result = RgbImage::from_pixel(256, 256, Rgb([color; 3]));
    let mask = GrayImage::from_pixel(256, 256, Luma([255]));
    history
        .push_result(document.accept_result(&result, &mask, [0, 0], None).unwrap().unwrap(), format!("seed {color}"));
}

#[test]
fn one_undo_covers_mask_parameters_and_results() {
    let (mut document, mut history, mut prompt) = setting();
    history.push(document.fill_mask().unwrap());
    history.push_parameters("Prompt", "prompt", "a cat".into(), "a dog".into(), Instant::now());
    prompt = {
        _ = prompt;
        "a dog".to_owned()
    };
    paint(&mut document, &mut history, 10);
    let names: Vec<_> = history.entries().map(|entry| entry.name.to_owned()).collect();
    assert_eq!(names, ["Fill mask", "Prompt", "Generate"]);
    assert_eq!(history.entries().last().unwrap().made_by, Some(&"seed 10".to_owned()));

    assert_eq!(history.undo(&mut document, &mut prompt).as_deref(), Some("Generate"));
    assert_eq!(document.rgb_image(document.bounds()).get_pixel(5, 5).0, [255; 3]);
    assert_eq!(history.undo(&mut document, &mut prompt).as_deref(), Some("Prompt"));
    assert_eq!(prompt, "a cat");
    assert_eq!(history.undo(&mut document, &mut prompt).as_deref(), Some("Fill mask"));
    assert_eq!(document.mask_bounds(), None);
    assert_eq!(history.undo(&mut document, &mut prompt), None);

    history.go_to(3, &mut document, &mut prompt);
    assert_eq!(prompt, "a dog");
    assert_eq!(document.rgb_image(document.bounds()).get_pixel(5, 5).0, [10; 3]);
    assert!(!history.can_redo());
}

proptest! {
    #[test]
    fn whatever_is_done_can_be_undone_and_done_again_bit_for_bit(
        steps in prop::collection::vec((0u8..6, any::<u8>(), 0u32..300, 0u32..100), 1..25),
        walk in prop::collection::vec(any::<prop::sample::Index>(), 1..12),
    ) {
        let mut document = Document::blank(CanvasSize::new(300, 100).unwrap(), [200, 100, 50, 128]);
        let (mut history, mut prompt) = (History::new(History::<String>::DEFAULT_BUDGET), String::new());
        let mut states = vec![(document.clone(), prompt.clone())];
        for (kind, value, x, y) in steps {
            let (width, height) = (document.size().width(), document.size().height());
            let (x, y) = (x % width, y % height);
            let edit = match kind {
                0 => document.invert_mask(),
                1 => document.clear_mask(),
                2 => document.replace_mask(&GrayImage::from_fn(width, height, |x, y| Luma([(x ^ y) as u8 & value]))).unwrap(),
                3 => {
                    let result = RgbImage::from_pixel(width - x, height - y, Rgb([value; 3]));
                    let mask = GrayImage::from_pixel(width - x, height - y, Luma([value]));
                    document.accept_result(&result, &mask, [x, y], None).unwrap()
                }
                4 => Some(document.replace_with(Document::blank(CanvasSize::new(x + 1, y + 1).unwrap(), [value; 4]), "Open")),
                _ => {
                    let before = prompt.clone();
                    prompt.push(char::from(value));
                    history.push_parameters("Prompt", "prompt", before, prompt.clone(), Instant::now());
                    history.seal();
                    states.push((document.clone(), prompt.clone()));
                    None
                }
            };
            if let Some(edit) = edit {
                history.push(edit);
                states.push((document.clone(), prompt.clone()));
            }
        }
        prop_assert_eq!(history.entries().count() + 1, states.len());
        for index in walk {
            let done = index.index(states.len());
            history.go_to(done, &mut document, &mut prompt);
            let (expected, expected_prompt) = &states[done];
            prop_assert_eq!(&prompt, expected_prompt);
            prop_assert_eq!(document.size(), expected.size());
            let (picture, expected_picture) = (document.flattened(), expected.flattened());
            for at in picture.positions() {
                prop_assert_eq!(picture.tile(at), expected_picture.tile(at));
                prop_assert_eq!(document.mask().tile(at), expected.mask().tile(at));
            }
        }
    }
}

#[test]
fn older_steps_go_to_disk_and_come_back_bit_by_bit() {
    let folder = tempfile::tempdir().unwrap();
    let (mut document, mut history, mut prompt) = setting();
    history.set_budget(MASK_TILE);
    history.keep_older_steps_in(folder.path()).unwrap();
    let mut states = vec![document.rgb_image(document.bounds())];
    for color in 0..20 {
        paint(&mut document, &mut history, color * 10);
        states.push(document.rgb_image(document.bounds()));
    }
    history.push(document.flatten().unwrap());
    let on_disk = |history: &History<String>| {
        history.steps.iter().filter(|step| matches!(step.what, What::OnDisk { .. })).count()
    };
    let give_up = Instant::now() + Duration::from_secs(20);
    while on_disk(&history) < 20 && Instant::now() < give_up {
        std::thread::sleep(Duration::from_millis(5));
        history.tidy();
    }
    assert_eq!(on_disk(&history), 20);
    assert_eq!(history.entries().count(), 21, "nothing is forgotten");
    for done in [20, 7, 0, 13, 20] {
        history.go_to(done, &mut document, &mut prompt);
        assert_eq!(document.rgb_image(document.bounds()), states[done], "after {done} steps");
    }
    assert_eq!(history.entries().last().unwrap().name, "Flatten");
    assert_eq!(history.entries().nth(3).unwrap().made_by, Some(&"seed 30".to_owned()));
}

#[test]
fn a_new_step_forgets_what_was_undone() {
    let (mut document, mut history, mut prompt) = setting();
    paint(&mut document, &mut history, 1);
    paint(&mut document, &mut history, 2);
    history.undo(&mut document, &mut prompt);
    assert_eq!(history.redo_name(), Some("Generate"));
    history.push(document.fill_mask().unwrap());
    assert!(!history.can_redo());
    assert_eq!(history.entries().count(), 2);
}

#[test]
fn a_slider_dragged_is_one_step_and_one_dragged_back_is_none() {
    let (_, mut history, _) = setting();
    let start = Instant::now();
    let at = |millis| start + Duration::from_millis(millis);
    for (index, (before, after)) in [("1", "2"), ("2", "3"), ("3", "4")].into_iter().enumerate() {
        history.push_parameters("Steps", "steps", before.into(), after.into(), at(900 * index as u64));
    }
    assert_eq!(history.entries().count(), 1, "each within a second of the last");
    history.push_parameters("Steps", "steps", "4".into(), "5".into(), at(2900));
    assert_eq!(history.entries().count(), 2, "a second and more later");
    history.push_parameters("Guidance", "guidance", "5".into(), "6".into(), at(2950));
    assert_eq!(history.entries().count(), 3, "another field");
    history.seal();
    history.push_parameters("Guidance", "guidance", "6".into(), "7".into(), at(2960));
    assert_eq!(history.entries().count(), 4, "another gesture");
    history.push_parameters("Guidance", "guidance", "7".into(), "6".into(), at(2970));
    assert_eq!(history.entries().count(), 3, "dragged back to where it began");
    history.push_parameters("Guidance", "guidance", "6".into(), "6".into(), at(2980));
    assert_eq!(history.entries().count(), 3, "not changed at all");
}

#[test]
fn a_slider_of_the_mask_s_look_dragged_is_one_step() {
    let (mut document, mut history, mut prompt) = setting();
    let original = document.mask_look();
    for opacity in [0.6, 0.7, 0.8] {
        history.push(document.set_mask_look(MaskLook { opacity, ..original }).unwrap());
    }
    assert_eq!(history.entries().count(), 1);
    history.seal();
    history.push(document.set_mask_look(MaskLook { opacity: 0.9, ..original }).unwrap());
    assert_eq!(history.entries().count(), 2);
    history.go_to(0, &mut document, &mut prompt);
    assert_eq!(document.mask_look(), original);
}

#[test]
fn memory_stays_within_the_budget_and_the_newest_step_can_always_be_undone() {
    let (mut document, _, mut prompt) = setting();
    let mut history = History::<String>::new(4 * MASK_TILE);
    for _ in 0..20 {
        history.push(document.fill_mask().unwrap());
        history.push(document.invert_mask().unwrap());
        assert!(history.bytes() <= history.budget(), "{} bytes", history.bytes());
    }
    assert!((2..40).contains(&history.entries().count()));
    history.set_budget(0);
    assert_eq!(history.entries().count(), 1);
    assert!(history.undo(&mut document, &mut prompt).is_some());
}

#[test]
fn the_picture_is_modified_until_it_is_saved_or_undone() {
    let (mut document, mut history, mut prompt) = setting();
    history.push(document.fill_mask().unwrap());
    assert!(!history.is_modified(), "a mask is not part of the picture");
    assert!(history.is_any_layer_modified(), "but it is a layer");
    paint(&mut document, &mut history, 1);
    assert!(history.is_modified());
    history.undo(&mut document, &mut prompt);
    assert!(!history.is_modified());
    paint(&mut document, &mut history, 2);
    history.mark_saved();
    history.set_budget(0);
    assert!(!history.is_modified());
    history.undo(&mut document, &mut prompt);
    assert!(history.is_modified(), "undone past what was saved");
}
