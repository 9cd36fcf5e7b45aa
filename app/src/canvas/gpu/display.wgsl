// Draws tiles where the camera has them: the picture on its checkerboard, and masks over it. Colours are premultiplied
// and sRGB-encoded, and so they are blended, as egui does it.

struct View {
    // Physical pixels of the screen per canvas pixel to the right, and down.
    x_axis: vec2f,
    y_axis: vec2f,
    // Where the canvas's corner lies, and the screen's size.
    origin: vec2f,
    screen: vec2f,
    // Side of a checkerboard's square on the screen.
    checker: f32,
    // Dashes that the selection's line has moved on.
    march: f32,
    rest: vec2f,
}

@group(0) @binding(0) var<uniform> view: View;
@group(0) @binding(1) var linear_sampler: sampler;
@group(1) @binding(0) var tiles: texture_2d_array<f32>;

// Whether the target encodes sRGB itself.
override ENCODES: bool = false;

struct Tile {
    // Left, top, right, bottom in the canvas.
    @location(0) rect: vec4f,
    // Where texels begin in the canvas (x, y), canvas pixels a texel (z), and screen pixels a texel (w): 0 for smooth.
    @location(1) texels: vec4f,
    // First and last texel's middle that may be sampled.
    @location(2) limits: vec4f,
    // sRGB, straight, with opacity.
    @location(3) color: vec4f,
    // The place in `tiles`, -1 for none; and what is drawn.
    @location(4) place: vec2f,
}

struct Corner {
    @builtin(position) position: vec4f,
    @location(0) at: vec2f,
    @location(1) @interpolate(flat, either) limits: vec4f,
    @location(2) @interpolate(flat, either) color: vec4f,
    @location(3) @interpolate(flat, either) place: vec2i,
    @location(4) @interpolate(flat, either) sharpness: f32,
}

@vertex
fn corner(@builtin(vertex_index) vertex: u32, tile: Tile) -> Corner {
    let share = vec2f(f32(vertex & 1u), f32(vertex >> 1u));
    let in_canvas = mix(tile.rect.xy, tile.rect.zw, share);
    let on_screen = view.origin + view.x_axis * in_canvas.x + view.y_axis * in_canvas.y;
    let ndc = on_screen / view.screen * vec2f(2.0, -2.0) + vec2f(-1.0, 1.0);
    let at = (in_canvas - tile.texels.xy) / tile.texels.z;
    return Corner(vec4f(ndc, 0.0, 1.0), at, tile.limits, tile.color, vec2i(tile.place), tile.texels.w);
}

// So many texels beside the pixel's place. Between the texels' middles linearly; or, enlarged, as squares whose edges are one pixel of the screen wide.
fn texel(corner: Corner, beside: vec2f) -> vec4f {
    var at = corner.at + beside;
    if corner.sharpness > 0.0 {
        let edge = floor(at + 0.5);
        at = edge + clamp((at - edge) * corner.sharpness, vec2f(-0.5), vec2f(0.5));
    }
    at = clamp(at, corner.limits.xy, corner.limits.zw);
    let uv = at / vec2f(textureDimensions(tiles));
    return textureSampleLevel(tiles, linear_sampler, uv, max(corner.place.x, 0), 0.0);
}

fn for_target(color: vec4f) -> vec4f {
    if !ENCODES { return color; }
    let low = color.rgb / 12.92;
    let high = pow((color.rgb + 0.055) / 1.055, vec3f(2.4));
    return vec4f(select(high, low, color.rgb <= vec3f(0.04045)), color.a);
}

@fragment
fn picture(corner: Corner) -> @location(0) vec4f {
    let square = vec2i(floor((corner.position.xy - view.origin) / view.checker));
    let paper = vec3f(select(170.0, 204.0, ((square.x + square.y) & 1) == 0) / 255.0);
    let color = select(vec4f(0.0), texel(corner, vec2f(0.0)), corner.place.x >= 0);
    return for_target(vec4f(color.rgb + paper * (1.0 - color.a), 1.0));
}

const TINT: i32 = 0;
const OUTLINE: i32 = 1;
const BLACK_AND_WHITE: i32 = 2;
const ISOLATED: i32 = 3;
const SELECTION: i32 = 4;

fn mask_value(corner: Corner, beside: vec2f) -> f32 {
    return select(0.0, texel(corner, beside).r, corner.place.x >= 0);
}

// Where along its dashes a selection's line is, in screen pixels. They run along x + y, but where the line itself keeps
// that the same, "/", along x - y: it would else be of one colour from end to end, and be lost on a ground of that colour.
// Looked at from some way off, so that the stairs of enlarged pixels are one slope.
fn way_along(corner: Corner, right: vec2f, down: vec2f) -> f32 {
    var falling = 0.0;
    var rising = 0.0;
    for (var away = 2.0; away < 7.0; away += 2.0) {
        let by = (right + down) * away;
        let up = (right - down) * away;
        falling += mask_value(corner, by) - mask_value(corner, -by);
        rising += mask_value(corner, up) - mask_value(corner, -up);
    }
    let at = corner.position.xy;
    return select(at.x + at.y, at.x - at.y, abs(falling) > abs(rising) + 0.25);
}

@fragment
fn mask(corner: Corner) -> @location(0) vec4f {
    let value = mask_value(corner, vec2f(0.0));
    // How much it differs from the pixels beside; derivatives of the value itself know only half of them.
    let right = dpdx(corner.at);
    let down = dpdy(corner.at);
    let across = max(abs(mask_value(corner, right) - value), abs(mask_value(corner, -right) - value));
    let along = max(abs(mask_value(corner, down) - value), abs(mask_value(corner, -down) - value));
    // Screen pixels from where the mask is half.
    let slope = max(length(vec2f(across, along)), 1e-6);
    let from_edge = abs(value - 0.5) / slope;
    let line = clamp(1.5 - from_edge, 0.0, 1.0);
    var color = vec4f(corner.color.rgb, 1.0);
    switch corner.place.y {
        case OUTLINE: { color *= line; }
        case BLACK_AND_WHITE: { color = vec4f(vec3f(value), 1.0); }
        case ISOLATED: { color *= 1.0 - value; }
        case SELECTION: {
            let dash = fract(way_along(corner, right, down) / 8.0 - view.march) < 0.5;
            color = vec4f(vec3f(select(0.0, 1.0, dash)), 1.0) * line;
        }
        default: { color *= corner.color.a * value; }
    }
    return for_target(color);
}
