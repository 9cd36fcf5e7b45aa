//! The arguments of `brushfire hint`, made from the engine's table of processors: a type a subcommand, a parameter a flag.

use std::path::PathBuf;

use brushfire_engine::hints::{Parameter, ParameterKind};
use brushfire_engine::{DeviceChoice, HintProcessor, HintRecipe};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use super::super::choices;

/// What is asked for.
#[derive(Debug)]
pub(in super::super) enum HintArguments {
    /// The table of types.
    List,
    Make(Box<MakeArguments>),
}

#[derive(Debug)]
pub(in super::super) struct MakeArguments {
    pub recipe: HintRecipe,
    pub files: FileArguments,
}

/// What every type has.
#[derive(Debug, clap::Args)]
pub(in super::super) struct FileArguments {
    /// The picture to make it from
    #[arg(value_name = "IN")]
    pub input: PathBuf,
    /// Where the hint goes
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
    /// The hint's shorter side in pixels; the picture's own where left out. 512 is what most networks know
    #[arg(long, value_parser = size)]
    pub size: Option<u32>,
    /// Where networks compute
    #[arg(long, default_value = "auto", value_parser = choices::device())]
    pub device: DeviceChoice,
}

fn size(text: &str) -> Result<u32, String> {
    let (min, max) = (HintRecipe::MIN_SIZE, HintRecipe::MAX_SIZE);
    match text.parse() {
        Ok(size) if (min..=max).contains(&size) => Ok(size),
        _ => Err(format!("a whole number between {min} and {max} is needed")),
    }
}

const LIST: &str = "list";

impl Args for HintArguments {
    fn augment_args(command: Command) -> Command {
        let list = Arg::new(LIST).long(LIST).action(ArgAction::SetTrue).help("List the types with their parameters");
        command
            .arg(list)
            .subcommands(HintProcessor::all().map(of_type))
            .subcommand_value_name("TYPE")
            .subcommand_help_heading("Types")
            .override_usage("brushfire hint <TYPE> <IN> --output <OUT> [OPTIONS]\n       brushfire hint --list")
            .disable_help_subcommand(true)
            .args_conflicts_with_subcommands(true)
            .arg_required_else_help(true)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn of_type(processor: HintProcessor) -> Command {
    let flags = processor.parameters().iter().map(flag);
    // A flag that is given twice counts as it was given last, as with every other command.
    FileArguments::augment_args(Command::new(processor.name()))
        .about(processor.summary())
        .args(flags)
        .args_override_self(true)
}

fn flag(parameter: &'static Parameter) -> Arg {
    let flag = Arg::new(parameter.name).long(parameter.name).help(super::said_of(parameter));
    match parameter.kind {
        ParameterKind::Switch => flag.action(ArgAction::SetTrue),
        ParameterKind::Number | ParameterKind::Whole => {
            flag.value_name("NUMBER").value_parser(|text: &str| number(parameter, text))
        }
    }
}

fn number(parameter: &Parameter, text: &str) -> Result<f32, String> {
    let number = text.parse::<f32>().map_err(|_| "a number is needed".to_owned())?;
    parameter.check(number).map_err(|error| error.to_string())?;
    Ok(number)
}

impl FromArgMatches for HintArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let Some((name, matches)) = matches.subcommand() else { return Ok(Self::List) };
        let processor = HintProcessor::from_name(name).unwrap_or_default();
        let files = FileArguments::from_arg_matches(matches)?;
        let mut recipe = HintRecipe { size: files.size, ..HintRecipe::new(processor) };
        for parameter in processor.parameters() {
            let value = match parameter.kind {
                ParameterKind::Switch => matches.get_flag(parameter.name).then_some(1.0),
                ParameterKind::Number | ParameterKind::Whole => matches.get_one(parameter.name).copied(),
            };
            if let Some(value) = value {
                recipe = recipe.with(parameter.name, value);
            }
        }
        Ok(Self::Make(Box::new(MakeArguments { recipe, files })))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<HintArguments, String> {
        let command = HintArguments::augment_args(Command::new("hint"));
        let matches = command.try_get_matches_from([&["hint"], arguments].concat());
        matches.and_then(|matches| HintArguments::from_arg_matches(&matches)).map_err(|error| error.to_string())
    }

    #[test]
    fn every_parameter_of_the_table_is_a_flag() {
        for processor in HintProcessor::all() {
            for parameter in processor.parameters() {
                let flag = format!("--{}", parameter.name);
                let (value, expected) = match parameter.kind {
                    ParameterKind::Switch => (None, 1.0),
                    ParameterKind::Number | ParameterKind::Whole => (Some(parameter.max.to_string()), parameter.max),
                };
                let mut all = vec![processor.name(), "in.png", "-o", "out.png", &flag];
                all.extend(value.as_deref());
                let Ok(HintArguments::Make(made)) = parsed(&all) else { panic!("{all:?}") };
                assert_eq!(made.recipe, HintRecipe::new(processor).with(parameter.name, expected));
            }
        }
    }

    #[test]
    fn a_wrong_number_is_answered_with_what_is_right() {
        let told = parsed(&["canny", "in.png", "-o", "out.png", "--low", "5000"]).unwrap_err();
        assert!(told.contains("low is 5000, but must lie between 0 and 2040"), "{told}");
        let told = parsed(&["canny", "in.png", "-o", "out.png", "--size", "8"]).unwrap_err();
        assert!(told.contains("a whole number between 16 and 8192 is needed"), "{told}");
        let told = parsed(&["cany", "in.png", "-o", "out.png"]).unwrap_err();
        assert!(told.contains("canny"), "{told}");
    }

    #[test]
    fn the_help_says_what_each_type_makes() {
        let told = parsed(&["--help"]).unwrap_err();
        for processor in HintProcessor::all() {
            let said = of_type(processor).get_about().map(ToString::to_string);
            assert_eq!(said.as_deref(), Some(processor.summary()));
            // A long one goes on in the next line.
            let first: String = processor.summary().chars().take(30).collect();
            assert!(told.contains(&first), "{processor}\n{told}");
        }
    }

    #[test]
    fn the_list_needs_no_picture() {
        assert!(matches!(parsed(&["--list"]), Ok(HintArguments::List)));
    }
}
