//! Files as a painter handles them: let go over the window, saved, closed, found again.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod painter;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use brushfire::commands::{Command, HintCommand};
use brushfire::dialog::{Answer, Purpose};
use brushfire::document::{CanvasSize, Layer, LayerContent};
use brushfire::studio::{Message, Question};
use brushfire_engine::hints::HintKind;
use egui::{DroppedFile, Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use image::{Rgb, RgbImage, Rgba, RgbaImage};
use tempfile::TempDir;

use painter::{Desk, scene};

/// A file that another program lets go over the window.
#[derive(Debug)]
struct Dropped(PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

fn let_go(desk: &mut Desk, files: &[PathBuf], modifiers: Modifiers) {
    let input = desk.harness.input_mut();
    input.events.push(egui::Event::ModifiersChanged(modifiers));
    input.dropped_files = files.iter().map(|file| Arc::new(Dropped(file.clone())) as _).collect();
    desk.harness.step();
    let input = desk.harness.input_mut();
    input.dropped_files.clear();
    input.events.push(egui::Event::ModifiersChanged(Modifiers::NONE));
    desk.settle();
}

fn picture_file(folder: &TempDir, name: &str, width: u32, height: u32, rgb: [u8; 3]) -> PathBuf {
    let path = folder.path().join(name);
    RgbImage::from_pixel(width, height, Rgb(rgb)).save(&path).unwrap();
    path
}

/// Layers of the picture, the lowest first.
fn names(desk: &Desk) -> Vec<String> {
    let layers = desk.document().layers().iter().filter(|layer| layer.is_part_of_picture());
    layers.map(|layer| layer.props().name.clone()).collect()
}

fn tabs(desk: &Desk) -> Vec<String> {
    desk.window().desk.studio.pictures().into_iter().map(|tab| tab.title).collect()
}

fn colour_at(desk: &Desk, x: u32, y: u32) -> [u8; 4] {
    desk.document().rgba_image(desk.document().bounds()).get_pixel(x, y).0
}

#[test]
fn files_let_go_over_a_picture_become_layers_in_its_middle() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::with_picture();
    let small = picture_file(&folder, "leaf.png", 10, 8, [200, 10, 20]);
    let large = picture_file(&folder, "sky.png", 400, 300, [1, 2, 250]);
    let broken = folder.path().join("broken.png");
    std::fs::write(&broken, b"\x89PNG\r\n\x1a\n and no more").unwrap();
    let_go(&mut desk, &[large, broken, small], Modifiers::NONE);
    desk.wait_for(|window| window.desk.studio.document().layers().len() == 4);
    assert_eq!(names(&desk), ["Background", "sky", "leaf"]);
    assert_eq!(tabs(&desk), ["scene.png"]);
    assert_eq!(desk.document().size().width(), 64, "the canvas stays as it is");
    assert_eq!((colour_at(&desk, 32, 24), colour_at(&desk, 26, 24)), ([200, 10, 20, 255], [1, 2, 250, 255]));
    let said: Vec<_> = desk.window().desk.studio.notices.iter().map(|notice| notice.text.clone()).collect();
    assert!(said.len() == 1 && said[0].contains("broken.png"), "{said:?}");

    desk.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(names(&desk), ["Background", "sky"], "each is a step of its own");
}

#[test]
fn with_ctrl_or_over_an_untouched_canvas_files_are_opened() {
    let folder = tempfile::tempdir().unwrap();
    let (red, blue) =
        (picture_file(&folder, "red.png", 20, 20, [255, 0, 0]), picture_file(&folder, "blue.png", 30, 30, [0, 0, 255]));
    let mut desk = Desk::new();
    let_go(&mut desk, &[red.clone(), blue.clone()], Modifiers::NONE);
    desk.wait_for(|window| window.desk.studio.pictures().len() == 2);
    assert_eq!(tabs(&desk), ["red.png", "blue.png"]);
    assert_eq!(desk.document().size().width(), 30, "the last one is in front");

    let_go(&mut desk, &[red], Modifiers::COMMAND);
    desk.wait_for(|window| window.desk.studio.pictures().len() == 3);
    assert_eq!(desk.document().size().width(), 20);
}

#[test]
fn a_picture_with_layers_is_let_go_as_one_layer() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::with_picture();
    let path = folder.path().join("layers.ora");
    desk.press(Modifiers::NONE, Key::Insert);
    desk.window_mut().desk.studio.save_to(path.clone());
    desk.wait_for(|window| window.desk.studio.path() == Some(path.as_path()));
    assert_eq!(names(&desk).len(), 2);
    let_go(&mut desk, &[path], Modifiers::NONE);
    desk.wait_for(|window| window.desk.studio.document().layers().len() == 4);
    let dropped = desk.document().layers().iter().find(|layer| layer.props().name == "layers").unwrap();
    assert!(matches!(dropped.content(), LayerContent::Paint(_)));
    assert_eq!(names(&desk).len(), 3);
}

