//! Pressure guessed from the speed of the hand, for a mouse or a finger.

use egui::Pos2;

/// A hand presses more where it goes slowly: a stroke begins lightly, swells, and thins where it is quick.
#[derive(Debug, Default)]
pub(super) struct Hand {
    last: Option<(Pos2, f64)>,
    /// Screen points a second, evened.
    speed: f32,
    pressure: f32,
}

/// A stroke begins with this pressure.
const BEGINS: f32 = 0.35;
/// What it comes to while the hand goes slowly, and while it is very fast.
const SLOW: f32 = 0.85;
const FAST: f32 = 0.4;
/// Points a second at which the pressure is half way between the two.
const HALF_WAY: f32 = 1200.0;
/// Speed and pressure are evened over this many seconds.
const EVENED_OVER: f32 = 0.06;

impl Hand {
    /// The button goes down; returns the pressure.
    pub(super) fn pressed(&mut self, pos_on_screen: Pos2, time: f64) -> f32 {
        *self = Self { last: Some((pos_on_screen, time)), speed: 0.0, pressure: BEGINS };
        self.pressure
    }

    /// Returns the pressure here.
    pub(super) fn moved(&mut self, pos_on_screen: Pos2, time: f64) -> f32 {
        let Some((last, at)) = self.last.replace((pos_on_screen, time)) else {
            return self.pressed(pos_on_screen, time);
        };
        let seconds = (time - at) as f32;
        if seconds <= 0.0 {
            // The way counts with the next event that has a time of its own.
            self.last = Some((last, at));
            return self.pressure;
        }
        let share = 1.0 - (-seconds / EVENED_OVER).exp();
        self.speed += ((pos_on_screen - last).length() / seconds - self.speed) * share;
        let wanted = FAST + (SLOW - FAST) * HALF_WAY / (HALF_WAY + self.speed);
        self.pressure += (wanted - self.pressure) * share;
        self.pressure
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::pos2;

    /// Pressures of a hand that goes `points` a second for a second.
    fn pressures(points: f32) -> Vec<f32> {
        let mut hand = Hand::default();
        hand.pressed(pos2(0.0, 0.0), 0.0);
        (1..=100).map(|step| hand.moved(pos2(points * step as f32 / 100.0, 0.0), f64::from(step) / 100.0)).collect()
    }

    #[test]
    fn a_slow_hand_presses_more_than_a_fast_one() {
        let (slow, fast) = (pressures(100.0), pressures(5000.0));
        assert!(slow[99] > 0.75 && fast[99] < 0.55, "{} {}", slow[99], fast[99]);
        assert!(slow[0] < 0.5, "and begins lightly");
        assert!(slow.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.1), "without jumps");
    }

    #[test]
    fn events_without_time_between_them_change_nothing() {
        let mut hand = Hand::default();
        let first = hand.pressed(pos2(0.0, 0.0), 1.0);
        assert_eq!(hand.moved(pos2(500.0, 0.0), 1.0), first);
        assert!(hand.moved(pos2(500.0, 1.0), 1.1) > first);
    }
}
