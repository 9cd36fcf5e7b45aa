//! The panels around the canvas: they can be moved, laid over each other, resized and hidden.

use egui::{Align2, Color32, CursorIcon, Id, Painter, Rect, Response, Role, Sense, Stroke, Style, Ui, Vec2, Visuals};
use egui::{WidgetInfo, WidgetText, vec2};
use egui_tiles::{
    Behavior, Container, LinearDir, ResizeState, SimplificationOptions, TabState, Tabs, Tile, TileId, Tiles, Tree,
    UiResponse,
};

use super::layout::{Layout, PanelKind, panels_of};
use crate::desk::Desk;
use crate::icons;
use crate::language::text;
use crate::theme::{self, ACCENT};

/// Height of the line with the panels' names.
const TAB_HEIGHT: f32 = 32.0;
/// No part becomes narrower or lower.
const MIN_SIZE: f32 = 96.0;
/// What the canvas keeps at least, where the window has it.
const MIN_CANVAS: f32 = 240.0;
/// A part that was dropped beside others gets this much.
const NEW_WIDTH: f32 = 320.0;
const NEW_HEIGHT: f32 = 240.0;
/// Shares are points; anything less is the library's share of a part that is new.
const LEAST_SHARE: f32 = 16.0;

/// The panels and where they stand.
pub struct Docks {
    /// Away while it is shown.
    tree: Option<Tree<PanelKind>>,
    wanted: Vec<Wish>,
    /// The panels that were seen in the last frame.
    open: Vec<PanelKind>,
}

/// What is to be done before the next frame.
enum Wish {
    Toggle(PanelKind),
    Arrange(Layout),
}

impl Default for Docks {
    fn default() -> Self {
        let mut docks = Self { tree: None, wanted: vec![], open: vec![] };
        docks.take_place(Layout::default().to_tree());
        docks
    }
}

impl Docks {
    /// Arranges the panels.
    pub fn arrange(&mut self, layout: Layout) {
        self.wanted.push(Wish::Arrange(layout));
    }

    /// The arrangement, to be remembered.
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.tree.as_ref().map_or_else(Layout::default, Layout::of_tree)
    }

    /// Whether the panel can be seen: neither hidden nor under another.
    #[must_use]
    pub fn is_open(&self, panel: PanelKind) -> bool {
        self.open.contains(&panel)
    }

    /// Hides the panel if it can be seen; else brings it to light.
    pub fn toggle(&mut self, panel: PanelKind) {
        self.wanted.push(Wish::Toggle(panel));
    }

    fn take_place(&mut self, tree: Tree<PanelKind>) {
        let active = tree.active_tiles();
        self.open = panels_of(&tree).filter(|(id, _)| active.contains(id)).map(|(_, panel)| panel).collect();
        self.tree = Some(tree);
    }

    fn grant(&mut self, tree: &mut Tree<PanelKind>) {
        for wish in std::mem::take(&mut self.wanted) {
            match wish {
                Wish::Arrange(layout) => *tree = layout.to_tree(),
                Wish::Toggle(panel) => {
                    let Some(id) = tree.tiles.find_pane(&panel) else { continue };
                    let is_open = tree.active_tiles().contains(&id);
                    tree.set_visible(id, !is_open);
                    if !is_open {
                        tree.make_active(|other, _| other == id);
                    }
                }
            }
        }
    }
}

/// Shows the canvas and the panels around it in all of `ui`.
pub fn show(ui: &mut Ui, desk: &mut Desk) {
    let Some(mut tree) = desk.docks.tree.take() else { return };
    desk.docks.grant(&mut tree);
    fit(&mut tree, ui.available_size());
    let dragged = tree.dragged_id(ui);
    let before = dragged.is_some().then(|| tree.clone());
    let mut walls = Walls::new(&tree, desk);
    tree.ui(&mut walls, ui);
    let hidden = walls.hidden;
    for id in hidden {
        tree.set_visible(id, false);
    }
    if let (Some(dragged), Some(before)) = (dragged, before) {
        lift_out_of_tabs(&mut tree, dragged);
        if !stands_alone(&tree, PanelKind::Canvas) {
            tree = before;
        }
    }
    desk.docks.take_place(tree);
}

