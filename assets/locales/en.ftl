# Brushfire in English. A message is a key and its words; `.tooltip` explains it. zh-CN.ftl has the same keys.

## Menus

menu-file = File
menu-edit = Edit
menu-view = View
menu-image = Image
menu-layer = Layer
menu-select = Select
menu-mask = Mask
menu-tools = Tools
menu-generate = Generate
menu-window = Window
menu-help = Help

## Commands

command-new-canvas = New canvas
    .tooltip = Begin with a blank canvas of a size you choose.
command-open = Open
    .tooltip = Open a picture: PNG, JPEG, WebP, TIFF or BMP.
command-save = Save
    .tooltip = Save the picture to its file.
command-save-as = Save as
    .tooltip = Save to another file: PNG keeps the recipe inside, JPEG and WebP are smaller.
command-quit = Quit
    .tooltip = Leave Brushfire.

command-undo = Undo
    .tooltip = Take back the last stroke, mask change, accepted result or setting.
command-redo = Redo
    .tooltip = Do again what was taken back.
command-cut = Cut
    .tooltip = Take what is selected off the active layer and put it on the clipboard.
command-copy = Copy
    .tooltip = Copy what is selected of the active layer to the clipboard.
command-paste = Paste
    .tooltip = Lay the picture on the clipboard down as a new layer.
command-copy-picture = Copy picture
    .tooltip = Copy the whole picture to the clipboard.
command-paste-picture = Paste picture
    .tooltip = Open the picture that is on the clipboard.
command-command-palette = Find a command
    .tooltip = Type a part of a command's name and press Enter.
command-settings = Settings
    .tooltip = Language, theme, size of the interface and shortcuts.

command-zoom-in = Zoom in
    .tooltip = Show the picture larger.
command-zoom-out = Zoom out
    .tooltip = Show the picture smaller.
command-zoom-to-fit = Fit to window
    .tooltip = Show the whole picture.
command-actual-size = Actual size
    .tooltip = Show one pixel of the picture as one pixel of the screen.
command-rotate-left = Rotate view left
    .tooltip = Turn the view by 15 degrees. Or drag with Shift and Space.
command-rotate-right = Rotate view right
    .tooltip = Turn the view by 15 degrees. Or drag with Shift and Space.
command-reset-rotation = Reset rotation
    .tooltip = Show the picture upright again.
command-mirror-view = Mirror view
    .tooltip = Show the picture's mirror image, for fresh eyes. The picture stays as it is.
command-show-rulers = Rulers
    .tooltip = Show or hide rulers along the canvas, in pixels.
command-show-grid = Grid
    .tooltip = Show or hide a grid over the picture.
command-mask-view-tint = Mask as tint
    .tooltip = Show masks as a tint over the picture.
command-mask-view-outline = Mask as outline
    .tooltip = Show the outline of the active mask.
command-mask-view-black-and-white = Mask in black and white
    .tooltip = Show the active mask alone: black is kept, white is made anew.
command-mask-view-isolated = Masked part only
    .tooltip = Show only the part of the picture that is masked.
command-show-mask = Show mask
    .tooltip = Show or hide the mask's tint.

command-select-all = Select all
    .tooltip = Select the whole canvas.
command-deselect = Deselect
    .tooltip = Select nothing in particular, so that everything can be painted on.
command-invert-selection = Invert selection
    .tooltip = Select what is not selected.
command-select-opaque = Select opaque
    .tooltip = Select what the active layer covers.
command-select-mask = Select mask
    .tooltip = Select what the mask covers.
command-feather-selection = Feather selection
    .tooltip = Soften the selection's edge.
command-grow-selection = Grow selection
    .tooltip = Move the selection's edge outwards.
command-shrink-selection = Shrink selection
    .tooltip = Move the selection's edge inwards.
command-border-selection = Border selection
    .tooltip = Select a band along the selection's edge, to both sides of it.
command-smooth-selection = Smooth selection
    .tooltip = Round the selection's corners off and drop specks and pits smaller than this.
