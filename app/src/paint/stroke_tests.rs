use image::{GrayImage, Luma};

use super::*;
use crate::document::{CanvasSize, LayerProps, TilePos};

fn canvas(width: u32, height: u32) -> Document {
    Document::blank(CanvasSize::new(width, height).unwrap(), [255; 4])
}

fn at(x: f32, y: f32) -> PenSample {
    PenSample::at([x, y])
}

fn stroke(document: &mut Document, brush: Brush, ink: Ink, points: &[[f32; 2]]) -> Option<Edit> {
    let mut builder = StrokeBuilder::begin(document, brush, ink, at(points[0][0], points[0][1])).unwrap();
    let samples: Vec<_> = points[1..].iter().map(|[x, y]| at(*x, *y)).collect();
    builder.extend(document, &samples);
    builder.finish(document)
}

#[test]
fn a_click_leaves_one_dab() {
    let mut document = canvas(300, 300);
    let edit = stroke(
        &mut document,
        Brush { diameter: 20.0, hardness: 1.0, ..Brush::default() },
        Ink::Mask,
        &[[256.0, 100.0]],
    )
    .unwrap();
    assert_eq!(edit.name(), "Paint mask");
    assert_eq!(document.mask_bounds(), Some(PixelRect { left: 246, top: 90, right: 266, bottom: 110 }));
    assert_eq!(document.mask().pixel(256, 100), u16::MAX);
}

#[test]
fn a_stroke_along_a_line_is_even() {
    let mut document = canvas(600, 100);
    let brush = Brush { diameter: 40.0, hardness: 0.2, opacity: 0.5, ..Brush::default() };
    stroke(&mut document, brush, Ink::Mask, &[[50.0, 50.0], [300.0, 50.0], [550.0, 50.0]]).unwrap();
    for y in [35, 45, 50, 60] {
        let along: Vec<_> = (100..500).map(|x| document.mask().pixel(x, y)).collect();
        let (low, high) = (along.iter().min().unwrap(), along.iter().max().unwrap());
        assert!(high - low < 65535 / 100, "row {y} lies between {low} and {high}");
    }
}

#[test]
fn a_stroke_that_crosses_itself_covers_no_more_than_its_opacity() {
    let mut document = canvas(200, 200);
    let brush = Brush { diameter: 50.0, hardness: 0.5, opacity: 0.4, ..Brush::default() };
    let scribble: Vec<_> = (0..40).map(|i| [if i % 2 == 0 { 40.0 } else { 160.0 }, 100.0]).collect();
    stroke(&mut document, brush.clone(), Ink::Mask, &scribble).unwrap();
    let most = document.mask().tile(TilePos { column: 0, row: 0 }).unwrap().iter().copied().max().unwrap();
    assert_eq!(most, (0.4f32 * 65535.0).round() as u16);
    stroke(&mut document, brush, Ink::Mask, &[[100.0, 100.0]]).unwrap();
    assert_eq!(document.mask().pixel(100, 100), (0.64f32 * 65535.0) as u16, "a second stroke adds to the first");
}

#[test]
fn erasing_takes_the_mask_away_and_leaves_no_tile() {
    let mut document = canvas(100, 100);
    let brush = Brush { diameter: 30.0, ..Brush::default() };
    stroke(&mut document, brush, Ink::Mask, &[[50.0, 50.0]]).unwrap();
    let eraser = Brush { diameter: 90.0, hardness: 1.0, ..Brush::default() };
    stroke(&mut document, eraser, Ink::MaskEraser, &[[50.0, 50.0]]).unwrap();
    assert_eq!(document.mask_bounds(), None);
    assert!(document.mask().tile(TilePos { column: 0, row: 0 }).is_none());
}

#[test]
fn a_stroke_that_leaves_nothing_is_no_edit() {
    let mut document = canvas(100, 100);
    assert!(stroke(&mut document, Brush::default(), Ink::MaskEraser, &[[50.0, 50.0], [60.0, 60.0]]).is_none());
    assert!(stroke(&mut document, Brush::default(), Ink::Mask, &[[-500.0, 50.0], [-400.0, 60.0]]).is_none());
    assert!(stroke(&mut document, Brush { opacity: 0.0, ..Brush::default() }, Ink::Mask, &[[50.0, 50.0]]).is_none());
}

#[test]
fn undo_and_redo_bring_every_bit_back() {
    let mut document = canvas(700, 400);
    let mask = GrayImage::from_fn(700, 400, |x, y| Luma([(x * 3 + y) as u8]));
    document.replace_mask(&mask).unwrap();
    let before = document.clone();
    let brush = Brush { diameter: 120.0, hardness: 0.3, flow: 0.3, opacity: 0.7, ..Brush::default() };
    let edit = stroke(&mut document, brush, Ink::MaskEraser, &[[10.0, 10.0], [650.0, 390.0], [300.0, 20.0]]).unwrap();
    let after = document.clone();
    edit.revert(&mut document);
    assert!(same_mask(&document, &before));
    edit.apply(&mut document);
    assert!(same_mask(&document, &after));
    assert!(!same_mask(&document, &before));
}

#[test]
fn a_cancelled_stroke_leaves_no_trace() {
    let mut document = canvas(400, 400);
    document.fill_mask();
    let before = document.clone();
    let mut builder = StrokeBuilder::begin(&mut document, Brush::default(), Ink::MaskEraser, at(20.0, 20.0)).unwrap();
    builder.extend(&mut document, &[at(390.0, 390.0)]);
    assert!(!same_mask(&document, &before));
    builder.cancel(&mut document);
    assert!(same_mask(&document, &before));
}

