//! Hue, saturation and value: for colours that stray, and for those that are chosen.

/// sRGB (0 to 1 each) with its hue turned by `shift[0]` half turns, and saturation and value moved by `shift[1]` and
/// `shift[2]`; all within the gamut. Formulas: Smith 1978, "Color gamut transform pairs".
pub(super) fn shifted([red, green, blue]: [f32; 3], shift: [f32; 3]) -> [f32; 3] {
    let [hue, saturation, value] = hsv_of([red, green, blue]);
    rgb_of([
        (hue + shift[0] * 0.5).rem_euclid(1.0),
        (saturation + shift[1]).clamp(0.0, 1.0),
        (value + shift[2]).clamp(0.0, 1.0),
    ])
}

/// Hue, saturation and value (0 to 1 each) of an sRGB colour; greys have the hue of red.
#[must_use]
pub fn hsv_of([red, green, blue]: [f32; 3]) -> [f32; 3] {
    let value = red.max(green).max(blue);
    let chroma = value - red.min(green).min(blue);
    if chroma <= 0.0 {
        return [0.0, 0.0, value];
    }
    let sixth = if value == red {
        ((green - blue) / chroma).rem_euclid(6.0)
    } else if value == green {
        (blue - red) / chroma + 2.0
    } else {
        (red - green) / chroma + 4.0
    };
    [sixth / 6.0, chroma / value, value]
}

/// The sRGB colour (0 to 1 each) of hue, saturation and value.
#[must_use]
pub fn rgb_of([hue, saturation, value]: [f32; 3]) -> [f32; 3] {
    [5.0, 3.0, 1.0].map(|offset: f32| {
        let k = (offset + hue * 6.0).rem_euclid(6.0);
        value - value * saturation * k.min(4.0 - k).clamp(0.0, 1.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_are_python_s_colorsys() {
        // colorsys.rgb_to_hsv(.8, .4, .2), (.1, .3, .9) and (.5, .5, .5).
        for (rgb, expected) in [
            ([0.8, 0.4, 0.2], [0.055_556, 0.75, 0.8]),
            ([0.1, 0.3, 0.9], [0.625, 0.888_889, 0.9]),
            ([0.5, 0.5, 0.5], [0.0, 0.0, 0.5]),
        ] {
            let hsv = hsv_of(rgb);
            assert!(hsv.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{hsv:?}");
            assert!(shifted(rgb, [0.0; 3]).iter().zip(rgb).all(|(a, b)| (a - b).abs() < 1e-5));
        }
    }

    #[test]
    fn half_a_turn_is_the_opposite_colour_and_nothing_leaves_the_gamut() {
        let opposite = shifted([1.0, 0.0, 0.0], [1.0, 0.0, 0.0]);
        assert!(opposite.iter().zip([0.0, 1.0, 1.0]).all(|(a, b)| (a - b).abs() < 1e-5), "{opposite:?}");
        assert_eq!(shifted([0.2, 0.4, 0.9], [0.0, 0.0, 5.0])[2], 1.0);
        assert!(shifted([0.2, 0.4, 0.9], [7.0, -9.0, -9.0]).iter().all(|channel| *channel == 0.0));
    }
}
