# Brushfire 简体中文。键与 en.ftl 相同；`.tooltip` 是解释。

## 菜单

menu-file = 文件
menu-edit = 编辑
menu-view = 视图
menu-image = 图像
menu-layer = 图层
menu-select = 选择
menu-mask = 蒙版
menu-tools = 工具
menu-generate = 生成
menu-window = 窗口
menu-help = 帮助

## 命令

command-new-canvas = 新建画布
    .tooltip = 从一块空白画布开始，大小由您决定。
command-open = 打开
    .tooltip = 打开图片：PNG、JPEG、WebP、TIFF 或 BMP。
command-save = 保存
    .tooltip = 将图片保存到它的文件。
command-save-as = 另存为
    .tooltip = 保存到另一个文件：PNG 会保留生成参数，JPEG 和 WebP 更小。
command-quit = 退出
    .tooltip = 离开 Brushfire。

command-undo = 撤销
    .tooltip = 撤回上一笔、蒙版改动、已接受的结果或设置。
command-redo = 重做
    .tooltip = 恢复刚才撤销的操作。
command-cut = 剪切
    .tooltip = 将当前图层的所选部分移到剪贴板。
command-copy = 复制
    .tooltip = 将当前图层的所选部分复制到剪贴板。
command-paste = 粘贴
    .tooltip = 将剪贴板上的图片放到新图层。
command-copy-picture = 复制图片
    .tooltip = 将整张图片复制到剪贴板。
command-paste-picture = 粘贴图片
    .tooltip = 打开剪贴板中的图片。
command-command-palette = 查找命令
    .tooltip = 输入命令名称的一部分，然后按回车。
command-settings = 设置
    .tooltip = 语言、主题、界面大小和快捷键。

command-zoom-in = 放大
    .tooltip = 将图片显示得更大。
command-zoom-out = 缩小
    .tooltip = 将图片显示得更小。
command-zoom-to-fit = 适应窗口
    .tooltip = 显示整张图片。
command-actual-size = 实际大小
    .tooltip = 图片的一个像素对应屏幕的一个像素。
command-rotate-left = 向左旋转视图
    .tooltip = 将视图旋转 15 度。也可按住 Shift 和空格拖动。
command-rotate-right = 向右旋转视图
    .tooltip = 将视图旋转 15 度。也可按住 Shift 和空格拖动。
command-reset-rotation = 重置旋转
    .tooltip = 重新正向显示图片。
command-mirror-view = 镜像视图
    .tooltip = 显示图片的镜像，换个眼光看。图片本身不变。
command-show-rulers = 标尺
    .tooltip = 显示或隐藏画布边的标尺，单位为像素。
command-show-grid = 网格
    .tooltip = 显示或隐藏图片上的网格。
command-mask-view-tint = 蒙版显示为着色
    .tooltip = 将蒙版以着色叠加在图片上。
command-mask-view-outline = 蒙版显示为轮廓
    .tooltip = 显示当前蒙版的轮廓。
command-mask-view-black-and-white = 蒙版显示为黑白
    .tooltip = 只显示当前蒙版：黑色保留，白色重新生成。
command-mask-view-isolated = 只显示蒙版部分
    .tooltip = 只显示图片中被蒙版覆盖的部分。
command-show-mask = 显示蒙版
    .tooltip = 显示或隐藏蒙版的着色。

command-select-all = 全选
    .tooltip = 选择整个画布。
command-deselect = 取消选择
    .tooltip = 不再限定选区，任何地方都可以绘画。
command-invert-selection = 反选
    .tooltip = 选择未选择的部分。
command-select-opaque = 选择不透明区域
    .tooltip = 选择当前图层覆盖的部分。
command-select-mask = 选择蒙版
    .tooltip = 选择蒙版覆盖的部分。
command-feather-selection = 羽化选区
    .tooltip = 柔化选区的边缘。
command-grow-selection = 扩大选区
    .tooltip = 将选区的边缘向外移动。
command-shrink-selection = 缩小选区
    .tooltip = 将选区的边缘向内移动。
command-border-selection = 选区边界
    .tooltip = 选择沿选区边缘两侧的一条带。
command-smooth-selection = 平滑选区
    .tooltip = 使选区的角变圆，并去掉小于此值的斑点和凹陷。
