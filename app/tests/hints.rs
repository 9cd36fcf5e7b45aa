//! Hints: drawn on layers of their own, told to the engine, and made from the picture.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod painter;

use brushfire::canvas::Tool;
use brushfire::commands::{Command, HintCommand, Menu};
use brushfire::document::LayerProps;
use brushfire::studio::hints::controls_of;
use brushfire::studio::{SelectOptions, SelectionShape};
use brushfire_engine::hints::skeleton::{Joint, Keypoint, Person, Pose};
use brushfire_engine::{DeviceChoice, Event, HintKind, JobId};
use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::Queryable as _;
use image::{Rgb, RgbImage};

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

fn make_from_picture(desk: &mut Desk) -> JobId {
    let before = desk.engine.hints.lock().unwrap().len();
    Command::Hint(HintCommand::FromPicture).run(&mut desk.window_mut().desk);
    let hints = desk.engine.hints.clone();
    desk.wait_for(|_| hints.lock().unwrap().len() > before);
    // The stand-in numbers what it is given; these tests give it hints only.
    JobId(before as u64)
}

/// Somebody with a neck and a nose, in the pixels of a hint.
fn somebody(neck: [f32; 2], nose: [f32; 2]) -> Person {
    let mut person = Person::default();
    for (joint, [x, y]) in [(Joint::Neck, neck), (Joint::Nose, nose)] {
        person.body[joint.index()] = Some(Keypoint::new(x, y));
    }
    person
}

fn finish(desk: &mut Desk, job: JobId, hint: RgbImage, people: Option<Pose>) {
    desk.send(Event::HintFinished { job, hint, people, seconds: 0.1 });
    desk.wait_for(|window| window.desk.studio.hint_progress().is_none());
}

#[test]
fn a_hint_made_from_the_picture_is_laid_on_its_layer_as_large_as_the_canvas() {
    let mut desk = Desk::new();
    desk.click_in_menu(Menu::Control, "Add hard edges");
    let job = make_from_picture(&mut desk);
    assert_eq!(desk.engine.hints.lock().unwrap()[0].picture.dimensions(), (256, 256));
    let hint = RgbImage::from_fn(128, 128, |x, _| Rgb([if x < 64 { 255 } else { 0 }; 3]));
    finish(&mut desk, job, hint, None);
    let lines = desk.document().lines_image(desk.document().active(), desk.document().bounds()).unwrap();
    assert_eq!([lines.get_pixel(60, 200).0, lines.get_pixel(200, 60).0], [[255], [0]]);
}

#[test]
fn people_found_in_the_picture_are_figures_that_can_be_posed() {
    let mut desk = Desk::new();
    desk.click_in_menu(Menu::Control, "Add pose");
    assert_eq!(desk.window().desk.tools.in_hand(), Tool::Pose);
    let job = make_from_picture(&mut desk);
    let found = Pose { people: vec![somebody([64.0, 60.0], [64.0, 30.0])], size: [128, 128] };
    finish(&mut desk, job, found.render(), Some(found));
    let layer = desk.document().active();
    let pose = desk.window().desk.studio.pose_on(layer).unwrap();
    assert_eq!(pose.people[0].joint(Joint::Neck), Some(Keypoint::new(128.0, 120.0)), "on a canvas twice as large");
    let drawn = desk.document().colors_image(layer, desk.document().bounds()).unwrap();
    assert_eq!(drawn, pose.render(), "lines keep the width that they have at the canvas's size");
    desk.stroke(&[(128.0, 60.0), (140.0, 60.0), (160.0, 60.0)]);
    let nose = desk.window().desk.studio.pose_on(layer).unwrap().people[0].joint(Joint::Nose).unwrap();
    assert!(nose.x > 140.0, "the pose tool moves the head: {nose:?}");
    Command::Undo.run(&mut desk.window_mut().desk);
    Command::Undo.run(&mut desk.window_mut().desk);
    desk.settle();
    assert!(desk.window().desk.studio.pose_on(layer).unwrap().people.is_empty());
}

#[test]
fn people_found_in_a_selected_part_join_those_that_are_there() {
    let mut desk = Desk::new();
    desk.click_in_menu(Menu::Control, "Add pose");
    let layer = desk.document().active();
    let there = somebody([20.0, 40.0], [20.0, 20.0]);
    desk.window_mut().desk.studio.change_people("Pose", layer, vec![there.clone()]);
    let part = SelectionShape::Rectangle([[128.0, 64.0], [256.0, 192.0]]);
    desk.window_mut().desk.studio.select_shape(part, SelectOptions::default());
    desk.settle();
    let job = make_from_picture(&mut desk);
    assert_eq!(desk.engine.hints.lock().unwrap()[0].picture.dimensions(), (128, 128));
    let found = Pose { people: vec![somebody([64.0, 60.0], [64.0, 30.0])], size: [128, 128] };
    finish(&mut desk, job, found.render(), Some(found));
    let people = desk.window().desk.studio.pose_on(layer).unwrap().people;
    assert_eq!(people, [there, somebody([192.0, 124.0], [192.0, 94.0])]);
}

#[test]
fn another_device_gives_up_a_hint_that_is_being_made_and_the_next_can_be_made() {
    let mut desk = Desk::new();
    desk.click_in_menu(Menu::Control, "Add hard edges");
    make_from_picture(&mut desk);
    assert!(!desk.window().desk.studio.can_make_hint());
    desk.window_mut().desk.studio.change_device(DeviceChoice::Cpu);
    desk.wait_for(|window| window.desk.studio.can_make_hint());
}

#[test]
fn a_locked_hint_is_not_made_from_the_picture() {
    let mut desk = Desk::new();
    desk.click_in_menu(Menu::Control, "Add hard edges");
    assert!(desk.window().desk.studio.can_make_hint());
    let id = desk.document().active();
    let locked = LayerProps { locked: true, ..desk.document().layer(id).unwrap().props().clone() };
    desk.window_mut().desk.studio.edit(|document| document.set_props(id, locked));
    assert!(!desk.window().desk.studio.can_make_hint());
}
