//! The Gaussian along lines, in the same time whatever its width.

/// Lines that are blurred side by side.
pub(super) const LANES: usize = 4;

/// A value of each of the lines.
pub(super) type Lanes = [f64; LANES];

/// A recursive filter of fourth order whose impulse response is a Gaussian to within a thousandth of its height.
///
/// R. Deriche, "Recursively implementing the Gaussian and its derivatives", INRIA research report 1893 (1993), equations
/// 35 to 40 with the constants of table 4; the sum of its response is set to 1 exactly. The errors along a line add up
/// to less than 0.0009 for any input, so a blur along both axes is within half of 1/255 of the sampled Gaussian.
pub(super) struct Gaussian {
    sigma: f64,
    /// What the present and the three last inputs add, going forward.
    forward: [f64; 4],
    /// What the four next inputs add, going backward.
    backward: [f64; 4],
    /// What the four outputs before take away, in both directions.
    feedback: [f64; 4],
}

impl Gaussian {
    /// `sigma`: standard deviation in pixels, above 0.
    pub(super) fn new(sigma: f64) -> Self {
        const A0: f64 = 1.68;
        const A1: f64 = 3.735;
        const B0: f64 = 1.783;
        const B1: f64 = 1.723;
        const C0: f64 = -0.6803;
        const C1: f64 = -0.2598;
        const W0: f64 = 0.6318;
        const W1: f64 = 1.997;
        let (e0, e1) = ((-B0 / sigma).exp(), (-B1 / sigma).exp());
        let ((sin0, cos0), (sin1, cos1)) = ((W0 / sigma).sin_cos(), (W1 / sigma).sin_cos());
        let forward = [
            A0 + C0,
            e1 * (C1 * sin1 - (C0 + 2.0 * A0) * cos1) + e0 * (A1 * sin0 - (2.0 * C0 + A0) * cos0),
            2.0 * e0 * e1 * ((A0 + C0) * cos1 * cos0 - A1 * cos1 * sin0 - C1 * cos0 * sin1)
                + C0 * e0 * e0
                + A0 * e1 * e1,
            e1 * e0 * e0 * (C1 * sin1 - C0 * cos1) + e0 * e1 * e1 * (A1 * sin0 - A0 * cos0),
        ];
        let feedback = [
            -2.0 * e1 * cos1 - 2.0 * e0 * cos0,
            4.0 * cos1 * cos0 * e0 * e1 + e1 * e1 + e0 * e0,
            -2.0 * cos0 * e0 * e1 * e1 - 2.0 * cos1 * e1 * e0 * e0,
            e0 * e0 * e1 * e1,
        ];
        let backward = [
            forward[1] - feedback[0] * forward[0],
            forward[2] - feedback[1] * forward[0],
            forward[3] - feedback[2] * forward[0],
            -feedback[3] * forward[0],
        ];
        let sum = (forward.iter().sum::<f64>() + backward.iter().sum::<f64>()) / (1.0 + feedback.iter().sum::<f64>());
        Self { sigma, forward: forward.map(|n| n / sum), backward: backward.map(|m| m / sum), feedback }
    }

    /// Beyond this many pixels a value has no effect worth a level of 1/255.
    pub(super) fn reach(&self) -> u32 {
        (4.0 * self.sigma).ceil() as u32
    }

    /// Blurs lines in place; beyond their ends they go on as they end. `work` is overwritten.
    pub(super) fn blur(&self, lines: &mut [Lanes], work: &mut Vec<Lanes>) {
        let (Some(first), Some(last)) = (lines.first().copied(), lines.last().copied()) else { return };
        // What goes in for ever comes out as much of it as the gain says.
        let feedback_sum = 1.0 + self.feedback.iter().sum::<f64>();
        let settled = |value: Lanes, gains: &[f64; 4]| value.map(|x| x * gains.iter().sum::<f64>() / feedback_sum);

        work.clear();
        let (mut inputs, mut outputs) = ([first; 3], [settled(first, &self.forward); 4]);
        for input in lines.iter() {
            let output = std::array::from_fn(|lane| {
                self.forward[0] * input[lane] + dot3(&self.forward, &inputs, lane)
                    - dot4(&self.feedback, &outputs, lane)
            });
            inputs = [*input, inputs[0], inputs[1]];
            outputs = [output, outputs[0], outputs[1], outputs[2]];
            work.push(output);
        }
        let (mut inputs, mut outputs) = ([last; 4], [settled(last, &self.backward); 4]);
        for (line, forward) in lines.iter_mut().zip(work.iter()).rev() {
            let output: Lanes =
                std::array::from_fn(|lane| dot4(&self.backward, &inputs, lane) - dot4(&self.feedback, &outputs, lane));
            inputs = [*line, inputs[0], inputs[1], inputs[2]];
            outputs = [output, outputs[0], outputs[1], outputs[2]];
            *line = std::array::from_fn(|lane| forward[lane] + output[lane]);
        }
    }
}

#[inline]
fn dot3(gains: &[f64; 4], values: &[Lanes; 3], lane: usize) -> f64 {
    gains[1] * values[0][lane] + gains[2] * values[1][lane] + gains[3] * values[2][lane]
}

#[inline]
fn dot4(gains: &[f64; 4], values: &[Lanes; 4], lane: usize) -> f64 {
    gains[0] * values[0][lane] + gains[1] * values[1][lane] + gains[2] * values[2][lane] + gains[3] * values[3][lane]
}
