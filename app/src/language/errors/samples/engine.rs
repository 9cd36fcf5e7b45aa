//! One of every kind of error of the engine's.

use std::io::ErrorKind;
use std::sync::Arc;

use brushfire_engine::checkpoint::config::ConfigError;
use brushfire_engine::checkpoint::detect::{Family, Generation, Kind, LoraDialect};
use brushfire_engine::checkpoint::safetensors::SafetensorsError;
use brushfire_engine::checkpoint::{
    CheckpointError, ControlFit, DType, Found, Misfit, Missing, ModelPart, PickleError, Reason,
};
use brushfire_engine::device::{Check, DeviceNotice, Finding, Operation};
use brushfire_engine::hints::skeleton::PoseJsonError;
use brushfire_engine::hints::{HintError, HintProcessor};
use brushfire_engine::memory::{MemoryAdvice, MemoryError, SwapNotice};
use brushfire_engine::models::{ModelError, TextError};
use brushfire_engine::sampling::SamplingError;
use brushfire_engine::tasks::{JobPicture, TaskError};
use brushfire_engine::text::TokenizerError;
use brushfire_engine::worker::{ControlError, StartError};
use brushfire_engine::{HintKind, JobError, Notice, RecipeError, RecipeField, Sampler, Schedule};

use super::super::Tell;
use super::{Samples, io, json, path, s};

pub(super) fn samples() -> Samples {
    let all = [
        recipes(),
        hints(),
        controls(),
        poses(),
        jobs(),
        notices(),
        findings(),
        models(),
        texts(),
        checkpoints(),
        parts(),
        found(),
        safetensors(),
        pickles(),
    ];
    all.into_iter().flatten().collect()
}

fn recipes() -> Samples {
    let field = RecipeField::Steps;
    samples![
        RecipeError::OutOfRange { field, value: s("0"), min: s("1"), max: s("9") },
        RecipeError::NotMultipleOf8 { field, value: 9 },
        RecipeError::PromptTooLong { field, length: 9, max: 8 },
        RecipeError::ChangingPromptTooLong { field, length: 9, steps: 7, max: 8 },
        RecipeError::EndsBeforeItStarts { start: 0.6, end: 0.4 },
        RecipeError::Unreadable(s("line 1")),
        RecipeField::Prompt,
        RecipeField::NegativePrompt,
        RecipeField::Steps,
        RecipeField::Guidance,
        RecipeField::GuidanceRescale,
        RecipeField::Strength,
        RecipeField::ClipSkip,
        RecipeField::Batch,
        RecipeField::Width,
        RecipeField::Height,
        RecipeField::Padding,
        RecipeField::Feather,
        RecipeField::Regions,
        RecipeField::RegionPrompt,
        RecipeField::RegionStrength,
        RecipeField::Controls,
        RecipeField::ControlWeight,
        RecipeField::ControlStart,
        RecipeField::ControlEnd,
    ]
}

fn hints() -> Samples {
    let no_weights = |processor| HintError::NoWeights { processor, bring: "it", folder: path() };
    samples![
        HintError::Cancelled,
        HintError::UnknownParameter { processor: HintProcessor::Canny, name: s("lo") },
        HintError::OutOfRange { name: "low", value: s("3"), min: s("4"), max: s("5") },
        HintError::NotWhole { name: "block", value: s("2.5") },
        HintError::Empty,
        no_weights(HintProcessor::Depth),
        no_weights(HintProcessor::SoftEdge),
        no_weights(HintProcessor::Lines),
        no_weights(HintProcessor::Pose),
        HintError::Model(ModelError::ReadBack(s("lost"))),
    ]
}

fn controls() -> Samples {
    let (kind, family) = (HintKind::Depth, family(4));
    let sibling = Family { generation: Generation::Sibling, ..family };
    let fits = ControlFit { generation: Generation::Sd1, text_width: None };
    samples![
        ControlError::NoneForKind { kind, family, folder: path() },
        ControlError::NoneForKind { kind, family: sibling, folder: path() },
        ControlError::Unknown { name: s("net"), folder: path(), known: vec![] },
        ControlError::Unknown { name: s("net"), folder: path(), known: vec![s("one"), s("two")] },
        ControlError::OtherFamily { name: s("net"), fits, family, why: s("768, 1024") },
        ControlError::NoPicture { kind },
        ControlError::EmptyPicture { kind },
        ControlError::NotLoaded { wanted: 2, loaded: 1 },
        ControlError::OtherNetworks,
        fits,
        ControlFit { generation: Generation::Sibling, text_width: Some(32) },
        ControlFit { generation: Generation::Sd1, text_width: Some(768) },
    ]
}

