//! Where the panels stand, as it is remembered between runs; and where they stand at the first start.

use egui_tiles::{Container, Linear, LinearDir, Tabs, Tile, TileId, Tiles, Tree};
use serde::{Deserialize, Serialize};

use crate::language::text;

/// What can be moved and hidden, and the canvas between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PanelKind {
    Canvas,
    Prompt,
    Generation,
    Control,
    Inpainting,
    Brushes,
    Color,
    Layers,
    History,
    Navigator,
    Results,
    Hands,
}

impl PanelKind {
    pub const ALL: [Self; 12] = [
        Self::Canvas,
        Self::Prompt,
        Self::Generation,
        Self::Control,
        Self::Inpainting,
        Self::Brushes,
        Self::Color,
        Self::Layers,
        Self::History,
        Self::Navigator,
        Self::Results,
        Self::Hands,
    ];

    /// In the settings and, after `panel-`, in the languages' files.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Canvas => "canvas",
            Self::Prompt => "prompt",
            Self::Generation => "generation",
            Self::Inpainting => "inpainting",
            Self::Control => "control",
            Self::Brushes => "brushes",
            Self::Color => "color",
            Self::Layers => "layers",
            Self::History => "history",
            Self::Navigator => "navigator",
            Self::Results => "results",
            Self::Hands => "hands",
        }
    }

    #[must_use]
    pub fn name(self) -> String {
        text(&format!("panel-{}", self.key()))
    }

    fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|panel| panel.key() == key)
    }
}

/// The arrangement of the panels, in words that settings can keep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Layout {
    root: Part,
    /// Keys of the panels that are not shown; they keep their places.
    #[serde(default)]
    hidden: Vec<String>,
}

/// A part of the window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Part {
    /// Panels over each other, by their keys.
    Tabs { panels: Vec<String>, open: usize },
    /// From left to right.
    Row(Vec<SizedPart>),
    /// From top to bottom.
    Column(Vec<SizedPart>),
}

/// A part and its width in a row or height in a column, in points. Beside the canvas sizes are kept and the canvas gets
/// what is left; elsewhere they are shares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct SizedPart {
    size: f32,
    part: Part,
}

/// Least and greatest size that is believed, in points.
const SIZES: std::ops::RangeInclusive<f32> = 48.0..=8192.0;

impl Default for Layout {
    fn default() -> Self {
        use PanelKind::{
            Brushes, Canvas, Color, Control, Generation, Hands, History, Inpainting, Layers, Navigator, Prompt, Results,
        };
        let tabs = |panels: &[PanelKind]| Part::Tabs {
            panels: panels.iter().map(|panel| panel.key().to_owned()).collect(),
            open: 0,
        };
        let sized = |size, part| SizedPart { size, part };
        let room = Part::Column(vec![sized(700.0, tabs(&[Canvas])), sized(112.0, tabs(&[Results]))]);
        let docks = Part::Column(vec![
            sized(240.0, tabs(&[Prompt, Navigator])),
            sized(336.0, tabs(&[Generation, Control, Inpainting, Hands])),
            sized(256.0, tabs(&[Layers, Brushes, Color, History])),
        ]);
        Self { root: Part::Row(vec![sized(1000.0, room), sized(348.0, docks)]), hidden: vec![Hands.key().to_owned()] }
    }
}

impl Layout {
    /// The arrangement as a tree of tiles. What is not understood is left out; panels that are not mentioned, as those
    /// of a later version, come where there is room.
    #[must_use]
    pub fn to_tree(&self) -> Tree<PanelKind> {
        let mut builder = Builder::default();
        let root = builder.part(&self.root);
        let is_usable = builder.placed.contains(&PanelKind::Canvas) && builder.add_missing();
        let mut tree = match root.filter(|_| is_usable) {
            Some(root) => Tree::new(egui::Id::unique("docks"), root, builder.tiles),
            None => return Self::default().to_tree(),
        };
        let panels: Vec<_> = panels_of(&tree).collect();
        for (id, panel) in panels {
            let is_hidden = panel != PanelKind::Canvas && self.hidden.iter().any(|key| key == panel.key());
            tree.set_visible(id, !is_hidden);
        }
        tree
    }

    /// The arrangement of a tree of tiles.
    #[must_use]
    pub fn of_tree(tree: &Tree<PanelKind>) -> Self {
        let hidden = panels_of(tree).filter(|(id, _)| !tree.is_visible(*id)).map(|(_, panel)| panel.key().to_owned());
        let mut hidden: Vec<_> = hidden.collect();
        hidden.sort();
        match tree.root().and_then(|root| part_of(tree, root)) {
            Some(root) => Self { root, hidden },
            None => Self::default(),
        }
    }
}

/// The panels of a tree, in no order.
pub fn panels_of(tree: &Tree<PanelKind>) -> impl Iterator<Item = (TileId, PanelKind)> {
    tree.tiles.iter().filter_map(|(id, tile)| match tile {
        Tile::Pane(panel) => Some((*id, *panel)),
        Tile::Container(_) => None,
    })
}

fn part_of(tree: &Tree<PanelKind>, id: TileId) -> Option<Part> {
    match tree.tiles.get(id)? {
        Tile::Pane(panel) => Some(Part::Tabs { panels: vec![panel.key().to_owned()], open: 0 }),
        Tile::Container(Container::Tabs(tabs)) => {
            let panel = |id: &TileId| tree.tiles.get_pane(id).map(|panel| panel.key().to_owned());
            let open = tabs.children.iter().position(|child| Some(*child) == tabs.active).unwrap_or(0);
            Some(Part::Tabs { panels: tabs.children.iter().filter_map(panel).collect(), open })
        }
        Tile::Container(Container::Linear(linear)) => {
            let parts = linear.children.iter().filter_map(|child| {
                let size = linear.shares[*child];
                part_of(tree, *child).map(|part| SizedPart { size, part })
            });
            let parts = parts.collect();
            Some(if linear.dir == LinearDir::Horizontal { Part::Row(parts) } else { Part::Column(parts) })
        }
        Tile::Container(Container::Grid(_)) => None,
    }
}