/// Beside the canvas every part keeps its size, and the canvas gets what is left.
fn fit(tree: &mut Tree<PanelKind>, size: Vec2) {
    let Some(canvas) = tree.tiles.find_pane(&PanelKind::Canvas) else { return };
    let mut path = vec![canvas];
    while let Some(parent) = path.last().and_then(|child| tree.tiles.parent_of(*child)) {
        path.push(parent);
    }
    let mut size = size;
    for pair in path.windows(2).rev() {
        let (child, parent) = (pair[0], pair[1]);
        let visible = |id: &TileId| tree.tiles.is_visible_in_layout(*id);
        let others: Vec<TileId> = match tree.tiles.get_container(parent) {
            Some(container) => container.children().copied().filter(|id| *id != child).filter(visible).collect(),
            None => return,
        };
        let Some(Tile::Container(Container::Linear(linear))) = tree.tiles.get_mut(parent) else { continue };
        let is_row = linear.dir == LinearDir::Horizontal;
        let along = if is_row { &mut size.x } else { &mut size.y };
        for other in &others {
            let share = &mut linear.shares[*other];
            if *share < LEAST_SHARE {
                *share = if is_row { NEW_WIDTH } else { NEW_HEIGHT };
            }
        }
        let taken: f32 = others.iter().map(|other| linear.shares[*other] + GAP).sum();
        let left = (*along - taken).max(MIN_CANVAS);
        linear.shares[child] = left;
        *along = left;
    }
    even_out(tree);
}

/// Elsewhere a part that is new gets as much as the others have in the mean.
fn even_out(tree: &mut Tree<PanelKind>) {
    for (_, tile) in tree.tiles.iter_mut() {
        let Tile::Container(Container::Linear(linear)) = tile else { continue };
        let old: Vec<f32> =
            linear.children.iter().map(|child| linear.shares[*child]).filter(|share| *share >= LEAST_SHARE).collect();
        let mean = if old.is_empty() { NEW_HEIGHT } else { old.iter().sum::<f32>() / old.len() as f32 };
        for child in linear.children.clone() {
            if linear.shares[child] < LEAST_SHARE {
                linear.shares[child] = mean;
            }
        }
    }
}

/// Width of the lines between the parts.
const GAP: f32 = 1.0;

/// A panel dropped beside one of several tabs stands beside all of them: rows and columns hold tabs, never tabs them.
fn lift_out_of_tabs(tree: &mut Tree<PanelKind>, dropped: TileId) {
    let Some(line) = tree.tiles.parent_of(dropped) else { return };
    let Some(tabs) = tree.tiles.parent_of(line) else { return };
    let Some(Tile::Container(Container::Linear(linear))) = tree.tiles.get(line) else { return };
    let Some(Tile::Container(Container::Tabs(_))) = tree.tiles.get(tabs) else { return };
    let Some(tab) = linear.children.iter().copied().find(|child| *child != dropped) else { return };
    let above = tree.tiles.parent_of(tabs);
    let mut replace = |parent: TileId, old: TileId, new: TileId| {
        if let Some(Tile::Container(container)) = tree.tiles.get_mut(parent) {
            _ = container.replace_child(old, new);
        }
    };
    replace(tabs, line, tab);
    replace(line, tab, tabs);
    match above {
        Some(above) => replace(above, tabs, line),
        None => tree.root = Some(line),
    }
}

fn stands_alone(tree: &Tree<PanelKind>, panel: PanelKind) -> bool {
    let parent = tree.tiles.find_pane(&panel).and_then(|id| tree.tiles.parent_of(id));
    match parent.and_then(|parent| tree.tiles.get_container(parent)) {
        Some(Container::Tabs(tabs)) => tabs.children.len() == 1,
        _ => true,
    }
}

/// How the tiles look and what is in them.
struct Walls<'a> {
    desk: &'a mut Desk,
    canvas: Option<TileId>,
    canvas_rect: Option<Rect>,
    /// The panels that carry no name over them while they stand alone.
    nameless: Vec<TileId>,
    /// The panels to hide.
    hidden: Vec<TileId>,
}

impl<'a> Walls<'a> {
    fn new(tree: &Tree<PanelKind>, desk: &'a mut Desk) -> Self {
        let find = |panel| tree.tiles.find_pane(&panel);
        let canvas = find(PanelKind::Canvas);
        Self {
            desk,
            canvas,
            canvas_rect: canvas.and_then(|canvas| tree.tiles.rect(canvas)),
            nameless: [canvas, find(PanelKind::Results)].into_iter().flatten().collect(),
            hidden: vec![],
        }
    }

    fn is_canvas(&self, tiles: &Tiles<PanelKind>, id: TileId) -> bool {
        Some(id) == self.canvas || tiles.get_container(id).is_some_and(|tabs| tabs.only_child() == self.canvas)
    }
}

