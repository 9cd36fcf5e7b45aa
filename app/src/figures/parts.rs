//! Hands and faces for people who have none yet, and joints that are missing.

use brushfire_engine::hints::skeleton::{Face, Hand, Joint, Keypoint, Person};

use super::presets::standing;

/// The person's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

impl Side {
    pub const BOTH: [Self; 2] = [Self::Left, Self::Right];

    /// Shoulder, elbow, wrist.
    fn arm(self) -> [Joint; 3] {
        match self {
            Self::Left => [Joint::LeftShoulder, Joint::LeftElbow, Joint::LeftWrist],
            Self::Right => [Joint::RightShoulder, Joint::RightElbow, Joint::RightWrist],
        }
    }
}

/// A loose, open hand: how far along the forearm's direction and how far towards the thumb, in lengths of the hand.
const HAND: [[f32; 2]; 21] = [
    [0.0, 0.0],
    [0.13, 0.13],
    [0.27, 0.25],
    [0.40, 0.33],
    [0.51, 0.38],
    [0.48, 0.16],
    [0.66, 0.20],
    [0.78, 0.22],
    [0.88, 0.23],
    [0.50, 0.05],
    [0.71, 0.065],
    [0.86, 0.07],
    [0.98, 0.07],
    [0.47, -0.06],
    [0.66, -0.08],
    [0.80, -0.09],
    [0.91, -0.095],
    [0.42, -0.16],
    [0.56, -0.20],
    [0.66, -0.225],
    [0.75, -0.24],
];

/// The hand's length in lengths of forearm and upper arm: 0.108, 0.15 and 0.172 of the stature.
const OF_FOREARM: f32 = 0.72;
const OF_UPPER_ARM: f32 = 0.63;

fn hand_mut(person: &mut Person, side: Side) -> &mut Option<Box<Hand>> {
    match side {
        Side::Left => &mut person.left_hand,
        Side::Right => &mut person.right_hand,
    }
}

#[must_use]
pub fn has_hand(person: &Person, side: Side) -> bool {
    match side {
        Side::Left => person.left_hand.is_some(),
        Side::Right => person.right_hand.is_some(),
    }
}

/// An open hand goes on from the forearm, its thumb towards the head. The same person where elbow or wrist is missing,
/// or where there is a hand.
#[must_use]
pub fn with_hand(person: &Person, side: Side) -> Person {
    let mut next = person.clone();
    if has_hand(person, side) {
        return next;
    }
    *hand_mut(&mut next, side) = open_hand(person, side).map(Box::new);
    next
}

#[must_use]
pub fn without_hand(person: &Person, side: Side) -> Person {
    let mut next = person.clone();
    *hand_mut(&mut next, side) = None;
    next
}

fn open_hand(person: &Person, side: Side) -> Option<Hand> {
    let [shoulder, elbow, wrist] = side.arm().map(|joint| person.joint(joint));
    let (elbow, wrist) = (elbow?, wrist?);
    let forearm = (wrist.x - elbow.x).hypot(wrist.y - elbow.y);
    let upper_arm = shoulder.map_or(0.0, |shoulder| (elbow.x - shoulder.x).hypot(elbow.y - shoulder.y));
    // An arm that points towards us is shorter on the picture; the other part of it may tell more.
    let length = (forearm * OF_FOREARM).max(upper_arm * OF_UPPER_ARM);
    let along = if forearm > 0.0 { [(wrist.x - elbow.x) / forearm, (wrist.y - elbow.y) / forearm] } else { [0.0, 1.0] };
    let across = [-along[1], along[0]];
    let head = person.joint(Joint::Nose).or(person.joint(Joint::Neck)).unwrap_or(elbow);
    let to_head = (head.x - wrist.x) * across[0] + (head.y - wrist.y) * across[1];
    let across = if to_head < 0.0 { across.map(|part| -part) } else { across };
    Some(HAND.map(|[ahead, aside]| {
        let place = |axis: usize| (along[axis] * ahead + across[axis] * aside) * length;
        Some(Keypoint::new(wrist.x + place(0), wrist.y + place(1)))
    }))
}

/// Where the eyes and the tip of the nose lie in [`face_point`]'s space, by which the face finds its place.
const EYE: [f32; 2] = [0.46, 0.0];
const NOSE: [f32; 2] = [0.0, 0.5];

