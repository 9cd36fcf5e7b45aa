//! Whether fingers pass through each other or through the palm.

use super::Part;
use super::flesh::{Flesh, Joins, Piece};
use super::shape::{Shape, Sweep};
use super::vector::{Vec3, vec3};

/// Skin gives way to about here, in centimetres: what goes deeper is wrong.
pub const SOFT: f32 = 0.3;

impl Flesh {
    /// How deep a finger reaches into another or into the palm at the worst place, in centimetres; 0 if none does.
    #[must_use]
    pub fn deepest_overlap(&self) -> f32 {
        let bones = self.pieces().iter().filter(|piece| piece.joins != Joins::Palm);
        bones.map(|piece| self.overlap_of(piece)).fold(0.0, f32::max)
    }

    /// Of one bone's flesh.
    fn overlap_of(&self, bone: &Piece) -> f32 {
        let Shape::Sweep(sweep) = &bone.shape else { return 0.0 };
        let others: Vec<&Piece> = self.pieces().iter().filter(|other| can_collide(bone, other)).collect();
        let mut deepest = 0.0_f32;
        for place in skin_of(sweep) {
            for other in &others {
                if (place - other.center).length() < other.radius {
                    deepest = deepest.max(-other.shape.distance(place));
                }
            }
        }
        deepest
    }
}

/// Whether the two are no neighbours in the hand.
fn can_collide(bone: &Piece, other: &Piece) -> bool {
    if other.joins == Joins::Palm {
        // The first bones grow out of the palm, and the thumb's last two out of its ball.
        let is_free = match bone.part {
            Part::Phalanx(_, bone) => bone > 0,
            Part::Thumb(_) | Part::Palm | Part::Forearm => false,
        };
        return is_free && matches!(other.shape, Shape::Sweep(_));
    }
    bone.part.chain() != other.part.chain()
}

/// Places all over the skin of a bone.
fn skin_of(sweep: &Sweep) -> impl Iterator<Item = Vec3> + '_ {
    (0..=8).flat_map(move |step| {
        let place = step as f32 / 8.0;
        let [side, palm, back] = sweep.half_widths(place);
        (0..12).map(move |turn| {
            let (sin, cos) = (turn as f32 / 12.0 * std::f32::consts::TAU).sin_cos();
            let depth = if cos > 0.0 { palm } else { back };
            sweep.frame().global(vec3(sin * side, place * sweep.length(), cos * depth))
        })
    })
}
