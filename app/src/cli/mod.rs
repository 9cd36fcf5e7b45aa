//! The command line: arguments -> the window or a command.
//!
//! Exit codes: 0 done; 1 failed, with one line on stderr that says what, where and what to do; 2 the arguments make no
//! sense; 130 interrupted.

mod bench;
mod choices;
mod devices;
mod generate;
mod hint;
mod inspect;
mod interrupt;
mod output;
mod self_test;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use brushfire_engine::DeviceChoice;
use clap::{Parser, Subcommand};

use crate::window::{self, WindowOptions};

/// A painting program in which a diffusion model paints with you. Without a command it opens its window.
#[derive(Debug, Parser)]
#[command(name = "brushfire", version, about, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    window: WindowArguments,
}

#[derive(Debug, clap::Args)]
struct WindowArguments {
    /// Pictures to open in the window
    pictures: Vec<PathBuf>,
    /// Where the engine computes
    #[arg(long, default_value = "auto", value_parser = choices::device())]
    device: DeviceChoice,
    /// The model to paint with: its name in the models folder, or a path
    #[arg(long)]
    model: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make pictures from a prompt, or change a picture, all of it or what a mask shows
    #[command(args_override_self = true)]
    Generate(Box<generate::GenerateArguments>),
    /// Make a hint for a control network from a picture: edges, lines, depth, a pose, ...
    Hint(hint::HintArguments),
    /// Say what a model file or folder is, what is in it and what it needs
    Inspect(inspect::InspectArguments),
    /// List the graphics adapters and say which one the engine uses
    Devices(devices::DevicesArguments),
    /// Measure how long things take on this machine
    Bench(bench::BenchArguments),
    /// Check an adapter against known answers; the engine starts this in a process of its own
    #[command(hide = true)]
    SelfTest(self_test::SelfTestArguments),
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Where not even that can be written there is nobody to tell.
            drop(error.print());
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    keep_quiet(arguments.command.is_some());
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(std::io::stderr(), "brushfire: {}", one_line(&error)));
            if error.is::<interrupt::Interrupted>() { ExitCode::from(interrupt::EXIT_CODE) } else { ExitCode::FAILURE }
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    match arguments.command {
        Some(Command::Generate(arguments)) => generate::run(&arguments),
        Some(Command::Hint(arguments)) => hint::run(&arguments),
        Some(Command::Inspect(arguments)) => inspect::run(&arguments),
        Some(Command::Devices(arguments)) => devices::run(&arguments),
        Some(Command::Bench(arguments)) => bench::run(&arguments),
        Some(Command::SelfTest(arguments)) => self_test::run(&arguments),
        None => open_window(arguments.window),
    }
}

fn open_window(WindowArguments { pictures, device, model }: WindowArguments) -> anyhow::Result<()> {
    if let Some(missing) = pictures.iter().find(|picture| !picture.exists()) {
        anyhow::bail!("{} is neither a picture nor a command; see brushfire --help", missing.display());
    }
    window::run(WindowOptions { pictures, device, model })
}

/// Commands say what went wrong in one line, so neither libraries nor a panic the engine recovers from may add theirs.
/// `RUST_LOG` and `RUST_BACKTRACE` bring them back.
fn keep_quiet(is_command: bool) {
    let default = if is_command { "off" } else { "warn" };
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(default)).init();
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let on_main = std::thread::current().name() == Some("main");
        if !is_command || on_main || std::env::var_os("RUST_BACKTRACE").is_some() {
            loud(panic);
        } else {
            log::error!("{panic}");
        }
    }));
}

/// The error and its causes without line breaks.
fn one_line(error: &anyhow::Error) -> String {
    let text = error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One line on stdout, for programs to read. A reader that went away is no failure of the work itself.
fn print_json(value: &serde_json::Value) {
    drop(writeln!(std::io::stdout(), "{value}"));
}

/// Text on stdout.
fn print(text: impl std::fmt::Display) {
    drop(writeln!(std::io::stdout(), "{text}"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn pictures_alone_open_the_window() {
        let arguments = Arguments::try_parse_from(["brushfire", "a.png", "b.png", "--device", "cpu"]).unwrap();
        assert!(arguments.command.is_none());
        assert_eq!(arguments.window.pictures, [PathBuf::from("a.png"), PathBuf::from("b.png")]);
        assert_eq!(arguments.window.device, DeviceChoice::Cpu);
    }

    #[test]
    fn an_error_is_one_line_with_its_causes() {
        let error = anyhow::anyhow!("no such\nfile").context("a.png cannot be read");
        assert_eq!(one_line(&error), "a.png cannot be read: no such file");
    }
}
