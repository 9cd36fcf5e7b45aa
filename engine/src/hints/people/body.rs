//! The body in a region: MediaPipe's 33 landmarks (BlazePose, Bazarevsky et al. 2020), sharpened by its heatmaps.

use super::detector::sigmoid;
use super::region::{Place, Region};
use crate::models::{Map, ModelError, Outputs};

/// A point of a body.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Landmark {
    pub place: Place,
    /// How sure it is that the point can be seen, 0 to 1.
    pub visibility: f32,
}

/// Landmarks of a body; those behind are for following people in films.
pub const LANDMARKS: usize = 33;
/// Numbers of a landmark: across, down, away, visibility, presence.
const NUMBERS: usize = 5;
/// A body is there if the network is as sure as this.
const MIN_PRESENCE: f32 = 0.5;
/// Pixels of a heatmap on every side of a landmark that are looked at.
const REACH: usize = 3;
/// What a heatmap must show there to be believed.
const MIN_HEAT: f32 = 0.5;

/// Reads what the network says about `region`, whose input was `size` pixels wide and high; `None` where no body is.
///
/// # Errors
/// The network has other outputs.
pub fn landmarks(outputs: &mut Outputs, region: &Region, size: usize) -> Result<Option<Vec<Landmark>>, ModelError> {
    let presence = outputs.take("presence")?;
    if presence.values.first().is_none_or(|&logit| sigmoid(logit) < MIN_PRESENCE) {
        return Ok(None);
    }
    let (numbers, heatmaps) = (outputs.take("landmarks")?, outputs.take("heatmaps")?);
    let landmarks = numbers.values.chunks_exact(NUMBERS).zip(heatmaps.channels()).take(LANDMARKS);
    let read = |(numbers, heat): (&[f32], &[f32])| {
        let at = |i: usize| numbers.get(i).copied().unwrap_or_default();
        let [u, v] = sharpened([at(0) / size as f32, at(1) / size as f32], heat, &heatmaps);
        Landmark { place: region.place(u, v), visibility: sigmoid(at(3)).min(sigmoid(at(4))) }
    };
    let landmarks: Vec<Landmark> = landmarks.map(read).collect();
    Ok((landmarks.len() == LANDMARKS).then_some(landmarks))
}

/// The centre of the heat around a landmark, or where it was if there is little
/// (`RefineLandmarksFromHeatmapCalculator`).
fn sharpened(place: [f32; 2], heat: &[f32], map: &Map) -> [f32; 2] {
    let [_, height, width] = map.shape;
    let [column, row] = [(place[0] * width as f32).floor(), (place[1] * height as f32).floor()];
    if column < 0.0 || row < 0.0 || column >= width as f32 || row >= height as f32 {
        return place;
    }
    let (column, row) = (column as usize, row as usize);
    let (mut sum, mut across, mut down, mut most) = (0.0, 0.0, 0.0, 0.0f32);
    for y in row.saturating_sub(REACH)..(row + REACH + 1).min(height) {
        for x in column.saturating_sub(REACH)..(column + REACH + 1).min(width) {
            let heat = heat.get(y * width + x).map_or(0.0, |&logit| sigmoid(logit));
            sum += heat;
            across += heat * x as f32;
            down += heat * y as f32;
            most = most.max(heat);
        }
    }
    if most < MIN_HEAT || sum <= 0.0 {
        return place;
    }
    [across / sum / width as f32, down / sum / height as f32]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_landmark_moves_to_the_centre_of_the_heat_beside_it() {
        let mut map = Map { shape: [1, 8, 8], values: vec![-100.0; 64] };
        assert_eq!(sharpened([0.5, 0.5], &map.values, &map), [0.5, 0.5]);
        map.values[4 * 8 + 5] = 100.0;
        map.values[4 * 8 + 6] = 100.0;
        assert_eq!(sharpened([0.5, 0.5], &map.values, &map), [5.5 / 8.0, 0.5]);
        // Too far away to be of this landmark, or beside the map.
        assert_eq!(sharpened([0.1, 0.1], &map.values, &map), [0.1, 0.1]);
        assert_eq!(sharpened([1.5, 0.1], &map.values, &map), [1.5, 0.1]);
    }
}
