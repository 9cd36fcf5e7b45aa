//! The table: every command, in its menu's order.
//!
//! Its words stand in `assets/locales`, under `command-` and the command's key. Shortcuts are Krita's where it has the
//! same command; where they differ, the reason is said beside them.

use brushfire_engine::HintKind;
use egui::{Key, KeyboardShortcut, Modifiers};

use super::{
    Command, HintCommand, ImageCommand, InpaintCommand, LayerCommand, Menu, PoseCommand, RefineKind, SelectionCommand,
};
use crate::canvas::{MaskView, Tool};
use crate::document::transform::Turn;
use crate::icons::{self, Icon};
use crate::panels::PanelKind;

/// What is known of a command wherever it appears.
pub struct CommandInfo {
    pub command: Command,
    pub menu: Menu,
    /// Names it in settings and, after `command-`, in the languages' files.
    pub key: &'static str,
    /// Starts a new group in its menu.
    pub starts_group: bool,
    pub icon: Option<Icon>,
    /// Any of them; the first is shown. What the painter changed stands in [`super::Keymap`].
    pub default_shortcuts: &'static [KeyboardShortcut],
    /// Whether the shortcut works while a text is being typed.
    pub while_typing: bool,
    /// Can be asked for at certain moments only (during a run, while a result waits); then it goes before others with
    /// the same shortcut.
    pub at_moments: bool,
}

const fn key(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn ctrl_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key)
}

const fn ctrl_alt(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::ALT), key)
}

const fn image(
    command: ImageCommand,
    key: &'static str,
    default_shortcuts: &'static [KeyboardShortcut],
) -> CommandInfo {
    entry(Menu::Image, Command::Image(command), key, default_shortcuts)
}

const fn inpaint(
    menu: Menu,
    command: InpaintCommand,
    key: &'static str,
    default_shortcuts: &'static [KeyboardShortcut],
) -> CommandInfo {
    entry(menu, Command::Inpaint(command), key, default_shortcuts)
}

const fn turn_layer(turn: Turn, key: &'static str) -> CommandInfo {
    entry(Menu::Layer, Command::Image(ImageCommand::TurnLayer(turn)), key, &[])
}

const fn layer(
    command: LayerCommand,
    key: &'static str,
    default_shortcuts: &'static [KeyboardShortcut],
) -> CommandInfo {
    entry(Menu::Layer, Command::Layer(command), key, default_shortcuts)
}

const fn pose(command: PoseCommand, key: &'static str, default_shortcuts: &'static [KeyboardShortcut]) -> CommandInfo {
    entry(Menu::People, Command::Pose(command), key, default_shortcuts)
}

const fn selection(
    menu: Menu,
    command: SelectionCommand,
    key: &'static str,
    default_shortcuts: &'static [KeyboardShortcut],
) -> CommandInfo {
    entry(menu, Command::Selection(command), key, default_shortcuts)
}

const fn refine(kind: RefineKind, key: &'static str, default_shortcuts: &'static [KeyboardShortcut]) -> CommandInfo {
    selection(Menu::Select, SelectionCommand::Refine(kind), key, default_shortcuts)
}

const fn refine_mask(kind: RefineKind, key: &'static str) -> CommandInfo {
    selection(Menu::Mask, SelectionCommand::RefineMask(kind), key, &[])
}

const fn add_hint(kind: HintKind, key: &'static str) -> CommandInfo {
    entry(Menu::Control, Command::Hint(HintCommand::Add(kind)), key, &[])
}

const fn tool(
    tool: Tool,
    key: &'static str,
    icon: Icon,
    default_shortcuts: &'static [KeyboardShortcut],
) -> CommandInfo {
    entry(Menu::Tools, Command::UseTool(tool), key, default_shortcuts).icon(icon)
}

const fn entry(
    menu: Menu,
    command: Command,
    key: &'static str,
    default_shortcuts: &'static [KeyboardShortcut],
) -> CommandInfo {
    CommandInfo {
        command,
        menu,
        key,
        starts_group: false,
        icon: None,
        default_shortcuts,
        while_typing: false,
        at_moments: false,
    }
}

impl CommandInfo {
    const fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    const fn starts_group(mut self) -> Self {
        self.starts_group = true;
        self
    }

    const fn while_typing(mut self) -> Self {
        self.while_typing = true;
        self
    }

    const fn at_moments(mut self) -> Self {
        self.at_moments = true;
        self
    }
}