#[test]
fn what_is_let_go_joins_its_picture_even_when_another_is_in_front_by_then() {
    let folder = tempfile::tempdir().unwrap();
    let leaf = picture_file(&folder, "leaf.png", 10, 8, [200, 10, 20]);
    let mut desk = Desk::with_picture();
    let below = desk.window().desk.studio.picture_number();
    // All in one frame: the file is read after the other picture has come to the front.
    desk.harness.input_mut().dropped_files = vec![Arc::new(Dropped(leaf)) as _];
    desk.harness.step();
    desk.harness.input_mut().dropped_files.clear();
    let size = CanvasSize::new(128, 128).unwrap();
    desk.window_mut().desk.studio.new_canvas(size);
    desk.wait_for(|window| window.desk.studio.pictures()[0].is_modified);
    assert_eq!(names(&desk).len(), 1, "not the picture in front");
    desk.window_mut().desk.studio.bring_to_front(below);
    desk.settle();
    assert_eq!(names(&desk), ["Background", "leaf"]);
    desk.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(names(&desk), ["Background"]);
}

#[test]
fn a_pasted_picture_is_a_layer_in_the_middle() {
    let mut desk = Desk::with_picture();
    let picture = RgbaImage::from_pixel(100, 4, Rgba([9, 200, 9, 255]));
    desk.window().desk.studio.mailbox().send(brushfire::studio::Message::Pasted(picture));
    desk.wait_for(|window| window.desk.studio.document().layers().len() == 3);
    assert_eq!(names(&desk), ["Background", "Pasted"]);
    assert_eq!(desk.document().size().width(), 64);
    assert_eq!((colour_at(&desk, 0, 22), colour_at(&desk, 63, 25)), ([9, 200, 9, 255], [9, 200, 9, 255]));
    assert_ne!(colour_at(&desk, 0, 21), [9, 200, 9, 255]);
}

/// A picture opened from this file, with a second layer.
fn with_second_layer(path: &Path) -> Desk {
    let mut desk = Desk::new();
    scene().save(path).unwrap();
    desk.window_mut().desk.studio.open_path(path);
    desk.wait_for(|window| window.desk.studio.document().size().width() == 64);
    desk.press(Modifiers::COMMAND, Key::J);
    assert_eq!(names(&desk).len(), 2);
    desk
}