command-fill-holes-in-selection = 填满选区中的孔
    .tooltip = 选择选区所包围的一切。
command-fill-selection = 填充选区
    .tooltip = 用当前颜色填充选区；没有选区时填充整个图层。
command-clear-selection = 清除选区内容
    .tooltip = 从当前图层去掉所选部分。

command-mask-everything = 全部蒙版
    .tooltip = 将整张图片纳入蒙版。
command-invert-mask = 反转蒙版
    .tooltip = 蒙版内外互换。
command-clear-mask = 清除蒙版
    .tooltip = 去掉整个蒙版。
command-mask-from-selection = 由选区建立蒙版
    .tooltip = 将所选部分作为蒙版。
command-mask-from-opaque = 由图层建立蒙版
    .tooltip = 将当前图层覆盖的部分作为蒙版。
command-feather-mask = 羽化蒙版
    .tooltip = 柔化蒙版的边缘。
command-grow-mask = 扩大蒙版
    .tooltip = 将蒙版的边缘向外移动。
command-shrink-mask = 缩小蒙版
    .tooltip = 将蒙版的边缘向内移动。
command-border-mask = 蒙版边界
    .tooltip = 遮盖沿蒙版边缘两侧的一条带。
command-smooth-mask = 平滑蒙版
    .tooltip = 使蒙版的角变圆，并去掉小于此值的斑点和凹陷。
command-fill-holes-in-mask = 填满蒙版中的孔
    .tooltip = 遮盖蒙版所包围的一切。

command-mask-brush = 蒙版画笔
    .tooltip = 涂抹需要重新生成的地方。按住 Shift 画直线。
command-mask-eraser = 蒙版橡皮
    .tooltip = 擦掉部分蒙版。
command-paint-brush = 画笔
    .tooltip = 在图片上涂色，作为生成的提示。按 Alt 从图片取色。
command-fill-tool = 填充
    .tooltip = 用当前颜色填充颜色相近的区域。
command-gradient-tool = 渐变
    .tooltip = 从第一种颜色的位置拖到第二种颜色的位置。按住 Shift 以 15 度为一步。
command-picker-tool = 吸管
    .tooltip = 从图片取色。
command-rectangle-select = 矩形选区
    .tooltip = 选择矩形。Shift 添加，Alt 减去，同时按住则相交；拖动时按 Shift 为正方形。
command-ellipse-select = 椭圆选区
    .tooltip = 选择椭圆。Shift 添加，Alt 减去，同时按住则相交；拖动时按 Shift 为圆形。
command-lasso-select = 套索选区
    .tooltip = 选择您圈出的部分。Shift 添加，Alt 减去，同时按住则相交。
command-polygon-select = 多边形选区
    .tooltip = 逐点单击选择多边形。按 Enter 或双击闭合，按 Esc 放弃。
command-wand = 魔棒
    .tooltip = 选择颜色相近的区域。Shift 添加，Alt 减去，同时按住则相交。
command-hand = 抓手
    .tooltip = 移动图片。使用任何工具时：按住空格，或用中键拖动。
command-bigger-brush = 增大画笔
    .tooltip = 增大当前画笔。
command-smaller-brush = 减小画笔
    .tooltip = 减小当前画笔。
command-harder-brush = 硬化画笔
    .tooltip = 使画笔边缘更锐利。
command-softer-brush = 柔化画笔
    .tooltip = 使画笔边缘更柔和。

command-generate = 生成
    .tooltip = 按提示词填充蒙版。没有蒙版时修改整张图片；画布空白时生成新图片。
command-cancel = 取消
    .tooltip = 停止当前生成。
command-accept = 接受
    .tooltip = 将显示的结果并入图片。
command-reroll = 重新生成
    .tooltip = 换一个种子再试一次。
command-reject = 拒绝
    .tooltip = 将显示的结果移出画布，它仍留在结果条中。
command-newer-result = 较新的结果
    .tooltip = 显示结果条中左边的结果。
command-older-result = 较旧的结果
    .tooltip = 显示结果条中右边的结果。
command-roll-seed = 新种子
    .tooltip = 换一个种子数，并保持不变。

command-change-theme = 切换主题
    .tooltip = 在深色与浅色界面之间切换。
command-shortcuts = 键盘快捷键
    .tooltip = 在一页上查看和修改所有快捷键。
