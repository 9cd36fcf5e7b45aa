//! Depth hints are painted in greys, white being near: while one is active, hand and gradient hold such colours, and the
//! picture's own come back with the picture's layers.

use brushfire_engine::HintKind;

use super::marking::{ColorStop, GradientPreset};
use super::tools::Toolbox;
use crate::studio::Studio;
use crate::studio::hints::kind_of;

/// What is in hand on the other kind of layers.
#[derive(Clone, Debug)]
pub(super) struct DepthHand {
    is_on_depth: bool,
    color: [u8; 3],
    second_color: [u8; 3],
    stops: Vec<ColorStop>,
}

impl Default for DepthHand {
    /// The nearest, the farthest, and all between them without gaps: what is not painted tells the network nothing.
    fn default() -> Self {
        Self { is_on_depth: false, color: [255; 3], second_color: [0; 3], stops: GradientPreset::ToSecond.stops() }
    }
}

impl Toolbox {
    /// Changes hands where a depth hint has become the active layer, or is it no longer.
    pub(super) fn follow_layer(&mut self, studio: &Studio) {
        self.change_to(studio.active_hint().and_then(kind_of) == Some(HintKind::Depth));
    }

    fn change_to(&mut self, is_on_depth: bool) {
        if std::mem::replace(&mut self.depth_hand.is_on_depth, is_on_depth) != is_on_depth {
            std::mem::swap(&mut self.depth_hand.color, &mut self.color);
            std::mem::swap(&mut self.depth_hand.second_color, &mut self.second_color);
            std::mem::swap(&mut self.depth_hand.stops, &mut self.gradient.stops);
        }
    }

    /// The tools as they are on the picture's layers, whichever is active: what is remembered of them.
    #[must_use]
    pub fn as_on_the_picture(&self) -> Self {
        let mut tools = self.clone();
        tools.change_to(false);
        tools
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_depth_hint_is_painted_in_white_and_the_pictures_colour_comes_back() {
        let mut tools = Toolbox::default();
        tools.color = [200, 30, 20];
        let stops = tools.gradient.stops.clone();
        tools.change_to(true);
        assert_eq!((tools.color, tools.second_color), ([255; 3], [0; 3]));
        assert!(tools.gradient.stops.iter().all(|stop| stop.opacity >= 1.0));
        assert_eq!(tools.as_on_the_picture().color, [200, 30, 20]);
        tools.color = [128; 3];
        tools.change_to(false);
        assert_eq!((tools.color, &tools.gradient.stops), ([200, 30, 20], &stops));
        tools.change_to(true);
        assert_eq!(tools.color, [128; 3], "the nearness in hand is remembered too");
    }
}