#[test]
fn a_file_that_cannot_keep_the_layers_is_not_overwritten_without_asking() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scene.png");
    let mut desk = with_second_layer(&path);
    let before = std::fs::read(&path).unwrap();
    desk.press(Modifiers::COMMAND, Key::S);
    assert_eq!(desk.window().desk.studio.question(), Some(&Question::CannotKeepLayers { path: path.clone() }),);
    desk.press(Modifiers::NONE, Key::Escape);
    assert!(desk.window().desk.studio.question().is_none() && std::fs::read(&path).unwrap() == before);

    desk.press(Modifiers::COMMAND, Key::S);
    desk.press(Modifiers::NONE, Key::Enter);
    let beside = folder.path().join("scene.ora");
    desk.wait_for(|window| window.desk.studio.path() == Some(beside.as_path()));
    assert!(!desk.window().desk.studio.is_modified());
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(brushfire::files::open_document(&beside).unwrap().document.layers().len(), 3, "with its mask");

    desk.press(Modifiers::COMMAND, Key::J);
    desk.press(Modifiers::COMMAND, Key::S);
    desk.wait_for(|window| !window.desk.studio.is_modified());
    assert!(desk.window().desk.studio.question().is_none(), "an .ora keeps them");
}

#[test]
fn who_wants_it_flattened_is_asked_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scene.jpg");
    let mut desk = with_second_layer(&path);
    desk.press(Modifiers::COMMAND, Key::S);
    desk.click("Flatten into scene.jpg");
    desk.wait_for(|window| !window.desk.studio.is_modified());
    assert_eq!(names(&desk).len(), 2, "in the window the layers are still there");
    desk.press(Modifiers::COMMAND, Key::J);
    desk.press(Modifiers::COMMAND, Key::S);
    desk.wait_for(|window| !window.desk.studio.is_modified());
    assert!(desk.window().desk.studio.question().is_none());
    assert_eq!(desk.window().desk.studio.path(), Some(path.as_path()));
}

#[test]
fn closing_goes_on_after_the_layers_are_kept_and_stays_when_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scene.png");
    let mut desk = with_second_layer(&path);
    desk.press(Modifiers::COMMAND, Key::Q);
    desk.click("Save");
    desk.click("Stay");
    assert!(!desk.window().desk.studio.may_leave() && desk.window().desk.studio.question().is_none());
    desk.press(Modifiers::COMMAND, Key::Q);
    desk.click("Save");
    desk.click("Save as scene.ora");
    desk.wait_for(|window| window.desk.studio.may_leave());
    assert!(folder.path().join("scene.ora").exists());
}

#[test]
fn a_mask_counts_as_a_change_where_the_file_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("masked.ora");
    let mut desk = Desk::with_picture();
    desk.press(Modifiers::COMMAND, Key::I);
    assert!(!desk.window().desk.studio.is_modified(), "a mask on a photograph");
    desk.window_mut().desk.studio.save_to(path.clone());
    desk.wait_for(|window| window.desk.studio.path() == Some(path.as_path()));
    assert!(!desk.window().desk.studio.is_modified());
    desk.press(Modifiers::COMMAND, Key::I);
    assert!(desk.window().desk.studio.is_modified());
    desk.press(Modifiers::COMMAND, Key::Z);
    assert!(!desk.window().desk.studio.is_modified());
}

#[test]
fn what_is_in_no_file_and_what_was_drawn_as_a_hint_is_not_closed_without_asking() {
    let mut desk = Desk::new();
    desk.press(Modifiers::COMMAND, Key::I);
    desk.press(Modifiers::COMMAND, Key::W);
    assert!(desk.window().desk.studio.question().is_some(), "a mask that is in no file");
    desk.click("Stay");

    let mut desk = Desk::with_picture();
    Command::Hint(HintCommand::Add(HintKind::Pose)).run(&mut desk.window_mut().desk);
    desk.settle();
    assert!(desk.window().desk.studio.is_modified(), "a pose on a photograph");
    desk.press(Modifiers::COMMAND, Key::Z);
    assert!(!desk.window().desk.studio.is_modified());
}

#[test]
fn a_file_chosen_for_one_layer_is_asked_about_before_the_others_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = with_second_layer(&folder.path().join("scene.png"));
    let flat = folder.path().join("flat.png");
    let chosen = || Message::Answered(Purpose::SavePicture, Answer::Path(flat.clone()));
    desk.window().desk.studio.mailbox().send(chosen());
    desk.wait_for(|window| window.desk.studio.question().is_some());
    assert!(!flat.exists());
    desk.click("Flatten into flat.png");
    desk.wait_for(|window| window.desk.studio.path() == Some(flat.as_path()));
    desk.window().desk.studio.mailbox().send(chosen());
    desk.wait_for(|window| window.desk.studio.question().is_none() && !window.desk.studio.is_modified());
}