impl Behavior<PanelKind> for Walls<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, id: TileId, panel: &mut PanelKind) -> UiResponse {
        let answer = super::show_panel(ui, self.desk, *panel);
        match answer {
            PanelAnswer::Nothing => UiResponse::None,
            PanelAnswer::Dragged => UiResponse::DragStarted,
            PanelAnswer::Hidden => {
                self.hidden.push(id);
                UiResponse::None
            }
        }
    }

    fn tab_title_for_pane(&mut self, panel: &PanelKind) -> WidgetText {
        panel.name().into()
    }

    fn tab_ui(
        &mut self,
        tiles: &mut Tiles<PanelKind>,
        ui: &mut Ui,
        id: Id,
        tile: TileId,
        state: &TabState,
    ) -> Response {
        let Some(panel) = tiles.get_pane(&tile).copied() else { return ui.label("") };
        let font = egui::TextStyle::Button.resolve(ui.style());
        let galley = ui.painter().layout_no_wrap(panel.name(), font, Color32::PLACEHOLDER);
        let (_, rect) = ui.allocate_space(vec2(galley.size().x + 24.0, ui.available_height()));
        let response = ui.interact(rect, id, Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), state.active, panel.name()));
        if !state.is_being_dragged {
            let visuals = ui.visuals();
            let color = match (state.active, response.hovered()) {
                (true, _) => visuals.strong_text_color(),
                (false, true) => visuals.text_color(),
                (false, false) => visuals.weak_text_color(),
            };
            let at = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect).min;
            ui.painter().galley(at, galley, color);
            let siblings = tiles
                .parent_of(tile)
                .and_then(|tabs| tiles.get_container(tabs))
                .map_or(1, |tabs| tabs.children().filter(|child| tiles.is_visible(**child)).count());
            if (state.active && siblings > 1) || response.has_focus() {
                let line =
                    Rect::from_min_max(rect.left_bottom() + vec2(12.0, -2.0), rect.right_bottom() + vec2(-12.0, 0.0));
                ui.painter().rect_filled(line, 1.0, ACCENT);
            }
        }
        if response.clicked_by(egui::PointerButton::Middle) {
            self.hidden.push(tile);
        }
        response.context_menu(|ui| {
            if ui.button(text("panel-hide")).clicked() {
                self.hidden.push(tile);
                ui.close();
            }
            let reset = crate::commands::Command::ResetLayout;
            if ui.button(reset.info().label()).clicked() {
                reset.run(self.desk);
                ui.close();
            }
        });
        response.on_hover_cursor(CursorIcon::Grab)
    }

    fn top_bar_right_ui(&mut self, _: &Tiles<PanelKind>, ui: &mut Ui, _: TileId, tabs: &Tabs, _: &mut f32) {
        ui.add_space(4.0);
        let Some(open) = tabs.active else { return };
        ui.spacing_mut().button_padding = Vec2::ZERO;
        if hide_button(ui).clicked() {
            self.hidden.push(open);
        }
    }

    fn tab_bar_height(&self, _: &Style) -> f32 {
        TAB_HEIGHT
    }

    fn is_tab_bar_visible(&self, _: TileId, tabs: &Tabs) -> bool {
        !matches!(tabs.children.as_slice(), [only] if self.nameless.contains(only))
    }

    fn gap_width(&self, _: &Style) -> f32 {
        GAP
    }

    fn min_size(&self) -> f32 {
        MIN_SIZE
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions {
            all_panes_must_have_tabs: true,
            flatten_tabs_in_tabs: true,
            ..SimplificationOptions::default()
        }
    }

    fn resize_stroke(&self, style: &Style, state: ResizeState) -> Stroke {
        match state {
            ResizeState::Idle => Stroke::new(GAP, theme::line(&style.visuals)),
            ResizeState::Hovering | ResizeState::Dragging => Stroke::new(2.0, ACCENT),
        }
    }

    fn tab_bar_color(&self, visuals: &Visuals) -> Color32 {
        visuals.panel_fill
    }

    fn paint_drag_preview(&self, _: &Visuals, painter: &Painter, _: Option<Rect>, preview: Rect) {
        // Nothing can lie over the canvas.
        if self.canvas_rect.is_none_or(|canvas| !preview.contains_rect(canvas.shrink(TAB_HEIGHT))) {
            painter.rect_filled(preview.shrink(4.0), 6.0, ACCENT.gamma_multiply(0.25));
        }
    }

    fn drag_preview_stroke(&self, _: &Visuals) -> Stroke {
        Stroke::new(1.0, ACCENT)
    }

    fn is_tile_draggable(&self, tiles: &Tiles<PanelKind>, id: TileId) -> bool {
        !self.is_canvas(tiles, id)
    }

    fn cycle_tabs_with_keyboard(&self) -> bool {
        // Ctrl+Tab goes to the next picture.
        false
    }
}

/// What came of showing a panel.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PanelAnswer {
    Nothing,
    /// It is being moved by its handle.
    Dragged,
    Hidden,
}

/// The small cross of a panel.
pub fn hide_button(ui: &mut Ui) -> Response {
    ui.scope(|ui| {
        ui.spacing_mut().interact_size = Vec2::splat(20.0);
        let image = icons::X.image_of(14.0).tint(ui.visuals().weak_text_color());
        let button = egui::Button::image(image).frame_when_inactive(false).min_size(Vec2::splat(20.0));
        ui.add(button)
    })
    .inner
    .accessible_name(text("panel-hide"))
    .on_hover_text(text("panel-hide"))
}
