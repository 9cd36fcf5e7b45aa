//! What MediaPipe's detectors say: a box and points for each of many fixed places (anchors), merged where they overlap
//! (Liu et al. 2016, SSD; `TensorsToDetectionsCalculator` and `NonMaxSuppressionCalculator`).

use super::region::Region;
use crate::models::{Map, ModelError, Outputs};

/// What is found; all numbers are shares of the network's input, 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Detection {
    /// How sure it is, 0 to 1.
    pub score: f32,
    /// Left, top, width, height.
    pub frame: [f32; 4],
    pub points: Vec<[f32; 2]>,
}

/// Less sure ones are dropped.
const MIN_SCORE: f32 = 0.5;
/// Detections that share more than this of their joint area are one.
const MAX_OVERLAP: f32 = 0.3;
/// Numbers of a box.
const BOX: usize = 4;
/// Scores beyond are cut off before they go through the sigmoid.
const MAX_LOGIT: f32 = 100.0;

/// Reads the maps `boxes.N` and `scores.N` of a network whose input is `size` pixels wide and high; the surest first.
///
/// # Errors
/// The network has other outputs.
pub fn detections(outputs: &mut Outputs, size: usize) -> Result<Vec<Detection>, ModelError> {
    let mut found = Vec::new();
    for level in 0.. {
        let Ok(boxes) = outputs.take(&format!("boxes.{level}")) else { break };
        let scores = outputs.take(&format!("scores.{level}"))?;
        found.extend(of_level(&boxes, &scores, size as f32)?);
    }
    Ok(merged(found))
}

impl Detection {
    /// The same in shares of `to`, where its numbers are shares of `from`; neither region is turned.
    #[must_use]
    pub fn moved(mut self, from: &Region, to: &Region) -> Self {
        let scale = from.side / to.side;
        let place = |[u, v]: [f32; 2]| {
            let place = from.place(u, v);
            [(place.x - to.middle.x) / to.side + 0.5, (place.y - to.middle.y) / to.side + 0.5]
        };
        let [left, top, width, height] = self.frame;
        let [left, top] = place([left, top]);
        self.frame = [left, top, width * scale, height * scale];
        self.points.iter_mut().for_each(|point| *point = place(*point));
        self
    }
}

/// Adds those that are none of the known, the surest first.
pub fn add_new(known: &mut Vec<Detection>, mut more: Vec<Detection>) {
    more.sort_by(|a, b| b.score.total_cmp(&a.score));
    for detection in more {
        if known.iter().all(|known| overlap(known.frame, detection.frame) < MAX_OVERLAP / 3.0) {
            known.push(detection);
        }
    }
}

fn of_level(boxes: &Map, scores: &Map, size: f32) -> Result<Vec<Detection>, ModelError> {
    let [anchors, height, width] = scores.shape;
    let [channels, ..] = boxes.shape;
    let numbers = channels / anchors.max(1);
    if boxes.shape[1..] != [height, width] || numbers < BOX || numbers * anchors != channels {
        return Err(ModelError::Config(format!("boxes {:?} beside scores {:?}", boxes.shape, scores.shape)));
    }
    let pixels = height * width;
    let at = |channel: usize, pixel: usize| boxes.values.get(channel * pixels + pixel).copied().unwrap_or_default();
    let mut found = Vec::new();
    for (i, &logit) in scores.values.iter().enumerate() {
        let (anchor, pixel) = (i / pixels, i % pixels);
        let score = sigmoid(logit.clamp(-MAX_LOGIT, MAX_LOGIT));
        if score < MIN_SCORE {
            continue;
        }
        let middle = [(pixel % width) as f32 + 0.5, (pixel / width) as f32 + 0.5];
        let middle = [middle[0] / width as f32, middle[1] / height as f32];
        let number = |n: usize| at(anchor * numbers + n, pixel) / size;
        let (wide, high) = (number(2), number(3));
        let frame = [middle[0] + number(0) - wide / 2.0, middle[1] + number(1) - high / 2.0, wide, high];
        let points = (BOX..numbers - 1).step_by(2).map(|n| [middle[0] + number(n), middle[1] + number(n + 1)]);
        found.push(Detection { score, frame, points: points.collect() });
    }
    Ok(found)
}

