use super::*;
use crate::document::PixelRect;
use crate::document::transform::{Anchor, Filter, Turn};
use crate::figures::{PRESETS, PointId, Preset, dragged};
use brushfire_engine::hints::skeleton::Joint;

fn canvas() -> Document {
    Document::blank(CanvasSize::new(700, 600).unwrap(), [255; 4])
}

fn waving() -> Vec<Person> {
    Preset::from_key("waving").unwrap().people([700, 600], Keypoint::new(350.0, 300.0))
}

fn figures_layer(document: &Document) -> &Layer {
    document.layer(layer_with_figures(document).unwrap()).unwrap()
}

/// What is on the layer over black, and what the engine draws of its people.
fn shown_and_rendered(document: &Document) -> [image::RgbImage; 2] {
    let layer = figures_layer(document);
    let pixels = layer.pixels().unwrap();
    let shown = image::RgbImage::from_fn(document.size().width(), document.size().height(), |x, y| {
        let [red, green, blue, _] = pixels.pixel(x, y);
        image::Rgb([red, green, blue].map(|channel| ((u32::from(channel) + 128) / 257) as u8))
    });
    [shown, pose_of(layer, document.size()).unwrap().render()]
}

fn must_be_drawn(document: &Document, when: &str) {
    let [shown, rendered] = shown_and_rendered(document);
    let largest = shown.iter().zip(rendered.iter()).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(largest <= Some(1), "{when}: differs by {largest:?}");
}

fn wrist(document: &Document) -> Keypoint {
    pose_of(figures_layer(document), document.size()).unwrap().people[0].joint(Joint::RightWrist).unwrap()
}

#[test]
fn people_come_to_a_layer_of_their_own_and_more_people_to_the_same() {
    let mut document = canvas();
    let edit = add_people(&mut document, "Place person", "Pose", waving()).unwrap();
    assert_eq!((edit.name(), figures_layer(&document).props().name.as_str()), ("Place person", "Pose"));
    must_be_drawn(&document, "placed");
    let layers = document.layers().len();
    let second =
        add_people(&mut document, "Place person", "Pose", PRESETS[0].people([700, 600], Keypoint::new(100.0, 300.0)));
    assert_eq!(document.layers().len(), layers);
    must_be_drawn(&document, "with another");
    second.unwrap().revert(&mut document);
    must_be_drawn(&document, "taken back");
    edit.revert(&mut document);
    assert!(layer_with_figures(&document).is_none());
}

#[test]
fn a_moved_arm_changes_only_the_tiles_it_touches_and_all_comes_back() {
    let mut document = canvas();
    add_people(&mut document, "Place person", "Pose", waving());
    let layer = layer_with_figures(&document).unwrap();
    let mut people = waving();
    let to = Keypoint::new(wrist(&document).x + 30.0, wrist(&document).y + 10.0);
    people[0] = dragged(&people[0], PointId::Body(Joint::RightWrist), to, true);
    let foot = TilePos { column: 1, row: 2 };
    let revision = |document: &Document| figures_layer(document).pixels().unwrap().revision(foot);
    let before = revision(&document);
    let edit = change_people(&mut document, "Move joint", layer, people.clone()).unwrap();
    assert_eq!(revision(&document), before, "the feet were left alone");
    must_be_drawn(&document, "moved");
    assert_eq!(wrist(&document), people[0].joint(Joint::RightWrist).unwrap());
    edit.revert(&mut document);
    must_be_drawn(&document, "undone");
    edit.apply(&mut document);
    assert_eq!(wrist(&document), people[0].joint(Joint::RightWrist).unwrap());
    assert!(change_people(&mut document, "Move joint", layer, people).is_none(), "nothing is no step");
}

