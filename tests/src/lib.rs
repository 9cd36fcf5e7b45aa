//! What the whole-system tests share: where golden values lie, and an engine that is listened to.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use brushfire_engine::{DeviceChoice, Engine, EngineSettings, Event, Job, JobId};
use burn::tensor::wgpu::WgpuBackend;
use burn::tensor::{Device, DeviceKind};

/// The folder of values made by `tests/reference`.
#[must_use]
pub fn golden_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

/// The program's assets.
#[must_use]
pub fn assets_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets")
}

/// An engine on the CPU with the given models folder.
#[must_use]
pub fn settings(models_folder: &Path) -> EngineSettings {
    EngineSettings {
        device: DeviceChoice::Cpu,
        models_folder: models_folder.to_owned(),
        starter_folder: assets_folder().join("starter"),
        hints_folder: assets_folder().join("hints"),
        vocabulary: assets_folder().join("tokenizer/bpe_simple_vocab_16e6.txt.gz"),
        cache_folder: std::env::temp_dir().join("brushfire-tests"),
        self_test_program: None,
    }
}

/// An engine and its events.
pub struct HeardEngine {
    pub engine: Engine,
    events: Receiver<Event>,
}

impl HeardEngine {
    /// Starts an engine.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(settings: EngineSettings) -> anyhow::Result<Self> {
        let (sender, events) = channel();
        // The engine outlives the receiver by a moment when a test ends.
        let engine = Engine::start(settings, move |event| drop(sender.send(event)))?;
        Ok(Self { engine, events })
    }

    /// The next event.
    ///
    /// # Errors
    /// None comes for five minutes.
    pub fn next(&self) -> Result<Event, RecvTimeoutError> {
        self.events.recv_timeout(Duration::from_secs(300))
    }

    /// Does one job and returns all its events, the ending last.
    ///
    /// # Errors
    /// The engine falls silent.
    pub fn run(&self, job: Job) -> anyhow::Result<Vec<Event>> {
        let id = self.engine.submit(job);
        self.until_end_of(id)
    }

    /// All events up to the ending of a job.
    ///
    /// # Errors
    /// The engine falls silent.
    pub fn until_end_of(&self, id: JobId) -> anyhow::Result<Vec<Event>> {
        let mut heard = Vec::new();
        loop {
            let event = self.next()?;
            let is_ending = ending_of(&event) == Some(id);
            heard.push(event);
            if is_ending {
                return Ok(heard);
            }
        }
    }
}

/// The job that an event ends.
#[must_use]
pub fn ending_of(event: &Event) -> Option<JobId> {
    match event {
        Event::Finished { job, .. }
        | Event::HintFinished { job, .. }
        | Event::Failed { job, .. }
        | Event::Cancelled { job } => Some(*job),
        _ => None,
    }
}

/// The device the golden suite runs on: the CPU, or the GPU of [`test_gpu`].
#[must_use]
pub fn test_device() -> Device {
    test_gpu().cloned().unwrap_or_else(Device::flex)
}

/// The first adapter of the API that `BRUSHFIRE_TEST_DEVICE` names (`vulkan` or `gl`), a software one too; none where the
/// variable is not set.
///
/// # Panics
/// The adapter that was asked for does not open.
#[must_use]
pub fn test_gpu() -> Option<&'static Device> {
    static GPU: OnceLock<Option<Device>> = OnceLock::new();
    let init = || {
        let api = match std::env::var("BRUSHFIRE_TEST_DEVICE").as_deref() {
            Ok("vulkan") => WgpuBackend::Vulkan,
            Ok("gl") => WgpuBackend::Gl,
            Ok(other) => panic!("BRUSHFIRE_TEST_DEVICE is `{other}`, but only `vulkan` and `gl` are known"),
            Err(_) => return None,
        };
        let options = || Device::wgpu_options().graphics_api(api);
        let opened = options().init().or_else(|_| options().device_kind(DeviceKind::Cpu).init());
        Some(opened.unwrap_or_else(|error| panic!("no adapter for BRUSHFIRE_TEST_DEVICE opens: {error}")))
    };
    GPU.get_or_init(init).as_ref()
}
