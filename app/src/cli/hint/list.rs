//! `brushfire hint --list`: the table of types.

use brushfire_engine::hints::HintFolders;
use brushfire_engine::worker::own_hints_folder;
use brushfire_engine::{DeviceChoice, HintProcessor};

use super::said_of;
use crate::assets::engine_settings;

/// Every type, what it makes, its parameters, and what it needs that is not there.
pub(super) fn list() -> String {
    let settings = engine_settings(DeviceChoice::Cpu);
    let folders = HintFolders { own: own_hints_folder(&settings), shipped: settings.hints_folder };
    let mut text = String::new();
    for processor in HintProcessor::all() {
        text += &format!("{processor}\n    {}; for {} networks\n", processor.summary(), processor.kind());
        for parameter in processor.parameters() {
            text += &format!("    --{}  {}\n", parameter.name, said_of(parameter));
        }
        if let Some(weights) = processor.weights().filter(|_| !folders.can_make(processor)) {
            text += &format!("    not there yet: bring {}, into {}\n", weights.bring, folders.own.display());
        }
    }
    text
}