command-fill-holes-in-selection = Fill holes in selection
    .tooltip = Select everything that the selection goes around.
command-fill-selection = Fill selection
    .tooltip = Fill what is selected with the colour in hand; without a selection, the whole layer.
command-clear-selection = Clear selection
    .tooltip = Take what is selected away from the active layer.

command-mask-everything = Mask everything
    .tooltip = Mask the whole picture.
command-invert-mask = Invert mask
    .tooltip = Mask what is free and free what is masked.
command-clear-mask = Clear mask
    .tooltip = Take the whole mask away.
command-mask-from-selection = Mask from selection
    .tooltip = Make what is selected the mask.
command-mask-from-opaque = Mask from layer
    .tooltip = Make what the active layer covers the mask.
command-feather-mask = Feather mask
    .tooltip = Soften the mask's edge.
command-grow-mask = Grow mask
    .tooltip = Move the mask's edge outwards.
command-shrink-mask = Shrink mask
    .tooltip = Move the mask's edge inwards.
command-border-mask = Border mask
    .tooltip = Mask a band along the mask's edge, to both sides of it.
command-smooth-mask = Smooth mask
    .tooltip = Round the mask's corners off and drop specks and pits smaller than this.
command-fill-holes-in-mask = Fill holes in mask
    .tooltip = Mask everything that the mask goes around.

command-mask-brush = Mask brush
    .tooltip = Paint where the picture is to be made anew. Shift draws a straight line.
command-mask-eraser = Mask eraser
    .tooltip = Take parts of the mask away.
command-paint-brush = Paint brush
    .tooltip = Paint colour on the picture, as a hint for what is generated. Alt picks a colour from the picture.
command-fill-tool = Fill
    .tooltip = Fill an area of about one colour with the colour in hand.
command-gradient-tool = Gradient
    .tooltip = Drag from where the first colour is to be to where the second is. Shift keeps to steps of 15 degrees.
command-picker-tool = Eyedropper
    .tooltip = Take the colour in hand from the picture.
command-rectangle-select = Rectangle selection
    .tooltip = Select a rectangle. Shift adds, Alt subtracts, both intersect; Shift while dragging makes a square.
command-ellipse-select = Ellipse selection
    .tooltip = Select an ellipse. Shift adds, Alt subtracts, both intersect; Shift while dragging makes a circle.
command-lasso-select = Lasso selection
    .tooltip = Select what you draw around. Shift adds, Alt subtracts, both intersect.
command-polygon-select = Polygon selection
    .tooltip = Select a polygon, click by click. Enter or a double click closes it, Escape gives it up.
command-wand = Magic wand
    .tooltip = Select an area of about one colour. Shift adds, Alt subtracts, both intersect.
command-hand = Hand
    .tooltip = Move the picture. With any tool: hold Space, or drag with the middle button.
command-bigger-brush = Bigger brush
    .tooltip = Make the brush in hand bigger.
command-smaller-brush = Smaller brush
    .tooltip = Make the brush in hand smaller.
command-harder-brush = Harder brush
    .tooltip = Give the brush a sharper edge.
command-softer-brush = Softer brush
    .tooltip = Give the brush a softer edge.

command-generate = Generate
    .tooltip = Fill the mask with what the prompt says. Without a mask the whole picture is changed; on a blank canvas a new one is made.
command-cancel = Cancel
    .tooltip = Stop the run.
command-accept = Accept
    .tooltip = Make the shown result part of the picture.
command-reroll = Reroll
    .tooltip = Try again with another seed.
command-reject = Reject
    .tooltip = Take the shown result off the canvas. It stays in the strip.
command-newer-result = Newer result
    .tooltip = Show the result to the left in the strip.
command-older-result = Older result
    .tooltip = Show the result to the right in the strip.
command-roll-seed = New seed
    .tooltip = Put another number into the seed, and keep it.

command-change-theme = Change theme
    .tooltip = Change between dark and light walls.
command-shortcuts = Keyboard shortcuts
    .tooltip = Every shortcut on one page, to see and to change.
