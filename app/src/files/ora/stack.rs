//! `stack.xml`: which layers there are, where, and how they are composited.

use std::str::FromStr;

use super::super::layered::{LayeredError, MAX_LAYERS};
use super::super::note::FileNote;
use super::xml::{Element, PREFIX};
use crate::document::transform::Projection;
use crate::document::{BlendMode, CanvasSize, HintControl, LayerProps, MaskUse};

/// What a `stack.xml` says.
pub(super) struct Stack {
    pub size: CanvasSize,
    /// As the file says; `None` in files of other programs, which do not.
    pub has_16_bits: Option<bool>,
    /// Whether this program wrote it.
    pub is_ours: bool,
    /// The lowest first.
    pub nodes: Vec<Node>,
    /// Masks and hints with their places among all layers: the numbers of the groups they are in and their own, each
    /// counted from the lowest.
    pub aids: Vec<(Node, Vec<usize>)>,
    /// What is selected, where that is not everything.
    pub selection: Option<Piece>,
    /// Across and down, where the file says so.
    pub pixels_per_inch: Option<[u32; 2]>,
    /// What could not be taken over, one sentence each.
    pub notices: Vec<FileNote>,
}

/// A layer to be.
pub(super) struct Node {
    pub props: LayerProps,
    /// Blends without changing the alpha of what is below it in its group.
    pub keeps_alpha: bool,
    /// The layer that tools worked on.
    pub is_selected: bool,
    pub what: What,
}

/// Where a piece of the file lies in the canvas.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    pub entry: String,
    pub offset: [i64; 2],
}

/// What is said about a hint.
pub(super) struct HintElement {
    pub kind: String,
    /// The entry with what it is drawn from, and what was done to that.
    pub objects: Option<(String, Projection)>,
}

impl HintElement {
    fn of(element: &Element) -> Self {
        let placement = element.get("brushfire:placement").and_then(|text| {
            let numbers: Vec<f64> =
                text.split(' ').map_while(number).filter(|number: &f64| number.is_finite()).collect();
            Some(Projection::from_rows(*numbers.as_chunks().0.first_chunk()?))
        });
        let entry = element.get("brushfire:objects").map(str::to_owned);
        Self {
            kind: element.get("brushfire:kind").unwrap_or_default().to_owned(),
            objects: entry.map(|entry| (entry, placement.unwrap_or(Projection::IDENTITY))),
        }
    }
}

pub(super) enum What {
    Paint(Piece),
    Result(Piece, Option<String>),
    Hint(Option<Piece>, HintElement),
    Mask(Option<Piece>),
    Group {
        nodes: Vec<Node>,
        /// Stands for a layer, its first, with others clipped to it.
        clips: bool,
        /// Composited by itself first.
        is_isolated: bool,
    },
}

impl Stack {
    /// Reads the root element.
    ///
    /// # Errors
    /// No `image` with a size and a stack, or too many layers.
    pub(super) fn of(image: &Element) -> Result<Self, LayeredError> {
        let wrong = |what: &str| LayeredError::damaged(format!("stack.xml {what}"));
        if image.name != "image" {
            return Err(wrong("is not about an image"));
        }
        let side = |name| {
            let value = image.get(name).ok_or_else(|| wrong(&format!("does not say the picture's size (“{name}”)")))?;
            number::<f64>(value)
                .filter(|value| value.is_finite())
                .ok_or_else(|| wrong(&format!("says “{value}” for “{name}”")))
        };
        // `as` saturates; the canvas has its own limits.
        let (width, height) = (side("w")? as u32, side("h")? as u32);
        let size = CanvasSize::new(width, height).map_err(|_| LayeredError::BadSize { width, height })?;
        let root = image.children.iter().find(|child| child.name == "stack").ok_or_else(|| wrong("has no stack"))?;
        let depth = image.get("brushfire:depth");
        // GIMP, which writes no version, knows groups that are composited by themselves and no others.
        let groups_are_isolated = image.get("version").is_none();
        let mut reading = Reading { groups_are_isolated, layers: 0, notices: Vec::new() };
        let nodes = reading.nodes_of(root, offset_of(root))?;
        let aids = image.children.iter().find(|child| child.name == "brushfire:aids");
        let selection = aids.and_then(|aids| aids.children.iter().find(|aid| aid.name == "brushfire:selection"));
        Ok(Self {
            size,
            has_16_bits: depth.map(|depth| depth == "16"),
            is_ours: depth.is_some(),
            nodes,
            aids: aids.map(|aids| reading.aids_of(aids)).transpose()?.unwrap_or_default(),
            selection: selection.and_then(|selection| piece_of(selection, offset_of(selection))),
            pixels_per_inch: density_of(image),
            notices: reading.notices,
        })
    }
}