command-about = 关于 Brushfire
    .tooltip = 版本与许可。

## 通用

colon = ：
close = 关闭
back = 返回
width = 宽度
    .tooltip = 以像素为单位。
height = 高度
    .tooltip = 以像素为单位。
open-recent = 最近打开
untitled = 未命名
drop-to-open = 松开以打开
canvas = 画布

## 提示词

prompt = 提示词
    .tooltip = 描述画面中应有的内容。(词:1.3) 增加权重，[词] 减少权重。
prompt-hint = 画面中应有什么
negative-prompt = 反向提示词
    .tooltip = 反向提示词：画面应避开的内容。
negative-prompt-hint = 画面中不应有什么

## 蒙版

tint-color = 着色颜色
tint-opacity = 着色不透明度
    .tooltip = 蒙版着色的强度。

## 生成

model = 模型
    .tooltip = 作画的网络。可将其他模型放入模型文件夹，或在此选择文件或文件夹。
choose-file = 选择文件
choose-folder = 选择文件夹
sampler = 采样器
    .tooltip = 将噪声一步步变成图片的方法。
schedule = 调度
    .tooltip = 噪声在各步之间的分配方式。模型自带的通常就很好。
schedule-of-model = 模型自带
steps = 步数
    .tooltip = 生成图片所用的步数。步数越多越慢、越精细，但有限度：通常 20 到 30。
guidance = 引导强度
    .tooltip = 遵循提示词的程度。低则自由，高则严格而艳俗：通常 5 到 9。
strength = 重绘强度
    .tooltip = 原图可以被改变多少：100 % 时完全不考虑原图，30 % 时只略加修饰。空白画布没有可保留的内容。
seed = 种子
    .tooltip = 所有噪声的来源。相同的种子和设置得到相同的图片；随机种子每次得到新图片。
seed-random = 随机
keep-seed = 固定种子
    .tooltip = 每次都使用此种子，而不是每次换新。
pictures = 张数
    .tooltip = 一次生成多少张，每张有自己的种子。同时生成需要更多内存。
size-of-canvas = 尺寸
    .tooltip = 画布的宽和高。图片有自己的尺寸；空白画布可以在此修改。

## 工具选项

brush-size = 大小
    .tooltip = 画笔直径，以图片像素计：[ 和 ]。
brush-hardness = 硬度
    .tooltip = 边缘的锐利程度。柔和的边缘使新旧融合：Shift+[ 和 Shift+]。
brush-opacity = 不透明度
    .tooltip = 一笔覆盖的程度。
brush-color = 颜色
    .tooltip = 绘画的颜色。按 Alt 并单击可从图片取色。
select-replace = 替换
    .tooltip = 新选区替换之前的选区。
select-add = 添加
    .tooltip = 新选区添加到之前的选区。用其他方式时按住 Shift。
select-subtract = 减去
    .tooltip = 从之前的选区减去新选区。用其他方式时按住 Alt。
select-intersect = 相交
    .tooltip = 保留两个选区共有的部分。用其他方式时按住 Shift 和 Alt。
select-feather = 羽化
    .tooltip = 新选区的边缘柔化多少像素。
antialias = 平滑边缘
    .tooltip = 边缘的像素部分选择，避免锯齿。
tolerance = 容差
    .tooltip = 颜色与所单击颜色可以相差多少。
contiguous = 连续
    .tooltip = 仅限与所单击处相连的部分。
all-layers = 所有图层
    .tooltip = 按所见的图片取样，而不是只看当前图层。
fill-gap = 闭合间隙
    .tooltip = 线条中不超过此宽度的缺口不会漏出填充。
fill-grow = 扩大
    .tooltip = 填充伸入周围线条下方多远。
gradient-to-transparent = 渐变到透明
    .tooltip = 颜色渐隐到无，而不是第二种颜色。
gradient-second = 第二种颜色
    .tooltip = 渐变末端的颜色。
gradient-shape = 形状
    .tooltip = 颜色如何围绕所拖的线分布。
gradient-linear = 线性
gradient-radial = 径向
gradient-conical = 锥形
gradient-repeat = 重复
    .tooltip = 线的两端之外是什么。
gradient-repeat-never = 不重复
gradient-repeat-sawtooth = 从头开始
gradient-repeat-mirror = 来回
picker-side = 取样
    .tooltip = 取此大小的方块的平均颜色。
