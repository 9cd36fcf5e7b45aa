// Averages squares of pixels.

@group(0) @binding(0) var source: texture_2d<f32>;

struct Corner {
    @builtin(position) position: vec4f,
    // The squares' side, and the source's width and height that count.
    @location(0) @interpolate(flat, either) squares: vec4u,
}

@vertex
fn cover(@builtin(vertex_index) vertex: u32, @location(0) squares: vec4u) -> Corner {
    let place = vec2f(f32(vertex & 1u), f32(vertex >> 1u));
    return Corner(vec4f(place * 4.0 - 1.0, 0.0, 1.0), squares);
}

// Beyond the canvas there is nothing, and nothing must not darken its edge.
@fragment
fn average(corner: Corner) -> @location(0) vec4f {
    let side = corner.squares.x;
    let first = vec2u(corner.position.xy) * side;
    let end = min(first + side, corner.squares.yz);
    var sum = vec4f(0.0);
    for (var y = first.y; y < end.y; y++) {
        for (var x = first.x; x < end.x; x++) {
            sum += textureLoad(source, vec2u(x, y), 0);
        }
    }
    let count = (end.x - min(first.x, end.x)) * (end.y - min(first.y, end.y));
    return sum / f32(max(count, 1u));
}