/// What is known while a stack is read.
struct Reading {
    /// Where nothing is said about a group, it is composited by itself.
    groups_are_isolated: bool,
    /// Layers so far.
    layers: usize,
    notices: Vec<FileNote>,
}

impl Reading {
    /// The children of a stack; in the file the topmost stands first.
    fn nodes_of(&mut self, stack: &Element, offset: [i64; 2]) -> Result<Vec<Node>, LayeredError> {
        let mut nodes = Vec::new();
        for element in stack.children.iter().rev() {
            self.layers += 1;
            if self.layers > MAX_LAYERS {
                return Err(too_many_layers());
            }
            let own = offset_of(element);
            let place = [offset[0].saturating_add(own[0]), offset[1].saturating_add(own[1])];
            let name = element.get("name").unwrap_or_default();
            let what = match element.name.as_str() {
                "layer" => {
                    let Some(piece) = piece_of(element, place) else {
                        return Err(LayeredError::damaged(format!(
                            "the layer “{name}” does not say where its picture is"
                        )));
                    };
                    if element.get("brushfire:kind") == Some("result") {
                        What::Result(piece, element.get("brushfire:recipe").map(str::to_owned))
                    } else {
                        What::Paint(piece)
                    }
                }
                "stack" => What::Group {
                    nodes: self.nodes_of(element, place)?,
                    clips: element.is_true("brushfire:clips"),
                    is_isolated: self.is_isolated(element),
                },
                other => {
                    if !other.starts_with(PREFIX) {
                        let (name, element) = (name.to_owned(), other.to_owned());
                        self.notices.push(FileNote::UnknownElement { name, element });
                    }
                    continue;
                }
            };
            nodes.push(node_of(element, what, &mut self.notices));
        }
        Ok(nodes)
    }

    /// Masks and hints, which stand outside the stack.
    fn aids_of(&mut self, aids: &Element) -> Result<Vec<(Node, Vec<usize>)>, LayeredError> {
        self.layers += aids.children.len();
        if self.layers > MAX_LAYERS {
            return Err(too_many_layers());
        }
        let mut nodes = Vec::new();
        for element in &aids.children {
            let piece = piece_of(element, offset_of(element));
            let what = match element.name.as_str() {
                "brushfire:mask" => What::Mask(piece),
                "brushfire:hint" => What::Hint(piece, HintElement::of(element)),
                _ => continue,
            };
            let place = element.get("place").unwrap_or_default().split('/').map_while(number).collect();
            nodes.push((node_of(element, what, &mut self.notices), place));
        }
        Ok(nodes)
    }

    /// Whether a group is composited by itself: OpenRaster's default is "auto", which is not, unless opacity or blend mode
    /// make it so.
    fn is_isolated(&self, group: &Element) -> bool {
        let is_said = match group.get("isolation") {
            Some(isolation) => isolation == "isolate",
            None => self.groups_are_isolated,
        };
        is_said
            || opacity_of(group) < 1.0
            || group.get("composite-op").is_some_and(|operator| operator != "svg:src-over")
    }
}

fn too_many_layers() -> LayeredError {
    LayeredError::damaged(format!("stack.xml has more than {MAX_LAYERS} layers"))
}

