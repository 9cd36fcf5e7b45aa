//! Several masks at once, each with a prompt and a strength of its own.

use image::GrayImage;

use crate::recipe::{Recipe, RegionRecipe};

/// All that a recipe with regions repaints, as strengths: at each pixel the greatest of `mask`, where the recipe's own
/// prompt paints, and of every region's mask times its strength. `None` where nothing says where. Masks of other sizes than
/// the first are left out.
#[must_use]
pub fn repainted(mask: Option<&GrayImage>, masks: &[GrayImage], regions: &[RegionRecipe]) -> Option<GrayImage> {
    let first = mask.or(masks.first())?;
    let mut all = mask.cloned().unwrap_or_else(|| GrayImage::new(first.width(), first.height()));
    for (mask, region) in masks.iter().zip(regions).filter(|(mask, _)| mask.dimensions() == first.dimensions()) {
        for (most, level) in all.iter_mut().zip(mask.iter()) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
            let strength = (f32::from(*level) * region.strength).round() as u8;
            *most = strength.max(*most);
        }
    }
    Some(all)
}

/// Whether a mask's greys are strengths: the recipe says so, or a region has a strength of its own.
#[must_use]
pub fn has_strengths(recipe: &Recipe) -> bool {
    recipe.soft || recipe.regions.iter().any(|region| region.strength < 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pixel_has_the_greatest_strength_of_its_masks() {
        let mask = |levels: [u8; 3]| GrayImage::from_raw(3, 1, levels.to_vec()).unwrap();
        let region = |strength| RegionRecipe { strength, ..RegionRecipe::default() };
        let masks = [mask([255, 0, 100]), mask([255, 40, 0])];
        let all = repainted(Some(&mask([0, 0, 80])), &masks, &[region(0.5), region(1.0)]).unwrap();
        assert_eq!(all.into_raw(), [255, 40, 80]);
        assert_eq!(repainted(None, &[], &[]), None);
        assert_eq!(repainted(None, &masks[..1], &[region(0.25)]).unwrap().into_raw(), [64, 0, 25]);
    }
}
