//! `--control` and what stands before it: hints that the picture follows.

use std::path::{Path, PathBuf};

use anyhow::bail;
use brushfire_engine::{ControlMode, ControlRecipe, HintFit, HintKind};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgAction, ArgMatches, Command};
use image::{DynamicImage, RgbImage};

use crate::files::open_picture;

const CONTROL: &str = "control";
const MODEL: &str = "control-model";
const MODE: &str = "control-mode";
const FIT: &str = "control-fit";

/// All hints that were given, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct ControlFlags(Vec<ControlFlag>);

/// One `--control`. What it leaves open is the recipe file's, or else a recipe's default.
#[derive(Clone, Debug, PartialEq)]
struct ControlFlag {
    kind: HintKind,
    picture: Option<PathBuf>,
    weight: Option<f32>,
    start: Option<f32>,
    end: Option<f32>,
    model: Option<String>,
    mode: Option<ControlMode>,
    fit: Option<HintFit>,
}

impl clap::Args for ControlFlags {
    fn augment_args(command: Command) -> Command {
        let kinds: Vec<&str> = HintKind::all().map(HintKind::name).collect();
        let control = Arg::new(CONTROL)
            .long(CONTROL)
            .value_name("TYPE=IMAGE[:WEIGHT[:START[:END]]]")
            .action(ArgAction::Append)
            .value_parser(parsed)
            .help("A hint the picture follows; may be given several times")
            .long_help(format!(
                "A hint the picture follows, with a weight (0 to 2) and the shares of the steps between which it is followed (0 to 1). TYPE is {}. tile and inpaint without an IMAGE follow --init. May be given several times",
                kinds.join(", ")
            ));
        let model = Arg::new(MODEL).long(MODEL).value_name("FOLDER|FILE|NAME").action(ArgAction::Append).help(
            "The network for the next --control [default: the one for its type in the models folder's `controlnet`]",
        );
        let mode = Arg::new(MODE)
            .long(MODE)
            .action(ArgAction::Append)
            .value_parser(
                PossibleValuesParser::new(ControlMode::ALL.map(ControlMode::name))
                    .try_map(|name| name.parse::<ControlMode>()),
            )
            .help("What decides where prompt and hint disagree, for every --control after it [default: balanced]");
        let fit = Arg::new(FIT)
            .long(FIT)
            .action(ArgAction::Append)
            .value_parser(
                PossibleValuesParser::new(HintFit::ALL.map(HintFit::name)).try_map(|name| name.parse::<HintFit>()),
            )
            .help("How a hint of another shape is laid over the picture, for every --control after it [default: fill]");
        command.args([control, model, mode, fit])
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for ControlFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let models = placed::<String>(matches, MODEL);
        let modes = placed::<ControlMode>(matches, MODE);
        let fits = placed::<HintFit>(matches, FIT);
        let mut flags = Vec::new();
        let mut earlier = 0;
        for (place, mut flag) in placed::<ControlFlag>(matches, CONTROL) {
            flag.model = last_before(&models, place).filter(|(at, _)| *at > earlier).map(|(_, model)| model.clone());
            flag.mode = last_before(&modes, place).map(|(_, mode)| *mode);
            flag.fit = last_before(&fits, place).map(|(_, fit)| *fit);
            earlier = place;
            flags.push(flag);
        }
        let late = [(MODEL, models.last().map(|last| last.0)), (MODE, modes.last().map(|last| last.0))];
        for (name, at) in late.into_iter().chain([(FIT, fits.last().map(|last| last.0))]) {
            if at.is_some_and(|at| at > earlier) {
                let message = format!("--{name} stands before the --control it is for, and there is none after it\n");
                return Err(clap::Error::raw(clap::error::ErrorKind::MissingRequiredArgument, message));
            }
        }
        Ok(Self(flags))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The values of a flag, and where each stands on the command line.
fn placed<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, name: &str) -> Vec<(usize, T)> {
    let values = matches.get_many::<T>(name).into_iter().flatten().cloned();
    matches.indices_of(name).into_iter().flatten().zip(values).collect()
}

fn last_before<T>(flags: &[(usize, T)], place: usize) -> Option<&(usize, T)> {
    flags.iter().rfind(|(at, _)| *at < place)
}

/// Numbers are read from the right: paths may have colons in them.
fn parsed(text: &str) -> Result<ControlFlag, String> {
    let (name, mut rest) = text.split_once('=').unwrap_or((text, ""));
    let Some(kind) = HintKind::from_name(name) else {
        let kinds: Vec<&str> = HintKind::all().map(HintKind::name).collect();
        return Err(format!("there are no hints called `{name}`; TYPE is one of {}", kinds.join(", ")));
    };
    let mut numbers = Vec::new();
    while let Some((before, number)) = rest.rsplit_once(':')
        && numbers.len() < 3
        && let Ok(number) = number.parse::<f32>()
    {
        numbers.insert(0, number);
        rest = before;
    }
    let mut numbers = numbers.into_iter();
    let mut within = |what: &str, most: f32| match numbers.next() {
        Some(number) if !(0.0..=most).contains(&number) => {
            Err(format!("the {what} is {number}, but must lie between 0 and {most}"))
        }
        number => Ok(number),
    };
    let picture = (!rest.is_empty()).then(|| PathBuf::from(rest));
    if picture.is_none() && !kind.is_the_picture() {
        return Err(format!("a {kind} hint needs a picture: {kind}=IMAGE"));
    }
    let weight = within("weight", ControlRecipe::MAX_WEIGHT)?;
    let (start, end) = (within("start", 1.0)?, within("end", 1.0)?);
    Ok(ControlFlag { kind, picture, weight, start, end, model: None, mode: None, fit: None })
}

/// A hint's picture as the engine wants it, and how it is followed.
pub(super) struct Hint {
    pub control: ControlRecipe,
    pub picture: Option<RgbImage>,
}

impl ControlFlags {
    /// The controls of a recipe with those of the flags: each flag says what the recipe's first control of its kind that no
    /// other flag has taken does not, and adds one where there is none left.
    pub(super) fn laid_over(&self, controls: &[ControlRecipe]) -> Vec<ControlRecipe> {
        self.matched(controls).into_iter().map(|(control, _)| control).collect()
    }

