//! The smoothest surface through what is known: Laplace's equation with the known values as its border, as in Poisson
//! image editing (Pérez, Gangnet and Blake 2003). Solved from coarse to fine (a cascade of grids, each relaxed a few times
//! by Jacobi's method): not to the last digit, but without a seam or a direction.

use rayon::prelude::*;

/// Three channels.
pub(super) type Lanes = [f32; 3];

/// Relaxations of each grid. What they cannot reach, the coarser grids have done.
const SWEEPS: usize = 8;

/// Fills in what is not known; `width` values a row. Nothing happens where nothing is known.
pub(super) fn span_membrane(values: &mut [Lanes], known: &[bool], width: usize) {
    if width == 0 || !known.contains(&true) || !known.contains(&false) {
        return;
    }
    let height = known.len() / width;
    if width == 1 && height == 1 {
        return;
    }
    let (mut coarse, coarse_known, coarse_width) = halved(values, known, width);
    span_membrane(&mut coarse, &coarse_known, coarse_width);
    spread(&coarse, coarse_width, values, known, width);
    relax(values, known, width);
}

/// Grids of half the size: means of what is known in four values.
fn halved(values: &[Lanes], known: &[bool], width: usize) -> (Vec<Lanes>, Vec<bool>, usize) {
    let (columns, rows) = (width.div_ceil(2), (known.len() / width).div_ceil(2));
    let mut coarse = vec![[0.0; 3]; columns * rows];
    let mut coarse_known = vec![false; columns * rows];
    let lines = coarse.par_chunks_exact_mut(columns).zip(coarse_known.par_chunks_exact_mut(columns));
    lines.enumerate().for_each(|(row, (coarse, coarse_known))| {
        for (column, (mean, is_known)) in coarse.iter_mut().zip(coarse_known).enumerate() {
            let mut count = 0.0;
            for y in (2 * row..2 * row + 2).take_while(|y| y * width < known.len()) {
                for x in (2 * column..2 * column + 2).take_while(|x| *x < width) {
                    let at = y * width + x;
                    if known[at] {
                        count += 1.0;
                        mean.iter_mut().zip(values[at]).for_each(|(sum, value)| *sum += value);
                    }
                }
            }
            if count > 0.0 {
                mean.iter_mut().for_each(|sum| *sum /= count);
                *is_known = true;
            }
        }
    });
    (coarse, coarse_known, columns)
}

/// Values that are not known, from the grid of half the size, bilinearly.
fn spread(coarse: &[Lanes], coarse_width: usize, values: &mut [Lanes], known: &[bool], width: usize) {
    let rows = coarse.len() / coarse_width;
    let lines = values.par_chunks_exact_mut(width).zip(known.par_chunks_exact(width));
    lines.enumerate().for_each(|(y, (values, known))| {
        let [near_row, far_row] = neighbours(y, rows).map(|row| &coarse[row * coarse_width..(row + 1) * coarse_width]);
        for (x, (value, _)) in values.iter_mut().zip(known).enumerate().filter(|(_, (_, known))| !**known) {
            let [near, far] = neighbours(x, coarse_width);
            *value = std::array::from_fn(|lane| {
                let near_row = 0.75 * near_row[near][lane] + 0.25 * near_row[far][lane];
                let far_row = 0.75 * far_row[near][lane] + 0.25 * far_row[far][lane];
                0.75 * near_row + 0.25 * far_row
            });
        }
    });
}

/// The coarse cell a fine one lies in, and the other one that is nearest.
fn neighbours(fine: usize, cells: usize) -> [usize; 2] {
    let near = (fine / 2).min(cells - 1);
    let far = if fine.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(cells - 1) };
    [near, far]
}

/// Each unknown value becomes the mean of its neighbours, some times over.
fn relax(values: &mut [Lanes], known: &[bool], width: usize) {
    let mut next = values.to_vec();
    let (mut from, mut to): (&mut [Lanes], &mut [Lanes]) = (values, &mut next);
    // An even number, so that the last result lies in `values`.
    for _ in 0..SWEEPS {
        let lines = to.par_chunks_exact_mut(width).zip(known.par_chunks_exact(width));
        lines.enumerate().for_each(|(y, (line, known))| relax_row(from, width, y, known, line));
        std::mem::swap(&mut from, &mut to);
    }
}

fn relax_row(from: &[Lanes], width: usize, y: usize, known: &[bool], line: &mut [Lanes]) {
    let rows = from.len() / width;
    for (x, value) in line.iter_mut().enumerate().filter(|(x, _)| !known[*x]) {
        let at = y * width + x;
        // Beyond the picture is what is at its edge: nothing flows through it.
        let left = from[if x > 0 { at - 1 } else { at }];
        let right = from[if x + 1 < width { at + 1 } else { at }];
        let above = from[if y > 0 { at - width } else { at }];
        let below = from[if y + 1 < rows { at + width } else { at }];
        *value = std::array::from_fn(|lane| (left[lane] + right[lane] + above[lane] + below[lane]) * 0.25);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 24 x 16: known at the rim, where the value is `x² - y²`, which solves the equation.
    #[test]
    fn a_harmonic_surface_is_found_again() {
        let (width, height) = (24, 16);
        let wanted = |x: usize, y: usize| ((x * x) as f32 - (y * y) as f32) / 4.0;
        let rim = |x: usize, y: usize| x == 0 || y == 0 || x == width - 1 || y == height - 1;
        let places = || (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let known: Vec<bool> = places().map(|(x, y)| rim(x, y)).collect();
        let mut values: Vec<Lanes> =
            places().map(|(x, y)| if rim(x, y) { [wanted(x, y); 3] } else { [0.0; 3] }).collect();
        span_membrane(&mut values, &known, width);
        let range = wanted(width - 1, 0) - wanted(0, height - 1);
        for ((x, y), value) in places().zip(&values) {
            assert!((value[1] - wanted(x, y)).abs() < 0.02 * range, "{x} {y}: {} {}", value[1], wanted(x, y));
        }
    }

    #[test]
    fn one_known_value_is_everywhere_and_none_changes_nothing() {
        let mut known = vec![false; 35];
        let mut values = vec![[7.0; 3]; 35];
        span_membrane(&mut values, &known, 7);
        assert_eq!(values, [[7.0; 3]; 35]);
        (known[12], values[12]) = (true, [3.0, 4.0, 5.0]);
        span_membrane(&mut values, &known, 7);
        assert!(values.iter().flatten().zip([3.0, 4.0, 5.0].iter().cycle()).all(|(a, b)| (a - b).abs() < 1e-4));
    }
}
