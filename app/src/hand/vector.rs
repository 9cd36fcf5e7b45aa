//! Vectors, frames and rotations in three dimensions.

use std::ops::{Add, Mul, Neg, Sub};

/// A place or a direction, in centimetres.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Vec3 {
    pub x: f32,
    pub y: f32,
    pub z: f32,
}

/// A vector of these coordinates.
#[must_use]
pub const fn vec3(x: f32, y: f32, z: f32) -> Vec3 {
    Vec3 { x, y, z }
}

impl Vec3 {
    #[inline]
    #[must_use]
    pub fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    #[inline]
    #[must_use]
    pub fn cross(self, other: Self) -> Self {
        vec3(
            self.y * other.z - self.z * other.y,
            self.z * other.x - self.x * other.z,
            self.x * other.y - self.y * other.x,
        )
    }

    #[inline]
    #[must_use]
    pub fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    /// Of length 1; the zero vector stays what it is.
    #[inline]
    #[must_use]
    pub fn normalized(self) -> Self {
        let length = self.length();
        if length > 0.0 { self * (1.0 / length) } else { self }
    }

    /// On the way to `other`.
    #[inline]
    #[must_use]
    pub fn lerp(self, other: Self, share: f32) -> Self {
        self + (other - self) * share
    }

    /// Turned about a unit axis by so many radians, counterclockwise seen from its tip (Rodrigues).
    #[must_use]
    pub fn turned(self, axis: Self, angle: f32) -> Self {
        let (sin, cos) = angle.sin_cos();
        self * cos + axis.cross(self) * sin + axis * (axis.dot(self) * (1.0 - cos))
    }
}

impl Add for Vec3 {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        vec3(self.x + other.x, self.y + other.y, self.z + other.z)
    }
}

impl Sub for Vec3 {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        vec3(self.x - other.x, self.y - other.y, self.z - other.z)
    }
}

impl Mul<f32> for Vec3 {
    type Output = Self;
    #[inline]
    fn mul(self, factor: f32) -> Self {
        vec3(self.x * factor, self.y * factor, self.z * factor)
    }
}

impl Neg for Vec3 {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        vec3(-self.x, -self.y, -self.z)
    }
}

/// A bone's place and directions: `y` along it, `z` to the side it bends to, `x` = `y` x `z`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    pub origin: Vec3,
    pub x: Vec3,
    pub y: Vec3,
    pub z: Vec3,
}

impl Frame {
    /// The frame the whole hand lives in.
    #[must_use]
    pub const fn identity() -> Self {
        Self { origin: vec3(0.0, 0.0, 0.0), x: vec3(1.0, 0.0, 0.0), y: vec3(0.0, 1.0, 0.0), z: vec3(0.0, 0.0, 1.0) }
    }

    /// At `origin`, along `along`, with `z` as near to `bends_to` as a right angle allows.
    #[must_use]
    pub fn along(origin: Vec3, along: Vec3, bends_to: Vec3) -> Self {
        let y = along.normalized();
        let x = y.cross(bends_to).normalized();
        Self { origin, x, y, z: x.cross(y) }
    }

    #[must_use]
    pub fn at(self, origin: Vec3) -> Self {
        Self { origin, ..self }
    }

    /// Turned about its own `x`, which bends a finger.
    #[must_use]
    pub fn bent(self, angle: f32) -> Self {
        Self { y: self.y.turned(self.x, angle), z: self.z.turned(self.x, angle), ..self }
    }

    /// Turned about its own `z`, counterclockwise seen from the palm, which spreads a finger.
    #[must_use]
    pub fn swung(self, angle: f32) -> Self {
        Self { x: self.x.turned(self.z, angle), y: self.y.turned(self.z, angle), ..self }
    }

    /// Turned about its own `y`.
    #[must_use]
    pub fn rolled(self, angle: f32) -> Self {
        Self { x: self.x.turned(self.y, angle), z: self.z.turned(self.y, angle), ..self }
    }

    /// The place seen from this frame.
    #[inline]
    #[must_use]
    pub fn local(&self, pos: Vec3) -> Vec3 {
        let offset = pos - self.origin;
        vec3(offset.dot(self.x), offset.dot(self.y), offset.dot(self.z))
    }

    /// The place that this frame sees at `local`.
    #[inline]
    #[must_use]
    pub fn global(&self, local: Vec3) -> Vec3 {
        self.origin + self.direction(local)
    }

    #[inline]
    #[must_use]
    pub fn direction(&self, local: Vec3) -> Vec3 {
        self.x * local.x + self.y * local.y + self.z * local.z
    }
}