command-about = About Brushfire
    .tooltip = Version and licences.

## What stands in several places

colon = { ": " }
close = Close
back = Back
width = Width
    .tooltip = In pixels.
height = Height
    .tooltip = In pixels.
open-recent = Open recent
untitled = Untitled
drop-to-open = Let go to open
canvas = Canvas

## Prompt

prompt = Prompt
    .tooltip = Describe what should be there. (word:1.3) gives a word more weight, [word] less.
prompt-hint = What should be there
negative-prompt = Negative prompt
    .tooltip = The negative prompt: what the picture is steered away from.
negative-prompt-hint = What should not be there

## Mask

tint-color = Tint colour
tint-opacity = Tint opacity
    .tooltip = How strongly the mask is tinted.

## Generation

model = Model
    .tooltip = The network that paints. Put others into the models folder, or choose a file or folder here.
choose-file = Choose a file
choose-folder = Choose a folder
sampler = Sampler
    .tooltip = The method that turns noise into a picture, step by step.
schedule = Schedule
    .tooltip = How the noise is shared out over the steps. The model's own is a good choice.
schedule-of-model = The model's own
steps = Steps
    .tooltip = In how many steps the picture is made. More take longer and are finer, up to a point: 20 to 30 are usual.
guidance = Guidance
    .tooltip = How closely the prompt is followed. Low is free, high is strict and garish: 5 to 9 are usual.
strength = Strength
    .tooltip = How far the picture there may be left behind: at 100 % it does not matter, at 30 % it is only touched up. A blank canvas has nothing to keep.
seed = Seed
    .tooltip = The number all noise comes from. The same seed and settings give the same picture; a random one a new picture every time.
seed-random = random
keep-seed = Keep the seed
    .tooltip = Keep this seed for every run, instead of a new one each time.
pictures = Pictures
    .tooltip = How many are made in one run, each with its own seed. They need more memory together.
size-of-canvas = Size
    .tooltip = The canvas's width and height. Those of a picture are its own; a blank canvas can be resized here.

## Tool options

brush-size = Size
    .tooltip = The brush's diameter in pixels of the picture: [ and ].
brush-hardness = Hardness
    .tooltip = How sharp the edge is. A soft edge blends the new into the old: Shift+[ and Shift+].
brush-opacity = Opacity
    .tooltip = How much one stroke covers.
brush-color = Colour
    .tooltip = The colour that is painted. Alt and click takes one from the picture.
select-replace = Replace
    .tooltip = A new selection replaces the one before.
select-add = Add
    .tooltip = A new selection is added to the one before. With the other ways: hold Shift.
select-subtract = Subtract
    .tooltip = A new selection is taken from the one before. With the other ways: hold Alt.
select-intersect = Intersect
    .tooltip = What both selections have in common stays. With the other ways: hold Shift and Alt.
select-feather = Feather
    .tooltip = Over how many pixels the edge of a new selection is softened.
antialias = Smooth edge
    .tooltip = Pixels at the edge are selected in part, so that it does not look like stairs.
tolerance = Tolerance
    .tooltip = How much a colour may differ from the one clicked.
contiguous = Contiguous
    .tooltip = Only what hangs together with the place clicked.
all-layers = All layers
    .tooltip = Look at the picture as it is seen, rather than at the active layer alone.
fill-gap = Close gaps
    .tooltip = Openings in lines up to this wide do not let the fill out.
fill-grow = Grow
    .tooltip = How far the fill reaches under the lines around it.
gradient-to-transparent = To transparent
    .tooltip = The colour fades to nothing, rather than to a second colour.
gradient-second = Second colour
    .tooltip = The colour at the gradient's end.
gradient-shape = Shape
    .tooltip = How the colours lie about the line that is dragged.
gradient-linear = Linear
gradient-radial = Radial
gradient-conical = Conical
gradient-repeat = Repeat
    .tooltip = What comes beyond the ends of the line.
gradient-repeat-never = Never
gradient-repeat-sawtooth = From the start
gradient-repeat-mirror = Back and forth
picker-side = Sample
    .tooltip = The mean of a square of this size is taken.