picker-1 = 1 像素
picker-3 = 3 × 3
picker-5 = 5 × 5
picker-11 = 11 × 11
picker-31 = 31 × 31
refine-pixels = 像素
    .tooltip = 以图片像素计。
refine-do = 应用
hand-hint = 拖动以移动图片，滚轮缩放。

## 运行

task-text-to-image = 新图片
task-image-to-image = 修改整张图片
task-inpaint = 填充蒙版
run-cancelling = 正在取消
run-preparing = 正在准备图片
run-waiting = 正在等待引擎
run-loading = 正在加载 { $model }
run-step = 第 { $step } 步，共 { $steps } 步
run-decoding = 正在完成图片
run-time = 已用 { $elapsed }
run-time-left = 已用 { $elapsed }，约剩 { $left }
run-status = { $task }：{ $phase }
plan-status = { $task }，{ $width } × { $height }
plan-status-time = { $task }，{ $width } × { $height }，约 { $time }
plan-too-large = 远大于此模型的 { $side } × { $side }：速度慢，内容可能重复
sentence-break = 。
seconds = { $seconds } 秒
minutes = { $minutes } 分
minutes-seconds = { $minutes } 分 { $seconds } 秒

## 结果

results = 结果
results-empty = 结果显示在这里，最新的在前。
result-name = 结果 { $number }，种子 { $seed }
result-tooltip = 种子 { $seed }
result-accepted = 已接受。
use-recipe-of-result = 使用它的参数

## 状态栏

device = 设备
    .tooltip = 模型运行的设备。单击可选择其他设备，当前生成会被取消。
device-choosing = 正在选择设备
zoom = 缩放
    .tooltip = 缩放比例。单击显示实际大小。

## 通知

notice = 通知
notice-error = 错误
dismiss = 关闭通知
    .tooltip = 移除此通知。
use-it = 使用
    .tooltip = 采用其提示词、种子和设置。

## 对话框

start-recent = 继续
start-close = 关闭
    .tooltip = 从空白画布开始。
question-lost = 未保存的内容将会丢失。
question-save = 保存
question-discard = 不保存
question-stay = 留下

found-heading = “{ $name }”未正常关闭
found-untitled = 未命名
found-about = { $width } × { $height } 像素，最后修改于 { $ago } 前。
found-explained = 程序在保存之前结束了。这是最后一次修改之后的图画。
found-recover = 恢复
found-discard = 删除
found-later = 以后再说
typed-path = 系统没有文件对话框（Linux 上为 xdg-desktop-portal 或 zenity）。请输入文件位置。
path = 路径
use-path = 使用此路径
path-for-open-picture = 打开图片
path-for-save-picture = 保存图片
path-for-open-model-file = 选择模型文件
path-for-open-model-folder = 选择模型文件夹
create = 创建
about-what = 一个由扩散模型与您共同作画的绘画程序。一切都在这台计算机上进行。
about-licences = 采用 MIT 或 Apache-2.0 许可，任您选择。图标来自 Lucide（ISC）。所有随附内容的声明位于 assets 文件夹中。

on-canvas = 在画布上
on-canvas-zoom = 缩放
on-canvas-zoom-how = 滚轮，或双指捏合
on-canvas-move = 移动图片
on-canvas-move-how = 空格加拖动、中键，或双指
on-canvas-line = 直线
on-canvas-line-how = Shift 加单击
on-canvas-pick = 取色
on-canvas-pick-how = 使用画笔时 Alt 加单击

## 历史步骤