#[test]
fn nothing_changes_outside_the_dirty_rectangle_and_it_is_told_what_did() {
    let mut document = canvas(600, 600);
    let before = document.clone();
    let mut builder =
        StrokeBuilder::begin(&mut document, Brush { diameter: 33.0, ..Brush::default() }, Ink::Mask, at(100.0, 100.0))
            .unwrap();
    let dirty = builder.extend(&mut document, &[at(130.0, 100.0), at(130.0, 160.0)]);
    assert!(dirty.right <= 149 && dirty.bottom <= 179, "{dirty:?}");
    let all = builder.dirty();
    assert_eq!(all, all.union(dirty));
    for (x, y) in (0..600).flat_map(|x| (0..600).map(move |y| (x, y))) {
        assert!(all.contains(x, y) || document.mask().pixel(x, y) == 0);
    }
    let changed =
        document.mask().positions().filter(|at| document.mask().revision(*at) != before.mask().revision(*at)).count();
    assert_eq!(changed, 1, "one tile to upload");
}

#[test]
fn frames_make_no_difference_to_a_stroke() {
    let points: Vec<_> = (0..200).map(|i| [20.0 + i as f32 * 2.5, 200.0 + 150.0 * (i as f32 / 20.0).sin()]).collect();
    let brush = Brush { diameter: 77.0, hardness: 0.4, flow: 0.6, ..Brush::default() };
    let (mut at_once, mut in_frames) = (canvas(600, 400), canvas(600, 400));
    stroke(&mut at_once, brush.clone(), Ink::Mask, &points).unwrap();
    let mut builder = StrokeBuilder::begin(&mut in_frames, brush, Ink::Mask, at(points[0][0], points[0][1])).unwrap();
    for frame in points[1..].chunks(7) {
        let samples: Vec<_> = frame.iter().map(|[x, y]| at(*x, *y)).collect();
        builder.extend(&mut in_frames, &samples);
    }
    builder.finish(&mut in_frames).unwrap();
    assert!(same_mask(&at_once, &in_frames));
}

#[test]
fn colour_is_laid_over_the_picture_and_erased_again() {
    let mut document = Document::blank(CanvasSize::new(64, 64).unwrap(), [0, 0, 0, 0]);
    let brush = Brush { diameter: 40.0, hardness: 1.0, opacity: 0.5, ..Brush::default() };
    assert_eq!(
        stroke(&mut document, brush.clone(), Ink::Color([255, 128, 0]), &[[32.0, 32.0]]).unwrap().name(),
        "Paint"
    );
    let pixel = document.rgba_image(document.bounds()).get_pixel(32, 32).0;
    assert_eq!(pixel, [255, 128, 0, 128]);
    stroke(&mut document, Brush { opacity: 1.0, diameter: 60.0, ..brush }, Ink::PictureEraser, &[[32.0, 32.0]])
        .unwrap();
    assert_eq!(document.flattened().pixel(32, 32), [0; 4]);
    assert_eq!(document.mask_bounds(), None, "the mask is not touched");
}

fn same_mask(a: &Document, b: &Document) -> bool {
    a.mask().positions().all(|at| a.mask().tile(at) == b.mask().tile(at))
}

#[test]
fn locked_layers_refuse_with_a_reason_and_selections_limit() {
    let mut document = canvas(100, 100);
    let brush = Brush { diameter: 40.0, hardness: 1.0, ..Brush::default() };
    let id = document.active();
    let props = document.layer(id).unwrap().props().clone();
    document.layer_mut(id).unwrap().props.locked = true;
    let refused = StrokeBuilder::begin(&mut document, brush.clone(), Ink::Color([0; 3]), at(50.0, 50.0)).unwrap_err();
    assert_eq!(refused.to_string(), "the layer “Background” is locked; unlock it to change it");
    document.layer_mut(id).unwrap().props = LayerProps { alpha_locked: true, ..props };
    assert!(stroke(&mut document, brush.clone(), Ink::PictureEraser, &[[50.0, 50.0]]).is_none(), "alpha is locked");
    let left_half = TileGrid::from_rows(document.size(), |left, _, row| {
        row.iter_mut().zip(left..).filter(|(_, x)| *x < 50).for_each(|(value, _)| *value = u16::MAX);
    });
    document.set_selected(Some(left_half));
    stroke(&mut document, brush.clone(), Ink::Color([0; 3]), &[[50.0, 50.0]]).unwrap();
    let picture = document.flattened();
    assert_eq!([45, 55].map(|x| picture.pixel(x, 50)[0]), [0, 65535]);
    stroke(&mut document, brush, Ink::Mask, &[[50.0, 50.0]]).unwrap();
    assert_eq!([45, 55].map(|x| document.mask().pixel(x, 50)), [65535, 0]);
}

#[test]
fn an_erasing_brush_is_called_what_it_does() {
    let mut document = canvas(100, 100);
    let brush = Brush { erases: true, ..Brush::default() };
    assert_eq!(stroke(&mut document, brush, Ink::Color([9; 3]), &[[50.0, 50.0]]).unwrap().name(), "Erase");
    assert_eq!(document.flattened().pixel(50, 50), [0; 4]);
}