picker-1 = 1 pixel
picker-3 = 3 × 3
picker-5 = 5 × 5
picker-11 = 11 × 11
picker-31 = 31 × 31
refine-pixels = Pixels
    .tooltip = In pixels of the picture.
refine-do = Apply
hand-hint = Drag to move the picture, turn the wheel to zoom.

## Runs

task-text-to-image = New picture
task-image-to-image = Change the whole picture
task-inpaint = Fill the mask
run-cancelling = Cancelling
run-preparing = Preparing the picture
run-waiting = Waiting for the engine
run-loading = Loading { $model }
run-step = Step { $step } of { $steps }
run-decoding = Finishing the picture
run-time = { $elapsed } so far
run-time-left = { $elapsed } so far, about { $left } left
run-status = { $task }: { $phase }
plan-status = { $task } at { $width } × { $height }
plan-status-time = { $task } at { $width } × { $height }, about { $time }
plan-too-large = Much larger than this model's { $side } × { $side }: slow, and things may repeat
sentence-break = { ". " }
seconds = { $seconds } s
minutes = { $minutes } min
minutes-seconds = { $minutes } min { $seconds } s

## Results

results = Results
results-empty = Results appear here, the newest first.
result-name = Result { $number }, seed { $seed }
result-tooltip = Seed { $seed }
result-accepted = Accepted.
use-recipe-of-result = Use its recipe

## Status line

device = Device
    .tooltip = What the model runs on. Click to choose another device; a run is cancelled then.
device-choosing = Choosing a device
zoom = Zoom
    .tooltip = The zoom. Click for the actual size.

## Notices

notice = Notice
notice-error = Error
dismiss = Dismiss
    .tooltip = Take this notice away.
use-it = Use it
    .tooltip = Take over prompt, seed and settings.

## Dialogs

start-recent = Go on with
start-close = Close
    .tooltip = Begin with the blank canvas.
question-lost = What is not saved would be lost.
question-save = Save
question-discard = Do not save
question-stay = Stay

found-heading = “{ $name }” was not closed
found-untitled = Untitled
found-about = { $width } × { $height } pixels, last changed { $ago } ago.
found-explained = The program ended before it was saved. Here it is as it was after the last change.
found-recover = Recover
found-discard = Delete
found-later = Decide later
typed-path = The system has no file dialog (on Linux: xdg-desktop-portal or zenity). Type where the file is.
path = Path
use-path = Use this path
path-for-open-picture = Open a picture
path-for-save-picture = Save the picture
path-for-open-model-file = Choose a model's file
path-for-open-model-folder = Choose a model's folder
create = Create
about-what = A painting program in which a diffusion model paints with you. Everything happens on this computer.
about-licences = MIT or Apache-2.0, as you like. Icons by Lucide (ISC). Notices for all that ships lie in the assets folder.

on-canvas = On the canvas
on-canvas-zoom = Zoom
on-canvas-zoom-how = Wheel, or pinch
on-canvas-move = Move the picture
on-canvas-move-how = Space and drag, middle button, or two fingers
on-canvas-line = Straight line
on-canvas-line-how = Shift and click
on-canvas-pick = Pick a colour
on-canvas-pick-how = Alt and click with the paint brush

## Steps of the history