/// The picture of an element, where it has one.
fn piece_of(element: &Element, offset: [i64; 2]) -> Option<Piece> {
    element.get("src").map(|entry| Piece { entry: entry.to_owned(), offset })
}

/// Pixels of an inch; what makes no sense is left out.
fn density_of(image: &Element) -> Option<[u32; 2]> {
    let side = |name| image.get(name).and_then(number::<f64>).filter(|value| (1.0..=1e6).contains(value));
    Some([side("xres")?.round() as u32, side("yres")?.round() as u32])
}

fn node_of(element: &Element, what: What, notices: &mut Vec<FileNote>) -> Node {
    let name = element.get("name").unwrap_or_default();
    let operator = element.get("composite-op").unwrap_or("svg:src-over");
    let mode = BlendMode::from_ora_name(operator);
    if mode.is_none() {
        let is_it = |note: &FileNote| matches!(note, FileNote::UnknownBlend { mode, .. } if mode == operator);
        // MyPaint gives every layer its own mixing of pigments: to say it once is enough.
        if !notices.iter().any(is_it) {
            notices.push(FileNote::UnknownBlend { layer: name.to_owned(), mode: operator.to_owned() });
        }
    }
    let mode = mode.unwrap_or_default();
    let is_atop = mode == BlendMode::SourceAtop;
    let mut props = LayerProps {
        visible: element.get("visibility") != Some("hidden"),
        opacity: opacity_of(element),
        locked: element.is_true("edit-locked"),
        alpha_locked: element.is_true("brushfire:alpha-locked"),
        clipped: element.is_true("brushfire:clipped"),
        blend: if is_atop { BlendMode::Normal } else { mode },
        ..LayerProps::named(name)
    };
    if let Some(tint) = element.get("brushfire:tint").and_then(color_of) {
        props.tint = tint;
    }
    props.mask_use = mask_use_of(element);
    if let Some(control) =
        element.get("brushfire:control").and_then(|json| serde_json::from_str::<HintControl>(json).ok())
    {
        props.control = control.in_range();
    }
    let keeps_alpha = is_atop || element.is_true("alpha-preserve");
    let is_selected = element.is_true("selected");
    Node { props, keeps_alpha, is_selected, what }
}

fn mask_use_of(element: &Element) -> MaskUse {
    match element.get("brushfire:use") {
        Some("context") => MaskUse::Context,
        Some("region") => {
            let strength = element.get("brushfire:strength").and_then(number::<f32>).filter(|share| share.is_finite());
            let prompt = element.get("brushfire:prompt").unwrap_or_default().to_owned();
            MaskUse::Region { prompt, strength: strength.unwrap_or(1.0).clamp(0.0, 1.0) }
        }
        _ => MaskUse::Repaint,
    }
}

fn opacity_of(element: &Element) -> f32 {
    let opacity = element.get("opacity").and_then(number::<f32>).filter(|opacity| opacity.is_finite());
    opacity.unwrap_or(1.0).clamp(0.0, 1.0)
}

fn offset_of(element: &Element) -> [i64; 2] {
    ["x", "y"].map(|axis| {
        // Some programs write "3.0"; `as` saturates. Nothing lies further out than the largest layer is wide.
        let far = 1 << 24;
        (element.get(axis).and_then(number::<f64>).unwrap_or_default().round() as i64).clamp(-far, far)
    })
}

fn number<T: FromStr>(text: &str) -> Option<T> {
    text.trim().parse().ok()
}

/// `#rrggbb`.
fn color_of(text: &str) -> Option<[u8; 3]> {
    let number = u32::from_str_radix(text.strip_prefix('#').filter(|digits| digits.len() == 6)?, 16).ok()?;
    let [_, red, green, blue] = number.to_be_bytes();
    Some([red, green, blue])
}

#[cfg(test)]
mod tests {
    use super::super::xml;
    use super::*;

    fn stack(text: &str) -> Result<Stack, LayeredError> {
        Stack::of(&xml::parse(text).unwrap())
    }

