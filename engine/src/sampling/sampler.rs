//! The solvers and the noise schedules by name: one table each, from which names, labels and tooltips are made.

use LatentScale::{VarianceExploding as Ve, VariancePreserving as Vp};
use TimestepGrid::{Distilled, Fractional, LastDropped, Whole};

use super::names::read_and_written_by_name;

/// A solver of the diffusion equation; each has one row in the table below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sampler {
    Euler,
    EulerA,
    Heun,
    Dpm2,
    Dpm2A,
    Dpmpp2m,
    DpmppSde,
    Dpmpp2mSde,
    Dpmpp3mSde,
    Dpmpp2sA,
    Lms,
    Ddim,
    Ddpm,
    Pndm,
    Unipc,
    Lcm,
}

/// How a solver scales what it works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LatentScale {
    /// `x = original + sigma * noise`; the model sees `x / sqrt(sigma^2 + 1)`.
    VarianceExploding,
    /// `x = sqrt(ac) * original + sqrt(1 - ac) * noise`, as the model sees it.
    VariancePreserving,
}

/// Where a solver takes its timesteps when no schedule is named; the rules are those of its class in diffusers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimestepGrid {
    /// n points of the spacing, fractional ones too.
    Fractional,
    /// n points of the spacing, rounded; only these timesteps, so no schedule can be named.
    Whole,
    /// n + 1 points of the spacing, rounded, without the last one (the DPM-Solver and UniPC classes).
    LastDropped,
    /// Every k-th of the timesteps a latent consistency model was distilled on; no schedule can be named.
    Distilled,
}

struct SamplerRow {
    sampler: Sampler,
    name: &'static str,
    label: &'static str,
    a1111_label: &'static str,
    stochastic: bool,
    evaluations: u32,
    scale: LatentScale,
    grid: TimestepGrid,
    description: &'static str,
}