edit-select = Select
edit-add-to-selection = Add to selection
edit-subtract-from-selection = Subtract from selection
edit-intersect-selection = Intersect selection
edit-select-all = Select all
edit-deselect = Deselect
edit-invert-selection = Invert selection
edit-feather-selection = Feather selection
edit-grow-selection = Grow selection
edit-shrink-selection = Shrink selection
edit-border-selection = Border selection
edit-smooth-selection = Smooth selection
edit-fill-holes-in-selection = Fill holes in selection
edit-feather-mask = Feather mask
edit-grow-mask = Grow mask
edit-shrink-mask = Shrink mask
edit-border-mask = Border mask
edit-smooth-mask = Smooth mask
edit-fill-holes-in-mask = Fill holes in mask
edit-mask-from-selection = Mask from selection
edit-mask-from-layer = Mask from layer
edit-fill = Fill
edit-gradient = Gradient
edit-clear = Clear
edit-paint-mask = Paint mask
edit-erase-mask = Erase mask
edit-paint = Paint
edit-fill-mask = Fill mask
edit-clear-mask = Clear mask
edit-invert-mask = Invert mask
edit-load-mask = Load mask
edit-mask-look = Mask look
edit-generate = Generate
edit-resize-the-canvas = Resize the canvas
edit-change-the-prompt = Change the prompt
edit-change-the-negative-prompt = Change the negative prompt
edit-change-the-model = Change the model
edit-change-the-sampler = Change the sampler
edit-change-the-schedule = Change the schedule
edit-change-the-steps = Change the steps
edit-change-the-guidance = Change the guidance
edit-change-the-strength = Change the strength
edit-change-the-seed = Change the seed
edit-change-the-number-of-pictures = Change the number of pictures
edit-change-the-settings = Change the settings

## Settings

settings-language = Language
    .tooltip = Of menus, buttons and explanations.
settings-language-system = As the system
settings-theme = Theme
    .tooltip = Dark walls leave the picture its light; light ones suit bright rooms.
settings-theme-dark = Dark
settings-theme-light = Light
settings-scale = Interface size
    .tooltip = Of texts, buttons and panels, beside what the system asks for.
settings-grid = Grid
    .tooltip = Pixels of the picture from line to line of the grid, which the View menu shows.
settings-shortcuts = Shortcuts
    .tooltip = Which keys mean which command.
settings-change-shortcuts = See and change
shortcuts-search = Search commands
shortcuts-reset-all = Reset all
shortcuts-reset = Reset
    .tooltip = Give this command its own shortcut again.
shortcuts-remove = Remove
    .tooltip = Leave this command without a shortcut.
shortcuts-press = Press the new keys
shortcuts-change = Change the shortcut of { $command }
shortcuts-conflict = Also: { $command }
palette-nothing = No command of that name can be used now.

navigator = Navigator

## Panels

panel-canvas = Canvas
panel-prompt = Prompt
panel-generation = Generation
panel-brushes = Brushes
panel-layers = Layers
panel-history = History
panel-navigator = Navigator
panel-results = Results
panel-hide = Hide this panel
panel-move = Drag to move this panel

command-show-prompt-panel = Prompt panel
    .tooltip = Show or hide the panel with the prompt and the Generate button.
command-show-generation-panel = Generation panel
    .tooltip = Show or hide the panel with model, sampler and their numbers.
command-show-brushes-panel = Brushes panel
    .tooltip = Show or hide the panel with the brushes and all that the brush in hand can do.
command-show-layers-panel = Layers panel
    .tooltip = Show or hide the panel with layers and masks.
command-show-history-panel = History panel
    .tooltip = Show or hide the list of steps that can be taken back.
command-show-navigator-panel = Navigator panel
    .tooltip = Show or hide the small view of the whole picture.
command-show-results-panel = Results panel
    .tooltip = Show or hide the strip of results.
command-reset-layout = Reset layout
    .tooltip = Put all panels where they were at the first start.
command-canvas-only = Canvas only
    .tooltip = Hide everything but the canvas, or bring it back.
command-fullscreen = Full screen
    .tooltip = Let the window fill the screen, or not.

history-begin = Beginning
history-foot = { $steps } steps, { $used } of { $budget } MB

## Layers

command-add-paint-layer = Add layer
    .tooltip = Put an empty layer above the active one.
command-add-mask = Add mask
    .tooltip = Add another mask, with a colour of its own.
command-duplicate-layer = Duplicate layer
    .tooltip = Put a copy of the layer above it.
command-merge-down = Merge down
    .tooltip = Make one layer of this one and the one below it.
command-flatten = Flatten the picture
    .tooltip = Make one layer of all that is seen. Masks and hints stay.
