use proptest::prelude::*;

use super::super::Journal;
use super::super::encode::encode;
use super::super::frames::framed;
use super::*;
use crate::document::transform::Projection;
use crate::document::{CanvasSize, Edit, HintObjects, Layer, LayerContent, LayerProps, PixelRect, TileGrid};

fn canvas() -> Document {
    Document::blank(CanvasSize::new(300, 270).unwrap(), [255; 4])
}

/// Everything of a document that a painter can see.
fn state(document: &Document) -> String {
    let layers: Vec<_> =
        document.all_layers().map(|layer| (layer.id(), layer.props(), document.place_of(layer.id()))).collect();
    let sums: Vec<_> = document
        .all_layers()
        .map(|layer| (sum(layer.pixels()), layer.mask().map(|mask| sum_of(mask, u64::from))))
        .collect();
    format!("{layers:?} {sums:?} {:?}", document.selection().map(|grid| sum_of(grid, u64::from)))
}

fn sum(pixels: Option<&TileGrid<crate::document::Pixel>>) -> Option<u64> {
    pixels.map(|grid| sum_of(grid, |pixel| pixel.iter().fold(7, |sum, channel| sum * 31 + u64::from(*channel))))
}

fn sum_of<P: crate::document::TileValue>(grid: &TileGrid<P>, number: impl Fn(P) -> u64) -> u64 {
    let values = grid.positions().filter_map(|at| grid.tile(at)).flatten();
    values.fold(0u64, |sum, value| sum.wrapping_mul(1_000_003).wrapping_add(number(*value)))
}

/// The `step`th thing that is done to a picture; always the same.
fn step(document: &mut Document, step: u32) -> Option<Edit> {
    let active = document.active();
    match step % 8 {
        0 => Some(document.add_paint_layer(format!("Layer {step}"))),
        1 => document.fill_mask(),
        2 => {
            let props = document.layer(active)?.props().clone();
            document.set_props(active, LayerProps { opacity: (step % 100) as f32 / 100.0, ..props })
        }
        3 => document.group_active("Group".into()),
        4 => {
            let size = document.size();
            let mut chosen = TileGrid::filled(size, 0u16);
            let rect = PixelRect { left: step % 200, top: 3, right: 280, bottom: 200 };
            chosen.change_rows(rect, |_, _, row| row.fill(60_000));
            document.set_selection("Select", Some(chosen))
        }
        5 => {
            let mut pixels = TileGrid::filled(document.size(), [0; 4]);
            let rect = PixelRect { left: 0, top: step % 250, right: 300, bottom: 270 };
            pixels.change_rows(rect, |x, y, row| row.fill([(x * y + step) as u16; 4].map(|c| c / 2)));
            Some(document.add_layer(Layer::new(LayerProps::named("Paint"), LayerContent::Paint(pixels))))
        }
        6 => document.invert_mask(),
        _ => document.merge_down(active).or_else(|| document.duplicate_layer(active)),
    }
}

#[test]
fn a_picture_comes_back_as_it_was_after_the_last_change_undo_included() {
    let folder = tempfile::tempdir().unwrap();
    let mut document = canvas();
    let mut journal = Journal::begin(folder.path(), "1", &document, |trouble| panic!("{trouble}")).unwrap();
    journal.record_context("{\"prompt\":\"a cat\"}".into(), &document);
    let mut done = vec![];
    for number in 0..40 {
        if let Some(edit) = step(&mut document, number) {
            journal.record(&edit, &document);
            done.push(edit);
        }
        if number % 5 == 4
            && let Some(edit) = done.pop()
        {
            edit.revert(&mut document);
            journal.record_undone(&edit, &document);
        }
    }
    journal.flush();
    assert!(abandoned(folder.path()).is_empty(), "a journal in use is nobody else's");
    drop(journal);
    let found = abandoned(folder.path());
    let recovered = found[0].recover().unwrap();
    assert_eq!(state(&recovered.document), state(&document));
    assert_eq!(recovered.context.as_deref(), Some("{\"prompt\":\"a cat\"}"));
    assert!(recovered.changes > 30);
}

