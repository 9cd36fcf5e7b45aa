//! `brushfire hint TYPE IN -o OUT`: a hint from a picture.

mod arguments;
mod backdrop;
mod list;

use std::io::Write as _;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::{anyhow, bail};
use brushfire_engine::hints::{Parameter, ParameterKind};
use brushfire_engine::{DeviceChoice, Engine, Event, HintJob};
use image::RgbImage;
use indicatif::{ProgressBar, ProgressStyle};

pub(super) use arguments::HintArguments;

use super::interrupt::{CtrlC, Interrupted};
use super::output::{check_picture_name, check_place};
use crate::assets::engine_settings;
use crate::files::{open_picture, save_picture};
use arguments::MakeArguments;
use backdrop::laid_over;

/// How long Ctrl+C may go unnoticed.
const PATIENCE: Duration = Duration::from_millis(50);

pub(super) fn run(arguments: &HintArguments) -> anyhow::Result<()> {
    match arguments {
        HintArguments::List => {
            super::print(list::list().trim_end());
            Ok(())
        }
        HintArguments::Make(arguments) => make(arguments),
    }
}

fn make(MakeArguments { recipe, files }: &MakeArguments) -> anyhow::Result<()> {
    check_picture_name(&files.output)?;
    check_place(&files.output)?;
    let opened = open_picture(&files.input)?;
    opened.notices.iter().for_each(tell);
    let picture = laid_over(opened.image, recipe.processor.backdrop());
    // Choosing another device can take a minute the first time.
    let device = if recipe.processor.weights().is_some() { files.device } else { DeviceChoice::Cpu };
    let (hint, seconds) = work(device, HintJob { recipe: recipe.clone(), picture })?;
    if let Some(notice) = save_picture(&files.output, &hint.into(), None)?.notice {
        tell(notice);
    }
    super::print(format!("{}  {} in {seconds:.1} s", files.output.display(), recipe.processor));
    Ok(())
}

/// Has the engine make the hint, and shows how far it is where somebody watches.
fn work(device: DeviceChoice, job: HintJob) -> anyhow::Result<(RgbImage, f64)> {
    let ctrl_c = CtrlC::listen().inspect_err(|error| log::warn!("Ctrl+C will end the program at once: {error}")).ok();
    let (sender, events) = channel();
    // A receiver that is gone means that the work is over.
    let engine = Engine::start(engine_settings(device), move |event| drop(sender.send(event)))?;
    let id = engine.make_hint(job);
    let bar = bar();
    loop {
        if ctrl_c.as_ref().is_some_and(CtrlC::is_pressed) {
            engine.cancel(id);
        }
        match events.recv_timeout(PATIENCE) {
            Ok(Event::HintProgress { share, .. }) => bar.set_position(percent(share)),
            Ok(Event::Notice { notice }) => bar.suspend(|| tell(notice)),
            Ok(Event::HintFinished { hint, seconds, .. }) => {
                bar.finish_and_clear();
                return Ok((hint, seconds));
            }
            Ok(Event::Failed { error, .. }) => {
                bar.finish_and_clear();
                return Err(anyhow!(error.to_string()));
            }
            Ok(Event::Cancelled { .. }) => {
                bar.finish_and_clear();
                return Err(Interrupted.into());
            }
            Ok(_) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => bail!("the engine stopped without an answer; try --device cpu"),
        }
    }
}

/// On stderr, and only where that is a terminal.
fn bar() -> ProgressBar {
    let bar = ProgressBar::new(100);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos} %") {
        bar.set_style(style);
    }
    bar
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share is 0 to 1")]
fn percent(share: f32) -> u64 {
    (share * 100.0).round() as u64
}

fn tell(text: impl std::fmt::Display) {
    drop(writeln!(std::io::stderr(), "{text}"));
}

/// What a parameter does and may be.
fn said_of(parameter: &Parameter) -> String {
    let Parameter { summary, min, max, default, .. } = parameter;
    match parameter.kind {
        ParameterKind::Switch => (*summary).to_owned(),
        ParameterKind::Number | ParameterKind::Whole => format!("{summary} ({min} to {max}, usually {default})"),
    }
}