edit-select = 选择
edit-add-to-selection = 添加到选区
edit-subtract-from-selection = 从选区减去
edit-intersect-selection = 与选区相交
edit-select-all = 全选
edit-deselect = 取消选择
edit-invert-selection = 反选
edit-feather-selection = 羽化选区
edit-grow-selection = 扩大选区
edit-shrink-selection = 缩小选区
edit-border-selection = 选区边界
edit-smooth-selection = 平滑选区
edit-fill-holes-in-selection = 填满选区中的孔
edit-feather-mask = 羽化蒙版
edit-grow-mask = 扩大蒙版
edit-shrink-mask = 缩小蒙版
edit-border-mask = 蒙版边界
edit-smooth-mask = 平滑蒙版
edit-fill-holes-in-mask = 填满蒙版中的孔
edit-mask-from-selection = 由选区建立蒙版
edit-mask-from-layer = 由图层建立蒙版
edit-fill = 填充
edit-gradient = 渐变
edit-clear = 清除
edit-paint-mask = 绘制蒙版
edit-erase-mask = 擦除蒙版
edit-paint = 绘画
edit-fill-mask = 填满蒙版
edit-clear-mask = 清除蒙版
edit-invert-mask = 反转蒙版
edit-load-mask = 载入蒙版
edit-mask-look = 蒙版外观
edit-generate = 生成
edit-resize-the-canvas = 调整画布大小
edit-change-the-prompt = 修改提示词
edit-change-the-negative-prompt = 修改反向提示词
edit-change-the-model = 更换模型
edit-change-the-sampler = 更换采样器
edit-change-the-schedule = 更换调度
edit-change-the-steps = 修改步数
edit-change-the-guidance = 修改引导强度
edit-change-the-strength = 修改重绘强度
edit-change-the-seed = 修改种子
edit-change-the-number-of-pictures = 修改张数
edit-change-the-settings = 修改设置

## 设置

settings-language = 语言
    .tooltip = 菜单、按钮和说明的语言。
settings-language-system = 跟随系统
settings-theme = 主题
    .tooltip = 深色界面突出画面；浅色界面适合明亮的房间。
settings-theme-dark = 深色
settings-theme-light = 浅色
settings-scale = 界面大小
    .tooltip = 文字、按钮和面板的大小，在系统设置之外另行缩放。
settings-grid = 网格
    .tooltip = 网格线间距，以图片像素计；在“视图”菜单中显示网格。
settings-shortcuts = 快捷键
    .tooltip = 哪些按键对应哪些命令。
settings-change-shortcuts = 查看和修改
shortcuts-search = 搜索命令
shortcuts-reset-all = 全部重置
shortcuts-reset = 重置
    .tooltip = 恢复此命令的默认快捷键。
shortcuts-remove = 移除
    .tooltip = 此命令不使用快捷键。
shortcuts-press = 请按新的按键
shortcuts-change = 修改“{ $command }”的快捷键
shortcuts-conflict = 同时用于：{ $command }
palette-nothing = 没有可用的同名命令。

navigator = 导航器

## 面板

panel-canvas = 画布
panel-prompt = 提示词
panel-generation = 生成
panel-brushes = 画笔
panel-layers = 图层
panel-history = 历史
panel-navigator = 导航器
panel-results = 结果
panel-hide = 隐藏此面板
panel-move = 拖动以移动此面板

command-show-prompt-panel = 提示词面板
    .tooltip = 显示或隐藏提示词与生成按钮的面板。
command-show-generation-panel = 生成面板
    .tooltip = 显示或隐藏模型、采样器及其参数的面板。
command-show-brushes-panel = 画笔面板
    .tooltip = 显示或隐藏画笔及手中画笔全部参数的面板。
command-show-layers-panel = 图层面板
    .tooltip = 显示或隐藏图层与蒙版面板。
command-show-history-panel = 历史面板
    .tooltip = 显示或隐藏可撤销步骤的列表。
command-show-navigator-panel = 导航器面板
    .tooltip = 显示或隐藏整张图片的缩略视图。
command-show-results-panel = 结果面板
    .tooltip = 显示或隐藏结果条。
command-reset-layout = 重置布局
    .tooltip = 将所有面板恢复到初次启动时的位置。
command-canvas-only = 仅画布
    .tooltip = 隐藏画布以外的一切，或恢复显示。
command-fullscreen = 全屏
    .tooltip = 让窗口占满屏幕，或恢复。

history-begin = 开始
history-foot = { $steps } 步，{ $used } / { $budget } MB

## 图层

command-add-paint-layer = 添加图层
    .tooltip = 在当前图层上方添加一个空图层。
command-add-mask = 添加蒙版
    .tooltip = 再添加一个蒙版，使用自己的颜色。
command-duplicate-layer = 复制图层
    .tooltip = 在图层上方放置它的副本。
command-merge-down = 向下合并
    .tooltip = 将此图层与下方图层合并为一个。