fn poses() -> Samples {
    let (person, part, point) = (1, "pose_keypoints_2d", 2);
    samples![
        PoseJsonError::NotJson(s("line 1")),
        PoseJsonError::NoPeople,
        PoseJsonError::TooManyPeople(2000),
        PoseJsonError::NotAPerson(person),
        PoseJsonError::CanvasSize("canvas_width"),
        PoseJsonError::NotAList { person, part },
        PoseJsonError::Count { person, part, found: 9, expected: &[18, 25] },
        PoseJsonError::NotAPoint { person, part, point },
        PoseJsonError::TooFar { person, part, point },
    ]
}

fn jobs() -> Samples {
    let advice = MemoryAdvice::Fewer { pictures: 2 };
    let (width, height) = (512, 768);
    samples![
        StartError(io(ErrorKind::OutOfMemory)),
        JobError::Generation(TaskError::OtherRun),
        JobError::Hint(HintError::Empty),
        JobError::GenerationBrokeDown { why: s("index") },
        JobError::HintBrokeDown { why: s("index") },
        TaskError::Cancelled,
        TaskError::SizeMismatch { what: JobPicture::Mask, found_width: 8, found_height: 9, width, height },
        TaskError::NotMultiple { width, height, multiple: 8 },
        TaskError::PromptTooLong { tokens: 9, max: 8 },
        TaskError::NoiseShape { found: [1; 4], expected: [2; 4] },
        TaskError::OtherRun,
        TaskError::RegionMasks { regions: 2, masks: 1 },
        TaskError::WrongModel { channels: 8 },
        TaskError::NotFinite { step: 3 },
        JobPicture::Start,
        JobPicture::Mask,
        JobPicture::MaskOfRegion,
        MemoryError { needed: 9 << 30, available: 1 << 30, advice },
        MemoryAdvice::OneAtATime,
        advice,
        MemoryAdvice::Smaller { width, height },
        MemoryAdvice::NothingFits,
    ]
}

fn notices() -> Samples {
    let adapter = || s("RADV");
    let set_aside = DeviceNotice::SetAside { adapter: adapter(), why: Finding::Refused };
    let swap = SwapNotice { needed: 9 << 30, free: 1 << 30, advice: MemoryAdvice::OneAtATime };
    samples![
        Notice::Device(set_aside.clone()),
        Notice::HalfPrecisionOverflowed,
        Notice::DeviceLost { device: adapter() },
        Notice::Swap(swap),
        Notice::NotChanged { why: Arc::new(TaskError::OtherRun) },
        DeviceNotice::Testing { adapter: adapter() },
        DeviceNotice::NoAdapter { api: "Vulkan" },
        DeviceNotice::NotOpened { adapter: adapter(), why: s("lost") },
        DeviceNotice::NoGpu { why: s("lost") },
        DeviceNotice::CpuInstead(Box::new(set_aside.clone())),
        set_aside,
    ]
}

fn findings() -> Samples {
    let check = |half, error| Check { operation: Operation::Attention, half, error };
    samples![
        Finding::Wrong(check(true, None)),
        Finding::Crashed(s("signal 11")),
        Finding::Refused,
        Finding::Hung { seconds: 9 },
        Finding::NotRun(s("no program")),
        Finding::NotTested,
        Finding::NoHalfPrecision,
        check(false, None),
        check(true, Some(0.5)),
        check(false, Some(0.5)),
        Operation::MatrixProduct,
        Operation::Convolution3x3,
        Operation::Convolution1x1,
        Operation::GroupNorm,
        Operation::Attention,
    ]
}

fn models() -> Samples {
    let sampler = Sampler::Euler;
    samples![
        ModelError::MissingTensor { name: s("conv.weight") },
        ModelError::WrongShape { name: s("conv.weight"), expected: s("[3]"), found: vec![4] },
        ModelError::Checkpoint(CheckpointError::new(path(), Reason::Empty)),
        ModelError::Config(s("3 heads")),
        ModelError::ReadBack(s("lost")),
        SamplingError::UnreadableConfig(s("line 1")),
        SamplingError::BadConfig { field: "beta_end", value: s("2"), rule: s("must lie between 0 and 1") },
        SamplingError::StepsOutOfRange { sampler, given: 2000, most: 1000 },
        SamplingError::ScheduleNotFollowed { sampler, schedule: Schedule::Karras },
        SamplingError::WrongLength { what: "the noise", given: 3, expected: 4 },
        SamplingError::RunIsDone,
    ]
}

fn texts() -> Samples {
    samples![
        TextError::UnknownToken { token: 9, vocabulary: 8 },
        TextError::WrongLength { length: 78, places: 77 },
        TextError::TooFewLayers { clip_skip: 9, layers: 8 },
        TokenizerError::Read { path: path(), source: io(ErrorKind::NotFound) },
        TokenizerError::TooLarge { path: path() },
        TokenizerError::NotJson { path: path(), source: json() },
        TokenizerError::Invalid { path: path(), reason: s("merge 3") },
    ]
}

