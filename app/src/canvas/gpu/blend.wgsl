// Blend modes on premultiplied colours, as `document/blend` computes them; channels and alpha from 0 to FULL.
// The modes' numbers and `formula`, which chooses among the functions below, are made from the table of modes.

const FULL: f32 = 65535.0;

// `source` at `opacity` (0 to FULL) on `below`. A clipped layer keeps the shape of what is below.
fn blend(mode: u32, below: vec4f, source: vec4f, opacity: f32, is_clipped: bool) -> vec4f {
    let drawn = round(source * opacity / FULL);
    switch mode {
        case NORMAL: {
            if is_clipped { return atop(below, drawn); }
            return drawn + round(below * (FULL - drawn.a) / FULL);
        }
        case SOURCE_ATOP: { return atop(below, drawn); }
        case DESTINATION_ATOP: {
            if is_clipped { return round(below * drawn.a / FULL); }
            return vec4f(round((below.rgb * drawn.a + drawn.rgb * (FULL - below.a)) / FULL), drawn.a);
        }
        case DESTINATION_IN: { return round(below * drawn.a / FULL); }
        case ERASE: { return round(below * (FULL - drawn.a) / FULL); }
        default: { return mixed(mode, below, source, opacity / FULL, is_clipped); }
    }
}

fn atop(below: vec4f, drawn: vec4f) -> vec4f {
    return vec4f(round((drawn.rgb * below.a + below.rgb * (FULL - drawn.a)) / FULL), below.a);
}

fn mixed(mode: u32, below: vec4f, source: vec4f, opacity: f32, is_clipped: bool) -> vec4f {
    let alpha_below = below.a / FULL;
    let alpha_source = source.a / FULL * opacity;
    let outside = (1.0 - alpha_below) * select(opacity, 0.0, is_clipped);
    let alpha = below.a + source.a * outside;
    let color = source.rgb * outside + below.rgb * (1.0 - alpha_source)
        + alpha_source * alpha_below * FULL * formula(mode, straight(below), straight(source));
    return round(vec4f(clamp(color, vec3f(0.0), vec3f(alpha)), alpha));
}

// A channel that equals alpha is 1, whatever the hardware makes of the division.
fn straight(color: vec4f) -> vec3f {
    return select(color.rgb / max(color.a, 1.0), vec3f(1.0), color.rgb >= vec3f(max(color.a, 1.0)));
}

fn normal(below: vec3f, source: vec3f) -> vec3f {
    return source;
}

fn multiply(below: vec3f, source: vec3f) -> vec3f {
    return below * source;
}

fn screen(below: vec3f, source: vec3f) -> vec3f {
    return below + source - below * source;
}

fn overlay(below: vec3f, source: vec3f) -> vec3f {
    return hard_light(source, below);
}

fn darken(below: vec3f, source: vec3f) -> vec3f {
    return min(below, source);
}

fn lighten(below: vec3f, source: vec3f) -> vec3f {
    return max(below, source);
}

fn color_dodge(below: vec3f, source: vec3f) -> vec3f {
    let is_white = source >= vec3f(1.0);
    let dodged = min(vec3f(1.0), below / select(1.0 - source, vec3f(1.0), is_white));
    return select(select(dodged, vec3f(1.0), is_white), vec3f(0.0), below <= vec3f(0.0));
}

fn color_burn(below: vec3f, source: vec3f) -> vec3f {
    let is_black = source <= vec3f(0.0);
    let burned = 1.0 - min(vec3f(1.0), (1.0 - below) / select(source, vec3f(1.0), is_black));
    return select(select(burned, vec3f(0.0), is_black), vec3f(1.0), below >= vec3f(1.0));
}

fn hard_light(below: vec3f, source: vec3f) -> vec3f {
    return select(screen(below, 2.0 * source - 1.0), multiply(below, 2.0 * source), source <= vec3f(0.5));
}

fn soft_light(below: vec3f, source: vec3f) -> vec3f {
    let curve = select(sqrt(below), ((16.0 * below - 12.0) * below + 4.0) * below, below <= vec3f(0.25));
    let dark = below - (1.0 - 2.0 * source) * below * (1.0 - below);
    let light = below + (2.0 * source - 1.0) * (curve - below);
    return select(light, dark, source <= vec3f(0.5));
}

fn difference(below: vec3f, source: vec3f) -> vec3f {
    return abs(below - source);
}

fn exclusion(below: vec3f, source: vec3f) -> vec3f {
    return below + source - 2.0 * below * source;
}

fn add(below: vec3f, source: vec3f) -> vec3f {
    return min(vec3f(1.0), below + source);
}

fn subtract(below: vec3f, source: vec3f) -> vec3f {
    return max(vec3f(0.0), below - source);
}

fn hue(below: vec3f, source: vec3f) -> vec3f {
    return with_luminosity(with_saturation(source, saturation_of(below)), luminosity_of(below));
}

fn saturation(below: vec3f, source: vec3f) -> vec3f {
    return with_luminosity(with_saturation(below, saturation_of(source)), luminosity_of(below));
}

fn color(below: vec3f, source: vec3f) -> vec3f {
    return with_luminosity(source, luminosity_of(below));
}

fn luminosity(below: vec3f, source: vec3f) -> vec3f {
    return with_luminosity(below, luminosity_of(source));
}

fn luminosity_of(color: vec3f) -> f32 {
    return dot(color, vec3f(0.3, 0.59, 0.11));
}

fn smallest(color: vec3f) -> f32 {
    return min(color.r, min(color.g, color.b));
}

fn largest(color: vec3f) -> f32 {
    return max(color.r, max(color.g, color.b));
}

fn saturation_of(color: vec3f) -> f32 {
    return largest(color) - smallest(color);
}

fn with_saturation(color: vec3f, saturation: f32) -> vec3f {
    let span = saturation_of(color);
    return (color - smallest(color)) * select(0.0, saturation / max(span, 1e-9), span > 0.0);
}

fn with_luminosity(color: vec3f, luminosity: f32) -> vec3f {
    let shifted = color + (luminosity - luminosity_of(color));
    let gray = luminosity_of(shifted);
    let low = smallest(shifted);
    let high = largest(shifted);
    let raise = select(1.0, gray / max(gray - low, 1e-9), low < 0.0);
    let lower = select(1.0, (1.0 - gray) / max(high - gray, 1e-9), high > 1.0);
    return gray + (shifted - gray) * raise * lower;
}
