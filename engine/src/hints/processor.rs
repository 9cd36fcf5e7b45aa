//! The ways to make a hint from a picture, one table: command line, window and worker read it.

use serde::{Deserialize, Serialize};

use super::kind::HintKind;

/// A way to make a hint from a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HintProcessor {
    #[default]
    Canny,
    LineArt,
    Scribble,
    SoftEdge,
    Lines,
    Depth,
    Normal,
    NormalFromDepth,
    Pose,
    Segmentation,
    Colors,
    Tile,
    Blur,
    Threshold,
    Invert,
}

/// What may be said about a way to make a hint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// In recipes, and behind `--` on the command line.
    pub name: &'static str,
    /// What it does, one sentence without its full stop.
    pub summary: &'static str,
    pub kind: ParameterKind,
    pub min: f32,
    pub max: f32,
    pub default: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    Number,
    /// A number without a fraction.
    Whole,
    /// 0 is off and 1 is on.
    Switch,
}

/// What is under a picture's transparent parts before a hint is made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backdrop {
    /// As pictures and drawings are seen: on paper.
    White,
    /// As maps of something are: nothing there.
    Black,
}

/// Where the weights of a network lie that a way to make a hint needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    /// Names of files that hold them, the preferred one first; looked for in [`HintFolders`](super::HintFolders).
    pub files: &'static [&'static str],
    /// What to bring where none of these files is there, as the end of a sentence that begins with "bring".
    pub bring: &'static str,
}

/// One row of the table.
struct Row {
    processor: HintProcessor,
    name: &'static str,
    summary: &'static str,
    kind: HintKind,
    backdrop: Backdrop,
    parameters: &'static [Parameter],
    weights: Option<Weights>,
}

const fn number(name: &'static str, summary: &'static str, range: [f32; 2], default: f32) -> Parameter {
    Parameter { name, summary, kind: ParameterKind::Number, min: range[0], max: range[1], default }
}

const fn whole(name: &'static str, summary: &'static str, range: [f32; 2], default: f32) -> Parameter {
    Parameter { name, summary, kind: ParameterKind::Whole, min: range[0], max: range[1], default }
}

const fn switch(name: &'static str, summary: &'static str) -> Parameter {
    Parameter { name, summary, kind: ParameterKind::Switch, min: 0.0, max: 1.0, default: 0.0 }
}

const NORMAL_PARAMETERS: &[Parameter] = &[
    number("relief", "How deep the scene is, in shorter sides of the picture", [0.01, 10.0], 0.5),
    number("smoothness", "Over so many pixels steps between levels of the depth are smoothed", [0.0, 20.0], 4.0),
    number("background", "What is not nearer than this is flat: 0 is farthest, 1 nearest", [0.0, 1.0], 0.0),
    switch("old-colors", "Colours as networks of ControlNet 1.0 know them"),
];

const DEPTH_WEIGHTS: Weights = Weights {
    files: &[
        "depth_anything_v2_vitl.safetensors",
        "depth_anything_v2_vitl.pth",
        "depth_anything_v2_vitb.safetensors",
        "depth_anything_v2_vitb.pth",
        "depth_anything_v2_vits.safetensors",
        "depth_anything_v2_vits.pth",
        "Depth-Anything-V2-Large-hf/model.safetensors",
        "Depth-Anything-V2-Base-hf/model.safetensors",
        "Depth-Anything-V2-Small-hf/model.safetensors",
        "midas_v21_small_256.pt",
    ],
    bring: "depth_anything_v2_vits.pth (Depth Anything V2, small) or midas_v21_small_256.pt (MiDaS 2.1, small)",
};

