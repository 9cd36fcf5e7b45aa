//! The compositor's shader: hand-written formulas, and around them what the table of blend modes and the limits here say.

use std::fmt::Write as _;

use crate::document::BlendMode;
use crate::document::blend::BlendKind;

/// Textures of layers' tiles that a shader can read at once; one less than what every device allows, for the steps.
pub const LAYER_PAGES: usize = 12;
/// Groups and clipped stacks within each other that the shader can follow.
pub const STACK: usize = 16;

/// The whole of the compositor's WGSL.
pub fn composer() -> String {
    let mut text = String::from(include_str!("blend.wgsl"));
    text.push_str(include_str!("compose.wgsl"));
    push_modes(&mut text);
    push_pages(&mut text);
    text
}

/// A constant for each mode, and `formula`, which chooses by its number among those that have one.
fn push_modes(text: &mut String) {
    let mut cases = String::new();
    for mode in BlendMode::all() {
        let name = snake_case(mode);
        // Writing to a `String` cannot fail.
        _ = writeln!(text, "const {}: u32 = {}u;", name.to_uppercase(), mode as u32);
        if mode.kind() != BlendKind::Operator {
            _ = writeln!(cases, "        case {}u: {{ return {name}(below, source); }}", mode as u32);
        }
    }
    _ = writeln!(
        text,
        "fn formula(mode: u32, below: vec3f, source: vec3f) -> vec3f {{\n    switch mode {{\n{cases}        default: {{ return source; }}\n    }}\n}}"
    );
}

/// The pages, and `tile_pixel`, which reads the one that a place names.
fn push_pages(text: &mut String) {
    let mut cases = String::new();
    for page in 0..LAYER_PAGES {
        _ = writeln!(text, "@group(0) @binding({}) var page_{page}: texture_2d_array<u32>;", page + 1);
        _ = writeln!(cases, "        case {page}u: {{ return textureLoad(page_{page}, at, layer, 0); }}");
    }
    _ = writeln!(
        text,
        "const STACK: u32 = {STACK}u;\nfn tile_pixel(place: u32, at: vec2i) -> vec4u {{\n    let layer = i32(place & 0xffffu);\n    switch place >> 16u {{\n{cases}        default: {{ return vec4u(0u); }}\n    }}\n}}"
    );
}

/// The mode's name as WGSL writes functions.
fn snake_case(mode: BlendMode) -> String {
    let mut name = String::new();
    for letter in format!("{mode:?}").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mode_has_its_number_and_every_formula_its_function() {
        let text = composer();
        for mode in BlendMode::all() {
            let name = snake_case(mode);
            assert!(text.contains(&format!("const {}: u32 = {}u;", name.to_uppercase(), mode as u32)), "{mode:?}");
            if mode.kind() != BlendKind::Operator {
                assert!(text.contains(&format!("fn {name}(below: vec3f, source: vec3f)")), "{mode:?}");
            }
        }
        assert_eq!(snake_case(BlendMode::ColorDodge), "color_dodge");
    }
}