/// In the order of [`Sampler`].
#[rustfmt::skip]
const SAMPLERS: [SamplerRow; 16] = [
    SamplerRow { sampler: Sampler::Euler, name: "euler", label: "Euler", a1111_label: "Euler",
        stochastic: false, evaluations: 1, scale: Ve, grid: Fractional,
        description: "The plainest solver. Soft at few steps, dependable, the same picture at any number of steps." },
    SamplerRow { sampler: Sampler::EulerA, name: "euler-a", label: "Euler a", a1111_label: "Euler a",
        stochastic: true, evaluations: 1, scale: Ve, grid: Fractional,
        description: "Euler with fresh noise at every step. Lively and smooth; the picture changes with the number of steps." },
    SamplerRow { sampler: Sampler::Heun, name: "heun", label: "Heun", a1111_label: "Heun",
        stochastic: false, evaluations: 2, scale: Ve, grid: Fractional,
        description: "Euler with a correction. More exact, at twice the time a step." },
    SamplerRow { sampler: Sampler::Dpm2, name: "dpm2", label: "DPM2", a1111_label: "DPM2",
        stochastic: false, evaluations: 2, scale: Ve, grid: Fractional,
        description: "Looks half a step ahead. Exact, at twice the time a step." },
    SamplerRow { sampler: Sampler::Dpm2A, name: "dpm2-a", label: "DPM2 a", a1111_label: "DPM2 a",
        stochastic: true, evaluations: 2, scale: Ve, grid: Fractional,
        description: "DPM2 with fresh noise at every step. Detailed, at twice the time a step." },
    SamplerRow { sampler: Sampler::Dpmpp2m, name: "dpmpp-2m", label: "DPM++ 2M", a1111_label: "DPM++ 2M",
        stochastic: false, evaluations: 1, scale: Vp, grid: LastDropped,
        description: "Learns from the step before. Sharp at 20 steps; the usual choice." },
    SamplerRow { sampler: Sampler::DpmppSde, name: "dpmpp-sde", label: "DPM++ SDE", a1111_label: "DPM++ SDE",
        stochastic: true, evaluations: 2, scale: Ve, grid: Fractional,
        description: "Detailed at few steps, with fresh noise, at twice the time a step." },
    SamplerRow { sampler: Sampler::Dpmpp2mSde, name: "dpmpp-2m-sde", label: "DPM++ 2M SDE", a1111_label: "DPM++ 2M SDE",
        stochastic: true, evaluations: 1, scale: Vp, grid: LastDropped,
        description: "DPM++ 2M with fresh noise. More texture; wants some 30 steps." },
    SamplerRow { sampler: Sampler::Dpmpp3mSde, name: "dpmpp-3m-sde", label: "DPM++ 3M SDE", a1111_label: "DPM++ 3M SDE",
        stochastic: true, evaluations: 1, scale: Ve, grid: Fractional,
        description: "Learns from two steps before, with fresh noise. For many steps (30 and more)." },
    SamplerRow { sampler: Sampler::Dpmpp2sA, name: "dpmpp-2s-a", label: "DPM++ 2S a", a1111_label: "DPM++ 2S a",
        stochastic: true, evaluations: 2, scale: Ve, grid: Fractional,
        description: "Looks half a step ahead, with fresh noise. Detailed, at twice the time a step." },
    SamplerRow { sampler: Sampler::Lms, name: "lms", label: "LMS", a1111_label: "LMS",
        stochastic: false, evaluations: 1, scale: Ve, grid: Fractional,
        description: "Learns from four steps. Fast; may show artefacts at few steps." },
    SamplerRow { sampler: Sampler::Ddim, name: "ddim", label: "DDIM", a1111_label: "DDIM",
        stochastic: false, evaluations: 1, scale: Vp, grid: Whole,
        description: "The classic. Steady, good for changing a picture. Takes no schedule." },
    SamplerRow { sampler: Sampler::Ddpm, name: "ddpm", label: "DDPM", a1111_label: "DDPM",
        stochastic: true, evaluations: 1, scale: Vp, grid: Whole,
        description: "The process models are trained on. Wants hundreds of steps. Takes no schedule." },
    SamplerRow { sampler: Sampler::Pndm, name: "pndm", label: "PNDM", a1111_label: "PLMS",
        stochastic: false, evaluations: 1, scale: Vp, grid: Whole,
        description: "Stable Diffusion's own (PLMS): learns from four steps. Takes no schedule." },
    SamplerRow { sampler: Sampler::Unipc, name: "unipc", label: "UniPC", a1111_label: "UniPC",
        stochastic: false, evaluations: 1, scale: Vp, grid: LastDropped,
        description: "Predicts and corrects in one. Good at 10 to 20 steps." },
    SamplerRow { sampler: Sampler::Lcm, name: "lcm", label: "LCM", a1111_label: "LCM",
        stochastic: true, evaluations: 1, scale: Vp, grid: Distilled,
        description: "For latent consistency models: 4 to 8 steps at guidance 1 to 2. Takes no schedule." },
];

impl Sampler {
    /// All of them, in the order of the window's list.
    pub const ALL: [Self; SAMPLERS.len()] = {
        let mut all = [Self::Euler; SAMPLERS.len()];
        let mut i = 0;
        while i < all.len() {
            all[i] = SAMPLERS[i].sampler;
            i += 1;
        }
        all
    };

    fn row(self) -> &'static SamplerRow {
        &SAMPLERS[self as usize]
    }

    /// The name in recipes and on the command line: `dpmpp-2m`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The name in the window: `DPM++ 2M`.
    #[must_use]
    pub fn label(self) -> &'static str {
        self.row().label
    }

    /// The name in the `parameters` text A1111 writes into pictures.
    #[must_use]
    pub fn a1111_label(self) -> &'static str {
        self.row().a1111_label
    }

    /// The sampler A1111 calls so, in whatever case.
    #[must_use]
    pub fn from_a1111_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sampler| sampler.a1111_label().eq_ignore_ascii_case(label))
    }

    /// One or two sentences for a tooltip.
    #[must_use]
    pub fn description(self) -> &'static str {
        self.row().description
    }

    /// Whether it draws noise after the start, so that another number of steps makes another picture.
    #[must_use]
    pub fn is_stochastic(self) -> bool {
        self.row().stochastic
    }

    /// Model evaluations in a step: the time a step takes. The last step may take fewer.
    #[must_use]
    pub fn evaluations_per_step(self) -> u32 {
        self.row().evaluations
    }

    /// Whether a [`Schedule`] can be named; those that cannot step on the model's own timesteps.
    #[must_use]
    pub fn takes_schedule(self) -> bool {
        matches!(self.grid(), TimestepGrid::Fractional | TimestepGrid::LastDropped)
    }

    pub(super) fn scale(self) -> LatentScale {
        self.row().scale
    }

    pub(super) fn grid(self) -> TimestepGrid {
        self.row().grid
    }
}

