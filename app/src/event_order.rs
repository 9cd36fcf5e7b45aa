//! Input in the order in which it was given: nothing overtakes what came before it.
//!
//! Within a frame shortcuts run first, then the canvas and the text fields take what is theirs. Events that one of them
//! must have seen before another goes on wait here for the next frame: a stroke ends before the button is pressed that
//! uses its mask, a click gives a field the keyboard before letters are typed into it, and the letters are there before
//! the prompt is used.

use std::collections::VecDeque;

use egui::{Event, Key, RawInput};

use crate::commands::Keymap;

/// The events that wait for their frame.
#[derive(Default)]
pub struct EventQueue(VecDeque<Event>);

impl EventQueue {
    /// Leaves as many of the events as may come together in one frame; the others wait. Where some wait, another frame
    /// is needed.
    pub fn before_frame(&mut self, input: &mut RawInput, keymap: &Keymap) {
        self.0.extend(input.events.drain(..));
        let count = count_for_one_frame(self.0.make_contiguous(), keymap);
        input.events.extend(self.0.drain(..count));
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn count_for_one_frame(events: &[Event], keymap: &Keymap) -> usize {
    let mut has_typed = false;
    for (index, event) in events.iter().enumerate() {
        match event {
            // Strokes hang on the pointer's movements only.
            event if changes_all(event, keymap) => return if has_typed { index } else { index + 1 },
            Event::Key { pressed: true, .. } | Event::Text(_) | Event::Paste(_) | Event::Ime(_) => has_typed = true,
            _ => {}
        }
    }
    events.len()
}

/// Whether what follows may mean something else afterwards, and what came before must be done.
fn changes_all(event: &Event, keymap: &Keymap) -> bool {
    match event {
        Event::PointerButton { .. } => true,
        Event::Key { key, pressed: true, modifiers, .. } => {
            *key == Key::Tab || keymap.works_while_typing(*key, *modifiers)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Modifiers, PointerButton, Pos2, pos2};

    fn button(pressed: bool) -> Event {
        Event::PointerButton { pos: Pos2::ZERO, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE }
    }

    fn key(key: Key, modifiers: Modifiers) -> Event {
        Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
    }

    fn moved(x: f32) -> Event {
        Event::PointerMoved(pos2(x, 0.0))
    }

    /// What each frame gets of events that come all at once.
    fn frames(events: Vec<Event>) -> Vec<Vec<Event>> {
        let mut queue = EventQueue::default();
        let mut input = RawInput { events, ..RawInput::default() };
        let mut frames = vec![];
        loop {
            queue.before_frame(&mut input, &Keymap::default());
            frames.push(std::mem::take(&mut input.events));
            if queue.is_empty() {
                return frames;
            }
        }
    }

    #[test]
    fn a_stroke_a_click_a_prompt_and_the_button_come_one_after_the_other() {
        let text = Event::Text("a".to_owned());
        let letter = key(Key::A, Modifiers::NONE);
        let go = key(Key::Enter, Modifiers::COMMAND);
        let parts = [
            vec![moved(1.0), button(true)],
            vec![moved(2.0), moved(3.0), button(false)],
            vec![moved(4.0), button(true)],
            vec![button(false)],
            vec![letter.clone(), text.clone(), letter, text],
            vec![go],
        ];
        assert_eq!(frames(parts.concat()), parts);
    }

    #[test]
    fn movements_and_letters_come_together() {
        let events =
            vec![moved(1.0), moved(2.0), key(Key::E, Modifiers::NONE), Event::Text("e".to_owned()), moved(3.0)];
        assert_eq!(frames(events.clone()), [events]);
        assert_eq!(frames(vec![]), [vec![]]);
    }
}
