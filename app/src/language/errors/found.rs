//! What model files are that cannot be used as what they were taken for.

use brushfire_engine::checkpoint::detect::{Family, Generation, Kind, LoraDialect, UnetTask};
use brushfire_engine::checkpoint::{ControlFit, Found};

use super::{Tell, Words};

impl Tell for Found {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Kind(kind) => kind.words(),
            Self::ModelOf(name) => Words::of("error-found-model-of").with("name", *name),
            Self::NoModelFolder => Words::of("error-found-no-model-folder"),
            Self::NoControlFolder => Words::of("error-found-no-control-folder"),
            Self::OtherClass { class, part, wanted } => Words::of("error-found-other-class")
                .with("class", class)
                .with_told("part", part)
                .with("wanted", *wanted),
            Self::NoControlClass { class } => Words::of("error-found-no-control-class").with("class", class),
            Self::NoControl(kind) => Words::of("error-found-no-control").with_told("kind", kind),
        }
    }
}

impl Tell for Kind {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Checkpoint(family) => Words::of("error-kind-checkpoint").with_told("family", family),
            Self::Unet(family) => Words::of("error-kind-unet").with_told("family", family),
            Self::Autoencoder => Words::of("error-kind-autoencoder"),
            Self::TextEncoder => Words::of("error-kind-text-encoder"),
            Self::TinyAutoencoder => Words::of("error-kind-tiny-autoencoder"),
            Self::ControlNet(None) => Words::of("error-kind-controlnet"),
            Self::ControlNet(Some(generation)) => {
                Words::of("error-kind-controlnet-for").with_told("generation", generation)
            }
            Self::Adapter => Words::of("error-kind-adapter"),
            Self::Lora(dialect) => Words::of("error-kind-lora").with_told("dialect", dialect),
            Self::TextualInversion => Words::of("error-kind-textual-inversion"),
            Self::Unknown => Words::of("error-kind-unknown"),
        }
    }
}

impl Tell for Family {
    fn words(&self) -> Words<'_> {
        let Self { generation, in_channels, .. } = self;
        match self.task() {
            UnetTask::Ordinary => generation.words(),
            UnetTask::Depth => Words::of("error-family-depth").with_told("generation", generation),
            UnetTask::InstructPix2Pix => Words::of("error-family-instruct-pix2pix").with_told("generation", generation),
            UnetTask::Inpainting => Words::of("error-family-inpainting").with_told("generation", generation),
            UnetTask::Unknown => {
                Words::of("error-family-unknown").with_told("generation", generation).with("channels", *in_channels)
            }
        }
    }
}

impl Tell for Generation {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Sd1 | Self::Sd2 | Self::Xl => Words::as_it_is(self),
            Self::XlRefiner => Words::of("error-generation-xl-refiner"),
            Self::Sibling => Words::of("error-generation-sibling"),
        }
    }
}

impl Tell for LoraDialect {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Kohya => Words::of("error-lora-kohya"),
            Self::Lycoris => Words::as_it_is(self),
            Self::Diffusers => Words::of("error-lora-diffusers"),
            Self::Peft => Words::of("error-lora-peft"),
            Self::Cloneofsimo => Words::of("error-lora-cloneofsimo"),
        }
    }
}

impl Tell for ControlFit {
    fn words(&self) -> Words<'_> {
        let Self { generation, text_width } = self;
        match (text_width, generation) {
            (None, Generation::Sd1) => Words::of("error-fit-sd-1-or-2"),
            (Some(width), Generation::Sibling) => Words::of("error-fit-sibling").with("width", *width),
            _ => generation.words(),
        }
    }
}