read_and_written_by_name!(Sampler, "sampler");

/// How a run's steps are shared out among the noise levels, where it is not left to the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Schedule {
    Karras,
    Exponential,
    Simple,
    SgmUniform,
    Beta,
}

struct ScheduleRow {
    schedule: Schedule,
    name: &'static str,
    label: &'static str,
    description: &'static str,
}

/// In the order of [`Schedule`].
#[rustfmt::skip]
const SCHEDULES: [ScheduleRow; 5] = [
    ScheduleRow { schedule: Schedule::Karras, name: "karras", label: "Karras",
        description: "More steps where there is little noise, for fine detail (Karras et al. 2022)." },
    ScheduleRow { schedule: Schedule::Exponential, name: "exponential", label: "Exponential",
        description: "Noise falls by the same factor at every step." },
    ScheduleRow { schedule: Schedule::Simple, name: "simple", label: "Simple",
        description: "Evenly spaced through the levels the model was trained on." },
    ScheduleRow { schedule: Schedule::SgmUniform, name: "sgm-uniform", label: "SGM Uniform",
        description: "Evenly spaced timesteps that stop short of the last; for distilled models." },
    ScheduleRow { schedule: Schedule::Beta, name: "beta", label: "Beta",
        description: "More steps at both ends, fewer between (Lee et al. 2024)." },
];

impl Schedule {
    /// All of them, in the order of the window's list.
    pub const ALL: [Self; SCHEDULES.len()] = {
        let mut all = [Self::Karras; SCHEDULES.len()];
        let mut i = 0;
        while i < all.len() {
            all[i] = SCHEDULES[i].schedule;
            i += 1;
        }
        all
    };

    fn row(self) -> &'static ScheduleRow {
        &SCHEDULES[self as usize]
    }

    /// The name in recipes and on the command line: `sgm-uniform`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The name in the window, which is A1111's: `SGM Uniform`.
    #[must_use]
    pub fn label(self) -> &'static str {
        self.row().label
    }

    /// The schedule A1111 calls so, in whatever case.
    #[must_use]
    pub fn from_a1111_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|schedule| schedule.label().eq_ignore_ascii_case(label))
    }

    /// One sentence for a tooltip.
    #[must_use]
    pub fn description(self) -> &'static str {
        self.row().description
    }
}

read_and_written_by_name!(Schedule, "schedule");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_finds_its_own_row() {
        for sampler in Sampler::ALL {
            assert_eq!(sampler.row().sampler, sampler);
        }
        for schedule in Schedule::ALL {
            assert_eq!(schedule.row().schedule, schedule);
        }
    }

    #[test]
    fn the_names_are_those_of_the_command_line() {
        let names = "euler euler-a heun dpm2 dpm2-a dpmpp-2m dpmpp-sde dpmpp-2m-sde dpmpp-3m-sde dpmpp-2s-a lms ddim ddpm pndm unipc lcm";
        assert_eq!(Sampler::ALL.map(Sampler::name).join(" "), names);
        assert_eq!(Schedule::ALL.map(Schedule::name).join(" "), "karras exponential simple sgm-uniform beta");
    }

    #[test]
    fn names_survive_text_and_json() {
        for sampler in Sampler::ALL {
            assert_eq!(sampler.to_string().parse(), Ok(sampler));
            let json = serde_json::to_string(&sampler).unwrap();
            assert_eq!(serde_json::from_str::<Sampler>(&json).unwrap(), sampler);
            assert_eq!(Sampler::from_a1111_label(sampler.a1111_label()), Some(sampler));
        }
    }

    #[test]
    fn a_misspelt_sampler_is_answered_with_the_valid_names() {
        let error = serde_json::from_str::<Sampler>(r#""dpm++2m""#).unwrap_err().to_string();
        assert!(error.contains("`dpm++2m`") && error.contains("dpmpp-2m, dpmpp-sde"), "{error}");
    }
}