    #[test]
    fn layers_come_lowest_first_with_their_properties() {
        let stack = stack(
            "<image w='64' h='32' version='0.0.3'><stack x='2' y='3'>
               <layer name='top' src='data/1.png' composite-op='svg:multiply' opacity='0.5' visibility='hidden' x='5' y='-7'/>
               <stack name='group' isolation='isolate' x='10'><layer src='data/2.png' edit-locked='true' selected='true' y='1.0'/></stack>
             </stack></image>",
        )
        .unwrap();
        assert_eq!((stack.size.width(), stack.size.height(), stack.is_ours), (64, 32, false));
        let [group, top] = stack.nodes.as_slice() else { panic!("{} layers", stack.nodes.len()) };
        assert_eq!((top.props.name.as_str(), top.props.blend, top.props.opacity), ("top", BlendMode::Multiply, 0.5));
        assert!(!top.props.visible && !top.is_selected && !top.keeps_alpha);
        assert!(matches!(&top.what, What::Paint(piece) if piece.offset == [7, -4] && piece.entry == "data/1.png"));
        let What::Group { nodes, clips: false, is_isolated: true } = &group.what else { panic!("no group") };
        assert!(nodes[0].props.locked && nodes[0].is_selected);
        assert!(matches!(&nodes[0].what, What::Paint(piece) if piece.offset == [12, 4]));
        assert!(stack.notices.is_empty());
    }

    #[test]
    fn what_is_not_known_is_told() {
        let stack = stack(
            "<image w='4' h='4'><stack><filter type='applications:krita:blur' name='soft'/><text/>
             <layer name='odd' src='a.png' composite-op='krita:hard mix'/>
             <stack name='through'><layer src='b.png' composite-op='svg:screen'/></stack></stack></image>",
        )
        .unwrap();
        assert_eq!(stack.nodes.len(), 2);
        let notices = stack.notices.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        for part in ["“soft” is a filter", "“odd” blends by “krita:hard mix”"] {
            assert!(notices.contains(part), "{notices}");
        }
        assert!(matches!(stack.nodes[0].what, What::Group { is_isolated: true, .. }), "as GIMP means it");
    }

    #[test]
    fn groups_that_say_nothing_are_not_composited_by_themselves_but_in_files_without_a_version() {
        let is_isolated = |version: &str, attributes: &str| {
            let text = format!("<image w='4' h='4' {version}><stack><stack {attributes}/></stack></image>");
            matches!(stack(&text).unwrap().nodes[0].what, What::Group { is_isolated: true, .. })
        };
        assert!(is_isolated("", "") && is_isolated("", "isolation='isolate'") && !is_isolated("", "isolation='auto'"));
        assert!(!is_isolated("version='0.0.5'", "") && is_isolated("version='0.0.5'", "opacity='0.5'"));
    }

    #[test]
    fn the_size_on_paper_is_known_where_it_makes_sense() {
        let density = |attributes: &str| {
            stack(&format!("<image w='4' h='4' {attributes}><stack/></image>")).unwrap().pixels_per_inch
        };
        assert_eq!(density("xres='300' yres='150.4'"), Some([300, 150]));
        for nonsense in ["", "xres='300'", "xres='0' yres='0'", "xres='-1' yres='5'", "xres='NaN' yres='inf'"] {
            assert_eq!(density(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn sizes_that_make_no_sense_are_refused() {
        for (w, h) in
            [("0", "5"), ("-3", "5"), ("99999999999", "5"), ("NaN", "5"), ("five", "5"), ("inf", "1"), ("16385", "1")]
        {
            let text = format!("<image w='{w}' h='{h}'><stack/></image>");
            assert!(stack(&text).is_err(), "{w} x {h}");
        }
        for text in [
            "<image h='3'><stack/></image>",
            "<image w='3' h='3'/>",
            "<svg w='3' h='3'><stack/></svg>",
            "<image w='3' h='3'><stack><layer name='x'/></stack></image>",
        ] {
            assert!(stack(text).is_err(), "{text}");
        }
    }
}