/// A rotation as a unit quaternion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rotation {
    w: f32,
    v: Vec3,
}

impl Default for Rotation {
    fn default() -> Self {
        Self { w: 1.0, v: vec3(0.0, 0.0, 0.0) }
    }
}

impl Rotation {
    /// About an axis, counterclockwise seen from its tip, in radians.
    #[must_use]
    pub fn about(axis: Vec3, angle: f32) -> Self {
        let (sin, cos) = (angle * 0.5).sin_cos();
        Self { w: cos, v: axis.normalized() * sin }
    }

    /// Turned in the plane of the view by `roll`, before that tipped by `pitch` (its top towards the viewer), before that
    /// turned about the upright by `yaw` (its right side away from the viewer); degrees.
    #[must_use]
    pub fn from_angles([yaw, pitch, roll]: [f32; 3]) -> Self {
        let yaw = Self::about(vec3(0.0, 1.0, 0.0), yaw.to_radians());
        let pitch = Self::about(vec3(1.0, 0.0, 0.0), pitch.to_radians());
        let roll = Self::about(vec3(0.0, 0.0, 1.0), roll.to_radians());
        yaw.then(pitch).then(roll)
    }

    /// The angles [`Rotation::from_angles`] makes the same rotation of; pitch lies within 90 degrees.
    #[must_use]
    pub fn angles(self) -> [f32; 3] {
        let rows = [self.turn(vec3(1.0, 0.0, 0.0)), self.turn(vec3(0.0, 1.0, 0.0)), self.turn(vec3(0.0, 0.0, 1.0))];
        // In the view the hand's own axes are the columns of Rz(roll) Rx(pitch) Ry(yaw).
        let [x, y, z] = rows;
        let pitch = y.z.clamp(-1.0, 1.0).asin();
        let (yaw, roll) =
            if y.z.abs() < 0.9999 { ((-x.z).atan2(z.z), (-y.x).atan2(y.y)) } else { (0.0, x.y.atan2(x.x)) };
        [yaw, pitch, roll].map(f32::to_degrees)
    }

    /// This one, and `next` after it.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        let (a, b) = (next, self);
        let product = Self { w: a.w * b.w - a.v.dot(b.v), v: b.v * a.w + a.v * b.w + a.v.cross(b.v) };
        let length = (product.w * product.w + product.v.dot(product.v)).sqrt().max(f32::MIN_POSITIVE);
        Self { w: product.w / length, v: product.v * (1.0 / length) }
    }

    #[must_use]
    pub fn inverse(self) -> Self {
        Self { w: self.w, v: -self.v }
    }

    #[must_use]
    pub fn turn(self, vector: Vec3) -> Vec3 {
        let twice = self.v.cross(vector) * 2.0;
        vector + twice * self.w + self.v.cross(twice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_near(a: Vec3, b: Vec3) -> bool {
        (a - b).length() < 1e-4
    }

    #[test]
    fn a_quarter_turn_about_the_upright_takes_the_right_side_away_from_the_viewer() {
        let turned = Rotation::from_angles([90.0, 0.0, 0.0]).turn(vec3(1.0, 0.0, 0.0));
        assert!(is_near(turned, vec3(0.0, 0.0, -1.0)), "{turned:?}");
        let tipped = Rotation::from_angles([0.0, 90.0, 0.0]).turn(vec3(0.0, 1.0, 0.0));
        assert!(is_near(tipped, vec3(0.0, 0.0, 1.0)), "{tipped:?}");
    }

    #[test]
    fn angles_come_back_from_the_rotation_they_made() {
        for angles in [[0.0, 0.0, 0.0], [30.0, -40.0, 100.0], [-170.0, 80.0, -20.0], [0.0, 90.0, 30.0]] {
            let rotation = Rotation::from_angles(angles);
            let again = Rotation::from_angles(rotation.angles());
            for axis in [vec3(1.0, 0.0, 0.0), vec3(0.0, 1.0, 0.0)] {
                assert!(is_near(rotation.turn(axis), again.turn(axis)), "{angles:?} {:?}", rotation.angles());
            }
        }
    }

    #[test]
    fn a_frame_keeps_places_and_its_right_angles_through_bends() {
        let frame = Frame::along(vec3(1.0, 2.0, 3.0), vec3(0.3, 1.0, 0.2), vec3(0.0, 0.0, 1.0));
        let frame = frame.bent(0.7).swung(-0.4).rolled(2.0);
        let pos = vec3(-3.0, 0.5, 4.0);
        assert!(is_near(frame.global(frame.local(pos)), pos));
        assert!(is_near(frame.y.cross(frame.z), frame.x));
    }
}
