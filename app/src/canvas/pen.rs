//! Pointer events as a pen's: every movement of the frame, with its pressure.

use egui::{Event, InputState, Modifiers, PointerButton, Pos2, TouchPhase};

/// What the pen, mouse or finger did, in screen points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PenEvent {
    Down { pos_on_screen: Pos2, button: PointerButton, pressure: f32, modifiers: Modifiers },
    Move { pos_on_screen: Pos2, pressure: f32 },
    Up { button: PointerButton },
}

/// Reads pen events and remembers the pressure between them.
pub struct Pen {
    pressure: f32,
}

impl Default for Pen {
    fn default() -> Self {
        Self { pressure: 1.0 }
    }
}

impl Pen {
    /// The frame's events in their order. A mouse presses with 1.
    pub fn read(&mut self, input: &InputState) -> Vec<PenEvent> {
        input.events.iter().filter_map(|event| self.read_event(event)).collect()
    }

    fn read_event(&mut self, event: &Event) -> Option<PenEvent> {
        match *event {
            // Comes before the pointer event of the same touch.
            Event::Touch { phase, force, .. } => {
                let ends = matches!(phase, TouchPhase::End | TouchPhase::Cancel);
                self.pressure = if ends { 1.0 } else { force.unwrap_or(1.0).clamp(0.0, 1.0) };
                None
            }
            Event::PointerMoved(pos_on_screen) => Some(PenEvent::Move { pos_on_screen, pressure: self.pressure }),
            Event::PointerButton { pos, button, pressed: true, modifiers } => {
                Some(PenEvent::Down { pos_on_screen: pos, button, pressure: self.pressure, modifiers })
            }
            Event::PointerButton { button, pressed: false, .. } => Some(PenEvent::Up { button }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{TouchDeviceId, TouchId, pos2};

    #[test]
    fn a_pen_brings_its_pressure_and_a_mouse_presses_fully() {
        let mut pen = Pen::default();
        let touch = |phase, force| Event::Touch {
            device_id: TouchDeviceId(1),
            id: TouchId(1),
            phase,
            pos: pos2(1.0, 1.0),
            force,
        };
        assert_eq!(pen.read_event(&touch(TouchPhase::Move, Some(0.25))), None);
        let moved = pen.read_event(&Event::PointerMoved(pos2(2.0, 3.0)));
        assert_eq!(moved, Some(PenEvent::Move { pos_on_screen: pos2(2.0, 3.0), pressure: 0.25 }));
        pen.read_event(&touch(TouchPhase::End, None));
        let moved = pen.read_event(&Event::PointerMoved(pos2(2.0, 3.0)));
        assert_eq!(moved, Some(PenEvent::Move { pos_on_screen: pos2(2.0, 3.0), pressure: 1.0 }));
    }
}
