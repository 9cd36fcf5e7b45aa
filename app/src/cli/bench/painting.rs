//! How long painting, saving and opening take.

use std::time::Duration;

use serde_json::{Value, json};

use super::memory::peak_memory;
use crate::assets;
use crate::canvas::bench::layered_stroke_4096;
use crate::cli::{print, print_json};
use crate::files::bench::openraster_4096;
use crate::paint::bench::{StrokeTimes, all_brushes_4096, stroke_2048};

pub(super) fn stroke(json: bool) {
    let times = stroke_2048();
    if json {
        print_json(&frames_as_json(&times));
    } else {
        print(times);
    }
}

pub(super) fn layers(json: bool) {
    let times = layered_stroke_4096();
    if json {
        print_json(&json!({
            "dabs": frames_as_json(&times.dabs),
            "composite": frames_as_json(&times.composite),
            "dabs_and_composite": frames_as_json(&times.dabs_and_composite),
            "dabs_and_composite_of_a_sample": frames_as_json(&times.samples),
            "upload": times.upload.as_ref().map(frames_as_json),
            "dabs_and_upload": times.dabs_and_upload.as_ref().map(frames_as_json),
            "device": times.device.as_ref().map(frames_as_json),
            "device_name": times.device_name,
        }));
    } else {
        print(times);
    }
}

pub(super) fn brushes(json: bool) {
    let strokes = all_brushes_4096(&assets::brushes_folder());
    if json {
        let brushes = strokes.iter().map(
            |stroke| json!({"name": stroke.name, "diameter": stroke.diameter, "times": frames_as_json(&stroke.times)}),
        );
        print_json(&brushes.collect());
    } else {
        strokes.iter().for_each(print);
    }
}

fn frames_as_json(times: &StrokeTimes) -> Value {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    json!({
        "frames": times.frames.len(),
        "median_ms": milliseconds(times.median()),
        "percentile_99_ms": milliseconds(times.percentile_99()),
        "max_ms": milliseconds(times.max()),
    })
}

pub(super) fn openraster(json: bool) -> anyhow::Result<()> {
    let times = openraster_4096()?;
    if json {
        print_json(&json!({
            "save_seconds": times.save.as_secs_f64(),
            "open_seconds": times.open.as_secs_f64(),
            "file_bytes": times.file_bytes,
            "peak_memory_bytes": peak_memory(),
        }));
    } else {
        print(times);
    }
    Ok(())
}
