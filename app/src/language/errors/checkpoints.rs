//! Model files that cannot be used.

use brushfire_engine::checkpoint::config::ConfigError;
use brushfire_engine::checkpoint::safetensors::SafetensorsError;
use brushfire_engine::checkpoint::{CheckpointError, Misfit, Missing, ModelPart, PickleError, Reason};

use super::{Tell, Words};

impl Tell for CheckpointError {
    fn words(&self) -> Words<'_> {
        let Self { path, reason } = self;
        Words::of("error-checkpoint").with_shown("path", path.display()).with_told("why", reason)
    }
}

impl Tell for Reason {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Io(error) => Words::of("error-checkpoint-io").with_told("why", error),
            Self::Empty => Words::of("error-checkpoint-empty"),
            Self::UnknownFormat => Words::of("error-checkpoint-unknown-format"),
            Self::LfsPointer => Words::of("error-checkpoint-lfs-pointer"),
            Self::Safetensors(error) => error.words(),
            Self::Pickle(error) => error.words(),
            Self::Zip(why) => Words::of("error-checkpoint-zip").with("why", why),
            Self::Config(error) => error.words(),
            Self::Json(why) => Words::of("error-checkpoint-json").with("why", why),
            Self::NoTensors => Words::of("error-checkpoint-no-tensors"),
            Self::NoSuchTensor(name) => Words::of("error-checkpoint-no-such-tensor").with("tensor", name),
            Self::NotWeights { name, dtype } => {
                Words::of("error-checkpoint-not-weights").with("tensor", name).with_shown("type", dtype)
            }
            Self::TwiceInShards { name } => Words::of("error-checkpoint-twice-in-shards").with("tensor", name),
            Self::OutsideFolder(name) => Words::of("error-checkpoint-outside-folder").with("name", name),
            Self::MissingPart { part, missing } => {
                Words::of("error-checkpoint-missing-part").with_told("part", part).with_told("why", missing)
            }
            Self::MissingTensors { part, count, first } => Words::of("error-checkpoint-missing-tensors")
                .with_told("part", part)
                .with("count", *count)
                .with("first", first),
            Self::WrongShape { part, name, found, expected } => Words::of("error-checkpoint-wrong-shape")
                .with_told("part", part)
                .with("tensor", name)
                .with("found", format!("{found:?}"))
                .with("expected", format!("{expected:?}")),
            Self::Mismatch(misfit) => Words::of("error-checkpoint-mismatch").with_told("why", misfit),
            Self::NotAModel(found) => Words::of("error-checkpoint-not-a-model").with_told("found", found),
            Self::NotSupported(found) => Words::of("error-checkpoint-not-supported").with_told("found", found),
        }
    }
}

impl Tell for ModelPart {
    fn words(&self) -> Words<'_> {
        match self {
            Self::TextEncoder => Words::of("error-part-text-encoder"),
            Self::Vae => Words::of("error-part-vae"),
            Self::TinyVae => Words::of("error-part-tiny-vae"),
            Self::Unet | Self::ControlNet | Self::Adapter => Words::as_it_is(self),
        }
    }
}

impl Tell for Missing {
    fn words(&self) -> Words<'_> {
        match self {
            Self::File(path) => Words::of("error-missing-file").with("path", path),
            Self::Weights { stem, folder } => {
                Words::of("error-missing-weights").with("stem", *stem).with("folder", folder)
            }
            Self::WeightsBesideConfig { stem } => Words::of("error-missing-weights-beside-config").with("stem", *stem),
            Self::Tensors { prefix } => Words::of("error-missing-tensors").with("prefix", prefix),
            Self::Incomplete => Words::of("error-missing-incomplete"),
        }
    }
}

impl Tell for Misfit {
    fn words(&self) -> Words<'_> {
        match self {
            Self::TextWidth { unet, text_encoder } => {
                Words::of("error-misfit-text-width").with("unet", *unet).with("text-encoder", *text_encoder)
            }
            Self::Channels { inputs, outputs, latent } => Words::of("error-misfit-channels")
                .with("inputs", *inputs)
                .with("outputs", *outputs)
                .with("latent", *latent),
            Self::TinyLatents { tiny, latent } => {
                Words::of("error-misfit-tiny-latents").with("tiny", *tiny).with("latent", *latent)
            }
        }
    }
}

impl Tell for SafetensorsError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::TooShort => Words::of("error-safetensors-too-short"),
            Self::HeaderLength { claimed, file } => {
                Words::of("error-safetensors-header-length").with("claimed", *claimed).with("file", *file)
            }
            Self::HeaderTooLong(bytes) => Words::of("error-safetensors-header-too-long").with("bytes", *bytes),
            Self::Header(why) => Words::of("error-safetensors-header").with("why", why),
            Self::TooManyTensors => Words::of("error-safetensors-too-many-tensors"),
            Self::Duplicate(name) => Words::of("error-safetensors-duplicate").with("tensor", name),
            Self::Truncated { wanted, present } => {
                Words::of("error-safetensors-truncated").with("wanted", *wanted).with("present", *present)
            }
            Self::TooLong { wanted, present } => {
                Words::of("error-safetensors-too-long").with("wanted", *wanted).with("present", *present)
            }
            Self::Offsets(name) => Words::of("error-safetensors-offsets").with("tensor", name),
            Self::ShapeAndBytes => Words::of("error-safetensors-shape-and-bytes"),
            Self::TooManyAxes { name, axes } => {
                Words::of("error-safetensors-too-many-axes").with("tensor", name).with("axes", *axes)
            }
            Self::Type { name, dtype } => Words::of("error-safetensors-type").with("tensor", name).with("type", dtype),
        }
    }
}

impl Tell for PickleError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Dangerous(name) => Words::of("error-pickle-dangerous").with("name", name),
            Self::Truncated => Words::of("error-pickle-truncated"),
            Self::Damaged { at, what } => Words::of("error-pickle-damaged").with("at", *at).with("what", *what),
            Self::Opcode { opcode, at } => {
                Words::of("error-pickle-opcode").with("opcode", format!("{opcode:#04x}")).with("at", *at)
            }
            Self::TooLong(bytes) => Words::of("error-pickle-too-long").with("bytes", *bytes),
            Self::TooTangled => Words::of("error-pickle-too-tangled"),
            Self::Storage { name, storage } => {
                Words::of("error-pickle-storage").with("tensor", name).with("type", storage)
            }
            Self::OutsideStorage { name, key } => {
                Words::of("error-pickle-outside-storage").with("tensor", name).with("storage", key)
            }
            Self::Overlapping { name } => Words::of("error-pickle-overlapping").with("tensor", name),
            Self::NoStorage { name, key } => {
                Words::of("error-pickle-no-storage").with("tensor", name).with("storage", key)
            }
            Self::BigEndian => Words::of("error-pickle-big-endian"),
        }
    }
}

impl Tell for ConfigError {
    fn words(&self) -> Words<'_> {
        match self {
            Self::NotJson(why) => Words::of("error-config-not-json").with("why", why),
            Self::Field { field, reason } => Words::of("error-config-field").with("field", *field).with("why", reason),
            Self::Unreadable { field, reason } => {
                Words::of("error-config-unreadable").with("field", field).with("why", reason)
            }
        }
    }
}