const TABLE: &[Row] = &[
    Row {
        processor: HintProcessor::Canny,
        name: "canny",
        summary: "Thin, hard edges (Canny 1986)",
        kind: HintKind::Canny,
        backdrop: Backdrop::White,
        parameters: &[
            number("low", "An edge goes on where it is as strong as this", [0.0, 2040.0], 100.0),
            number("high", "An edge begins where it is stronger than this", [0.0, 2040.0], 200.0),
        ],
        weights: None,
    },
    Row {
        processor: HintProcessor::LineArt,
        name: "line-art",
        summary: "Ink lines with their weight (extended difference of Gaussians, Winnemöller 2012)",
        kind: HintKind::LineArt,
        backdrop: Backdrop::White,
        parameters: &[
            number("width", "Width of the finest lines, in pixels", [0.3, 20.0], 1.2),
            number("sharpness", "How much lines stand out", [0.0, 100.0], 20.0),
            number("threshold", "What is fainter leaves no line", [0.0, 1.0], 0.12),
            number("softness", "How gently lines fade out: 0 not at all", [0.0, 1.0], 0.3),
            number("flow", "Over so many pixels lines are drawn along the forms; 0 for not", [0.0, 20.0], 4.0),
            number("ink", "How much of what is dark is filled with ink", [0.0, 1.0], 0.0),
        ],
        weights: None,
    },
    Row {
        processor: HintProcessor::Scribble,
        name: "scribble",
        summary: "Rough, thick lines, as of a quick sketch",
        kind: HintKind::Scribble,
        backdrop: Backdrop::White,
        parameters: &[
            number("detail", "Size of what is left out, in pixels", [0.5, 20.0], 3.0),
            number(
                "threshold",
                "What is fainter than this share of the strongest edges leaves no line",
                [0.01, 1.0],
                0.4,
            ),
            number("shortest", "What is shorter leaves no line, in pixels", [1.0, 500.0], 25.0),
            number("width", "Width of the lines, in pixels", [1.0, 40.0], 7.0),
        ],
        weights: None,
    },
    Row {
        processor: HintProcessor::SoftEdge,
        name: "soft-edge",
        summary: "Edges as soft as they are sure (HED, a network)",
        kind: HintKind::SoftEdge,
        backdrop: Backdrop::White,
        parameters: &[],
        weights: Some(Weights {
            files: &["hed.safetensors", "ControlNetHED.pth"],
            bring: "ControlNetHED.pth, the network for soft edges that ControlNet uses",
        }),
    },
    Row {
        processor: HintProcessor::Lines,
        name: "lines",
        summary: "Straight lines only (M-LSD, a network)",
        kind: HintKind::Lines,
        backdrop: Backdrop::White,
        parameters: &[
            number("threshold", "A line counts if the network is as sure of it as this", [0.01, 1.0], 0.1),
            number("shortest", "Shorter lines are left out; in sides of the picture", [0.0, 1.0], 0.0),
        ],
        weights: Some(Weights {
            files: &["mlsd.safetensors"],
            bring: "mlsd.safetensors, the network for straight lines that comes with the program",
        }),
    },
    Row {
        processor: HintProcessor::Depth,
        name: "depth",
        summary: "How near things are: white is nearest (a network)",
        kind: HintKind::Depth,
        backdrop: Backdrop::White,
        parameters: &[],
        weights: Some(DEPTH_WEIGHTS),
    },
    Row {
        processor: HintProcessor::Normal,
        name: "normal",
        summary: "Which way surfaces face, as colours (from the depth that a network sees)",
        kind: HintKind::Normal,
        backdrop: Backdrop::White,
        parameters: NORMAL_PARAMETERS,
        weights: Some(DEPTH_WEIGHTS),
    },
    Row {
        processor: HintProcessor::NormalFromDepth,
        name: "normal-from-depth",
        summary: "Which way surfaces face, as colours, from a picture of depth (white is nearest)",
        kind: HintKind::Normal,
        backdrop: Backdrop::Black,
        parameters: NORMAL_PARAMETERS,
        weights: None,
    },
    Row {
        processor: HintProcessor::Pose,
        name: "pose",
        summary: "People as OpenPose's coloured skeletons (a network)",
        kind: HintKind::Pose,
        backdrop: Backdrop::White,
        parameters: &[
            number(
                "visible",
                "A point is drawn if the network is as sure as this that it can be seen",
                [0.0, 1.0],
                0.5,
            ),
            switch("no-hands", "Leaves hands out"),
        ],
        weights: Some(Weights { files: &["pose.safetensors"], bring: "pose.safetensors, the network for poses" }),
    },
    Row {
        processor: HintProcessor::Segmentation,
        name: "segmentation",
        summary: "A painted map of things in exactly ADE20K's colours: each pixel takes the nearest",
        kind: HintKind::Segmentation,
        backdrop: Backdrop::Black,
        parameters: &[],
        weights: None,
    },
    Row {
        processor: HintProcessor::Colors,
        name: "colors",
        summary: "Coarse blocks of colour",
        kind: HintKind::Colors,
        backdrop: Backdrop::White,
        parameters: &[whole("block", "Side of a block, in pixels", [1.0, 1024.0], 64.0)],
        weights: None,
    },
    Row {
        processor: HintProcessor::Tile,
        name: "tile",
        summary: "The picture as content to keep, with its finest detail left out",
        kind: HintKind::Tile,
        backdrop: Backdrop::White,
        parameters: &[number("detail", "Size of what is left out, in pixels; 1 keeps all", [1.0, 64.0], 1.0)],
        weights: None,
    },
    Row {
        processor: HintProcessor::Blur,
        name: "blur",
        summary: "The picture blurred",
        kind: HintKind::Blur,
        backdrop: Backdrop::White,
        parameters: &[number("radius", "Standard deviation of the blur, in pixels", [0.1, 64.0], 9.0)],
        weights: None,
    },
    Row {
        processor: HintProcessor::Threshold,
        name: "threshold",
        summary: "White where the picture is light, black elsewhere: for drawings in white on black",
        kind: HintKind::Scribble,
        backdrop: Backdrop::White,
        parameters: &[
            number("level", "White is what is lighter than this", [0.0, 255.0], 127.0),
            switch("auto", "Finds the level itself (Otsu 1979)"),
            switch("dark", "White is what is darker: for drawings in black on white"),
        ],
        weights: None,
    },
    Row {
        processor: HintProcessor::Invert,
        name: "invert",
        summary: "The negative: a drawing in black on white becomes white on black",
        kind: HintKind::LineArt,
        backdrop: Backdrop::White,
        parameters: &[],
        weights: None,
    },
];

