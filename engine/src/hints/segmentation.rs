//! Things by colour: ADE20K's classes, and painted maps brought to exactly their colours.

use image::RgbImage;
use rayon::prelude::*;

use super::strips::in_strips;
use super::watch::Watch;
use crate::nn::Interrupted;

/// A class of things and the colour by which a segmentation hint says that it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentationClass {
    pub name: &'static str,
    pub color: [u8; 3],
}

const fn class(name: &'static str, color: [u8; 3]) -> SegmentationClass {
    SegmentationClass { name, color }
}

/// ADE20K's 150 classes in their order, with the names and colours of the scene parsing benchmark (Zhou et al. 2017; as in
/// `mmsegmentation`'s `ade_classes` and `ade_palette`), which ControlNet's networks for segmentation were trained on. Road and
/// skyscraper have the same colour there.
#[rustfmt::skip]
pub static ADE20K: [SegmentationClass; 150] = [
    class("wall", [120, 120, 120]),
    class("building", [180, 120, 120]),
    class("sky", [6, 230, 230]),
    class("floor", [80, 50, 50]),
    class("tree", [4, 200, 3]),
    class("ceiling", [120, 120, 80]),
    class("road", [140, 140, 140]),
    class("bed", [204, 5, 255]),
    class("windowpane", [230, 230, 230]),
    class("grass", [4, 250, 7]),
    class("cabinet", [224, 5, 255]),
    class("sidewalk", [235, 255, 7]),
    class("person", [150, 5, 61]),
    class("earth", [120, 120, 70]),
    class("door", [8, 255, 51]),
    class("table", [255, 6, 82]),
    class("mountain", [143, 255, 140]),
    class("plant", [204, 255, 4]),
    class("curtain", [255, 51, 7]),
    class("chair", [204, 70, 3]),
    class("car", [0, 102, 200]),
    class("water", [61, 230, 250]),
    class("painting", [255, 6, 51]),
    class("sofa", [11, 102, 255]),
    class("shelf", [255, 7, 71]),
    class("house", [255, 9, 224]),
    class("sea", [9, 7, 230]),
    class("mirror", [220, 220, 220]),
    class("rug", [255, 9, 92]),
    class("field", [112, 9, 255]),
    class("armchair", [8, 255, 214]),
    class("seat", [7, 255, 224]),
    class("fence", [255, 184, 6]),
    class("desk", [10, 255, 71]),
    class("rock", [255, 41, 10]),
    class("wardrobe", [7, 255, 255]),
    class("lamp", [224, 255, 8]),
    class("bathtub", [102, 8, 255]),
    class("railing", [255, 61, 6]),
    class("cushion", [255, 194, 7]),
    class("base", [255, 122, 8]),
    class("box", [0, 255, 20]),
    class("column", [255, 8, 41]),
    class("signboard", [255, 5, 153]),
    class("chest of drawers", [6, 51, 255]),
    class("counter", [235, 12, 255]),
    class("sand", [160, 150, 20]),
    class("sink", [0, 163, 255]),
    class("skyscraper", [140, 140, 140]),
    class("fireplace", [250, 10, 15]),
    class("refrigerator", [20, 255, 0]),
    class("grandstand", [31, 255, 0]),
    class("path", [255, 31, 0]),
    class("stairs", [255, 224, 0]),
    class("runway", [153, 255, 0]),
    class("case", [0, 0, 255]),
    class("pool table", [255, 71, 0]),
    class("pillow", [0, 235, 255]),
    class("screen door", [0, 173, 255]),
    class("stairway", [31, 0, 255]),
    class("river", [11, 200, 200]),
    class("bridge", [255, 82, 0]),
    class("bookcase", [0, 255, 245]),
    class("blind", [0, 61, 255]),
    class("coffee table", [0, 255, 112]),
    class("toilet", [0, 255, 133]),
    class("flower", [255, 0, 0]),
    class("book", [255, 163, 0]),
    class("hill", [255, 102, 0]),
    class("bench", [194, 255, 0]),
    class("countertop", [0, 143, 255]),
    class("stove", [51, 255, 0]),
    class("palm", [0, 82, 255]),
    class("kitchen island", [0, 255, 41]),
    class("computer", [0, 255, 173]),
    class("swivel chair", [10, 0, 255]),
    class("boat", [173, 255, 0]),
    class("bar", [0, 255, 153]),
    class("arcade machine", [255, 92, 0]),
    class("hovel", [255, 0, 255]),
    class("bus", [255, 0, 245]),
    class("towel", [255, 0, 102]),
    class("light", [255, 173, 0]),
    class("truck", [255, 0, 20]),
    class("tower", [255, 184, 184]),
    class("chandelier", [0, 31, 255]),
    class("awning", [0, 255, 61]),
    class("streetlight", [0, 71, 255]),
    class("booth", [255, 0, 204]),
    class("television receiver", [0, 255, 194]),
    class("airplane", [0, 255, 82]),
    class("dirt track", [0, 10, 255]),
    class("apparel", [0, 112, 255]),
    class("pole", [51, 0, 255]),
    class("land", [0, 194, 255]),
    class("bannister", [0, 122, 255]),
    class("escalator", [0, 255, 163]),
    class("ottoman", [255, 153, 0]),
    class("bottle", [0, 255, 10]),
    class("buffet", [255, 112, 0]),
    class("poster", [143, 255, 0]),
    class("stage", [82, 0, 255]),
    class("van", [163, 255, 0]),
    class("ship", [255, 235, 0]),
    class("fountain", [8, 184, 170]),
    class("conveyer belt", [133, 0, 255]),
    class("canopy", [0, 255, 92]),
    class("washer", [184, 0, 255]),
    class("plaything", [255, 0, 31]),
    class("swimming pool", [0, 184, 255]),
    class("stool", [0, 214, 255]),
    class("barrel", [255, 0, 112]),
    class("basket", [92, 255, 0]),
    class("waterfall", [0, 224, 255]),
    class("tent", [112, 224, 255]),
    class("bag", [70, 184, 160]),
    class("minibike", [163, 0, 255]),
    class("cradle", [153, 0, 255]),
    class("oven", [71, 255, 0]),
    class("ball", [255, 0, 163]),
    class("food", [255, 204, 0]),
    class("step", [255, 0, 143]),
    class("tank", [0, 255, 235]),
    class("trade name", [133, 255, 0]),
    class("microwave", [255, 0, 235]),
    class("pot", [245, 0, 255]),
    class("animal", [255, 0, 122]),
    class("bicycle", [255, 245, 0]),
    class("lake", [10, 190, 212]),
    class("dishwasher", [214, 255, 0]),
    class("screen", [0, 204, 255]),
    class("blanket", [20, 0, 255]),
    class("sculpture", [255, 255, 0]),
    class("hood", [0, 153, 255]),
    class("sconce", [0, 41, 255]),
    class("vase", [0, 255, 204]),
    class("traffic light", [41, 0, 255]),
    class("tray", [41, 255, 0]),
    class("ashcan", [173, 0, 255]),
    class("fan", [0, 245, 255]),
    class("pier", [71, 0, 255]),
    class("crt screen", [122, 0, 255]),
    class("plate", [0, 255, 184]),
    class("monitor", [0, 92, 255]),
    class("bulletin board", [184, 255, 0]),
    class("shower", [0, 133, 255]),
    class("radiator", [255, 214, 0]),
    class("glass", [25, 194, 194]),
    class("clock", [102, 255, 0]),
    class("flag", [92, 0, 255]),
];