/// Overlapping detections become one, their mean weighted by how sure they are.
fn merged(mut found: Vec<Detection>) -> Vec<Detection> {
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut merged = Vec::new();
    while let Some(surest) = found.first().cloned() {
        let (same, others) = found.into_iter().partition(|other| overlap(surest.frame, other.frame) > MAX_OVERLAP);
        found = others;
        let same: Vec<Detection> = same;
        if same.is_empty() {
            // A box without area overlaps nothing, not even itself.
            found.remove(0);
            continue;
        }
        merged.push(mean(surest, &same));
    }
    merged
}

fn mean(surest: Detection, same: &[Detection]) -> Detection {
    let total: f32 = same.iter().map(|detection| detection.score).sum();
    let of = |number: &dyn Fn(&Detection) -> f32| same.iter().map(|d| number(d) * d.score).sum::<f32>() / total;
    let point = |i: usize, axis: usize| of(&|d| d.points.get(i).map_or(0.0, |point| point[axis]));
    Detection {
        frame: std::array::from_fn(|i| of(&|d| d.frame[i])),
        points: (0..surest.points.len()).map(|i| [point(i, 0), point(i, 1)]).collect(),
        ..surest
    }
}

/// Area of both over area of either.
fn overlap(a: [f32; 4], b: [f32; 4]) -> f32 {
    let along = |axis: usize| {
        let end = (a[axis] + a[axis + 2]).min(b[axis] + b[axis + 2]);
        (end - a[axis].max(b[axis])).max(0.0)
    };
    let both = along(0) * along(1);
    let either = a[2] * a[3] + b[2] * b[3] - both;
    if either > 0.0 { both / either } else { 0.0 }
}

pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::super::region::Place;
    use super::*;

    #[test]
    fn boxes_are_read_beside_their_anchors() {
        // One anchor a pixel, 1 x 2 pixels, a box and one point.
        let boxes =
            Map { shape: [6, 1, 2], values: vec![0.0, 20.0, 0.0, -10.0, 40.0, 40.0, 20.0, 20.0, 0.0, 10.0, 0.0, 0.0] };
        let scores = Map { shape: [1, 1, 2], values: vec![-3.0, 2.0] };
        let found = of_level(&boxes, &scores, 100.0).unwrap();
        assert_eq!(found.len(), 1);
        let [left, top, width, height] = found[0].frame;
        for (found, expected) in [left, top, width, height].into_iter().zip([0.75, 0.3, 0.4, 0.2]) {
            assert!((found - expected).abs() < 1e-6);
        }
        assert!((found[0].points[0][0] - 0.85).abs() < 1e-6 && (found[0].points[0][1] - 0.5).abs() < 1e-6);
        assert!((found[0].score - 0.880_797).abs() < 1e-6);
    }

    #[test]
    fn what_a_part_shows_too_is_not_counted_twice() {
        let part = Region { middle: Place { x: 75.0, y: 25.0 }, side: 50.0, angle: 0.0 };
        let whole = Region { middle: Place { x: 50.0, y: 50.0 }, side: 100.0, angle: 0.0 };
        let one = |frame| Detection { score: 0.9, frame, points: vec![[0.5, 0.5]] };
        let moved = one([0.2, 0.4, 0.2, 0.2]).moved(&part, &whole);
        let numbers = moved.frame.iter().chain(&moved.points[0]);
        assert!(numbers.zip([0.6, 0.2, 0.1, 0.1, 0.75, 0.25]).all(|(found, expected)| (found - expected).abs() < 1e-6));
        let mut known = vec![one([0.61, 0.21, 0.1, 0.1])];
        add_new(&mut known, vec![moved, one([0.1, 0.1, 0.1, 0.1])]);
        assert_eq!(known.len(), 2);
    }

    #[test]
    fn detections_of_the_same_thing_are_averaged() {
        let one = |score: f32, left: f32| Detection { score, frame: [left, 0.0, 1.0, 1.0], points: vec![[left, 0.5]] };
        let merged = merged(vec![one(0.6, 0.2), one(0.9, 0.0), one(0.7, 5.0)]);
        assert_eq!(merged.len(), 2);
        assert!((merged[0].frame[0] - 0.2 * 0.6 / 1.5).abs() < 1e-6);
        assert_eq!(merged[0].score, 0.9);
        assert!((merged[1].points[0][0] - 5.0).abs() < 1e-6);
    }
}