#[test]
fn a_typed_name_that_is_taken_replaces_its_file_only_when_accepted_twice() {
    let folder = tempfile::tempdir().unwrap();
    let taken = picture_file(&folder, "picture.png", 8, 8, [1, 2, 3]);
    let before = std::fs::read(&taken).unwrap();
    let mut desk = Desk::with_picture();
    desk.window().desk.studio.mailbox().send(Message::Answered(Purpose::SavePicture, Answer::NoDialog));
    desk.wait_for(|_| true);
    desk.window_mut().desk.studio.typed_path_mut().unwrap().text = taken.display().to_string();
    desk.settle();
    desk.click("Use this path");
    assert_eq!(std::fs::read(&taken).unwrap(), before);
    desk.harness.get_by_label("There is a file of this name already. Accept once more to replace it.");
    desk.click("Replace it");
    desk.wait_for(|window| window.desk.studio.path() == Some(taken.as_path()));
    assert_ne!(std::fs::read(&taken).unwrap(), before);
}

#[test]
fn two_saves_at_once_leave_the_later_picture() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("twice.ora");
    let mut desk = Desk::with_picture();
    let studio = &mut desk.window_mut().desk.studio;
    studio.save_to(path.clone());
    studio.edit(|document| Some(document.add_paint_layer("late".to_owned())));
    studio.save_to(path.clone());
    desk.wait_for(|window| !window.desk.studio.is_modified());
    let saved = brushfire::files::open_document(&path).unwrap().document;
    assert!(saved.layers().iter().any(|layer: &Layer| layer.props().name == "late"));
}

#[test]
fn a_recovered_picture_is_not_lost_to_the_next_one_that_is_opened() {
    let journals = tempfile::tempdir().unwrap();
    let mut first = Desk::new();
    first.window_mut().desk.studio.keep_journals_in(journals.path().to_owned());
    first.press(Modifiers::NONE, Key::Insert);
    // The program is gone without a word: its journal stays.
    drop(first);

    let mut desk = Desk::new();
    desk.window_mut().desk.studio.keep_journals_in(journals.path().to_owned());
    desk.wait_for(|window| window.desk.studio.found_picture().is_some());
    desk.click("Recover");
    assert_eq!(names(&desk).len(), 2);
    assert!(desk.window().desk.studio.is_modified(), "it is in no file");
    desk.window_mut().desk.studio.new_canvas(CanvasSize::new(99, 99).unwrap());
    desk.settle();
    assert_eq!(desk.window().desk.studio.pictures().len(), 2);
}

#[test]
fn each_picture_is_seen_as_it_was_left() {
    let mut desk = Desk::with_picture();
    desk.press(Modifiers::NONE, Key::Num1);
    desk.press(Modifiers::NONE, Key::Num6);
    desk.press(Modifiers::NONE, Key::M);
    let left = *desk.window().desk.view.camera();
    desk.window_mut().desk.studio.new_canvas(CanvasSize::new(128, 128).unwrap());
    desk.settle();
    let new = *desk.window().desk.view.camera();
    assert!(!new.is_mirrored() && new.angle() == 0.0 && new.zoom() != left.zoom(), "a new one is shown whole, upright");
    desk.press(Modifiers::COMMAND, Key::Tab);
    assert_eq!(*desk.window().desk.view.camera(), left);
    desk.press(Modifiers::COMMAND, Key::Tab);
    assert_eq!(*desk.window().desk.view.camera(), new);
}

