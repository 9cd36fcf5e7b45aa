//! `brushfire devices`: the adapters, what they can do, and which one is used.

use brushfire_engine::DeviceChoice;
use brushfire_engine::device::{Adapter, GraphicsApi, SelfTester, Verdict, Verdicts, choose, enumerate};
use serde_json::{Value, json};

use super::choices;
use crate::assets::engine_settings;

#[derive(Debug, clap::Args)]
pub(super) struct DevicesArguments {
    /// Say which one would be used with this wish
    #[arg(long, default_value = "auto", value_parser = choices::device())]
    device: DeviceChoice,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &DevicesArguments) -> anyhow::Result<()> {
    let settings = engine_settings(arguments.device);
    let tester = settings.self_test_program.clone().map(SelfTester::new);
    let chosen = choose(arguments.device, &settings.cache_folder, tester.as_ref(), &|| false, &mut |notice| {
        if !arguments.json {
            super::print(notice);
        }
    });
    // Read after the choice, which tests what was not tested yet.
    let verdicts = Verdicts::read(&settings.cache_folder);
    let adapters: Vec<Adapter> = GraphicsApi::ALL.into_iter().flat_map(enumerate).collect();
    if arguments.json {
        let adapters: Vec<Value> =
            adapters.iter().map(|adapter| as_json(adapter, verdicts.get(&adapter.fingerprint()))).collect();
        super::print_json(&json!({
            "adapters": adapters,
            "used": chosen.name,
            "f16": chosen.f16,
            "notices": chosen.notices.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }));
        return Ok(());
    }
    for adapter in &adapters {
        super::print(as_text(adapter, verdicts.get(&adapter.fingerprint())));
    }
    super::print("CPU\n  single precision; always works");
    for notice in &chosen.notices {
        super::print(notice);
    }
    let precision = if chosen.f16 { "half" } else { "single" };
    super::print(format!("Used with --device {}: {} in {precision} precision", arguments.device, chosen.name));
    Ok(())
}

fn as_text(adapter: &Adapter, verdict: Option<&Verdict>) -> String {
    let yes = |supported: bool| if supported { "yes" } else { "no" };
    format!(
        "{} ({})\n  driver: {} {}\n  f16: {}, cooperative matrix: {}\n  largest buffer: {} MiB, largest binding: {} MiB\n  self-test: {}",
        adapter.name,
        adapter.id,
        adapter.driver,
        adapter.driver_version,
        yes(adapter.f16),
        yes(adapter.cooperative_matrix),
        adapter.max_buffer_bytes >> 20,
        adapter.max_binding_bytes >> 20,
        verdict.map_or_else(|| "not made yet".to_owned(), Verdict::to_string),
    )
}

fn as_json(adapter: &Adapter, verdict: Option<&Verdict>) -> Value {
    json!({
        "id": adapter.id.to_string(),
        "name": adapter.name,
        "kind": adapter.id.kind.name(),
        "driver": adapter.driver,
        "driver_version": adapter.driver_version,
        "f16": adapter.f16,
        "cooperative_matrix": adapter.cooperative_matrix,
        "max_buffer_bytes": adapter.max_buffer_bytes,
        "max_binding_bytes": adapter.max_binding_bytes,
        "self_test": verdict.map(|verdict| json!({ "f32": verdict.f32, "f16": verdict.f16, "sentence": verdict.to_string() })),
    })
}
