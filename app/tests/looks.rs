//! How the window looks, as far as the places and states of its parts say it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "shared with the window's tests")]
mod painter;

use brushfire::canvas::Tool;
use brushfire::commands::{Command, HintCommand, Menu};
use brushfire::files::Settings;
use brushfire_engine::HintKind;
use egui::{Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, Rect, Role, TouchPhase, Vec2, vec2};
use egui_kittest::kittest::Queryable as _;

use painter::Desk;

impl Desk {
    fn wheel(&mut self, delta: Vec2) {
        self.harness.event(Event::MouseWheel {
            unit: MouseWheelUnit::Line,
            delta,
            phase: TouchPhase::Move,
            source: MouseWheelSource::Wheel,
            modifiers: Modifiers::NONE,
        });
        self.settle();
    }

    fn rects_of(&self, role: Role, name: &str) -> Vec<Rect> {
        self.harness.query_all_by_role_and_label(role, name).map(|node| node.rect()).collect()
    }
}

#[test]
fn tabs_stand_in_one_line_with_their_crosses_in_them() {
    let mut desk = Desk::new();
    let folder = tempfile::tempdir().unwrap();
    for number in 1..=4 {
        let path = folder.path().join(format!("scene {number}.png"));
        painter::scene().save(&path).unwrap();
        desk.window_mut().desk.studio.open_path(&path);
        desk.wait_for(|window| window.desk.studio.pictures().len() == number);
    }
    let tabs: Vec<Rect> = desk.harness.query_all_by_role(Role::Tab).map(|node| node.rect()).collect();
    assert_eq!(tabs.len(), 4);
    assert!(tabs.iter().all(|tab| tab.y_range() == tabs[0].y_range()), "{tabs:?}");
    let crosses = desk.rects_of(Role::Button, &Command::ClosePicture.info().label());
    for tab in &tabs {
        let within = crosses.iter().find(|cross| tab.contains_rect(**cross));
        assert!(within.is_some_and(|cross| (cross.center().y - tab.center().y).abs() < 1.0), "{tab} {crosses:?}");
    }
}

#[test]
fn a_menu_that_is_higher_than_the_window_scrolls_to_its_last_entry() {
    let mut desk = Desk::new();
    desk.harness.set_size(vec2(1440.0, 420.0));
    desk.settle();
    desk.open_menu(Menu::Layer);
    let last = Menu::Layer.commands().last().unwrap().label();
    let place = |desk: &Desk| *desk.rects_of(Role::Button, &last).last().unwrap();
    assert!(place(&desk).bottom() > 420.0, "there are more entries than fit");
    let menu = desk.rects_of(Role::Button, &Menu::Layer.label())[0];
    desk.harness.hover_at(menu.center_bottom() + vec2(20.0, 60.0));
    desk.settle();
    desk.wheel(vec2(0.0, -100.0));
    assert!(place(&desk).bottom() < 420.0, "{}", place(&desk));
}

#[test]
fn a_colour_in_a_line_of_options_opens_the_programs_wheel() {
    let mut desk = Desk::new();
    desk.window_mut().desk.tools.take(Tool::ColorBrush);
    desk.settle();
    let wheels = |desk: &Desk| desk.harness.query_all_by_label("Colour wheel").count();
    let before = wheels(&desk);
    desk.click("Second colour");
    assert_eq!(wheels(&desk), before + 1);
    let color = desk.window().desk.tools.second_color;
    let wheel = desk.rects_of(Role::ColorWell, "Colour wheel").pop().unwrap();
    desk.harness.event(Event::PointerMoved(wheel.center()));
    desk.harness.event(painter::press_at(wheel.center(), true));
    desk.harness.step();
    desk.harness.event(painter::press_at(wheel.center(), false));
    desk.settle();
    assert_ne!(desk.window().desk.tools.second_color, color);
    assert_eq!(wheels(&desk), before + 1, "it stays open while one looks for the colour");
}

#[test]
fn the_tick_of_an_accepted_result_goes_and_comes_with_the_step() {
    let mut desk = Desk::with_picture();
    desk.generate();
    desk.finish([9, 9, 9]);
    let is_ticked = |desk: &Desk| desk.window().desk.studio.results().iter().any(|result| result.accepted);
    Command::Accept.run(&mut desk.window_mut().desk);
    desk.settle();
    assert!(is_ticked(&desk));
    desk.press(Modifiers::COMMAND, Key::Z);
    assert!(!is_ticked(&desk));
    desk.press(Modifiers::COMMAND, Key::Y);
    assert!(is_ticked(&desk));
}

#[test]
fn the_shortcuts_dialog_does_not_grow_while_it_is_open() {
    let mut desk = Desk::new();
    desk.harness.key_press(Key::F1);
    // In the first frame it is measured and not shown.
    desk.harness.step();
    desk.harness.step();
    desk.harness.step();
    let close = |desk: &Desk| desk.rects_of(Role::Button, "Close");
    let first = close(&desk);
    desk.settle();
    assert!(!first.is_empty());
    assert_eq!(first, close(&desk));
}

#[test]
fn a_line_of_options_that_is_too_long_scrolls_by_the_wheel_and_begins_anew_with_each_tool() {
    let mut desk = Desk::new();
    desk.harness.set_size(vec2(900.0, 700.0));
    desk.window_mut().desk.tools.take(Tool::ColorBrush);
    desk.settle();
    let swatch = |desk: &Desk| desk.rects_of(Role::Button, "Second colour").pop().unwrap();
    let before = swatch(&desk);
    desk.harness.hover_at(before.center());
    desk.settle();
    desk.wheel(vec2(0.0, -4.0));
    assert!(swatch(&desk).left() < before.left(), "{} {before}", swatch(&desk));
    desk.window_mut().desk.tools.take(Tool::MaskBrush);
    desk.settle();
    desk.window_mut().desk.tools.take(Tool::ColorBrush);
    desk.settle();
    assert_eq!(swatch(&desk), before);
}

#[test]
fn a_depth_hint_takes_white_and_what_is_remembered_is_the_pictures_colour() {
    let mut desk = Desk::new();
    desk.window_mut().desk.tools.color = [200, 30, 20];
    Command::Hint(HintCommand::Add(HintKind::Depth)).run(&mut desk.window_mut().desk);
    desk.settle();
    assert_eq!(desk.window().desk.tools.color, [255; 3]);
    let mut settings = Settings::default();
    desk.window().desk.give_settings(&mut settings);
    assert_eq!(settings.brushes.ink, [200, 30, 20]);
    desk.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(desk.window().desk.tools.color, [200, 30, 20]);
}