    fn matched(&self, controls: &[ControlRecipe]) -> Vec<(ControlRecipe, Option<&Path>)> {
        let mut matched: Vec<(ControlRecipe, Option<&ControlFlag>)> =
            controls.iter().map(|control| (control.clone(), None)).collect();
        for flag in &self.0 {
            let free = matched.iter_mut().find(|(control, taken)| taken.is_none() && control.kind == flag.kind);
            match free {
                Some((control, taken)) => {
                    *control = flag.laid_over(control);
                    *taken = Some(flag);
                }
                None => matched.push((flag.laid_over(&ControlRecipe::default()), Some(flag))),
            }
        }
        matched.into_iter().map(|(control, flag)| (control, flag.and_then(|flag| flag.picture.as_deref()))).collect()
    }

    /// Opens the hints' pictures. `file` are the controls that a recipe file says.
    ///
    /// # Errors
    /// A picture that cannot be read, and a hint of the recipe file for which none is given.
    pub(super) fn open(&self, file: &[ControlRecipe]) -> anyhow::Result<Vec<Hint>> {
        let open = |(control, path): (ControlRecipe, Option<&Path>)| {
            let kind = control.kind;
            if path.is_none() && !kind.is_the_picture() {
                bail!("the recipe follows a {kind} hint; give its picture: --control {kind}=IMAGE");
            }
            Ok(Hint { control, picture: path.map(open_hint).transpose()? })
        };
        self.matched(file).into_iter().map(open).collect()
    }
}

impl ControlFlag {
    fn laid_over(&self, control: &ControlRecipe) -> ControlRecipe {
        ControlRecipe {
            kind: self.kind,
            model: self.model.clone().unwrap_or_else(|| control.model.clone()),
            weight: self.weight.unwrap_or(control.weight),
            start: self.start.unwrap_or(control.start),
            end: self.end.unwrap_or(control.end),
            mode: self.mode.unwrap_or(control.mode),
            fit: self.fit.unwrap_or(control.fit),
        }
    }
}

fn open_hint(path: &Path) -> anyhow::Result<RgbImage> {
    Ok(on_black(open_picture(path)?.image))
}

/// Hints are on black, so that is what is behind what is transparent; 16 bits become 8.
fn on_black(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    let (width, height) = picture.dimensions();
    let over = |level: u8, alpha: u8| {
        // At most 255 * 255, so the quotient fits a byte.
        u8::try_from((u32::from(level) * u32::from(alpha) + 127) / 255).unwrap_or(u8::MAX)
    };
    RgbImage::from_fn(width, height, |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        image::Rgb([red, green, blue].map(|level| over(level, alpha)))
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use image::{ImageBuffer, Rgba};

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        controls: ControlFlags,
    }

    fn read(line: &[&str]) -> Result<ControlFlags, clap::Error> {
        Ok(Line::try_parse_from(["x"].iter().chain(line))?.controls)
    }

    #[test]
    fn numbers_are_read_from_the_right_so_that_paths_may_have_colons() {
        let read = |text: &str| {
            let flag = parsed(text).unwrap();
            (flag.picture.unwrap().display().to_string(), flag.weight, flag.start, flag.end)
        };
        assert_eq!(read("canny=a.png"), ("a.png".to_owned(), None, None, None));
        assert_eq!(read(r"canny=C:\hints\a.png"), (r"C:\hints\a.png".to_owned(), None, None, None));
        assert_eq!(read(r"depth=C:\a.png:0.5"), (r"C:\a.png".to_owned(), Some(0.5), None, None));
        assert_eq!(read("depth=a:b:1:0.25:0.75"), ("a:b".to_owned(), Some(1.0), Some(0.25), Some(0.75)));
        assert_eq!(read("depth=a:9:1:0:1"), ("a:9".to_owned(), Some(1.0), Some(0.0), Some(1.0)));
        assert_eq!(parsed("tile").unwrap().picture, None);
        assert_eq!(parsed("tile=:0.5").unwrap().weight, Some(0.5));
    }

    #[test]
    fn what_cannot_be_followed_is_refused_in_words() {
        let error = |text: &str| parsed(text).unwrap_err();
        assert!(error("dream=a.png").contains("TYPE is one of canny, soft-edge"), "{}", error("dream=a.png"));
        assert_eq!(error("canny"), "a canny hint needs a picture: canny=IMAGE");
        assert_eq!(error("canny=a.png:3"), "the weight is 3, but must lie between 0 and 2");
        assert_eq!(error("canny=a.png:1:0:1.5"), "the end is 1.5, but must lie between 0 and 1");
        assert!(error("canny=a.png:nan").contains("NaN"));
    }

    #[test]
    fn a_network_is_for_the_next_hint_and_a_mode_for_all_that_follow() {
        let line = [
            "--control-mode",
            "prompt",
            "--control-model",
            "mine",
            "--control",
            "canny=a.png",
            "--control",
            "depth=b.png:0.5",
            "--control-fit",
            "fit",
            "--control-mode",
            "control",
            "--control",
            "pose=c.png",
        ];
        let made = read(&line).unwrap().laid_over(&[]);
        let models: Vec<&str> = made.iter().map(|control| control.model.as_str()).collect();
        assert_eq!(models, ["mine", "", ""]);
        let modes: Vec<ControlMode> = made.iter().map(|control| control.mode).collect();
        assert_eq!(modes, [ControlMode::Prompt, ControlMode::Prompt, ControlMode::Control]);
        assert_eq!((made[0].fit, made[2].fit, made[1].weight), (HintFit::Fill, HintFit::Fit, 0.5));
        let late = read(&["--control", "canny=a.png", "--control-model", "mine"]).unwrap_err();
        assert!(late.to_string().contains("--control-model stands before the --control it is for"), "{late}");
    }

    #[test]
    fn a_recipe_files_hints_take_their_pictures_from_the_flags() {
        let file = [
            ControlRecipe { kind: HintKind::Depth, weight: 0.4, mode: ControlMode::Prompt, ..ControlRecipe::default() },
            ControlRecipe { kind: HintKind::Tile, ..ControlRecipe::default() },
        ];
        let flags = read(&["--control", "canny=a.png", "--control", "depth=b.png:0.9"]).unwrap();
        let made = flags.laid_over(&file);
        assert_eq!(
            made.iter().map(|control| control.kind).collect::<Vec<_>>(),
            [HintKind::Depth, HintKind::Tile, HintKind::Canny]
        );
        assert_eq!((made[0].weight, made[0].mode), (0.9, ControlMode::Prompt));
        let missing = ControlFlags::default().open(&file).err().unwrap().to_string();
        assert_eq!(missing, "the recipe follows a depth hint; give its picture: --control depth=IMAGE");
    }

    #[test]
    fn what_is_transparent_is_black_and_sixteen_bits_become_eight() {
        let deep = ImageBuffer::from_fn(2, 1, |x, _| Rgba([65535_u16, 257 * 100, 0, if x == 0 { 65535 } else { 0 }]));
        let hint = on_black(DynamicImage::ImageRgba16(deep));
        assert_eq!((hint.get_pixel(0, 0).0, hint.get_pixel(1, 0).0), ([255, 100, 0], [0, 0, 0]));
        let half = image::RgbaImage::from_pixel(1, 1, Rgba([200, 100, 0, 128]));
        assert_eq!(on_black(half.into()).get_pixel(0, 0).0, [100, 50, 0]);
    }
}
