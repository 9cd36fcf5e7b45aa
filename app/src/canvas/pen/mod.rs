//! Pen, mouse and finger as one source: every movement of the frame, with pressure, tilt and time.
//!
//! Where pressure comes from: of a touch its force (Windows gives a pen's pressure so), on X11 the tablet's own reports
//! (see [`x11`]), else from the speed of the hand. On Wayland winit 0.30 does not hand on what a tablet says
//! (`zwp_tablet_v2` has no part in it, and its connection cannot be shared without unsafe code), so that a pen there is a
//! mouse; started with `WAYLAND_DISPLAY` empty, the program runs through XWayland, which passes pens on as X11 does.

mod hand;
#[cfg(target_os = "linux")]
mod x11;

use egui::{Event, InputState, Modifiers, PointerButton, Pos2, TouchPhase};

use self::hand::Hand;

/// How the pen is held at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PenState {
    /// 0 to 1.
    pub pressure: f32,
    /// Degrees to the right and towards the painter.
    pub tilt: [f32; 2],
    /// The pressure is guessed from the hand's speed.
    pub is_guessed: bool,
    /// Seconds, on egui's clock.
    pub time: f64,
}

/// What the pen, mouse or finger did, in screen points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PenEvent {
    Down { pos_on_screen: Pos2, button: PointerButton, pen: PenState, modifiers: Modifiers },
    Move { pos_on_screen: Pos2, pen: PenState },
    Up { button: PointerButton },
}

/// What a tablet says besides the position.
#[derive(Clone, Copy, Debug, PartialEq)]
struct TabletReport {
    /// 0 to 1.
    pressure: f32,
    /// Degrees to the right and towards the painter.
    tilt: [f32; 2],
}

/// Reads pen events and remembers what is known of the pen between them.
#[derive(Default)]
pub struct Pen {
    /// Of a touch, while it lasts.
    force: Option<f32>,
    hand: Hand,
    /// When the last frame was.
    last_frame: Option<f64>,
    tablet: Tablet,
}

/// Events of one frame are spread over no more than this, in seconds: the window may have slept before.
const MAX_FRAME: f64 = 1.0 / 30.0;

impl Pen {
    /// Listens to what the system says of tablets, where it can be asked. Costs nothing where there is none.
    pub fn listen_to_tablets(&mut self) {
        self.tablet.listen();
    }

    /// The frame's events in their order.
    pub fn read(&mut self, input: &InputState) -> Vec<PenEvent> {
        let motions = input.events.iter().filter(|event| moves(event)).count();
        let reports = self.tablet.take_reports();
        let before = self.last_frame.unwrap_or(input.time).max(input.time - MAX_FRAME);
        self.last_frame = Some(input.time);
        let mut moved = 0;
        let mut events = vec![];
        for event in &input.events {
            if moves(event) {
                moved += 1;
                let share = moved as f64 / motions as f64;
                let report = (share * reports.len() as f64).ceil() as usize;
                self.tablet.report(report.checked_sub(1).and_then(|index| reports.get(index)), input.time);
                events.extend(self.read_event(event, before + (input.time - before) * share));
            } else {
                events.extend(self.read_event(event, input.time));
            }
        }
        events
    }

    fn read_event(&mut self, event: &Event, time: f64) -> Option<PenEvent> {
        match *event {
            // Comes before the pointer event of the same touch.
            Event::Touch { phase, force, .. } => {
                let ends = matches!(phase, TouchPhase::End | TouchPhase::Cancel);
                self.force = force.filter(|_| !ends).map(|force| force.clamp(0.0, 1.0));
                None
            }
            Event::PointerMoved(pos_on_screen) => {
                let guessed = self.hand.moved(pos_on_screen, time);
                Some(PenEvent::Move { pos_on_screen, pen: self.state(guessed, time) })
            }
            Event::PointerButton { pos, button, pressed: true, modifiers } => {
                let guessed = self.hand.pressed(pos, time);
                Some(PenEvent::Down { pos_on_screen: pos, button, pen: self.state(guessed, time), modifiers })
            }
            Event::PointerButton { button, pressed: false, .. } => Some(PenEvent::Up { button }),
            _ => None,
        }
    }

