//! Hints: drawn on layers of their own, told to the engine, and made from the picture.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod painter;

use brushfire::commands::{Command, HintCommand, Menu};
use brushfire::document::LayerProps;
use brushfire::studio::hints::controls_of;
use brushfire_engine::HintKind;
use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::Queryable as _;

use painter::Desk;

/// A blank canvas with a line drawn on a hint, by the keyboard and the pointer alone.
fn sketched() -> Desk {
    let mut desk = Desk::new();
    desk.press(Modifiers::NONE, Key::S);
    desk.window_mut().desk.tools.color_brush.diameter = 12.0;
    desk.stroke(&[(40.0, 128.0), (200.0, 128.0)]);
    desk
}

#[test]
fn a_sketch_is_sent_as_white_lines_on_black_and_the_picture_stays_blank() {
    let mut desk = sketched();
    let job = desk.generate();
    assert_eq!(job.init, None, "a sketch is no picture to start from");
    let [control] = job.recipe.controls.as_slice() else { panic!("{} controls", job.recipe.controls.len()) };
    assert_eq!((control.kind, control.weight, control.start, control.end), (HintKind::Scribble, 1.0, 0.0, 1.0));
    let [Some(hint)] = job.hints.as_slice() else { panic!("{} hints", job.hints.len()) };
    assert_eq!(hint.dimensions(), (256, 256));
    assert_eq!([hint.get_pixel(120, 128).0, hint.get_pixel(120, 60).0], [[255; 3], [0; 3]]);
}

#[test]
fn pressing_s_again_goes_on_with_the_same_sketch() {
    let mut desk = sketched();
    let layer = desk.document().active();
    let paper = desk.document().layers()[0].id();
    desk.window_mut().desk.studio.choose_layer(paper);
    desk.press(Modifiers::NONE, Key::S);
    assert_eq!(desk.document().active(), layer);
    assert_eq!(desk.document().hints().count(), 1);
}

#[test]
fn a_hint_that_is_off_or_empty_is_not_sent_and_one_step_brings_it_back() {
    let mut desk = sketched();
    desk.harness.get_by_role_and_label(Role::CheckBox, "Follow Scribble or not").click();
    desk.settle();
    assert!(controls_of(desk.document()).is_empty());
    Command::Undo.run(&mut desk.window_mut().desk);
    desk.settle();
    assert_eq!(controls_of(desk.document()).len(), 1);
    desk.click_in_menu(Menu::Control, "Add depth");
    assert_eq!(controls_of(desk.document()).len(), 1, "nothing is drawn on the second");
    desk.click_in_menu(Menu::Control, "Add content");
    let controls = controls_of(desk.document());
    assert_eq!(controls[1].1.kind, HintKind::Tile, "the picture itself is this one's hint");
}

#[test]
fn weight_and_range_are_set_by_sliders_and_undone() {
    let mut desk = sketched();
    let id = desk.document().active();
    let before = desk.document().layer(id).unwrap().props().clone();
    let fields = desk.harness.get_all_by_role_and_label(Role::SpinButton, "Weight");
    fields.last().unwrap().focus();
    desk.settle();
    desk.press(Modifiers::NONE, Key::ArrowUp);
    let after = desk.document().layer(id).unwrap().props().clone();
    assert!(after.control.weight > before.control.weight, "{}", after.control.weight);
    Command::Undo.run(&mut desk.window_mut().desk);
    desk.settle();
    assert_eq!(desk.document().layer(id).unwrap().props(), &before);
    let reversed = LayerProps {
        control: brushfire::document::HintControl { start: 0.6, end: 0.2, ..Default::default() },
        ..before
    };
    desk.window_mut().desk.studio.edit(|document| document.set_props(id, reversed));
    let (_, control) = controls_of(desk.document()).remove(0);
    assert_eq!((control.start, control.end), (0.6, 0.6), "an end never comes before its start");
}

#[test]
fn every_kind_of_hint_can_be_added_by_its_command_and_has_words() {
    let mut desk = Desk::new();
    for kind in HintKind::all() {
        Command::Hint(HintCommand::Add(kind)).run(&mut desk.window_mut().desk);
        desk.settle();
        let layer = desk.document().layer(desk.document().active()).unwrap();
        assert_eq!(layer.hint_kind(), Some(kind.name()));
        assert_ne!(layer.props().name, format!("hint-{kind}"), "no words for {kind}");
    }
    assert_eq!(desk.document().hints().count(), HintKind::all().count());
}

#[test]
fn a_class_of_things_is_found_by_name_and_painted_with() {
    let mut desk = Desk::new();
    desk.click_in_menu(Menu::Control, "Add classes of things");
    desk.harness.get_by_role_and_label(Role::TextInput, "Find a thing").focus();
    desk.settle();
    desk.harness.get_by_role_and_label(Role::TextInput, "Find a thing").type_text("sky");
    desk.settle();
    // A row that is scrolled out of sight is reached by the keyboard.
    desk.harness.get_by_role_and_label(Role::Button, "sky").focus();
    desk.settle();
    desk.press(Modifiers::NONE, Key::Enter);
    assert_eq!(desk.window().desk.tools.color, [6, 230, 230], "ADE20K's colour of the sky");
    desk.window_mut().desk.tools.color_brush.diameter = 40.0;
    desk.stroke(&[(128.0, 60.0), (130.0, 60.0)]);
    let job = desk.generate();
    assert_eq!(job.hints[0].as_ref().unwrap().get_pixel(129, 60).0, [6, 230, 230]);
}