command-flatten = 拼合图像
    .tooltip = 将所有可见内容合并为一个图层。蒙版和提示图层保留。
command-remove-layer = 删除图层
    .tooltip = 删除图层及其中的一切。最后一个会保留。
command-rename-layer = 重命名图层
    .tooltip = 给图层换一个名称。
command-group-layer = 图层编组
    .tooltip = 将图层放入一个新的组。
command-ungroup = 取消编组
    .tooltip = 去掉组，保留其中的图层。
command-move-layer-up = 上移图层
    .tooltip = 将图层移到上一个之上，或移出所在的组。
command-move-layer-down = 下移图层
    .tooltip = 将图层移到下一个之下，或移出所在的组。
command-choose-layer-above = 选择上方图层
    .tooltip = 将上方的图层设为当前图层。
command-choose-layer-below = 选择下方图层
    .tooltip = 将下方的图层设为当前图层。
command-show-layer = 显示图层
    .tooltip = 显示或隐藏图层。
command-lock-layer = 锁定图层
    .tooltip = 锁定的图层不能绘画或移动。
command-lock-alpha = 锁定透明度
    .tooltip = 绘画只改变颜色，不改变有无。
command-clip-layer = 剪贴到下方图层
    .tooltip = 仅在下方图层有内容处显示此图层。

layer-new = 图层 { $number }
layer-new-mask = 蒙版 { $number }
layer-new-group = 组 { $number }
layer-name-background = 背景
layer-name-mask = 蒙版
layer-name-result = 结果
layer-kind-result = 结果
layer-visible = 显示或隐藏“{ $layer }”
layer-lock = 锁定或解锁“{ $layer }”
layer-alpha-lock = 锁定“{ $layer }”的透明度
layer-clip = 将“{ $layer }”剪贴到下方图层
layer-collapse = 折叠“{ $layer }”
layer-expand = 展开“{ $layer }”
layer-opacity = 图层不透明度
    .tooltip = 图层覆盖下方内容的程度。
blend-mode = 混合模式

blend-normal = 正常
blend-multiply = 正片叠底
blend-screen = 滤色
blend-overlay = 叠加
blend-darken = 变暗
blend-lighten = 变亮
blend-color-dodge = 颜色减淡
blend-color-burn = 颜色加深
blend-hard-light = 强光
blend-soft-light = 柔光
blend-difference = 差值
blend-exclusion = 排除
blend-add = 相加
blend-subtract = 减去
blend-hue = 色相
blend-saturation = 饱和度
blend-color = 颜色
blend-luminosity = 明度
blend-destination-in = 目标之内
blend-erase = 擦除
blend-source-atop = 源在其上
blend-destination-atop = 目标在其上

edit-add-layer = 添加图层
edit-add-mask = 添加蒙版
edit-group = 图层编组
edit-ungroup = 取消编组
edit-duplicate-layer = 复制图层
edit-delete-layer = 删除图层
edit-move-layer = 移动图层
edit-merge-down = 向下合并
edit-flatten = 拼合图像
edit-rename-layer = 重命名图层
edit-show-layer = 显示图层
edit-hide-layer = 隐藏图层
edit-layer-opacity = 图层不透明度
edit-blend-mode = 混合模式
edit-lock-layer = 锁定图层
edit-unlock-layer = 解锁图层
edit-alpha-lock = 锁定透明度
edit-clip-layer = 剪贴图层
edit-mask-colour = 蒙版颜色
edit-layer-properties = 图层属性

## 工作室的话

question = 先保存对“{ $picture }”的更改吗？
clipboard-empty = 剪贴板上没有图片。
clipboard-filled = 图片已复制到剪贴板。
recipe-found = 此图片附有生成参数。
recipe-found-foreign = 此图片附有来自其他程序的生成参数。
saved = 已保存 { $file }。
nothing-painted = 没有画上：{ $why }。

## 多张图片

command-close-picture = 关闭图片
    .tooltip = 关闭当前图片，先询问是否保存。
command-next-picture = 下一张图片
    .tooltip = 切换到下一个标签的图片。


## 画笔

brush-diameter = 大小
    .tooltip = 画笔直径，以画面像素计。
brush-roundness = 圆度
    .tooltip = 笔尖高度与宽度之比：越小越扁。
brush-angle = 角度
    .tooltip = 笔尖旋转的角度。
