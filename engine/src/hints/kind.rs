//! The kinds of hints, one table: command line, window, recipes and the search for a network read it.

use serde::{Deserialize, Serialize};

/// What a hint shows, and so which control networks can follow it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HintKind {
    /// Thin, hard edges (Canny 1986), white on black.
    Canny,
    /// Edges as soft as they are sure (HED), white on black.
    SoftEdge,
    /// Drawn lines with their weight, white on black.
    LineArt,
    /// Rough, thick lines, white on black.
    #[default]
    Scribble,
    /// Straight lines only, white on black.
    Lines,
    /// How near things are: white is nearest.
    Depth,
    /// Surface normals as colours.
    Normal,
    /// People as OpenPose's coloured skeletons on black.
    Pose,
    /// Classes of things in ADE20K's colours.
    Segmentation,
    /// Coarse blocks of colour.
    Colors,
    /// The picture itself, as content to keep while detail is made anew.
    Tile,
    /// The picture with its detail blurred away.
    Blur,
    /// The picture with what is to be painted cut out of it.
    Inpaint,
}

/// One row of the table.
struct Row {
    kind: HintKind,
    name: &'static str,
    /// What the file of a network for it usually has in its name, in lower case.
    network_names: &'static [&'static str],
}

const TABLE: &[Row] = &[
    Row { kind: HintKind::Canny, name: "canny", network_names: &["canny"] },
    Row {
        kind: HintKind::SoftEdge,
        name: "soft-edge",
        network_names: &["softedge", "soft-edge", "soft_edge", "hed", "pidi", "teed"],
    },
    Row { kind: HintKind::LineArt, name: "line-art", network_names: &["lineart", "line-art", "line_art"] },
    Row { kind: HintKind::Scribble, name: "scribble", network_names: &["scribble", "sketch"] },
    Row { kind: HintKind::Lines, name: "lines", network_names: &["mlsd", "m-lsd"] },
    Row { kind: HintKind::Depth, name: "depth", network_names: &["depth", "zoe"] },
    Row { kind: HintKind::Normal, name: "normal", network_names: &["normal"] },
    Row { kind: HintKind::Pose, name: "pose", network_names: &["openpose", "pose", "keypose"] },
    Row { kind: HintKind::Segmentation, name: "segmentation", network_names: &["seg", "ade20k"] },
    Row { kind: HintKind::Colors, name: "colors", network_names: &["color", "colour"] },
    Row { kind: HintKind::Tile, name: "tile", network_names: &["tile"] },
    Row { kind: HintKind::Blur, name: "blur", network_names: &["blur"] },
    Row { kind: HintKind::Inpaint, name: "inpaint", network_names: &["inpaint"] },
];

impl HintKind {
    /// All kinds, in the order in which they are shown.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.kind)
    }

    /// The word for it on the command line and in recipes.
    #[must_use]
    pub fn name(self) -> &'static str {
        TABLE.iter().find(|row| row.kind == self).map_or("", |row| row.name)
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.name == name).map(|row| row.kind)
    }

    /// Whether the picture that is painted on can itself be the hint.
    #[must_use]
    pub fn is_the_picture(self) -> bool {
        matches!(self, Self::Tile | Self::Inpaint)
    }

    /// Whether it consists of white lines on black, so that paint of any colour can draw it.
    #[must_use]
    pub fn is_lines(self) -> bool {
        matches!(self, Self::Canny | Self::SoftEdge | Self::LineArt | Self::Scribble | Self::Lines)
    }

    /// What a network is for, judged by the name of its file or folder; `None` where the name says nothing.
    #[must_use]
    pub fn of_network(file_name: &str) -> Option<Self> {
        let lower = file_name.to_lowercase();
        TABLE.iter().find(|row| row.network_names.iter().any(|name| lower.contains(name))).map(|row| row.kind)
    }
}

impl std::fmt::Display for HintKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_stands_in_the_table_once_and_its_name_is_the_one_in_recipes() {
        for kind in HintKind::all() {
            assert_eq!(TABLE.iter().filter(|row| row.kind == kind).count(), 1);
            assert_eq!(HintKind::from_name(kind.name()), Some(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.name()));
        }
    }

    #[test]
    fn published_networks_are_told_apart_by_their_names() {
        for (file, kind) in [
            ("control_v11p_sd15_canny.pth", HintKind::Canny),
            ("control_v11p_sd15_softedge", HintKind::SoftEdge),
            ("control_v11p_sd15s2_lineart_anime.safetensors", HintKind::LineArt),
            ("control_sd15_hed.pth", HintKind::SoftEdge),
            ("control_v11p_sd15_mlsd.pth", HintKind::Lines),
            ("control_v11f1p_sd15_depth.pth", HintKind::Depth),
            ("control_v11p_sd15_normalbae.pth", HintKind::Normal),
            ("control_v11p_sd15_openpose.pth", HintKind::Pose),
            ("control_v11p_sd15_seg.pth", HintKind::Segmentation),
            ("t2iadapter_color_sd14v1.pth", HintKind::Colors),
            ("control_v11f1e_sd15_tile.pth", HintKind::Tile),
            ("control_v11p_sd15_inpaint.pth", HintKind::Inpaint),
            ("t2iadapter_sketch_sd15v2.pth", HintKind::Scribble),
        ] {
            assert_eq!(HintKind::of_network(file), Some(kind), "{file}");
        }
        assert_eq!(HintKind::of_network("dreamshaper_8"), None);
    }
}