#[test]
fn the_memory_for_undo_can_be_chosen_and_is_remembered() {
    let mut desk = Desk::with_picture();
    desk.window_mut().desk.history_megabytes = 64;
    desk.settle();
    desk.window_mut().desk.studio.new_canvas(CanvasSize::new(128, 128).unwrap());
    desk.settle();
    assert_eq!(desk.window().desk.studio.history().budget(), 64 << 20, "of a new picture too");
    desk.press(Modifiers::COMMAND, Key::Tab);
    assert_eq!(desk.window().desk.studio.history().budget(), 64 << 20);
    let mut settings = brushfire::files::Settings::default();
    desk.window().desk.give_settings(&mut settings);
    assert_eq!(settings.history_megabytes, 64);
    desk.press(Modifiers::COMMAND, Key::Comma);
    desk.harness.get_by_label_contains("MB in use");
}

#[test]
fn a_picture_that_arrives_while_something_is_asked_waits_for_the_answer() {
    let folder = tempfile::tempdir().unwrap();
    let other = picture_file(&folder, "other.png", 20, 20, [255, 0, 0]);
    let mut desk = Desk::with_picture();
    desk.press(Modifiers::COMMAND, Key::J);
    desk.press(Modifiers::COMMAND, Key::W);
    desk.window_mut().desk.studio.open_path(&other);
    std::thread::sleep(std::time::Duration::from_millis(200));
    desk.settle();
    assert_eq!(tabs(&desk), ["scene.png"]);
    desk.click("Stay");
    desk.wait_for(|window| window.desk.studio.pictures().len() == 2);
    assert_eq!(tabs(&desk), ["scene.png", "other.png"]);
    assert_eq!(desk.document().size().width(), 20);
}

#[test]
fn changes_that_cannot_be_kept_safe_are_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = picture_file(&folder, "no-folder.png", 2, 2, [0; 3]);
    let mut desk = Desk::new();
    desk.window_mut().desk.studio.keep_journals_in(file);
    desk.press(Modifiers::NONE, Key::Insert);
    desk.press(Modifiers::NONE, Key::Insert);
    let said: Vec<_> = desk.window().desk.studio.notices.iter().map(|notice| notice.text.clone()).collect();
    assert!(said.len() == 1 && said[0].contains("not kept safe from a crash"), "{said:?}");
    assert_eq!(names(&desk).len(), 3, "and one paints on");
}

#[test]
fn steps_on_disk_are_taken_back_and_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::with_picture();
    desk.window_mut().desk.studio.keep_journals_in(folder.path().to_owned());
    desk.window_mut().desk.history_megabytes = 0;
    let mut looks = vec![desk.document().to_image()];
    for diameter in [10.0, 14.0, 20.0, 30.0, 44.0] {
        let brush = &mut desk.window_mut().desk.tools.color_brush;
        brush.diameter = diameter;
        desk.press(Modifiers::NONE, Key::P);
        desk.stroke(&[(20.0, 24.0), (diameter, 24.0), (44.0, 30.0)]);
        looks.push(desk.document().to_image());
    }
    assert!(looks.windows(2).all(|pair| pair[0] != pair[1]));
    let in_memory = |window: &brushfire::window::Window| window.desk.studio.history().bytes();
    // All but the newest, whose tile has half a megabyte.
    desk.wait_for(|window| in_memory(window) < 1 << 20);
    for done in [0, 5, 2, 4, 1] {
        desk.window_mut().desk.studio.go_to_step(done);
        desk.settle();
        assert_eq!(desk.window().desk.studio.history().done(), done);
        assert!(desk.document().to_image() == looks[done], "after {done} steps");
    }
    // As quickly as keys repeat.
    let studio = &mut desk.window_mut().desk.studio;
    studio.redo();
    studio.redo();
    studio.redo();
    studio.undo();
    desk.settle();
    assert!(desk.document().to_image() == looks[3]);
    desk.press(Modifiers::COMMAND, Key::Z);
    desk.stroke(&[(5.0, 5.0), (50.0, 40.0)]);
    assert_eq!(desk.window().desk.studio.history().entries().count(), 3, "what was taken back is forgotten");
}