#[test]
fn whatever_becomes_of_the_canvas_the_people_go_with_it_and_are_drawn_anew() {
    let new_size = CanvasSize::new(1400, 1200).unwrap();
    type Operation = fn(&mut Document, CanvasSize) -> Option<Edit>;
    type Map = fn(Keypoint) -> Keypoint;
    let operations: [(&str, Operation, Map); 5] = [
        (
            "scaled",
            |document, size| document.resize_image(size, Filter::Bicubic),
            |p| Keypoint::new(p.x * 2.0, p.y * 2.0),
        ),
        (
            "larger canvas",
            |document, size| document.resize_canvas(size, Anchor::CENTER),
            |p| Keypoint::new(p.x + 350.0, p.y + 300.0),
        ),
        (
            "cropped",
            |document, _| document.crop(PixelRect { left: 40, top: 0, right: 500, bottom: 333 }).unwrap(),
            |p| Keypoint::new(p.x - 40.0, p.y),
        ),
        ("turned", |document, _| document.turn_image(Turn::Clockwise), |p| Keypoint::new(600.0 - p.y, p.x)),
        (
            "layer moved",
            |document, _| {
                let id = layer_with_figures(document)?;
                document.transform_layer(id, Projection::translation([12.0, -5.0]), Filter::Bicubic).unwrap()
            },
            |p| Keypoint::new(p.x + 12.0, p.y - 5.0),
        ),
    ];
    for (what, operation, expected) in operations {
        let mut document = canvas();
        add_people(&mut document, "Place person", "Pose", waving());
        let before = wrist(&document);
        let edit = operation(&mut document, new_size).unwrap();
        let edit = with_figures_redrawn(edit, &mut document);
        let (found, expected) = (wrist(&document), expected(before));
        assert!((found.x - expected.x).hypot(found.y - expected.y) < 0.01, "{what}: {found:?} {expected:?}");
        must_be_drawn(&document, what);
        edit.revert(&mut document);
        assert_eq!(wrist(&document), before, "{what}");
        must_be_drawn(&document, "undone");
    }
}

#[test]
fn in_a_flipped_picture_the_other_hand_waves() {
    let mut document = canvas();
    add_people(&mut document, "Place person", "Pose", waving());
    let before = wrist(&document);
    let edit = document.turn_image(Turn::FlipHorizontally).unwrap();
    with_figures_redrawn(edit, &mut document);
    let person = pose_of(figures_layer(&document), document.size()).unwrap().people.remove(0);
    let found = person.joint(Joint::LeftWrist).unwrap();
    assert!((found.x - (700.0 - before.x)).abs() < 0.01 && (found.y - before.y).abs() < 0.01);
    must_be_drawn(&document, "flipped");
}

#[test]
fn a_duplicate_has_people_of_its_own_and_brushes_leave_figures_alone() {
    let mut document = canvas();
    add_people(&mut document, "Place person", "Pose", waving());
    let first = layer_with_figures(&document).unwrap();
    assert!(document.paint_target().unwrap_err().to_string().contains("pose tool"));
    document.duplicate_layer(first).unwrap();
    let copy = layer_with_figures(&document).unwrap();
    assert_ne!(copy, first);
    change_people(&mut document, "Delete person", copy, vec![]).unwrap();
    let people = |document: &Document, id| pose_of(document.layer(id).unwrap(), document.size()).unwrap().people.len();
    assert_eq!((people(&document, first), people(&document, copy)), (1, 0));
    assert_eq!(document.layer(copy).unwrap().bytes(), 0);
}

#[test]
fn a_selection_does_not_tear_figures_apart() {
    let mut document = canvas();
    add_people(&mut document, "Place person", "Pose", waving());
    let mut selected = TileGrid::filled(document.size(), 0u16);
    selected.change_rows(PixelRect { left: 0, top: 0, right: 300, bottom: 300 }, |_, _, row| row.fill(u16::MAX));
    document.set_selection("Select", Some(selected));
    let id = layer_with_figures(&document).unwrap();
    let refused = document.transform_layer(id, Projection::translation([12.0, -5.0]), Filter::Bicubic);
    assert!(refused.unwrap_err().to_string().contains("figures"));
}
