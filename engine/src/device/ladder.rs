//! The ladder: which adapters are tried in which order, and what is at its foot.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use burn::tensor::Device;

use super::adapter::{Adapter, AdapterId, AdapterKind, enumerate};
use super::child::SelfTester;
use super::choice::DeviceChoice;
use super::configure::configure;
use super::finding::Finding;
use super::notice::DeviceNotice;
use super::verdict::{Verdict, Verdicts};

/// An adapter that may be used and what its self-test found.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub adapter: Adapter,
    /// `None` where it was not tested yet.
    pub verdict: Option<Verdict>,
}

/// The device the engine works on.
#[derive(Clone, Debug)]
pub struct ChosenDevice {
    pub device: Device,
    /// For people to read: the adapter's name, or "CPU".
    pub name: String,
    /// Half precision for weights and activations.
    pub f16: bool,
    pub gpu: bool,
    /// It has memory of its own, of which the system does not say how much is free.
    pub own_memory: bool,
    /// What the user should know: an adapter set aside, a wish not met.
    pub notices: Vec<DeviceNotice>,
}

impl ChosenDevice {
    /// The foot of the ladder.
    #[must_use]
    pub fn cpu(notices: Vec<DeviceNotice>) -> Self {
        Self { device: Device::flex(), name: "CPU".to_owned(), f16: false, gpu: false, own_memory: false, notices }
    }
}

/// The adapters `choice` allows, best first.
#[must_use]
pub fn candidates(choice: DeviceChoice, verdicts: &Verdicts) -> Vec<Candidate> {
    let mut adapters = Vec::new();
    for api in choice.apis() {
        let mut of_this: Vec<Adapter> = enumerate(*api);
        of_this.retain(|adapter| choice != DeviceChoice::Auto || adapter.id.kind != AdapterKind::Software);
        of_this.sort_by_key(|adapter| adapter.id.kind);
        adapters.extend(of_this);
    }
    adapters
        .into_iter()
        .map(|adapter| Candidate { verdict: verdicts.get(&adapter.fingerprint()).cloned(), adapter })
        .collect()
}

/// Walks down the ladder until a device opens. Never fails: the CPU is always there. Adapters that were not tested with
/// their driver version yet are tested first, which can take a minute; `say` is told so, and
/// `stop` ends it.
#[must_use]
pub fn choose(
    choice: DeviceChoice,
    cache_folder: &Path,
    tester: Option<&SelfTester>,
    stop: &dyn Fn() -> bool,
    say: &mut dyn FnMut(DeviceNotice),
) -> ChosenDevice {
    configure(cache_folder);
    let mut verdicts = Verdicts::read(cache_folder);
    let mut notices = Vec::new();
    let candidates = candidates(choice, &verdicts);
    if candidates.is_empty() && !matches!(choice, DeviceChoice::Auto | DeviceChoice::Cpu) {
        notices.push(DeviceNotice::NoAdapter { api: choice.label() });
    }
    for candidate in candidates {
        let verdict = candidate.verdict.unwrap_or_else(|| judge(&candidate.adapter, &mut verdicts, tester, stop, say));
        let adapter = candidate.adapter;
        if !verdict.f32 {
            let why = verdict.found.unwrap_or(Finding::NotTested);
            notices.push(DeviceNotice::SetAside { adapter: adapter.name, why });
            continue;
        }
        match open(adapter.id) {
            Ok(device) => {
                let f16 = verdict.f16 && adapter.f16;
                let own_memory = adapter.id.kind == AdapterKind::Discrete;
                return ChosenDevice { device, name: adapter.name, f16, gpu: true, own_memory, notices };
            }
            Err(why) => notices.push(DeviceNotice::NotOpened { adapter: adapter.name, why }),
        }
    }
    if let Some(last) = notices.pop() {
        let says_so = matches!(last, DeviceNotice::NoAdapter { .. });
        notices.push(if says_so { last } else { DeviceNotice::CpuInstead(Box::new(last)) });
    }
    ChosenDevice::cpu(notices)
}

/// A driver that passed its test may still break down here; the ladder goes on below it.
fn open(id: AdapterId) -> Result<Device, String> {
    match catch_unwind(AssertUnwindSafe(|| id.open())) {
        Ok(opened) => opened.map_err(|error| error.to_string()),
        Err(_) => Err("its driver broke down".to_owned()),
    }
}

/// Without a program to run the test in, an adapter stays untested and unused: better slow than wrong.
fn judge(
    adapter: &Adapter,
    verdicts: &mut Verdicts,
    tester: Option<&SelfTester>,
    stop: &dyn Fn() -> bool,
    say: &mut dyn FnMut(DeviceNotice),
) -> Verdict {
    let Some(tester) = tester else {
        return Verdict { f32: false, f16: false, found: Some(Finding::NotTested) };
    };
    say(DeviceNotice::Testing { adapter: adapter.name.clone() });
    let (verdict, ending) = tester.test(adapter, stop);
    if ending.is_of_the_driver() {
        verdicts.put(&adapter.fingerprint(), verdict.clone());
    }
    verdict
}