/// A class's place in [`ADE20K`], or [`UNCERTAIN`].
type Class = u8;

/// A pixel whose colour is no class's.
const UNCERTAIN: Class = u8::MAX;

/// How far around a pixel that is between the colours, as on a soft edge, classes are looked for.
const EDGE: usize = 2;

/// Each pixel in the colour of a class: its own where it has one. Otherwise the nearest of those around it, for on the soft
/// edge between two things the colours pass others' that are not there; and where there are none, the nearest of all.
///
/// # Errors
/// The work is no longer wanted.
pub(super) fn snapped(picture: &RgbImage, watch: &mut Watch<'_>) -> Result<RgbImage, Interrupted> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let nearest = Nearest::new();
    let mut certain = vec![UNCERTAIN; width * height];
    in_strips(&mut certain, width, &mut watch.part(0.0, 0.5), |rows, classes| {
        let colors = &picture.as_raw().as_chunks::<3>().0[rows.start * width..];
        for (class, color) in classes.iter_mut().zip(colors) {
            let nearest = nearest.of(*color);
            *class = if color_of(nearest) == *color { nearest } else { UNCERTAIN };
        }
    })?;
    let has_certain: Vec<bool> =
        certain.par_chunks(width.max(1)).map(|row| row.iter().any(|class| *class != UNCERTAIN)).collect();
    let mut hint = picture.clone();
    in_strips(hint.as_flat_samples_mut().samples, width * 3, &mut watch.part(0.5, 1.0), |rows, strip| {
        for (y, row) in rows.zip(strip.chunks_exact_mut(width * 3)) {
            let beside = y.saturating_sub(EDGE)..(y + EDGE + 1).min(height);
            let is_alone = !has_certain[beside.clone()].contains(&true);
            for (x, pixel) in row.as_chunks_mut::<3>().0.iter_mut().enumerate() {
                if certain[y * width + x] != UNCERTAIN {
                    continue;
                }
                let columns = x.saturating_sub(EDGE)..(x + EDGE + 1).min(width);
                let around = || {
                    let around = beside.clone().flat_map(|y| certain[y * width..][columns.clone()].iter().copied());
                    around.filter(|class| *class != UNCERTAIN).min_by_key(|class| apart(*pixel, color_of(*class)))
                };
                let class = if is_alone { None } else { around() };
                *pixel = color_of(class.unwrap_or_else(|| nearest.of(*pixel)));
            }
        }
    })?;
    Ok(hint)
}

fn color_of(class: Class) -> [u8; 3] {
    ADE20K.get(usize::from(class)).map_or([0; 3], |class| class.color)
}

