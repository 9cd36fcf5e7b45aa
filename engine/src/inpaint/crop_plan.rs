//! Which part of a picture the model sees, and at what size.

use super::model_size::ModelSize;
use super::region::{Region, signed};
use crate::recipe::Recipe;

/// The part of a picture that goes to the model, and the size it goes there at. Known before anything is computed, so
/// that it can be drawn, and dragged: see [`CropPlan::of_crop`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CropPlan {
    /// The picture's size in pixels.
    pub picture: [u32; 2],
    /// The part of the picture, in its pixels. It reaches beyond the picture, to the right and below, where the picture
    /// is too small; the picture's last columns and rows are repeated there.
    pub crop: Region,
    /// What the crop is scaled to: the recipe's `width` and `height`.
    pub model_size: [u32; 2],
}

/// Models know pictures up to about twice as wide as high, or high as wide; in others they see double.
const MAX_ASPECT: f64 = 2.0;

/// A crop is enlarged up to so many times: in a smaller one the model would see no surroundings.
const MAX_ENLARGEMENT: f64 = 4.0;

/// A crop that would be enlarged by less than this is widened instead, and not scaled at all.
const WORTH_ENLARGING: f64 = 4.0 / 3.0;

impl CropPlan {
    /// The whole picture, unscaled, continued to the next size that a model makes.
    #[must_use]
    pub fn whole(picture: [u32; 2]) -> Self {
        let model_size = picture.map(|side| side.next_multiple_of(8).max(Recipe::MIN_SIDE));
        Self { picture, crop: Region::of_size(model_size), model_size }
    }

    /// The masked part: the mask's bounds with `padding` pixels around them, or with `context` instead, where the painter
    /// says what the model should see (the bounds of a context mask, or a rectangle). It is widened to a shape and a size
    /// that the model is good at, within the picture as far as that goes.
    #[must_use]
    pub fn masked(
        picture: [u32; 2],
        mask_bounds: Region,
        padding: u32,
        context: Option<Region>,
        model: ModelSize,
    ) -> Self {
        let inside = Region::of_size(picture);
        let seen = context.map_or_else(|| mask_bounds.grown(padding.max(1)), |context| mask_bounds.union(context));
        let seen = seen.intersection(inside);
        if seen.is_empty() {
            return Self::whole(picture);
        }
        let least = f64::from(model.best_side) / MAX_ENLARGEMENT;
        let (width, height) = (f64::from(seen.width()).max(least), f64::from(seen.height()).max(least));
        let (width, height) = (width.max(height / MAX_ASPECT), height.max(width / MAX_ASPECT));
        let model_size = size_of_aspect(width / height, model);
        let [wide, high] = model_size.map(f64::from);
        let mut scale = (width / wide).max(height / high);
        if scale < 1.0 && scale * WORTH_ENLARGING > 1.0 {
            scale = 1.0;
        }
        let crop = Region {
            left: placed(seen.left, seen.right, rounded(wide * scale), picture[0]),
            top: placed(seen.top, seen.bottom, rounded(high * scale), picture[1]),
            right: 0,
            bottom: 0,
        };
        let (right, bottom) = (crop.left + rounded(wide * scale), crop.top + rounded(high * scale));
        Self { picture, crop: Region { right, bottom, ..crop }, model_size }
    }

    /// A crop of the painter's own: only the model's size is found for it.
    #[must_use]
    pub fn of_crop(picture: [u32; 2], crop: Region, model: ModelSize) -> Self {
        let crop = crop.intersection(Region::of_size(picture));
        if crop.is_empty() {
            return Self::whole(picture);
        }
        let model_size = size_of_aspect(f64::from(crop.width()) / f64::from(crop.height()), model);
        Self { picture, crop, model_size }
    }

    /// The part of the picture that the model's answer covers: the crop without what it reaches beyond.
    #[must_use]
    pub fn part(&self) -> Region {
        self.crop.intersection(Region::of_size(self.picture))
    }

    /// The model's pixels to one of the picture, across and down; the two differ by less than a pixel of the crop, save
    /// where the painter's own crop is narrower than models can make.
    #[must_use]
    pub fn scale(&self) -> [f64; 2] {
        let ratio = |model: u32, crop: u32| f64::from(model) / f64::from(crop.max(1));
        [ratio(self.model_size[0], self.crop.width()), ratio(self.model_size[1], self.crop.height())]
    }

    /// Whether the model sees the picture's own pixels: nothing is scaled.
    #[must_use]
    pub fn is_unscaled(&self) -> bool {
        self.model_size == [self.crop.width(), self.crop.height()]
    }
}