    /// What is known, or else what the hand's speed lets guess.
    fn state(&self, guessed: f32, time: f64) -> PenState {
        match (self.force, self.tablet.current(time)) {
            (Some(pressure), _) => PenState { pressure, tilt: [0.0; 2], is_guessed: false, time },
            (None, Some(TabletReport { pressure, tilt })) => PenState { pressure, tilt, is_guessed: false, time },
            (None, None) => PenState { pressure: guessed, tilt: [0.0; 2], is_guessed: true, time },
        }
    }
}

fn moves(event: &Event) -> bool {
    matches!(event, Event::PointerMoved(_) | Event::PointerButton { pressed: true, .. })
}

/// The tablet, if there is one.
#[derive(Default)]
struct Tablet {
    #[cfg(target_os = "linux")]
    listener: Option<x11::Listener>,
    /// The last report, and when it was used.
    last: Option<(TabletReport, f64)>,
}

/// A tablet that has said nothing for so long is not what moves the pointer; in seconds.
const TABLET_RESTS: f64 = 0.1;

impl Tablet {
    #[cfg(target_os = "linux")]
    fn listen(&mut self) {
        self.listener = x11::Listener::start();
    }

    #[cfg(not(target_os = "linux"))]
    fn listen(&mut self) {}

    /// What it has said since this was asked last.
    fn take_reports(&mut self) -> Vec<TabletReport> {
        #[cfg(target_os = "linux")]
        if let Some(listener) = &self.listener {
            return listener.take_reports();
        }
        vec![]
    }

    fn report(&mut self, report: Option<&TabletReport>, time: f64) {
        self.last = report.map(|report| (*report, time)).or(self.last);
    }

    fn current(&self, time: f64) -> Option<TabletReport> {
        self.last.filter(|(_, at)| time - at < TABLET_RESTS).map(|(report, _)| report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{TouchDeviceId, TouchId, pos2};

    fn pressure_of(event: Option<PenEvent>) -> f32 {
        match event {
            Some(PenEvent::Move { pen, .. } | PenEvent::Down { pen, .. }) => pen.pressure,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_touch_brings_its_force_and_ends_it() {
        let mut pen = Pen::default();
        let touch = |phase, force| Event::Touch {
            device_id: TouchDeviceId(1),
            id: TouchId(1),
            phase,
            pos: pos2(1.0, 1.0),
            force,
        };
        assert_eq!(pen.read_event(&touch(TouchPhase::Move, Some(0.25)), 1.0), None);
        assert_eq!(pressure_of(pen.read_event(&Event::PointerMoved(pos2(2.0, 3.0)), 1.0)), 0.25);
        pen.read_event(&touch(TouchPhase::End, None), 1.1);
        assert_ne!(pressure_of(pen.read_event(&Event::PointerMoved(pos2(2.0, 3.0)), 1.1)), 0.25);
    }

    #[test]
    fn a_tablet_s_report_counts_while_it_is_new() {
        let mut pen = Pen::default();
        pen.tablet.report(Some(&TabletReport { pressure: 0.7, tilt: [10.0, -20.0] }), 5.0);
        let moved = pen.read_event(&Event::PointerMoved(pos2(2.0, 3.0)), 5.02);
        let expected = PenState { pressure: 0.7, tilt: [10.0, -20.0], is_guessed: false, time: 5.02 };
        assert_eq!(moved, Some(PenEvent::Move { pos_on_screen: pos2(2.0, 3.0), pen: expected }));
        assert_ne!(pressure_of(pen.read_event(&Event::PointerMoved(pos2(2.0, 3.0)), 5.3)), 0.7, "now it is the mouse");
    }

    #[test]
    fn the_events_of_a_frame_are_spread_over_its_time() {
        let mut pen = Pen { last_frame: Some(10.0), ..Pen::default() };
        let mut input = InputState::default();
        input.time = 10.02;
        input.events = (0..4).map(|x| Event::PointerMoved(pos2(x as f32, 0.0))).collect();
        let times: Vec<_> = pen
            .read(&input)
            .into_iter()
            .map(|event| match event {
                PenEvent::Move { pen, .. } => ((pen.time - 10.0) * 1000.0).round() as i32,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(times, [5, 10, 15, 20]);
    }
}