/// Every command, in its menu's order.
pub const COMMANDS: &[CommandInfo] = &[
    entry(Menu::File, Command::NewCanvas, "new-canvas", &[ctrl(Key::N)]).icon(icons::FILE_PLUS).while_typing(),
    entry(Menu::File, Command::Open, "open", &[ctrl(Key::O)]).icon(icons::FOLDER_OPEN).while_typing(),
    entry(Menu::File, Command::Save, "save", &[ctrl(Key::S)]).icon(icons::SAVE).starts_group().while_typing(),
    entry(Menu::File, Command::SaveAs, "save-as", &[ctrl_shift(Key::S)]).icon(icons::IMAGE_DOWN).while_typing(),
    entry(Menu::File, Command::ClosePicture, "close-picture", &[ctrl(Key::W)])
        .icon(icons::X)
        .starts_group()
        .while_typing(),
    entry(Menu::File, Command::Quit, "quit", &[ctrl(Key::Q)]).icon(icons::LOG_OUT).while_typing(),
    //
    entry(Menu::Edit, Command::Undo, "undo", &[ctrl(Key::Z)]).icon(icons::UNDO),
    entry(Menu::Edit, Command::Redo, "redo", &[ctrl_shift(Key::Z), ctrl(Key::Y)]).icon(icons::REDO),
    selection(Menu::Edit, SelectionCommand::Cut, "cut", &[ctrl(Key::X)]).starts_group(),
    selection(Menu::Edit, SelectionCommand::Copy, "copy", &[ctrl(Key::C)]).icon(icons::COPY),
    selection(Menu::Edit, SelectionCommand::Paste, "paste", &[ctrl(Key::V)]).icon(icons::CLIPBOARD_PASTE),
    entry(Menu::Edit, Command::CopyPicture, "copy-picture", &[ctrl_shift(Key::C)]),
    entry(Menu::Edit, Command::PastePicture, "paste-picture", &[ctrl_shift(Key::N)]),
    entry(Menu::Edit, Command::CommandPalette, "command-palette", &[ctrl(Key::K)])
        .icon(icons::SEARCH)
        .starts_group()
        .while_typing(),
    entry(Menu::Edit, Command::Settings, "settings", &[ctrl(Key::Comma)]).icon(icons::SETTINGS).while_typing(),
    //
    entry(Menu::View, Command::ZoomIn, "zoom-in", &[ctrl(Key::Plus), ctrl(Key::Equals), ctrl_shift(Key::Plus)])
        .icon(icons::ZOOM_IN),
    entry(Menu::View, Command::ZoomOut, "zoom-out", &[ctrl(Key::Minus)]).icon(icons::ZOOM_OUT),
    entry(Menu::View, Command::ZoomToFit, "zoom-to-fit", &[key(Key::Num2)]).icon(icons::MAXIMIZE),
    entry(Menu::View, Command::ActualSize, "actual-size", &[key(Key::Num1), ctrl(Key::Num0), ctrl(Key::Num1)])
        .icon(icons::SCAN),
    entry(Menu::View, Command::RotateLeft, "rotate-left", &[key(Key::Num4)]).starts_group(),
    entry(Menu::View, Command::RotateRight, "rotate-right", &[key(Key::Num6)]),
    entry(Menu::View, Command::ResetRotation, "reset-rotation", &[key(Key::Num5)]),
    entry(Menu::View, Command::MirrorView, "mirror-view", &[key(Key::M)]),
    entry(Menu::View, Command::ShowRulers, "show-rulers", &[]).starts_group(),
    entry(Menu::View, Command::ShowGrid, "show-grid", &[ctrl_shift(Key::Quote)]),
    // The painted mask is shown and hidden as Krita's selection is.
    entry(Menu::View, Command::ShowMask, "show-mask", &[ctrl(Key::H)]).icon(icons::EYE).starts_group(),
    inpaint(Menu::View, InpaintCommand::ShowPlan, "show-plan", &[]).icon(icons::SCAN_EYE),
    entry(Menu::View, Command::ShowMaskAs(MaskView::Tint), "mask-view-tint", &[]),
    entry(Menu::View, Command::ShowMaskAs(MaskView::Outline), "mask-view-outline", &[]),
    entry(Menu::View, Command::ShowMaskAs(MaskView::BlackAndWhite), "mask-view-black-and-white", &[]),
    entry(Menu::View, Command::ShowMaskAs(MaskView::Isolated), "mask-view-isolated", &[]),
    //
    image(ImageCommand::ImageSize, "image-size", &[ctrl_alt(Key::I)]).icon(icons::IMAGE_UPSCALE),
    image(ImageCommand::CanvasSize, "canvas-size", &[ctrl_alt(Key::C)]).icon(icons::FRAME),
    inpaint(Menu::Image, InpaintCommand::ExtendCanvas, "extend-canvas", &[]).icon(icons::IMAGE_PLUS),
    image(ImageCommand::CropToSelection, "crop-to-selection", &[]).icon(icons::CROP),
    image(ImageCommand::Turn(Turn::Clockwise), "rotate-image-right", &[]).icon(icons::ROTATE_CW).starts_group(),
    image(ImageCommand::Turn(Turn::Counterclockwise), "rotate-image-left", &[]),
    image(ImageCommand::Turn(Turn::Half), "rotate-image-half", &[]),
    image(ImageCommand::TurnFreely, "turn-image-freely", &[]),
    image(ImageCommand::Turn(Turn::FlipHorizontally), "flip-image-horizontally", &[]).icon(icons::FLIP_HORIZONTALLY),
    image(ImageCommand::Turn(Turn::FlipVertically), "flip-image-vertically", &[]).icon(icons::FLIP_VERTICALLY),
    //
    layer(LayerCommand::AddPaint, "add-paint-layer", &[key(Key::Insert)]).icon(icons::PLUS),
    layer(LayerCommand::AddMask, "add-mask", &[]).icon(icons::ADD_MASK),
    layer(LayerCommand::Duplicate, "duplicate-layer", &[ctrl(Key::J)]).icon(icons::COPY_PLUS).starts_group(),
    layer(LayerCommand::MergeDown, "merge-down", &[ctrl(Key::E)]).icon(icons::ARROW_DOWN_TO_LINE),
    layer(LayerCommand::Flatten, "flatten", &[ctrl_shift(Key::E)]).icon(icons::LAYERS_2),
    layer(LayerCommand::Remove, "remove-layer", &[shift(Key::Delete)]).icon(icons::TRASH),
    layer(LayerCommand::Rename, "rename-layer", &[key(Key::F2)]),
    layer(LayerCommand::Group, "group-layer", &[ctrl(Key::G)]).icon(icons::FOLDER_PLUS).starts_group(),
    layer(LayerCommand::Ungroup, "ungroup", &[ctrl_alt(Key::G)]).icon(icons::UNGROUP),
    layer(LayerCommand::MoveUp, "move-layer-up", &[ctrl(Key::PageUp)]).starts_group(),
    layer(LayerCommand::MoveDown, "move-layer-down", &[ctrl(Key::PageDown)]),
    layer(LayerCommand::ChooseAbove, "choose-layer-above", &[key(Key::PageUp)]),
    layer(LayerCommand::ChooseBelow, "choose-layer-below", &[key(Key::PageDown)]),
    turn_layer(Turn::FlipHorizontally, "flip-layer-horizontally").starts_group(),
    turn_layer(Turn::FlipVertically, "flip-layer-vertically"),
    turn_layer(Turn::Clockwise, "rotate-layer-right"),
    turn_layer(Turn::Counterclockwise, "rotate-layer-left"),
    turn_layer(Turn::Half, "rotate-layer-half"),
    layer(LayerCommand::ShowOrHide, "show-layer", &[]).icon(icons::EYE).starts_group(),
    layer(LayerCommand::Lock, "lock-layer", &[]).icon(icons::LOCK),
    layer(LayerCommand::LockAlpha, "lock-alpha", &[]).icon(icons::ALPHA_LOCK),
    layer(LayerCommand::Clip, "clip-layer", &[]).icon(icons::CLIP),
    //
    selection(Menu::Select, SelectionCommand::All, "select-all", &[ctrl(Key::A)]).icon(icons::SQUARE_DASHED),
    selection(Menu::Select, SelectionCommand::None, "deselect", &[ctrl_shift(Key::A)]),
    selection(Menu::Select, SelectionCommand::Invert, "invert-selection", &[ctrl_shift(Key::I)]).icon(icons::CONTRAST),
    selection(Menu::Select, SelectionCommand::Opaque, "select-opaque", &[]).starts_group(),
    selection(Menu::Select, SelectionCommand::FromMask, "select-mask", &[]),
    selection(Menu::Select, SelectionCommand::ColorRange, "select-color-range", &[]).icon(icons::PALETTE),
    refine(RefineKind::Feather, "feather-selection", &[shift(Key::F6)]).starts_group(),
    refine(RefineKind::Blur, "blur-selection", &[]),
    refine(RefineKind::Grow, "grow-selection", &[]),
    refine(RefineKind::Shrink, "shrink-selection", &[]),
    refine(RefineKind::Border, "border-selection", &[]),
    refine(RefineKind::Smooth, "smooth-selection", &[]),
    refine(RefineKind::FillHoles, "fill-holes-in-selection", &[]),
    selection(Menu::Select, SelectionCommand::Fill, "fill-selection", &[shift(Key::Backspace)])
        .icon(icons::PAINT_BUCKET)
        .starts_group(),
    selection(Menu::Select, SelectionCommand::Clear, "clear-selection", &[key(Key::Delete)]).icon(icons::ERASER),
    //
    // Ctrl+A selects, as everywhere.
    entry(Menu::Mask, Command::MaskEverything, "mask-everything", &[]).icon(icons::SQUARE),
    entry(Menu::Mask, Command::InvertMask, "invert-mask", &[ctrl(Key::I)]).icon(icons::CONTRAST),
    entry(Menu::Mask, Command::ClearMask, "clear-mask", &[ctrl(Key::D)]).icon(icons::TRASH),
    selection(Menu::Mask, SelectionCommand::MaskFromSelection, "mask-from-selection", &[])
        .icon(icons::SQUARE_DASHED)
        .starts_group(),
    selection(Menu::Mask, SelectionCommand::MaskFromOpaque, "mask-from-opaque", &[]),
    selection(Menu::Mask, SelectionCommand::MaskColorRange, "mask-from-color-range", &[]).icon(icons::PALETTE),
    refine_mask(RefineKind::Feather, "feather-mask").starts_group(),
    refine_mask(RefineKind::Blur, "blur-mask"),
    refine_mask(RefineKind::Grow, "grow-mask"),
    refine_mask(RefineKind::Shrink, "shrink-mask"),
    refine_mask(RefineKind::Border, "border-mask"),
    refine_mask(RefineKind::Smooth, "smooth-mask"),
    refine_mask(RefineKind::FillHoles, "fill-holes-in-mask"),
    inpaint(Menu::Mask, InpaintCommand::AddRegion, "add-region", &[]).icon(icons::ADD_MASK).starts_group(),
    inpaint(Menu::Mask, InpaintCommand::RemoveMasked, "remove-masked", &[shift(Key::R)])
        .icon(icons::IMAGE_MINUS)
        .starts_group(),
    inpaint(Menu::Mask, InpaintCommand::FillLikeSelection, "fill-like-selection", &[]).icon(icons::STAMP),
    inpaint(Menu::Mask, InpaintCommand::ReplaceBackground, "replace-background", &[]).icon(icons::IMAGE),
    inpaint(Menu::Mask, InpaintCommand::ForgetContext, "forget-context", &[]).icon(icons::SCAN),
    //
    entry(Menu::Control, Command::Hint(HintCommand::Sketch), "sketch-hint", &[key(Key::S)]).icon(icons::PENCIL_LINE),
    entry(Menu::Control, Command::Hint(HintCommand::FromPicture), "hint-from-picture", &[]).icon(icons::SCAN_LINE),
    add_hint(HintKind::Scribble, "add-scribble-hint").starts_group(),
    add_hint(HintKind::LineArt, "add-line-art-hint"),
    add_hint(HintKind::SoftEdge, "add-soft-edge-hint"),
    add_hint(HintKind::Canny, "add-canny-hint"),
    add_hint(HintKind::Lines, "add-lines-hint"),
    add_hint(HintKind::Depth, "add-depth-hint"),
    add_hint(HintKind::Normal, "add-normal-hint"),
    add_hint(HintKind::Pose, "add-pose-hint"),
    add_hint(HintKind::Segmentation, "add-segmentation-hint"),
    add_hint(HintKind::Colors, "add-colors-hint"),
    add_hint(HintKind::Tile, "add-tile-hint"),
    add_hint(HintKind::Blur, "add-blur-hint"),
    add_hint(HintKind::Inpaint, "add-inpaint-hint"),
    //
    entry(Menu::Tools, Command::UseTool(Tool::MaskBrush), "mask-brush", &[key(Key::B)]).icon(icons::HIGHLIGHTER),
    entry(Menu::Tools, Command::UseTool(Tool::MaskEraser), "mask-eraser", &[key(Key::E)]).icon(icons::ERASER),
    entry(Menu::Tools, Command::UseTool(Tool::ColorBrush), "paint-brush", &[key(Key::P)]).icon(icons::BRUSH),
    tool(Tool::Eraser, "eraser", icons::BRUSH_CLEANING, &[shift(Key::E)]),
    tool(Tool::Fill, "fill-tool", icons::PAINT_BUCKET, &[key(Key::F)]),
    tool(Tool::Gradient, "gradient-tool", icons::BLEND, &[key(Key::G)]),
    tool(Tool::Picker, "picker-tool", icons::PIPETTE, &[key(Key::I)]),
    tool(Tool::RectangleSelect, "rectangle-select", icons::SQUARE_DASHED, &[ctrl(Key::R)]).starts_group(),
    tool(Tool::EllipseSelect, "ellipse-select", icons::CIRCLE_DASHED, &[]),
    tool(Tool::LassoSelect, "lasso-select", icons::LASSO, &[key(Key::L)]),
    tool(Tool::PolygonSelect, "polygon-select", icons::PENTAGON, &[]),
    tool(Tool::Wand, "wand", icons::WAND, &[key(Key::W)]),
    tool(Tool::Subject, "subject-tool", icons::SCISSORS, &[]),
    tool(Tool::Move, "move-tool", icons::MOVE, &[key(Key::T)]).starts_group(),
    tool(Tool::Transform, "transform-tool", icons::SCALING, &[ctrl(Key::T)]),
    tool(Tool::Crop, "crop-tool", icons::CROP, &[key(Key::C)]),
    tool(Tool::Pose, "pose-tool", icons::PERSON, &[key(Key::O)]),
    entry(Menu::Tools, Command::UseTool(Tool::Hand), "hand", &[key(Key::H)]).icon(icons::HAND),
    entry(Menu::Tools, Command::BiggerBrush, "bigger-brush", &[key(Key::CloseBracket)]).starts_group(),
    entry(Menu::Tools, Command::SmallerBrush, "smaller-brush", &[key(Key::OpenBracket)]),
    entry(
        Menu::Tools,
        Command::HarderBrush,
        "harder-brush",
        &[shift(Key::CloseBracket), shift(Key::CloseCurlyBracket)],
    ),
    entry(Menu::Tools, Command::SofterBrush, "softer-brush", &[shift(Key::OpenBracket), shift(Key::OpenCurlyBracket)]),
    entry(Menu::Tools, Command::SwapColors, "swap-colors", &[key(Key::X)])
        .icon(icons::ARROWS_LEFT_RIGHT)
        .starts_group(),
    entry(Menu::Tools, Command::ResetColors, "reset-colors", &[key(Key::D)]),
    //
    pose(PoseCommand::Place, "pose-place", &[]).icon(icons::PERSON),
    pose(PoseCommand::Mirror, "pose-mirror", &[]).icon(icons::FLIP_HORIZONTALLY),
    pose(PoseCommand::Duplicate, "pose-duplicate", &[]).icon(icons::COPY_PLUS),
    pose(PoseCommand::Delete, "pose-delete", &[key(Key::Delete), key(Key::Backspace)]).icon(icons::TRASH).at_moments(),
    pose(PoseCommand::Hands, "pose-hands", &[]).icon(icons::HAND_GRAB),
    pose(PoseCommand::Face, "pose-face", &[]).icon(icons::SMILE),
    pose(PoseCommand::Complete, "pose-complete", &[]).icon(icons::PERSON_PLUS),
    pose(PoseCommand::NextJoint, "pose-next-joint", &[key(Key::N)]).starts_group().at_moments(),
    pose(PoseCommand::NextPerson, "pose-next-person", &[shift(Key::N)]).at_moments(),
    pose(PoseCommand::Import, "pose-import", &[]).icon(icons::FOLDER_OPEN).starts_group(),
    pose(PoseCommand::Export, "pose-export", &[]).icon(icons::SAVE),
    //
    entry(Menu::Generate, Command::Generate, "generate", &[ctrl(Key::Enter)]).icon(icons::SPARKLES).while_typing(),
    entry(Menu::Generate, Command::GenerateVariations, "generate-variations", &[ctrl_shift(Key::Enter)])
        .icon(icons::LAYOUT_GRID)
        .while_typing(),
    entry(Menu::Generate, Command::Cancel, "cancel", &[key(Key::Escape)]).icon(icons::X).while_typing().at_moments(),
    entry(Menu::Generate, Command::KeepPreview, "keep-preview", &[key(Key::K)]).icon(icons::BOOKMARK_PLUS).at_moments(),
    inpaint(Menu::Generate, InpaintCommand::ContinueFromStep, "continue-from-step", &[])
        .icon(icons::STEP_FORWARD)
        .at_moments(),
    inpaint(Menu::Generate, InpaintCommand::FinishStep, "finish-step", &[]),
    entry(Menu::Generate, Command::TweakWhileRunning, "tweak-while-running", &[]),
    entry(Menu::Generate, Command::Accept, "accept", &[key(Key::Enter)]).icon(icons::CHECK).starts_group().at_moments(),
    entry(Menu::Generate, Command::AcceptAsLayers, "accept-as-layers", &[]).icon(icons::LAYERS),
    entry(Menu::Generate, Command::Reroll, "reroll", &[key(Key::R)]).icon(icons::REFRESH).at_moments(),
    entry(Menu::Generate, Command::Reject, "reject", &[key(Key::Delete), key(Key::Backspace), key(Key::Escape)])
        .icon(icons::X)
        .at_moments(),
    entry(Menu::Generate, Command::ShowVariations, "show-variations", &[key(Key::V)]).starts_group().at_moments(),
    entry(Menu::Generate, Command::NewerResult, "newer-result", &[key(Key::Comma)]).at_moments(),
    entry(Menu::Generate, Command::OlderResult, "older-result", &[key(Key::Period)]).at_moments(),
    entry(Menu::Generate, Command::RollSeed, "roll-seed", &[]).icon(icons::DICES).starts_group(),
    //
    entry(Menu::Window, Command::ShowPanel(PanelKind::Prompt), "show-prompt-panel", &[]),
    entry(Menu::Window, Command::ShowPanel(PanelKind::Generation), "show-generation-panel", &[]),
    entry(Menu::Window, Command::ShowPanel(PanelKind::Inpainting), "show-inpainting-panel", &[]),
    entry(Menu::Window, Command::ShowPanel(PanelKind::Control), "show-control-panel", &[]),
    entry(Menu::Window, Command::ShowPanel(PanelKind::Brushes), "show-brushes-panel", &[]),
    entry(Menu::Window, Command::ShowPanel(PanelKind::Color), "show-color-panel", &[]).icon(icons::PALETTE),
    entry(Menu::Window, Command::ShowPanel(PanelKind::Layers), "show-layers-panel", &[]).icon(icons::LAYERS),
    entry(Menu::Window, Command::ShowPanel(PanelKind::History), "show-history-panel", &[]).icon(icons::HISTORY),
    entry(Menu::Window, Command::ShowPanel(PanelKind::Navigator), "show-navigator-panel", &[]),
    entry(Menu::Window, Command::ShowPanel(PanelKind::Results), "show-results-panel", &[]),
    entry(Menu::Window, Command::ShowPanel(PanelKind::Hands), "show-hands-panel", &[]).icon(icons::HAND_SIGN),
    entry(Menu::Window, Command::NextPicture, "next-picture", &[ctrl(Key::Tab)]).starts_group(),
    entry(Menu::Window, Command::ResetLayout, "reset-layout", &[]).icon(icons::LAYOUT).starts_group(),
    // Krita's Tab must go from control to control here: every state can be reached by keyboard.
    entry(Menu::Window, Command::CanvasOnly, "canvas-only", &[key(Key::F11)]).icon(icons::EXPAND),
    entry(Menu::Window, Command::Fullscreen, "fullscreen", &[ctrl_shift(Key::F)]),
    entry(Menu::Window, Command::ChangeTheme, "change-theme", &[]).icon(icons::SUN_MOON).starts_group(),
    //
    entry(Menu::Help, Command::Shortcuts, "shortcuts", &[key(Key::F1)]).icon(icons::KEYBOARD).while_typing(),
    entry(Menu::Help, Command::About, "about", &[]).icon(icons::CIRCLE_HELP),
];