fn apart(a: [u8; 3], b: [u8; 3]) -> u32 {
    a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
}

/// Finds the class of the nearest colour among the few that can be it, instead of among all.
struct Nearest {
    /// For each cube of colours of [`CUBE`] levels a side, red first: the classes that are nearest to any colour in it.
    candidates: Vec<Vec<Class>>,
}

const CUBE: u8 = 8;
const CUBES: usize = 256 / CUBE as usize;

impl Nearest {
    fn new() -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "there are 32 cubes a side")]
        let candidates = |cube: usize| {
            let low = [cube / CUBES / CUBES, cube / CUBES % CUBES, cube % CUBES].map(|place| place as u8 * CUBE);
            // Of the cube's colours, how far the nearest and the farthest are from a class's.
            let bounds = |color: [u8; 3]| {
                let mut inside = low;
                let mut corner = low;
                for channel in 0..3 {
                    let (first, last) = (low[channel], low[channel] + (CUBE - 1));
                    inside[channel] = color[channel].clamp(first, last);
                    let is_first_farther = color[channel].abs_diff(first) > color[channel].abs_diff(last);
                    corner[channel] = if is_first_farther { first } else { last };
                }
                (apart(inside, color), apart(corner, color))
            };
            let limit = ADE20K.iter().map(|class| bounds(class.color).1).min().unwrap_or(0);
            let classes = (0..UNCERTAIN).zip(&ADE20K);
            classes.filter(|(_, class)| bounds(class.color).0 <= limit).map(|(class, _)| class).collect()
        };
        Self { candidates: (0..CUBES * CUBES * CUBES).into_par_iter().map(candidates).collect() }
    }

    fn of(&self, color: [u8; 3]) -> Class {
        let [red, green, blue] = color.map(|level| usize::from(level / CUBE));
        let candidates = &self.candidates[(red * CUBES + green) * CUBES + blue];
        candidates.iter().copied().min_by_key(|class| apart(color, color_of(*class))).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;
    use crate::hints::testing::made;
    use crate::hints::{HintProcessor, HintRecipe};

    fn class(name: &str) -> SegmentationClass {
        *ADE20K.iter().find(|class| class.name == name).unwrap()
    }

    fn snapped(picture: &RgbImage) -> RgbImage {
        made(&HintRecipe::new(HintProcessor::Segmentation), picture)
    }

    /// `mmsegmentation`'s `ade_classes()` and `ade_palette()`.
    #[test]
    fn the_table_is_the_benchmarks() {
        assert_eq!(class("wall"), ADE20K[0]);
        assert_eq!(class("sky"), SegmentationClass { name: "sky", color: [6, 230, 230] });
        assert_eq!(class("person"), SegmentationClass { name: "person", color: [150, 5, 61] });
        assert_eq!(ADE20K[149], SegmentationClass { name: "flag", color: [92, 0, 255] });
        let sum: u32 = ADE20K.iter().flat_map(|class| class.color).map(u32::from).sum();
        assert_eq!(sum, 58_427);
        for class in &ADE20K {
            assert_eq!(ADE20K.iter().filter(|other| other.name == class.name).count(), 1, "{}", class.name);
        }
    }

    #[test]
    fn a_colour_becomes_the_nearest_and_one_of_the_table_stays() {
        for class in &ADE20K {
            let plain = RgbImage::from_pixel(3, 2, Rgb(class.color));
            assert_eq!(snapped(&plain), plain, "{}", class.name);
        }
        // `numpy.argmin(((palette - [10, 220, 240]) ** 2).sum(1))` is 2, the sky.
        let bluish = snapped(&RgbImage::from_pixel(1, 1, Rgb([10, 220, 240])));
        assert_eq!(bluish.get_pixel(0, 0).0, class("sky").color);
    }

    #[test]
    fn the_nearest_among_few_is_the_nearest_of_all() {
        let nearest = Nearest::new();
        for color in (0..1 << 24).step_by(1009).map(|color: u32| [color >> 16, color >> 8, color].map(|c| c as u8)) {
            let of_all = (0..UNCERTAIN).zip(&ADE20K).min_by_key(|(_, class)| apart(color, class.color)).unwrap().0;
            assert_eq!(nearest.of(color), of_all, "{color:?}");
        }
        let most = nearest.candidates.iter().map(Vec::len).max().unwrap();
        assert!(most < 40, "{most}");
    }

    #[test]
    fn a_soft_edge_between_two_things_brings_no_third_one_in() {
        let [sky, grass] = [class("sky").color, class("grass").color];
        let mixed = |share: u32| {
            Rgb(std::array::from_fn(|c| ((u32::from(sky[c]) * (4 - share) + u32::from(grass[c]) * share) / 4) as u8))
        };
        let edge = RgbImage::from_fn(12, 5, |x, _| mixed(x.saturating_sub(4).min(4)));
        for pixel in snapped(&edge).pixels() {
            assert!([sky, grass].contains(&pixel.0), "{pixel:?}");
        }
    }
}
