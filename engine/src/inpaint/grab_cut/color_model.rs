//! What colours something has: a mixture of Gaussians.

/// Gaussians in a mixture, as in the paper.
pub(super) const COMPONENTS: usize = 5;

/// Rounds of k-means before the first mixture.
const CLUSTER_ROUNDS: usize = 10;

/// Keeps the spread of a single colour from being none.
const LEAST_VARIANCE: f64 = 0.01;

pub(super) type Color = [f64; 3];

/// One Gaussian.
#[derive(Clone, Copy, Default)]
struct Component {
    weight: f64,
    mean: Color,
    /// The inverse of the covariance.
    inverse: [[f64; 3]; 3],
    /// 1 / sqrt(determinant of the covariance).
    height: f64,
}

/// A mixture of Gaussians in RGB, levels of 255.
#[derive(Clone, Default)]
pub(super) struct ColorModel {
    components: [Component; COMPONENTS],
}

impl ColorModel {
    /// The mixture of colours that were dealt to its components; see [`Self::nearest`] and [`clusters`].
    pub fn of(colors: &[Color], dealt: &[usize]) -> Self {
        let mut model = Self::default();
        for (index, component) in model.components.iter_mut().enumerate() {
            let own = || colors.iter().zip(dealt).filter(|(_, dealt)| **dealt == index).map(|(color, _)| color);
            let count = own().count() as f64;
            if count == 0.0 {
                continue;
            }
            let mut mean = [0.0; 3];
            own().for_each(|color| mean.iter_mut().zip(color).for_each(|(sum, level)| *sum += level / count));
            let mut covariance = [[0.0; 3]; 3];
            for color in own() {
                let off: Color = std::array::from_fn(|lane| color[lane] - mean[lane]);
                for (row, a) in covariance.iter_mut().zip(off) {
                    row.iter_mut().zip(off).for_each(|(sum, b)| *sum += a * b / count);
                }
            }
            if determinant(&covariance) <= f64::EPSILON {
                (0..3).for_each(|lane| covariance[lane][lane] += LEAST_VARIANCE);
            }
            *component = Component {
                weight: count / colors.len() as f64,
                mean,
                inverse: inverse(&covariance),
                height: 1.0 / determinant(&covariance).sqrt(),
            };
        }
        model
    }

    /// How probable a colour is, up to a factor.
    pub fn likelihood(&self, color: Color) -> f64 {
        self.components.iter().map(|component| component.weight * component.likelihood(color)).sum()
    }

    /// The component most likely to have made a colour.
    pub fn nearest(&self, color: Color) -> usize {
        let mut best = (0, 0.0);
        for (index, component) in self.components.iter().enumerate() {
            let likelihood = component.likelihood(color);
            if likelihood > best.1 {
                best = (index, likelihood);
            }
        }
        best.0
    }
}

impl Component {
    fn likelihood(&self, color: Color) -> f64 {
        if self.weight <= 0.0 {
            return 0.0;
        }
        let off: Color = std::array::from_fn(|lane| color[lane] - self.mean[lane]);
        let mut square = 0.0;
        for (row, a) in self.inverse.iter().zip(off) {
            square += a * row.iter().zip(off).map(|(cell, b)| cell * b).sum::<f64>();
        }
        self.height * (-0.5 * square).exp()
    }
}

/// Deals colours to clusters by k-means. It begins with the colour next to the mean, and then with that which is farthest
/// from all chosen before, so that the same picture is always cut the same way.
pub(super) fn clusters(colors: &[Color]) -> Vec<usize> {
    let apart = |a: Color, b: Color| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    let mut mean = [0.0; 3];
    colors
        .iter()
        .for_each(|color| mean.iter_mut().zip(color).for_each(|(sum, level)| *sum += level / colors.len() as f64));
    let mut centres = vec![mean];
    let mut least: Vec<f64> = vec![f64::INFINITY; colors.len()];
    while centres.len() < COMPONENTS {
        let latest = centres[centres.len() - 1];
        least.iter_mut().zip(colors).for_each(|(least, color)| *least = least.min(apart(*color, latest)));
        let farthest = (0..colors.len()).max_by(|a, b| least[*a].total_cmp(&least[*b]));
        centres.push(farthest.map_or(mean, |index| colors[index]));
    }
    let mut dealt = vec![0; colors.len()];
    for _ in 0..CLUSTER_ROUNDS {
        for (dealt, color) in dealt.iter_mut().zip(colors) {
            let nearest =
                (0..COMPONENTS).min_by(|a, b| apart(*color, centres[*a]).total_cmp(&apart(*color, centres[*b])));
            *dealt = nearest.unwrap_or(0);
        }
        let mut sums = [([0.0; 3], 0.0); COMPONENTS];
        for (index, color) in dealt.iter().zip(colors) {
            let (sum, count): &mut (Color, f64) = &mut sums[*index];
            sum.iter_mut().zip(color).for_each(|(sum, level)| *sum += level);
            *count += 1.0;
        }
        for (centre, (sum, count)) in centres.iter_mut().zip(sums).filter(|(_, (_, count))| *count > 0.0) {
            *centre = sum.map(|sum| sum / count);
        }
    }
    dealt
}

fn determinant([[a, b, c], [d, e, f], [g, h, i]]: &[[f64; 3]; 3]) -> f64 {
    a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
}

fn inverse(matrix: &[[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let factor = 1.0 / determinant(matrix);
    let minor = |row: usize, column: usize| {
        let at = |down: usize, across: usize| matrix[(row + down) % 3][(column + across) % 3];
        at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1)
    };
    std::array::from_fn(|row| std::array::from_fn(|column| minor(column, row) * factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inverse_undoes_its_matrix() {
        let matrix = [[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]];
        let inverse = inverse(&matrix);
        for (row, column) in (0..9).map(|cell| (cell / 3, cell % 3)) {
            let product: f64 = (0..3).map(|at| matrix[row][at] * inverse[at][column]).sum();
            assert!((product - f64::from(u8::from(row == column))).abs() < 1e-12);
        }
    }

    #[test]
    fn colours_are_more_likely_where_there_are_more_of_them() {
        let around = |level: f64| (0..50).map(move |i| [level + f64::from(i % 7), level + f64::from(i % 5), level]);
        let colors: Vec<Color> = around(20.0).chain(around(200.0)).collect();
        let model = ColorModel::of(&colors, &clusters(&colors));
        assert!(model.likelihood([22.0, 22.0, 20.0]) > 1e3 * model.likelihood([110.0, 110.0, 110.0]));
        assert_ne!(model.nearest([22.0, 22.0, 20.0]), model.nearest([203.0, 202.0, 200.0]));
    }
}