/// The model's best number of pixels in this shape, as far as models can make it.
fn size_of_aspect(aspect: f64, model: ModelSize) -> [u32; 2] {
    let best = f64::from(model.best_side);
    let aspect = aspect.clamp(1.0 / MAX_ASPECT, MAX_ASPECT);
    [best * aspect.sqrt(), best / aspect.sqrt()].map(|side| {
        let multiples = (side / f64::from(model.multiple)).round().max(1.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred, at least 1")]
        let side = multiples as u32 * model.multiple;
        side.clamp(Recipe::MIN_SIDE.next_multiple_of(model.multiple), Recipe::MAX_SIDE)
    })
}

/// Where a side of `length` begins that has `start..end` in its middle, moved into the picture as far as it fits there.
fn placed(start: i32, end: i32, length: i32, picture: u32) -> i32 {
    let middle = start + (end - start - length) / 2;
    middle.min(signed(picture) - length).max(0)
}

#[expect(clippy::cast_possible_truncation, reason = "a picture's side")]
fn rounded(side: f64) -> i32 {
    side.round() as i32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SD1: ModelSize = ModelSize { best_side: 512, multiple: 8 };

    fn square(left: i32, top: i32, side: i32) -> Region {
        Region { left, top, right: left + side, bottom: top + side }
    }

    #[test]
    fn a_small_mask_is_enlarged_with_its_surroundings() {
        let plan = CropPlan::masked([2048, 2048], square(1000, 500, 192), 32, None, SD1);
        assert_eq!(plan.crop, square(968, 468, 256));
        assert_eq!((plan.model_size, plan.scale()), ([512, 512], [2.0, 2.0]));
    }

    #[test]
    fn a_large_mask_is_scaled_down_and_the_crop_stays_in_the_picture() {
        let plan = CropPlan::masked([2000, 1500], Region { left: 0, top: 0, right: 1000, bottom: 500 }, 24, None, SD1);
        assert_eq!((plan.crop.left, plan.crop.top), (0, 0));
        assert!(plan.crop.right >= 1024 && plan.crop.bottom >= 524, "{:?}", plan.crop);
        assert!(plan.model_size[0] * plan.model_size[1] <= 530 * 530, "{:?}", plan.model_size);
    }

    #[test]
    fn what_is_almost_as_large_as_the_model_is_not_scaled() {
        let plan = CropPlan::masked([3000, 3000], square(1000, 1000, 400), 20, None, SD1);
        assert_eq!((plan.crop, plan.is_unscaled()), (square(944, 944, 512), true));
    }

    #[test]
    fn a_single_pixel_in_a_corner_gets_surroundings() {
        let plan = CropPlan::masked([640, 480], square(639, 479, 1), 0, None, SD1);
        assert_eq!(plan.crop, square(512, 352, 128).intersection(Region::of_size([640, 480])));
    }

    #[test]
    fn a_small_mask_needs_little_of_a_large_picture() {
        let plan = CropPlan::masked([8000, 8000], square(4000, 7900, 100), 32, None, SD1);
        assert!(plan.part().width() <= 192 && plan.part().height() <= 192, "{:?}", plan.part());
    }

    #[test]
    fn a_context_stands_in_for_the_padding() {
        let mask = square(500, 500, 100);
        let plan = CropPlan::masked([2048, 2048], mask, 32, Some(square(100, 100, 900)), SD1);
        assert!(plan.crop.union(square(100, 100, 900)) == plan.crop, "{:?}", plan.crop);
    }

    #[test]
    fn a_picture_smaller_than_the_crop_is_continued() {
        let plan = CropPlan::masked([100, 20], Region::of_size([100, 20]), 32, None, SD1);
        assert_eq!(plan.crop, square(0, 0, 128));
        assert_eq!(plan.part(), Region::of_size([100, 20]));
    }

    #[test]
    fn a_picture_of_the_models_size_masked_all_over_is_the_crop() {
        let plan = CropPlan::masked([512, 512], Region::of_size([512, 512]), 32, None, SD1);
        assert_eq!(plan, CropPlan::whole([512, 512]));
    }

    proptest! {
        #[test]
        fn every_mask_is_inside_its_crop_and_every_size_can_be_made(
            (width, height) in (1u32..9000, 1u32..9000),
            (x, y, w, h) in (0.0f64..1.0, 0.0f64..1.0, 0.0f64..1.0, 0.0f64..1.0),
            padding in 0u32..1500,
            best in 8u32..130,
        ) {
            let side = |size: u32, at: f64| (f64::from(size) * at) as i32;
            let (left, top) = (side(width, x), side(height, y));
            let mask = Region { left, top, right: left + 1 + side(width - left as u32 - 1, w), bottom: top + 1 + side(height - top as u32 - 1, h) };
            let model = ModelSize { best_side: best * 8, multiple: 8 };
            let plan = CropPlan::masked([width, height], mask, padding, None, model);
            prop_assert_eq!(plan.crop.intersection(mask), mask);
            prop_assert_eq!(plan.part().intersection(mask), mask);
            let [wide, high] = plan.model_size;
            prop_assert!(wide % 8 == 0 && high % 8 == 0 && wide >= Recipe::MIN_SIDE && high >= Recipe::MIN_SIDE);
            let [across, down] = plan.scale();
            prop_assert!((across / down - 1.0).abs() < 0.05, "{} {}", across, down);
            prop_assert!(plan.crop.left >= 0 && plan.crop.top >= 0);
            let fits = plan.crop.width() <= width && plan.crop.height() <= height;
            prop_assert!(!fits || (plan.crop.right <= width as i32 && plan.crop.bottom <= height as i32));
        }
    }
}
