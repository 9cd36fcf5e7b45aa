//! Menus may have more entries than the window has room for.

use egui::{ScrollArea, Ui};

/// What the menu bar and a menu's own edges take of the window's height, in points.
const AROUND: f32 = 64.0;

/// Entries of a menu, which scroll where the window is lower than they are.
pub fn scrolling<R>(ui: &mut Ui, entries: impl FnOnce(&mut Ui) -> R) -> R {
    let room = (ui.ctx().content_rect().height() - AROUND).max(AROUND);
    ScrollArea::vertical().max_height(room).min_scrolled_height(room).show(ui, entries).inner
}