fn checkpoints() -> Samples {
    let part = ModelPart::Vae;
    samples![
        CheckpointError::new(path(), Reason::Empty),
        Reason::Io(io(ErrorKind::NotFound)),
        Reason::Empty,
        Reason::UnknownFormat,
        Reason::LfsPointer,
        Reason::Zip(s("cut short")),
        Reason::Json(s("line 1")),
        Reason::NoTensors,
        Reason::NoSuchTensor(s("conv.weight")),
        Reason::NotWeights { name: s("conv.weight"), dtype: DType::I8 },
        Reason::TwiceInShards { name: s("conv.weight") },
        Reason::OutsideFolder(s("../x")),
        Reason::MissingPart { part, missing: Missing::Incomplete },
        Reason::MissingTensors { part, count: 3, first: s("conv.weight") },
        Reason::WrongShape { part, name: s("conv.weight"), found: vec![3], expected: vec![4] },
        Reason::Mismatch(Misfit::TinyLatents { tiny: 4, latent: 16 }),
        Reason::NotAModel(Found::NoModelFolder),
        Reason::NotSupported(Found::ModelOf("FLUX")),
        ConfigError::NotJson(s("line 1")),
        ConfigError::Field { field: "act_fn", reason: s("relu") },
        ConfigError::Unreadable { field: s("act_fn"), reason: s("relu") },
    ]
}

fn parts() -> Samples {
    let stem = "model";
    samples![
        ModelPart::TextEncoder,
        ModelPart::Unet,
        ModelPart::Vae,
        ModelPart::TinyVae,
        Missing::File(s("unet/config.json")),
        Missing::Weights { stem, folder: s("unet") },
        Missing::WeightsBesideConfig { stem },
        Missing::Tensors { prefix: s("model.") },
        Missing::Incomplete,
        Misfit::TextWidth { unet: 768, text_encoder: 1024 },
        Misfit::Channels { inputs: 4, outputs: 4, latent: 16 },
        Misfit::TinyLatents { tiny: 4, latent: 16 },
    ]
}

fn family(in_channels: usize) -> Family {
    Family { generation: Generation::Sd2, in_channels, out_channels: 4 }
}

fn found() -> Samples {
    let class = || s("AutoencoderTiny");
    samples![
        Found::ModelOf("FLUX"),
        Found::NoModelFolder,
        Found::NoControlFolder,
        Found::OtherClass { class: class(), part: ModelPart::Vae, wanted: "AutoencoderKL" },
        Found::NoControlClass { class: class() },
        Found::NoControl(Kind::Autoencoder),
        Kind::Checkpoint(family(4)),
        Kind::Unet(family(4)),
        Kind::Autoencoder,
        Kind::TextEncoder,
        Kind::TinyAutoencoder,
        Kind::ControlNet(None),
        Kind::ControlNet(Some(Generation::Xl)),
        Kind::Adapter,
        Kind::Lora(LoraDialect::Lycoris),
        Kind::TextualInversion,
        Kind::Unknown,
        family(5),
        family(8),
        family(9),
        family(7),
        Generation::XlRefiner,
        Generation::Sibling,
        LoraDialect::Kohya,
        LoraDialect::Diffusers,
        LoraDialect::Peft,
        LoraDialect::Cloneofsimo,
    ]
}

fn safetensors() -> Samples {
    let name = || s("conv.weight");
    samples![
        SafetensorsError::TooShort,
        SafetensorsError::HeaderLength { claimed: 9, file: 8 },
        SafetensorsError::HeaderTooLong(9),
        SafetensorsError::Header(s("line 1")),
        SafetensorsError::TooManyTensors,
        SafetensorsError::Duplicate(name()),
        SafetensorsError::Truncated { wanted: 9, present: 8 },
        SafetensorsError::TooLong { wanted: 8, present: 9 },
        SafetensorsError::Offsets(name()),
        SafetensorsError::ShapeAndBytes,
        SafetensorsError::TooManyAxes { name: name(), axes: 9 },
        SafetensorsError::Type { name: name(), dtype: s("F4") },
    ]
}

fn pickles() -> Samples {
    let (name, key) = (|| s("conv.weight"), || s("0"));
    samples![
        PickleError::Dangerous(s("os.system")),
        PickleError::Truncated,
        PickleError::Damaged { at: 7, what: "a mark" },
        PickleError::Opcode { opcode: 7, at: 9 },
        PickleError::TooLong(9),
        PickleError::TooTangled,
        PickleError::Storage { name: name(), storage: s("QInt8Storage") },
        PickleError::OutsideStorage { name: name(), key: key() },
        PickleError::Overlapping { name: name() },
        PickleError::NoStorage { name: name(), key: key() },
        PickleError::BigEndian,
    ]
}