command-remove-layer = Delete layer
    .tooltip = Take the layer away, with all in it. The last one stays.
command-rename-layer = Rename layer
    .tooltip = Give the layer another name.
command-group-layer = Group layer
    .tooltip = Put the layer into a group of its own.
command-ungroup = Ungroup
    .tooltip = Take the group away and leave its layers.
command-move-layer-up = Move layer up
    .tooltip = Move the layer above the next one, or out of its group.
command-move-layer-down = Move layer down
    .tooltip = Move the layer below the next one, or out of its group.
command-choose-layer-above = Choose the layer above
    .tooltip = Make the layer above the active one.
command-choose-layer-below = Choose the layer below
    .tooltip = Make the layer below the active one.
command-show-layer = Show layer
    .tooltip = Show or hide the layer.
command-lock-layer = Lock layer
    .tooltip = Nothing paints on a locked layer or moves it.
command-lock-alpha = Lock transparency
    .tooltip = Painting changes colours, but not where there are any.
command-clip-layer = Clip to the layer below
    .tooltip = Show the layer only where the one below it has something.

layer-new = Layer { $number }
layer-new-mask = Mask { $number }
layer-new-group = Group { $number }
layer-name-background = Background
layer-name-mask = Mask
layer-name-result = Result
layer-kind-result = Result
layer-visible = Show or hide { $layer }
layer-lock = Lock or unlock { $layer }
layer-alpha-lock = Lock the transparency of { $layer }
layer-clip = Clip { $layer } to the layer below
layer-collapse = Close { $layer }
layer-expand = Open { $layer }
layer-opacity = Layer opacity
    .tooltip = How much of the layer covers what is below.
blend-mode = Blend mode

blend-normal = Normal
blend-multiply = Multiply
blend-screen = Screen
blend-overlay = Overlay
blend-darken = Darken
blend-lighten = Lighten
blend-color-dodge = Colour dodge
blend-color-burn = Colour burn
blend-hard-light = Hard light
blend-soft-light = Soft light
blend-difference = Difference
blend-exclusion = Exclusion
blend-add = Add
blend-subtract = Subtract
blend-hue = Hue
blend-saturation = Saturation
blend-color = Colour
blend-luminosity = Luminosity
blend-destination-in = Destination in
blend-erase = Erase
blend-source-atop = Source atop
blend-destination-atop = Destination atop

edit-add-layer = Add layer
edit-add-mask = Add mask
edit-group = Group layer
edit-ungroup = Ungroup
edit-duplicate-layer = Duplicate layer
edit-delete-layer = Delete layer
edit-move-layer = Move layer
edit-merge-down = Merge down
edit-flatten = Flatten
edit-rename-layer = Rename layer
edit-show-layer = Show layer
edit-hide-layer = Hide layer
edit-layer-opacity = Layer opacity
edit-blend-mode = Blend mode
edit-lock-layer = Lock layer
edit-unlock-layer = Unlock layer
edit-alpha-lock = Lock transparency
edit-clip-layer = Clip layer
edit-mask-colour = Mask colour
edit-layer-properties = Layer properties

## What the studio says

question = Save the changes to { $picture } first?
clipboard-empty = There is no picture on the clipboard.
clipboard-filled = The picture is on the clipboard.
recipe-found = This picture carries a recipe.
recipe-found-foreign = This picture carries a recipe from another program.
saved = Saved { $file }.
nothing-painted = Nothing was painted: { $why }.

## Several pictures

command-close-picture = Close picture
    .tooltip = Close the picture in front, after asking whether to save it.
command-next-picture = Next picture
    .tooltip = Bring the picture of the next tab to the front.


## Brushes

brush-diameter = Size
    .tooltip = The brush's diameter in pixels of the picture.
brush-roundness = Roundness
    .tooltip = The tip's height as a share of its width: less makes it flat.
brush-angle = Angle
    .tooltip = How far the tip is turned.
brush-antialiased = Smooth edge
    .tooltip = Smooths edges; without, every pixel is painted wholly or not at all.
