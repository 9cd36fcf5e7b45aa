//! The library of hands, used as a painter uses it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod painter;

use brushfire::commands::Menu;
use brushfire::document::{Layer, LayerContent, PixelRect};
use brushfire::panels::PanelKind;
use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::Queryable as _;
use image::{GrayImage, Luma};

use painter::Desk;

/// The window with the hands' panel open and the gestures drawn.
fn with_hands() -> Desk {
    let mut desk = Desk::new();
    desk.click_in_menu(Menu::Window, "Hands panel");
    assert!(desk.window().desk.docks.is_open(PanelKind::Hands));
    while desk.harness.query_by_role_and_label(Role::Button, "Take the gesture Fist").is_none() {
        std::thread::sleep(std::time::Duration::from_millis(5));
        desk.harness.step();
    }
    desk
}

fn hints<'a>(desk: &'a Desk, wanted: &str) -> Vec<&'a Layer> {
    let fits = |layer: &&Layer| matches!(layer.content(), LayerContent::Hint { kind, .. } if kind == wanted);
    desk.document().all_layers().filter(fits).collect()
}

/// The rectangle of the canvas where a layer has anything.
fn bounds(layer: &Layer, side: u32) -> PixelRect {
    let pixels = layer.pixels().unwrap();
    let mut bounds = PixelRect { left: side, top: side, right: 0, bottom: 0 };
    for (x, y) in (0..side).flat_map(|y| (0..side).map(move |x| (x, y))) {
        if pixels.pixel(x, y)[3] > 0 {
            bounds.left = bounds.left.min(x);
            bounds.top = bounds.top.min(y);
            bounds.right = bounds.right.max(x + 1);
            bounds.bottom = bounds.bottom.max(y + 1);
        }
    }
    bounds
}

#[test]
fn a_bad_hand_is_masked_and_a_fist_is_stamped_where_the_mask_is() {
    let mut desk = with_hands();
    let mask = GrayImage::from_fn(256, 256, |x, y| {
        Luma([if (100..180).contains(&x) && (60..160).contains(&y) { 255 } else { 0 }])
    });
    desk.window_mut().desk.studio.edit(|document| document.replace_mask(&mask).unwrap());
    // It may lie further down than the gallery shows.
    desk.harness.get_by_role_and_label(Role::Button, "Take the gesture Fist").click_accesskit();
    desk.settle();
    desk.click("Place on the picture");
    assert!(hints(&desk, "depth").is_empty(), "it floats");
    desk.press(Modifiers::NONE, Key::Enter);
    let layers = hints(&desk, "depth");
    assert_eq!(layers.len(), 1);
    assert_eq!(layers[0].props().name, "Depth");
    let stamped = bounds(layers[0], 256);
    assert!((98..140).contains(&stamped.left) && (140..=182).contains(&stamped.right), "{stamped:?}");
    assert!((58..110).contains(&stamped.top), "{stamped:?}");

    desk.press(Modifiers::COMMAND, Key::Z);
    assert!(hints(&desk, "depth").is_empty(), "one undo takes hand and layer away");
}

#[test]
fn escape_takes_the_floating_hand_away_and_nothing_is_stamped() {
    let mut desk = with_hands();
    desk.click("Place on the picture");
    assert!(desk.window_mut().desk.view.placing().is_floating());
    desk.press(Modifiers::NONE, Key::Escape);
    assert!(!desk.window_mut().desk.view.placing().is_floating());
    assert!(hints(&desk, "depth").is_empty());
}

#[test]
fn a_floating_hand_is_dragged_and_nudged_and_the_brush_does_not_paint_meanwhile() {
    let mut desk = with_hands();
    desk.click("Place on the picture");
    let before = desk.window_mut().desk.view.placing().placement().unwrap();
    let [x, y] = before.center;
    desk.stroke(&[(x, y), (x + 10.0, y + 5.0), (x + 20.0, y + 10.0)]);
    desk.press(Modifiers::NONE, Key::ArrowRight);
    desk.press(Modifiers::SHIFT, Key::ArrowUp);
    let after = desk.window_mut().desk.view.placing().placement().unwrap();
    assert!((after.center[0] - x - 21.0).abs() < 0.6 && (after.center[1] - y).abs() < 0.6, "{after:?}");
    assert_eq!(desk.window().desk.studio.mask_bounds(), None);
}

#[test]
fn two_hands_share_a_layer_and_another_kind_gets_its_own() {
    let mut desk = with_hands();
    for _ in 0..2 {
        desk.click("Place on the picture");
        desk.click("Stamp");
    }
    assert_eq!(hints(&desk, "depth").len(), 1);
    desk.harness.get_by_role_and_label(Role::ComboBox, "Drawn as").click();
    desk.settle();
    desk.harness.get_all_by_label("Line art").last().unwrap().click();
    desk.settle();
    desk.click("Place on the picture");
    desk.press(Modifiers::NONE, Key::Enter);
    let lines = hints(&desk, "line-art");
    assert_eq!(lines.len(), 1);
    // Only lines are painted, so that a network sees a drawing and not a filled shape.
    let drawn = bounds(lines[0], 256);
    let image = desk.document().lines_image(lines[0].id(), drawn).unwrap();
    let inked = image.iter().filter(|level| **level > 127).count();
    assert!(inked > 100 && inked < image.len() / 3, "{inked} of {}", image.len());
}
