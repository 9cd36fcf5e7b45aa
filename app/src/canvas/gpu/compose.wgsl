// Composites one tile: the steps of its program from the lowest layer up, one pixel a fragment.

@group(0) @binding(0) var steps: texture_2d<u32>;

const LAY_TILE: u32 = 0u;
const LAY_COLOR: u32 = 1u;
const BEGIN: u32 = 2u;
const END: u32 = 3u;
const STEPS_A_ROW: u32 = 256u;

struct Corner {
    @builtin(position) position: vec4f,
    // First step, and the one after the last.
    @location(0) @interpolate(flat, either) steps: vec2u,
}

// A triangle over the whole target.
@vertex
fn cover(@builtin(vertex_index) vertex: u32, @location(0) steps: vec2u) -> Corner {
    let place = vec2f(f32(vertex & 1u), f32(vertex >> 1u));
    return Corner(vec4f(place * 4.0 - 1.0, 0.0, 1.0), steps);
}

fn composite(at: vec2i, range: vec2u) -> vec4f {
    var outer: array<vec4f, STACK>;
    var depth = 0u;
    var picture = vec4f(0.0);
    for (var i = range.x; i < range.y; i++) {
        let now = textureLoad(steps, vec2u(i % STEPS_A_ROW, i / STEPS_A_ROW), 0);
        let mode = (now.x >> 8u) & 0xffu;
        let is_clipped = (now.x >> 16u) != 0u;
        let opacity = f32(now.y);
        switch now.x & 0xffu {
            case BEGIN: {
                outer[min(depth, STACK - 1u)] = picture;
                depth++;
                picture = vec4f(0.0);
            }
            case END: {
                depth = max(depth, 1u) - 1u;
                picture = blend(mode, outer[min(depth, STACK - 1u)], picture, opacity, is_clipped);
            }
            case LAY_COLOR: {
                let color = vec4u(now.z & 0xffffu, now.z >> 16u, now.w & 0xffffu, now.w >> 16u);
                picture = blend(mode, picture, vec4f(color), opacity, is_clipped);
            }
            default: {
                picture = blend(mode, picture, vec4f(tile_pixel(now.z, at)), opacity, is_clipped);
            }
        }
    }
    return picture;
}

// To 8 bits, rounded as `document/pixel.rs` rounds, so that the hardware has nothing left to round.
@fragment
fn to_8_bits(corner: Corner) -> @location(0) vec4f {
    return floor((composite(vec2i(corner.position.xy), corner.steps) + 128.0) / 257.0) / 255.0;
}

// For being halved.
@fragment
fn to_halve(corner: Corner) -> @location(0) vec4f {
    return composite(vec2i(corner.position.xy), corner.steps) / FULL;
}