/// Makes tiles of parts, each panel once.
#[derive(Default)]
struct Builder {
    tiles: Tiles<PanelKind>,
    placed: Vec<PanelKind>,
    /// Where panels may be added.
    tabs: Option<TileId>,
}

impl Builder {
    fn part(&mut self, part: &Part) -> Option<TileId> {
        match part {
            Part::Tabs { panels, open } => self.tabs(panels, *open),
            Part::Row(parts) => self.linear(LinearDir::Horizontal, parts),
            Part::Column(parts) => self.linear(LinearDir::Vertical, parts),
        }
    }

    fn tabs(&mut self, panels: &[String], open: usize) -> Option<TileId> {
        let mut children = vec![];
        for panel in panels.iter().filter_map(|key| PanelKind::from_key(key)) {
            // The canvas stands alone.
            let is_out_of_place = panel == PanelKind::Canvas && panels.len() > 1;
            if !is_out_of_place && !self.placed.contains(&panel) {
                self.placed.push(panel);
                children.push(self.tiles.insert_pane(panel));
            }
        }
        let mut tabs = Tabs::new(children);
        tabs.active = tabs.children.get(open).or(tabs.children.first()).copied();
        tabs.active?;
        let id = self.tiles.insert_container(tabs);
        if !panels.iter().any(|key| [PanelKind::Canvas, PanelKind::Results].map(PanelKind::key).contains(&key.as_str()))
        {
            self.tabs = Some(id);
        }
        Some(id)
    }

    fn linear(&mut self, dir: LinearDir, parts: &[SizedPart]) -> Option<TileId> {
        let mut linear = Linear::new(dir, vec![]);
        for SizedPart { size, part } in parts {
            let Some(child) = self.part(part) else { continue };
            linear.children.push(child);
            let size = if size.is_finite() { *size } else { *SIZES.start() };
            linear.shares.set_share(child, size.clamp(*SIZES.start(), *SIZES.end()));
        }
        (!linear.children.is_empty()).then(|| self.tiles.insert_container(linear))
    }

    /// Puts the panels nothing was said of into the last tabs; whether there are any.
    fn add_missing(&mut self) -> bool {
        for panel in PanelKind::ALL.into_iter().filter(|panel| !self.placed.contains(panel)) {
            let pane = self.tiles.insert_pane(panel);
            let tabs = self.tabs.and_then(|tabs| self.tiles.get_mut(tabs));
            let Some(Tile::Container(Container::Tabs(tabs))) = tabs else { return false };
            tabs.children.push(pane);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(tree: &Tree<PanelKind>) -> Vec<&'static str> {
        let mut keys: Vec<_> = panels_of(tree).map(|(_, panel)| panel.key()).collect();
        keys.sort_unstable();
        keys
    }

    fn all_keys() -> Vec<&'static str> {
        let mut keys = PanelKind::ALL.map(PanelKind::key).to_vec();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn a_layout_comes_back_from_its_tree_and_from_json() {
        let layout = Layout { hidden: vec!["history".to_owned()], ..Layout::default() };
        assert_eq!(Layout::of_tree(&layout.to_tree()), layout);
        let json = serde_json::to_string(&layout).unwrap();
        assert_eq!(serde_json::from_str::<Layout>(&json).unwrap(), layout);
    }

    #[test]
    fn panels_that_are_not_mentioned_come_where_there_is_room() {
        let json = r#"{"root": {"row": [
            {"size": 900, "part": {"tabs": {"panels": ["canvas"], "open": 0}}},
            {"size": 300, "part": {"tabs": {"panels": ["layers", "crystal_ball", "layers"], "open": 7}}}]}}"#;
        let tree = serde_json::from_str::<Layout>(json).unwrap().to_tree();
        assert_eq!(keys(&tree), all_keys());
    }

    #[test]
    fn a_layout_without_a_canvas_is_not_used() {
        let json = r#"{"root": {"tabs": {"panels": ["layers"], "open": 0}}, "hidden": ["canvas"]}"#;
        let tree = serde_json::from_str::<Layout>(json).unwrap().to_tree();
        assert_eq!(Layout::of_tree(&tree), Layout::default());
    }

    fn any_part() -> impl Strategy<Value = Part> {
        let key = prop::sample::select(vec!["canvas", "prompt", "generation", "layers", "history", "results", "?"]);
        let tabs = (prop::collection::vec(key.prop_map(str::to_owned), 0..4), 0..5_usize)
            .prop_map(|(panels, open)| Part::Tabs { panels, open });
        tabs.prop_recursive(3, 12, 3, |part| {
            let sized = (any::<f32>(), part).prop_map(|(size, part)| SizedPart { size, part });
            (any::<bool>(), prop::collection::vec(sized, 0..3))
                .prop_map(|(is_row, parts)| if is_row { Part::Row(parts) } else { Part::Column(parts) })
        })
    }

    proptest! {
        #[test]
        fn whatever_the_settings_say_every_panel_has_its_place(root in any_part()) {
            let layout = Layout { root, hidden: PanelKind::ALL.map(|panel| panel.key().to_owned()).to_vec() };
            let tree = layout.to_tree();
            prop_assert_eq!(keys(&tree), all_keys());
            let canvas = tree.tiles.find_pane(&PanelKind::Canvas).unwrap();
            prop_assert!(tree.is_visible(canvas));
        }
    }
}
