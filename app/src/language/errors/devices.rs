//! What is told of devices: which one is chosen, and why others are not.

use brushfire_engine::device::{Check, DeviceNotice, Finding, Operation};

use super::{Tell, Words};

impl Tell for DeviceNotice {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Testing { adapter } => Words::of("error-device-testing").with("adapter", adapter),
            Self::NoAdapter { api } => Words::of("error-device-no-adapter").with("api", *api),
            Self::SetAside { adapter, why } => {
                Words::of("error-device-set-aside").with("adapter", adapter).with_told("why", why)
            }
            Self::NotOpened { adapter, why } => {
                Words::of("error-device-not-opened").with("adapter", adapter).with("why", why)
            }
            Self::NoGpu { why } => Words::of("error-device-no-gpu").with("why", why),
            Self::CpuInstead(notice) => Words::of("error-device-cpu-instead").with_told("notice", &**notice),
        }
    }
}

impl Tell for Finding {
    fn words(&self) -> Words<'_> {
        match self {
            Self::Wrong(check) => check.words(),
            Self::Crashed(how) => Words::of("error-finding-crashed").with("how", how),
            Self::Refused => Words::of("error-finding-refused"),
            Self::Hung { seconds } => Words::of("error-finding-hung").with("seconds", *seconds),
            Self::NotRun(why) => Words::of("error-finding-not-run").with("why", why),
            Self::NotTested => Words::of("error-finding-not-tested"),
            Self::NoHalfPrecision => Words::of("error-finding-no-half-precision"),
        }
    }
}

impl Tell for Check {
    fn words(&self) -> Words<'_> {
        let Self { operation, half, error } = self;
        let words = match (error, half) {
            (None, true) => Words::of("error-check-no-numbers-in-half"),
            (None, false) => Words::of("error-check-no-numbers-in-single"),
            (Some(error), true) => Words::of("error-check-off-in-half").with("percent", percent(*error)),
            (Some(error), false) => Words::of("error-check-off-in-single").with("percent", percent(*error)),
        };
        words.with_told("operation", operation)
    }
}

fn percent(share: f64) -> String {
    format!("{:.1}", share * 100.0)
}

impl Tell for Operation {
    fn words(&self) -> Words<'_> {
        match self {
            Self::MatrixProduct => Words::of("error-operation-matrix-product"),
            Self::Convolution3x3 => Words::of("error-operation-convolution").with("side", 3),
            Self::Convolution1x1 => Words::of("error-operation-convolution").with("side", 1),
            Self::GroupNorm => Words::of("error-operation-group-norm"),
            Self::Attention => Words::of("error-operation-attention"),
        }
    }
}