/// A calm face from in front, half its width being 1, the eyes at height 0, y down; x to the right of the picture.
fn face_point(index: usize) -> [f32; 2] {
    /// The half of it on the right of the picture.
    const BROW: [[f32; 2]; 5] = [[0.18, -0.32], [0.34, -0.39], [0.51, -0.43], [0.68, -0.41], [0.83, -0.3]];
    const EYE_OUTLINE: [[f32; 2]; 6] =
        [[0.28, 0.01], [0.40, -0.075], [0.53, -0.075], [0.64, 0.0], [0.53, 0.06], [0.40, 0.06]];
    const NOSTRILS: [[f32; 2]; 5] = [[-0.2, 0.55], [-0.1, 0.58], [0.0, 0.61], [0.1, 0.58], [0.2, 0.55]];
    const LIPS: [[f32; 2]; 20] = [
        [-0.36, 0.86],
        [-0.22, 0.79],
        [-0.08, 0.755],
        [0.0, 0.775],
        [0.08, 0.755],
        [0.22, 0.79],
        [0.36, 0.86],
        [0.22, 0.95],
        [0.09, 0.985],
        [0.0, 0.99],
        [-0.09, 0.985],
        [-0.22, 0.95],
        [-0.30, 0.86],
        [-0.10, 0.84],
        [0.0, 0.845],
        [0.10, 0.84],
        [0.30, 0.86],
        [0.10, 0.88],
        [0.0, 0.885],
        [-0.10, 0.88],
    ];
    let mirrored = |[x, y]: [f32; 2]| [-x, y];
    let of = |table: &[[f32; 2]], index: usize| table.get(index).copied().unwrap_or_default();
    match index {
        0..=16 => {
            let (sin, cos) = (index as f32 / 16.0 * std::f32::consts::PI).sin_cos();
            // A little squarer than an ellipse.
            [-cos.signum() * cos.abs().powf(0.9), 1.3 * sin]
        }
        17..=21 => mirrored(of(&BROW, 21 - index)),
        22..=26 => of(&BROW, index - 22),
        27..=30 => [0.0, -0.05 + 0.167 * (index - 27) as f32],
        31..=35 => of(&NOSTRILS, index - 31),
        36..=41 => mirrored(of(&EYE_OUTLINE, [3, 2, 1, 0, 5, 4].get(index - 36).copied().unwrap_or_default())),
        42..=47 => of(&EYE_OUTLINE, index - 42),
        48..=67 => of(&LIPS, index - 48),
        68 => mirrored(EYE),
        _ => EYE,
    }
}

/// A calm face between eyes and nose, turned and narrowed as these are. The same person where eyes or nose are missing,
/// or where there is a face.
#[must_use]
pub fn with_face(person: &Person) -> Person {
    let mut next = person.clone();
    if next.face.is_none() {
        next.face = calm_face(person).map(Box::new);
    }
    next
}

#[must_use]
pub fn without_face(person: &Person) -> Person {
    Person { face: None, ..person.clone() }
}

fn calm_face(person: &Person) -> Option<Face> {
    let [right, left, nose] = [Joint::RightEye, Joint::LeftEye, Joint::Nose].map(|joint| person.joint(joint));
    let (right, left, nose) = (right?, left?, nose?);
    let middle = Keypoint::new((right.x + left.x) / 2.0, (right.y + left.y) / 2.0);
    let across = [(left.x - right.x) / (2.0 * EYE[0]), (left.y - right.y) / (2.0 * EYE[0])];
    let mut down = [(nose.x - middle.x) / NOSE[1], (nose.y - middle.y) / NOSE[1]];
    // Eyes and nose nearly in a line, as when someone looks up: a face is not flatter than this.
    let least = across[0].hypot(across[1]) * 0.75;
    let length = down[0].hypot(down[1]);
    if length < least {
        let upright =
            if length > 0.1 * least { down.map(|part| part / length) } else { unit([-across[1], across[0]])? };
        down = upright.map(|part| part * least);
    }
    Some(std::array::from_fn(|index| {
        let [x, y] = face_point(index);
        Some(Keypoint::new(middle.x + across[0] * x + down[0] * y, middle.y + across[1] * x + down[1] * y))
    }))
}

fn unit([x, y]: [f32; 2]) -> Option<[f32; 2]> {
    let length = x.hypot(y);
    (length > 0.0).then(|| [x / length, y / length])
}

/// The person with all 18 joints: those that are missing stand where they would on someone standing upright who is as
/// tall, and leans as much, as those that are there say.
#[must_use]
pub fn completed(person: &Person) -> Person {
    let template = standing();
    let pairs: Vec<_> =
        Joint::ALL.into_iter().filter_map(|joint| Some((template.joint(joint)?, person.joint(joint)?))).collect();
    let Some(fit) = Similarity::between(&pairs) else { return person.clone() };
    let mut next = person.clone();
    for (place, joint) in next.body.iter_mut().zip(Joint::ALL) {
        *place = place.or_else(|| template.joint(joint).map(|point| fit.apply(point)));
    }
    next
}

/// Turns, scales and moves.
struct Similarity {
    from: Keypoint,
    to: Keypoint,
    /// Scale times cosine and sine of the angle.
    turn: [f32; 2],
}

impl Similarity {
    /// That which brings the first of each pair nearest to the second: least squares. `None` of nothing.
    fn between(pairs: &[(Keypoint, Keypoint)]) -> Option<Self> {
        let count = pairs.len() as f32;
        let mean = |points: &mut dyn Iterator<Item = Keypoint>| {
            let sum = points.fold([0.0, 0.0], |[x, y], point| [x + point.x, y + point.y]);
            Keypoint::new(sum[0] / count, sum[1] / count)
        };
        if pairs.is_empty() {
            return None;
        }
        let from = mean(&mut pairs.iter().map(|pair| pair.0));
        let to = mean(&mut pairs.iter().map(|pair| pair.1));
        let (mut along, mut across, mut square) = (0.0, 0.0, 0.0);
        for (a, b) in pairs {
            let (ax, ay, bx, by) = (a.x - from.x, a.y - from.y, b.x - to.x, b.y - to.y);
            along += ax * bx + ay * by;
            across += ax * by - ay * bx;
            square += ax * ax + ay * ay;
        }
        let turn = if square > 0.0 { [along / square, across / square] } else { [1.0, 0.0] };
        Some(Self { from, to, turn })
    }

    fn apply(&self, point: Keypoint) -> Keypoint {
        let (x, y) = (point.x - self.from.x, point.y - self.from.y);
        let [cos, sin] = self.turn;
        Keypoint::new(self.to.x + cos * x - sin * y, self.to.y + sin * x + cos * y)
    }
}