brush-tip = Picture
    .tooltip = A picture as the tip instead of a disc.
brush-spacing = Spacing
    .tooltip = Distance between dabs as a share of the size.
brush-scatter = Scatter
    .tooltip = How far dabs stray from the pen's way, as a share of the size.
brush-count = Dabs
    .tooltip = Dabs at each place.
brush-flow = Flow
    .tooltip = How much each dab adds on the way to the opacity.
brush-builds-up = Build up
    .tooltip = Dabs add to each other, also where a stroke crosses itself.
brush-erases = Erase
    .tooltip = Takes paint away instead of adding it.
brush-wet-edge = Wet edge
    .tooltip = Paint gathers at the rim of the stroke, as in a watercolour.
brush-grain = Ground
    .tooltip = The ground that is painted on: paper, canvas.
brush-grain-mode = Way
    .tooltip = Height: the first paint stays on the peaks, as of chalk. Multiply: valleys take less, as of a wash.
brush-grain-depth = Depth
    .tooltip = How much of the ground shows.
brush-grain-scale = Scale
    .tooltip = How large the ground is.
brush-hue-jitter = Hue
    .tooltip = How far the hue of each dab strays.
brush-saturation-jitter = Saturation
    .tooltip = How far the saturation of each dab strays.
brush-value-jitter = Brightness
    .tooltip = How far the brightness of each dab strays.
brush-smudge = Smudge
    .tooltip = How much of the paint is picked up from the canvas.
brush-smudge-mode = Way
    .tooltip = Dull: what is picked up becomes one colour. Smear: it is dragged along as it lies.
brush-smudge-length = Length
    .tooltip = How long picked up paint stays in the brush.
brush-stabilizer = Way
    .tooltip = Average: evens the line out. Rope: the brush is dragged behind the pen.
brush-stabilizer-length = Length
    .tooltip = The stretch that is evened out, or the length of the rope.
brush-catches-up = Catch up
    .tooltip = The stroke ends where the pen is lifted.
brush-group-tip = Tip
brush-group-stroke = Stroke
brush-group-paint = Paint
brush-group-grain = Ground
brush-group-color = Colour variation
brush-group-smudge = Smudge
brush-group-stabilizer = Stabiliser
brush-grain-mode-height = Height
brush-grain-mode-multiply = Multiply
brush-smudge-mode-dull = Dull
brush-smudge-mode-smear = Smear
brush-stabilizer-none = None
brush-stabilizer-average = Average
brush-stabilizer-rope = Rope
brush-input-pressure = Pressure
brush-input-tilt = Tilt
brush-input-tilt-direction = Tilt direction
brush-input-speed = Speed
brush-input-direction = Stroke direction
brush-input-distance = Distance
brush-input-random = Random
brush-input-random-per-stroke = Random per stroke
brush-preset-take = Take the brush {$name}
brush-name = Name
    .tooltip = The brush's name; a brush saved under another name is a new one.
brush-save = Save brush
    .tooltip = Keep the brush in hand among your own.
brush-reset = Reset brush
    .tooltip = Back to the brush as it was saved.
brush-delete = Delete brush
    .tooltip = Delete this brush of yours.
brush-curves = Curves
    .tooltip = How the pen changes this: pressure, tilt, speed and more.
brush-curve-add = Add
    .tooltip = Let another input change this.
brush-curve-remove = Remove
    .tooltip = This input no longer changes it.
brush-curve-of = Curve of {$input}
    .tooltip = Drag points; double-click to add one or to take one away.
brush-no-picture = None
brush-loading = Reading the brushes…
brush-no-brush = Take a tool that paints to choose its brush.

mirror = Mirror
    .tooltip = Repeats every stroke: mirrored at one or two axes, or turned about the middle.
mirror-none = None
mirror-left-right = Left and right
mirror-top-bottom = Top and bottom
mirror-both = Both
mirror-radial = Radial
mirror-kaleidoscope = Kaleidoscope
mirror-sectors = Sectors
    .tooltip = How often strokes are repeated about the middle.