#[test]
fn a_discarded_journal_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    Journal::begin(folder.path(), "1", &canvas(), |_| {}).unwrap().discard_and_wait();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_blank_canvas_of_16384_pixels_is_a_small_journal() {
    let document = Document::blank(CanvasSize::new(16384, 16384).unwrap(), [255; 4]);
    let bytes = encode(&[Op::Document(Box::new(document))]);
    assert!(bytes.len() < 100_000, "{} bytes", bytes.len());
}

#[test]
fn a_folder_that_cannot_be_written_is_said_once_and_nothing_panics() {
    let folder = tempfile::tempdir().unwrap();
    let (sender, said) = std::sync::mpsc::channel();
    let mut document = canvas();
    let journal = Journal::begin(folder.path(), "1", &document, move |trouble| _ = sender.send(trouble)).unwrap();
    journal.flush();
    // From here on nothing can be put in the old file's place: a folder stands there.
    std::fs::remove_file(folder.path().join("1.journal")).unwrap();
    std::fs::create_dir_all(folder.path().join("1.journal").join("in the way")).unwrap();
    journal.begin_anew(&document);
    for number in 0..3 {
        if let Some(edit) = step(&mut document, number) {
            journal.record(&edit, &document);
        }
    }
    journal.flush();
    assert_eq!(said.try_iter().count(), 1);
}

/// A journal of these steps, and the picture after each of its records.
fn written(steps: u32) -> (Vec<u8>, Vec<String>) {
    let mut document = canvas();
    let mut bytes = framed(&encode(&[Op::Document(Box::new(document.clone()))])).unwrap();
    let mut states = vec![state(&document)];
    for number in 0..steps {
        if let Some(edit) = step(&mut document, number) {
            bytes.extend(framed(&encode(&edit.ops())).unwrap());
            states.push(state(&document));
        }
    }
    (bytes, states)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn cut_off_anywhere_it_gives_the_picture_after_the_last_whole_record(steps in 1..16u32, at in any::<prop::sample::Index>()) {
        let (bytes, states) = written(steps);
        let cut = &bytes[..at.index(bytes.len())];
        match replay(cut) {
            Some(recovered) => prop_assert_eq!(&state(&recovered.document), &states[recovered.changes]),
            None => prop_assert!(split_record(cut).is_none(), "a whole picture was there"),
        }
    }

    #[test]
    fn damaged_anywhere_it_gives_one_of_the_pictures_and_never_panics(
        steps in 1..12u32, at in any::<prop::sample::Index>(), flip in 1..=255u8,
    ) {
        let (mut bytes, states) = written(steps);
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if let Some(recovered) = replay(&bytes) {
            prop_assert_eq!(&state(&recovered.document), &states[recovered.changes]);
        }
    }

    #[test]
    fn any_bytes_behind_a_right_checksum_are_read_without_panic(payload in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Some(record) = framed(&payload) {
            let _ = replay(&record);
        }
    }
}

#[test]
fn what_a_hint_is_drawn_from_is_found_again() {
    let mut document = canvas();
    let pixels = TileGrid::filled(document.size(), [0; 4]);
    let content = LayerContent::Hint { pixels, kind: "pose".into(), objects: Some(HintObjects::new("one")) };
    let added = document.add_layer(Layer::new(LayerProps::named("Pose"), content));
    let id = document.active();
    let after = HintObjects { placement: Projection::rotation(30.0), ..HintObjects::new("two") };
    let moved = document.hint_redrawn("Move joint", id, after.clone(), vec![]).unwrap();
    let mut found = canvas();
    let through_bytes = |ops: Vec<Op>, document: &mut Document| {
        decode(&encode(&ops)).unwrap().into_iter().for_each(|op| op.apply(document));
    };
    through_bytes([added.ops(), moved.ops()].concat(), &mut found);
    assert_eq!(found.layer(id).unwrap().hint_objects(), Some(&after));
    through_bytes(moved.inverse_ops(), &mut found);
    assert_eq!(found.layer(id).unwrap().hint_objects(), Some(&HintObjects::new("one")));
}