/// Stands for a processor without a row, which a test excludes.
const CANNY: &Row = &TABLE[0];

impl HintProcessor {
    /// All of them, in the order in which they are shown.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.processor)
    }

    fn row(self) -> &'static Row {
        TABLE.iter().find(|row| row.processor == self).unwrap_or(CANNY)
    }

    /// The word for it on the command line and in recipes.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The one of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.name == name).map(|row| row.processor)
    }

    /// The first that makes hints of that kind.
    #[must_use]
    pub fn of_kind(kind: HintKind) -> Option<Self> {
        TABLE.iter().find(|row| row.kind == kind).map(|row| row.processor)
    }

    /// What it makes, a sentence without its full stop.
    #[must_use]
    pub fn summary(self) -> &'static str {
        self.row().summary
    }

    /// What its hints show.
    #[must_use]
    pub fn kind(self) -> HintKind {
        self.row().kind
    }

    /// What to lay a picture with transparent parts over before it is given to [`make`](super::make).
    #[must_use]
    pub fn backdrop(self) -> Backdrop {
        self.row().backdrop
    }

    /// What may be said about it.
    #[must_use]
    pub fn parameters(self) -> &'static [Parameter] {
        self.row().parameters
    }

    /// The parameter of that name.
    #[must_use]
    pub fn parameter(self, name: &str) -> Option<&'static Parameter> {
        self.parameters().iter().find(|parameter| parameter.name == name)
    }

    /// The network it needs; `None` for plain arithmetic on pixels.
    #[must_use]
    pub fn weights(self) -> Option<Weights> {
        self.row().weights
    }
}

impl std::fmt::Display for HintProcessor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_processor_stands_in_the_table_once_and_its_name_is_the_one_in_recipes() {
        for processor in HintProcessor::all() {
            assert_eq!(TABLE.iter().filter(|row| row.processor == processor).count(), 1);
            assert_eq!(HintProcessor::from_name(processor.name()), Some(processor));
            assert_eq!(serde_json::to_string(&processor).unwrap(), format!("\"{}\"", processor.name()));
        }
    }

    #[test]
    fn defaults_are_within_their_ranges_and_names_are_not_taken_twice() {
        for processor in HintProcessor::all() {
            for parameter in processor.parameters() {
                assert!((parameter.min..=parameter.max).contains(&parameter.default), "{processor} {}", parameter.name);
                let same = processor.parameters().iter().filter(|other| other.name == parameter.name);
                assert_eq!(same.count(), 1, "{processor} {}", parameter.name);
                assert!(
                    !["size", "output", "device", "help"].contains(&parameter.name),
                    "the command line has its own"
                );
            }
        }
    }

    #[test]
    fn every_kind_can_be_made_save_inpaint_which_is_a_picture_with_its_mask() {
        for kind in HintKind::all() {
            assert_eq!(HintProcessor::of_kind(kind).is_some(), kind != HintKind::Inpaint, "{kind}");
        }
    }
}
