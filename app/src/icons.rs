//! The icons, from Lucide (ISC, see `assets/icons/NOTICE.md`), compiled into the program.

use egui::{Context, IconData, Image, Vec2};

use crate::theme::ICON_SIZE;

/// One icon of the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icon {
    uri: &'static str,
    svg: &'static str,
}

impl Icon {
    /// The icon as an image of [`ICON_SIZE`], white until it is tinted.
    pub fn image(self) -> Image<'static> {
        self.image_of(ICON_SIZE)
    }

    /// The icon as an image of so many points.
    pub fn image_of(self, size: f32) -> Image<'static> {
        Image::from_uri(self.uri).fit_to_exact_size(Vec2::splat(size))
    }
}

/// Makes the icons known to `ctx`. Lucide draws in the text's colour; here a tint colours them, so they are loaded
/// white.
pub fn install(ctx: &Context) {
    egui_extras::install_image_loaders(ctx);
    for icon in ALL {
        let svg = icon.svg.replace("currentColor", "#ffffff");
        ctx.include_bytes(icon.uri, svg.into_bytes());
    }
}

/// The window's icon; none if it cannot be drawn, for a program without an icon is still one.
#[must_use]
pub fn of_window() -> Option<IconData> {
    let svg = include_bytes!("../../assets/icons/brushfire.svg");
    let image = egui_extras::image::load_svg_bytes(svg, &Default::default()).ok()?;
    let rgba = image.pixels.iter().flat_map(egui::Color32::to_srgba_unmultiplied).collect();
    Some(IconData { rgba, width: image.width() as u32, height: image.height() as u32 })
}

macro_rules! icons {
    ($($name:ident = $file:literal),* $(,)?) => {
        $(
            pub const $name: Icon = Icon {
                uri: concat!("bytes://icons/", $file, ".svg"),
                svg: include_str!(concat!("../../assets/icons/", $file, ".svg")),
            };
        )*
        const ALL: &[Icon] = &[$($name),*];
    };
}

icons! {
    ADD_MASK = "venetian-mask",
    ALPHA_LOCK = "grid-2x2",
    ARROWS_LEFT_RIGHT = "arrow-left-right",
    ARROW_DOWN_TO_LINE = "arrow-down-to-line",
    BLEND = "blend",
    BOOKMARK_PLUS = "bookmark-plus",
    BRUSH = "brush",
    BRUSH_CLEANING = "brush-cleaning",
    CHECK = "check",
    CHEVRON_DOWN = "chevron-down",
    CHEVRON_RIGHT = "chevron-right",
    CIRCLE_DASHED = "circle-dashed",
    CIRCLE_HELP = "circle-help",
    CLIP = "corner-left-down",
    CLIPBOARD_PASTE = "clipboard-paste",
    CONTRAST = "contrast",
    COPY = "copy",
    COPY_PLUS = "copy-plus",
    CPU = "cpu",
    CROP = "crop",
    DICES = "dices",
    ERASER = "eraser",
    EXPAND = "expand",
    EYE = "eye",
    EYE_OFF = "eye-off",
    FILE_PLUS = "file-plus",
    // Lucide names them by the axis.
    FLIP_HORIZONTALLY = "flip-vertical-2",
    FLIP_VERTICALLY = "flip-horizontal-2",
    FOLDER = "folder",
    FOLDER_OPEN = "folder-open",
    FOLDER_PLUS = "folder-plus",
    FRAME = "frame",
    GRIP = "grip-vertical",
    GROUP = "group",
    HAND = "hand",
    HAND_GRAB = "hand-grab",
    HAND_SIGN = "hand-metal",
    HIGHLIGHTER = "highlighter",
    HISTORY = "history",
    IMAGE = "image",
    IMAGE_DOWN = "image-down",
    IMAGE_MINUS = "image-minus",
    IMAGE_PLUS = "image-plus",
    IMAGE_UPSCALE = "image-upscale",
    INFO = "info",
    KEYBOARD = "keyboard",
    LASSO = "lasso",
    LAYERS = "layers",
    LAYERS_2 = "layers-2",
    LAYOUT = "layout-dashboard",
    LAYOUT_GRID = "layout-grid",
    LINK = "link-2",
    LOCK = "lock",
    LOCK_OPEN = "lock-open",
    LOG_OUT = "log-out",
    MAXIMIZE = "maximize",
    MOVE = "move",
    PAINT_BUCKET = "paint-bucket",
    PALETTE = "palette",
    PENTAGON = "pentagon",
    PERSON = "person-standing",
    PERSON_PLUS = "user-round-plus",
    PENCIL_LINE = "pencil-line",
    PIPETTE = "pipette",
    PLUS = "plus",
    REDO = "redo-2",
    REFRESH = "refresh-cw",
    ROTATE_CCW = "rotate-ccw",
    ROTATE_CW = "rotate-cw",
    SAVE = "save",
    SCALING = "scaling",
    SCAN = "scan",
    SCAN_EYE = "scan-eye",
    SCISSORS = "scissors",
    SCAN_LINE = "scan-line",
    SEARCH = "search",
    SETTINGS = "settings",
    SMILE = "smile",
    SPARKLES = "sparkles",
    SQUARE = "square",
    SQUARES_INTERSECT = "squares-intersect",
    SQUARES_SUBTRACT = "squares-subtract",
    SQUARES_UNITE = "squares-unite",
    SQUARE_DASHED = "square-dashed",
    STAMP = "stamp",
    STEP_FORWARD = "step-forward",
    SUN_MOON = "sun-moon",
    TRASH = "trash-2",
    TRIANGLE_ALERT = "triangle-alert",
    UNDO = "undo-2",
    UNGROUP = "ungroup",
    UNLINK = "unlink-2",
    WAND = "wand",
    X = "x",
    ZOOM_IN = "zoom-in",
    ZOOM_OUT = "zoom-out",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_has_an_icon() {
        let icon = of_window().unwrap();
        assert_eq!((icon.width, icon.height, icon.rgba.len()), (128, 128, 128 * 128 * 4));
        assert_eq!(icon.rgba[..4], [0; 4], "its corners are round");
    }

    #[test]
    fn every_icon_is_a_drawing_in_the_text_colour() {
        for icon in ALL {
            assert!(icon.svg.contains("<svg") && icon.svg.contains("currentColor"), "{}", icon.uri);
        }
    }
}