brush-antialiased = 平滑边缘
    .tooltip = 平滑边缘；关闭后每个像素要么全涂，要么不涂。
brush-tip = 图案
    .tooltip = 用图案代替圆形作为笔尖。
brush-spacing = 间距
    .tooltip = 笔印之间的距离，按大小的比例。
brush-scatter = 散布
    .tooltip = 笔印偏离笔迹的最大距离，按大小的比例。
brush-count = 笔印数
    .tooltip = 每处的笔印数量。
brush-flow = 流量
    .tooltip = 每个笔印朝不透明度推进多少。
brush-builds-up = 叠加
    .tooltip = 笔印彼此叠加，笔画自交处也一样。
brush-erases = 擦除
    .tooltip = 去除颜料而不是添加。
brush-wet-edge = 湿边
    .tooltip = 颜料聚在笔画边缘，如水彩。
brush-grain = 底纹
    .tooltip = 作画的底面：纸、画布。
brush-grain-mode = 方式
    .tooltip = 高度：颜料先留在凸处，如粉笔。相乘：凹处吸收较少，如淡彩。
brush-grain-depth = 深度
    .tooltip = 底纹显现的程度。
brush-grain-scale = 缩放
    .tooltip = 底纹的大小。
brush-hue-jitter = 色相
    .tooltip = 每个笔印色相的偏差。
brush-saturation-jitter = 饱和度
    .tooltip = 每个笔印饱和度的偏差。
brush-value-jitter = 明度
    .tooltip = 每个笔印明度的偏差。
brush-smudge = 涂抹
    .tooltip = 颜料中有多少取自画面。
brush-smudge-mode = 方式
    .tooltip = 混匀：取来的颜料混成一色。拖抹：原样拖走。
brush-smudge-length = 长度
    .tooltip = 取来的颜料在笔上停留多久。
brush-stabilizer = 方式
    .tooltip = 平均：让线条平顺。拉绳：画笔被笔拖着走。
brush-stabilizer-length = 长度
    .tooltip = 平均的范围，或绳子的长度。
brush-catches-up = 补到笔尖
    .tooltip = 笔画在抬笔处结束。
brush-group-tip = 笔尖
brush-group-stroke = 笔画
brush-group-paint = 颜料
brush-group-grain = 底纹
brush-group-color = 颜色
brush-group-smudge = 涂抹
brush-group-stabilizer = 稳定器
brush-grain-mode-height = 高度
brush-grain-mode-multiply = 相乘
brush-smudge-mode-dull = 混匀
brush-smudge-mode-smear = 拖抹
brush-stabilizer-none = 无
brush-stabilizer-average = 平均
brush-stabilizer-rope = 拉绳
brush-input-pressure = 压力
brush-input-tilt = 倾斜
brush-input-tilt-direction = 倾斜方向
brush-input-speed = 速度
brush-input-direction = 笔画方向
brush-input-distance = 距离
brush-input-random = 随机
brush-input-random-per-stroke = 每笔随机
brush-preset-take = 使用画笔 {$name}
brush-name = 名称
    .tooltip = 画笔的名称；用别的名称保存就是新画笔。
brush-save = 保存画笔
    .tooltip = 把手中的画笔存为自己的画笔。
brush-reset = 还原画笔
    .tooltip = 恢复到保存时的画笔。
brush-delete = 删除画笔
    .tooltip = 删除这支自己的画笔。
brush-curves = 曲线
    .tooltip = 笔如何改变它：压力、倾斜、速度等。
brush-curve-add = 添加
    .tooltip = 让另一种输入改变它。
brush-curve-remove = 移除
    .tooltip = 这种输入不再改变它。
brush-curve-of = {$input} 的曲线
    .tooltip = 拖动各点；双击可添加或去掉一点。
brush-no-picture = 无
brush-loading = 正在读取画笔…
brush-no-brush = 选择绘画工具后可在此选择画笔。

mirror = 镜像
    .tooltip = 重复每一笔：沿一条或两条轴镜像，或绕中心旋转。
mirror-none = 无
mirror-left-right = 左右
mirror-top-bottom = 上下
mirror-both = 四面
mirror-radial = 放射
mirror-kaleidoscope = 万花筒
mirror-sectors = 份数
    .tooltip = 绕中心重复的次数。
