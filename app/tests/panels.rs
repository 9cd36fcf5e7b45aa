//! The panels, the palette, shortcuts and languages, driven as a painter drives them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod painter;

use std::path::Path;
use std::sync::Arc;

use brushfire::commands::{COMMANDS, Command, LayerCommand, Menu};
use brushfire::document::{BlendMode, Document, Layer};
use brushfire::files::Settings;
use brushfire::language::{Language, LanguageChoice};
use brushfire::panels::PanelKind;
use brushfire::window::Window;
use brushfire_engine::tasks::TaskError;
use brushfire_engine::{Event, JobError, Notice};
use egui::{Key, Modifiers, Pos2, Role, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use painter::{Desk, key_press, press_at};

#[test]
fn a_command_is_found_by_a_part_of_its_name() {
    let mut desk = Desk::with_picture();
    desk.press(Modifiers::COMMAND, Key::K);
    desk.harness.get_by_role_and_label(Role::TextInput, "Find a command").type_text("inv mask");
    desk.settle();
    desk.press(Modifiers::NONE, Key::Enter);
    assert_eq!(desk.mask_at(5, 5), u16::MAX);
    assert!(desk.window().desk.palette.is_none());

    desk.press(Modifiers::COMMAND, Key::K);
    desk.press(Modifiers::NONE, Key::Escape);
    assert!(desk.window().desk.palette.is_none(), "Escape leaves it");
}

#[test]
fn letters_and_enter_that_come_together_mean_the_command_that_was_typed() {
    let mut desk = Desk::with_picture();
    desk.press(Modifiers::COMMAND, Key::K);
    let events = vec![egui::Event::Text("invert mask".to_owned()), key_press(Key::Enter, Modifiers::NONE)];
    desk.harness.input_mut().events.extend(events);
    desk.settle();
    assert_eq!(desk.mask_at(5, 5), u16::MAX);
}

#[test]
fn escape_closes_an_open_menu_and_nothing_else() {
    let mut desk = Desk::with_picture();
    desk.generate();
    desk.finish([9, 9, 9]);
    desk.open_menu(Menu::Edit);
    desk.press(Modifiers::NONE, Key::Escape);
    assert!(desk.window().desk.studio.results().shown().is_some(), "the result still waits");
    desk.press(Modifiers::NONE, Key::Escape);
    assert!(desk.window().desk.studio.results().shown().is_none());
}

#[test]
fn the_palettes_arrows_choose_and_nothing_is_typed_elsewhere() {
    let mut desk = Desk::new();
    desk.press(Modifiers::COMMAND, Key::K);
    desk.harness.get_by_role_and_label(Role::TextInput, "Find a command").type_text("brush");
    desk.settle();
    for key in [Key::ArrowDown, Key::ArrowUp, Key::ArrowUp, Key::ArrowDown, Key::Enter] {
        desk.press(Modifiers::NONE, key);
    }
    assert!(desk.window().desk.palette.is_none());
    assert_eq!(desk.window().desk.studio.recipe.prompt, "");
}

#[test]
fn a_shortcut_is_changed_by_pressing_other_keys_and_remembered() {
    let mut desk = Desk::with_picture();
    desk.press(Modifiers::NONE, Key::F1);
    desk.harness.get_by_role_and_label(Role::TextInput, "Search commands").click();
    desk.settle();
    desk.harness.get_by_role_and_label(Role::TextInput, "Search commands").type_text("invert mask");
    desk.settle();
    desk.harness.get_by_role_and_label(Role::Button, "Change the shortcut of Invert mask").focus();
    desk.settle();
    desk.press(Modifiers::NONE, Key::Enter);
    desk.press(Modifiers::COMMAND, Key::Z);
    assert!(desk.harness.query_by_label("Taken from: Undo").is_some(), "it means one command only");
    desk.harness.get_by_role_and_label(Role::Button, "Change the shortcut of Invert mask").focus();
    desk.settle();
    desk.press(Modifiers::NONE, Key::Enter);
    desk.press(Modifiers::COMMAND, Key::U);
    assert!(desk.harness.query_by_label("Taken from: Undo").is_none());
    desk.press(Modifiers::NONE, Key::Escape);
    desk.press(Modifiers::COMMAND, Key::U);
    assert_eq!(desk.mask_at(5, 5), u16::MAX);

    let mut settings = Settings::default();
    desk.window().desk.give_settings(&mut settings);
    let mut next = Desk::with_picture();
    next.window_mut().desk.take_settings(&settings);
    next.press(Modifiers::COMMAND, Key::U);
    assert_eq!(next.mask_at(5, 5), u16::MAX);
}

#[test]
fn the_window_speaks_chinese_once_it_is_chosen() {
    let mut desk = Desk::new();
    // The fonts of the machine are not looked for.
    desk.harness.ctx.set_missing_glyph_policy(egui::MissingGlyphPolicy::Tofu);
    desk.press(Modifiers::COMMAND, Key::Comma);
    desk.harness.get_by_role_and_label(Role::ComboBox, "Language").click();
    desk.settle();
    desk.click("简体中文");
    desk.press(Modifiers::NONE, Key::Escape);
    desk.harness.get_by_role_and_label(Role::ComboBox, "采样器");
    desk.harness.get_by_role_and_label(Role::MultilineTextInput, "提示词");
    let mut settings = Settings::default();
    desk.window().desk.give_settings(&mut settings);
    assert_eq!(serde_json::to_value(&settings).unwrap()["language"], "zh-CN");
}

#[test]
fn what_fails_is_told_in_the_painters_language() {
    let mut desk = Desk::with_picture();
    desk.generate();
    let job = desk.last_job();
    desk.harness.ctx.set_missing_glyph_policy(egui::MissingGlyphPolicy::Tofu);
    desk.window_mut().desk.language = LanguageChoice::Of(Language::SimplifiedChinese);
    desk.settle();
    let error = JobError::Generation(TaskError::NotMultiple { width: 100, height: 64, multiple: 8 });
    desk.send(Event::Failed { job, error: Arc::new(error) });
    desk.harness.get_by_label("100 × 64 不能被 8 整除，而此模型要求如此；请选择其他尺寸");
    desk.send(Event::Notice { notice: Notice::DeviceLost { device: "RADV".to_owned() } });
    desk.harness.get_by_label_contains("RADV 停止了工作");

    // A thread has tried to read it.
    desk.window_mut().desk.studio.open_path(Path::new("/no/such/hat.png"));
    let is_said = |window: &Window, words: &str| window.desk.studio.notices.iter().any(|notice| notice.text == words);
    desk.wait_for(|window| is_said(window, "无法读取 /no/such/hat.png：没有这个文件"));
}

#[test]
fn the_interface_can_be_larger() {
    let mut desk = Desk::new();
    desk.window_mut().desk.scale = 1.5;
    desk.settle();
    assert!((desk.harness.ctx.zoom_factor() - 1.5).abs() < 1e-6);
}

/// "Mask Sketch Background": the lines of the layers panel, from the top.
fn lines(document: &Document) -> String {
    fn add(names: &mut Vec<String>, layers: &[Layer]) {
        for layer in layers.iter().rev() {
            names.push(layer.props().name.clone());
            add(names, layer.children());
        }
    }
    let mut names = vec![];
    add(&mut names, document.layers());
    names.join(", ")
}

fn active_name(desk: &Desk) -> String {
    desk.document().layer(desk.document().active()).unwrap().props().name.clone()
}

/// The middle of a layer's line.
fn line(desk: &Desk, name: &str) -> Pos2 {
    desk.harness.get_by_role_and_label(Role::Button, name).rect().center()
}

/// Presses, moves in steps, lets go.
fn drag(desk: &mut Desk, from: Pos2, to: Pos2) {
    desk.harness.event(egui::Event::PointerMoved(from));
    desk.harness.step();
    desk.harness.event(press_at(from, true));
    desk.harness.step();
    for step in 1..=8 {
        desk.harness.event(egui::Event::PointerMoved(from + (to - from) * (step as f32 / 8.0)));
        desk.harness.step();
    }
    desk.harness.event(press_at(to, false));
    desk.settle();
}

#[test]
fn layers_are_added_above_the_active_one_and_deleted() {
    let mut desk = Desk::with_picture();
    desk.click("Add layer");
    desk.click("Add mask");
    assert_eq!(lines(desk.document()), "Mask 4, Mask, Layer 3, Background");
    assert_eq!(active_name(&desk), "Mask 4");
    desk.click("Delete layer");
    desk.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(lines(desk.document()), "Mask 4, Mask, Layer 3, Background");
    desk.click("Background");
    desk.press(Modifiers::COMMAND, Key::J);
    assert_eq!(active_name(&desk), "Background copy");
    desk.click("Merge down");
    assert_eq!(lines(desk.document()), "Mask 4, Mask, Layer 3, Background");
}

#[test]
fn a_layer_is_hidden_locked_and_clipped_by_its_small_buttons() {
    let mut desk = Desk::with_picture();
    desk.click("Add layer");
    for name in [
        "Show or hide Layer 3",
        "Lock or unlock Layer 3",
        "Lock the transparency of Layer 3",
        "Clip Layer 3 to the layer below",
    ] {
        desk.click(name);
    }
    let props = desk.document().layer(desk.document().active()).unwrap().props().clone();
    assert_eq!((props.visible, props.locked, props.alpha_locked, props.clipped), (false, true, true, true));
    desk.click_in_menu(Menu::Edit, "Undo");
    assert!(!desk.document().layer(desk.document().active()).unwrap().props().clipped);
}

#[test]
fn blend_mode_and_opacity_are_those_of_the_active_layer() {
    let mut desk = Desk::with_picture();
    desk.click("Add layer");
    desk.harness.get_by_role_and_label(Role::ComboBox, "Blend mode").click();
    desk.settle();
    desk.click("Multiply");
    let active = desk.document().active();
    assert_eq!(desk.document().layer(active).unwrap().props().blend, BlendMode::Multiply);
    desk.harness.get_by_role_and_label(Role::Slider, "Layer opacity").focus();
    desk.settle();
    desk.press(Modifiers::NONE, Key::ArrowLeft);
    assert!(desk.document().layer(active).unwrap().props().opacity < 1.0);
    // The menu has the same name and stands before it.
    desk.harness.get_all_by_role_and_label(Role::Button, "Mask").last().unwrap().click();
    desk.settle();
    desk.harness.get_by_role_and_label(Role::Slider, "Tint opacity");
}

#[test]
fn a_layer_is_dragged_between_others_and_into_a_group() {
    let mut desk = Desk::with_picture();
    // Every line can be seen.
    desk.harness.set_size(vec2(1440.0, 1300.0));
    desk.settle();
    desk.click("Add layer");
    desk.click("Group layer");
    assert_eq!(lines(desk.document()), "Mask, Group 4, Layer 3, Background");
    desk.click("Background");
    desk.click("Add layer");
    assert_eq!(lines(desk.document()), "Mask, Group 4, Layer 3, Layer 5, Background");
    let (from, to) = (line(&desk, "Layer 5"), line(&desk, "Group 4"));
    drag(&mut desk, from, to);
    let group = desk.document().layers().iter().find(|layer| layer.is_group()).unwrap();
    let inside: Vec<_> = group.children().iter().map(|layer| layer.props().name.as_str()).collect();
    assert_eq!(inside, ["Layer 3", "Layer 5"]);
    let (from, to) = (line(&desk, "Layer 5"), line(&desk, "Background") + vec2(0.0, 12.0));
    drag(&mut desk, from, to);
    assert_eq!(lines(desk.document()), "Mask, Group 4, Layer 3, Background, Layer 5");
    desk.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(lines(desk.document()), "Mask, Group 4, Layer 5, Layer 3, Background");
}

#[test]
fn a_layer_is_renamed_in_its_line() {
    let mut desk = Desk::with_picture();
    desk.press(Modifiers::NONE, Key::F2);
    let field = || (Role::TextInput, "Rename layer");
    desk.harness.get_by_role_and_label(field().0, field().1).type_text("Meadow");
    desk.settle();
    desk.press(Modifiers::NONE, Key::Enter);
    assert_eq!(active_name(&desk), "Meadow");
    desk.press(Modifiers::NONE, Key::F2);
    desk.harness.get_by_role_and_label(field().0, field().1).type_text("Nothing");
    desk.settle();
    desk.press(Modifiers::NONE, Key::Escape);
    assert_eq!(active_name(&desk), "Meadow", "Escape leaves the old name");
}

#[test]
fn the_keyboard_goes_through_the_layers() {
    let mut desk = Desk::with_picture();
    desk.press(Modifiers::NONE, Key::PageUp);
    assert_eq!(active_name(&desk), "Mask");
    desk.press(Modifiers::NONE, Key::PageDown);
    assert_eq!(active_name(&desk), "Background");
    desk.press(Modifiers::COMMAND, Key::PageUp);
    assert_eq!(lines(desk.document()), "Background, Mask");
}

#[test]
fn a_click_in_the_history_goes_there() {
    let mut desk = Desk::with_picture();
    desk.click_in_menu(Menu::Mask, "Mask everything");
    desk.press(Modifiers::COMMAND, Key::I);
    desk.click("Add layer");
    desk.click("History");
    desk.click("Fill mask");
    assert_eq!(desk.mask_at(5, 5), u16::MAX);
    desk.click("Beginning");
    assert_eq!(desk.mask_at(5, 5), 0);
    desk.harness.get_all_by_role_and_label(Role::Button, "Add layer").last().unwrap().click();
    desk.settle();
    assert_eq!(lines(desk.document()), "Mask, Layer 3, Background");
}

#[test]
fn a_panel_is_hidden_and_comes_back_where_it_was() {
    let mut desk = Desk::new();
    let is_open = |desk: &Desk, panel| desk.window().desk.docks.is_open(panel);
    assert!(is_open(&desk, PanelKind::Layers) && !is_open(&desk, PanelKind::Brushes));
    let before = desk.harness.get_by_role_and_label(Role::Button, "Add layer").rect();
    desk.click_in_menu(Menu::Window, "Layers panel");
    assert!(!is_open(&desk, PanelKind::Layers) && is_open(&desk, PanelKind::Brushes));
    desk.click_in_menu(Menu::Window, "Layers panel");
    assert_eq!(desk.harness.get_by_role_and_label(Role::Button, "Add layer").rect(), before);
    desk.click_in_menu(Menu::Window, "Canvas only");
    assert!(desk.harness.query_by_role_and_label(Role::Button, "Add layer").is_none());
    desk.press(Modifiers::NONE, Key::F11);
    assert!(desk.harness.query_by_role_and_label(Role::Button, "Add layer").is_some());
}

#[test]
fn a_panel_is_moved_by_its_name_and_the_layout_remembered_and_reset() {
    let mut desk = Desk::new();
    let at_first = desk.window().desk.docks.layout();
    let tab = desk.harness.get_by_role_and_label(Role::Button, "Layers").rect().center();
    let canvas = desk.window().desk.view.rect();
    drag(&mut desk, tab, canvas.left_center() + vec2(8.0, 0.0));
    let moved = desk.harness.get_by_role_and_label(Role::Button, "Layers").rect();
    assert!(moved.right() < canvas.center().x, "{moved:?}");
    let room = desk.window().desk.view.rect();
    assert!(room.width() > 300.0 && room.left() > canvas.left(), "the canvas stays beside it: {room:?}");

    let mut settings = Settings::default();
    desk.window().desk.give_settings(&mut settings);
    let json = serde_json::to_string(&settings).unwrap();
    let mut next = Desk::new();
    next.window_mut().desk.take_settings(&serde_json::from_str(&json).unwrap());
    next.settle();
    assert_eq!(next.harness.get_by_role_and_label(Role::Button, "Layers").rect(), moved);

    desk.click_in_menu(Menu::Window, "Reset layout");
    let reset = desk.window().desk.docks.layout();
    assert_eq!(format!("{at_first:?}").len(), format!("{reset:?}").len());
    assert_eq!(desk.window().desk.view.rect(), canvas);
}

#[test]
fn nothing_is_laid_over_the_canvas() {
    let mut desk = Desk::new();
    let tab = desk.harness.get_by_role_and_label(Role::Button, "Layers").rect().center();
    let canvas = desk.window().desk.view.rect();
    drag(&mut desk, tab, canvas.center());
    assert!(desk.window().desk.docks.is_open(PanelKind::Canvas));
    assert!(desk.window().desk.docks.is_open(PanelKind::Layers));
}

#[test]
fn the_canvas_takes_what_a_larger_window_gives() {
    let mut desk = Desk::new();
    let panel = |desk: &Desk| desk.harness.get_by_role_and_label(Role::ComboBox, "Model").rect().width();
    let before = (panel(&desk), desk.window().desk.view.rect().width());
    desk.harness.set_size(vec2(1640.0, 900.0));
    desk.settle();
    assert_eq!(panel(&desk), before.0);
    assert!((desk.window().desk.view.rect().width() - before.1 - 200.0).abs() < 1.0);
}

#[test]
fn every_command_of_the_layers_can_be_asked_for_by_keyboard_or_palette() {
    let desk = Desk::with_picture();
    for command in [LayerCommand::AddPaint, LayerCommand::Flatten, LayerCommand::Rename] {
        assert!(Command::Layer(command).is_enabled(&desk.window().desk));
        assert!(COMMANDS.iter().any(|info| info.command == Command::Layer(command)));
    }
    let names = desk.harness.query_all_by(|node| node.role() == Role::Button);
    let nameless = names.filter(|node| node.accesskit_node().label().is_none_or(|label| label.is_empty())).count();
    assert_eq!(nameless, 0, "every button has a name");
}
