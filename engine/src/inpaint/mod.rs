//! Inpainting outside of the model: which part of the picture it sees, what stands under the mask to begin with, how its
//! answer fits into the picture. Plain code on pictures and masks.
//!
//! A client with a picture, its mask (0 keeps, 255 repaints) and a recipe does this:
//!
//! ```text
//! let plan = CropPlan::masked(size, mask_bounds, recipe.padding, context, model);  // or whole, or of_crop; can be drawn
//! let coverage = plan.coverage(&mask, &recipe);       // of plan.part(): where the answer will replace the picture
//! let job = plan.job(&recipe, &picture, &mask, &[]);  // picture and mask: those of plan.part()
//! ...                                                 // the engine makes it; fill and colour match happen there
//! let result = plan.laid_back(&made);                 // of plan.part() again: blend it in by coverage, once
//! ```
//!
//! Where the coverage is 0 nothing is written, so every bit stays: through any number of passes, whatever the model,
//! the crop, its scale or the fill. The coverage is never more than the mask the painter painted: soft edges go inward.

mod choices;
mod color_match;
mod crop_plan;
mod cut;
mod distance;
mod fill;
mod grab_cut;
mod mask_edge;
mod membrane;
mod model_size;
mod outpaint;
mod patches;
mod region;
mod regions;
pub(crate) mod resample;
mod seam;

pub use choices::{Area, Fill};
pub use color_match::match_colors;
pub use crop_plan::CropPlan;
pub use fill::filled;
pub use grab_cut::{Mark, grab_cut, marks_of_strokes};
pub use mask_edge::{feathered, soft_coverage};
pub use model_size::ModelSize;
pub use outpaint::{Outpainting, Sides};
pub use patches::filled_with_patches;
pub use region::Region;
pub use regions::{has_strengths, repainted};
pub use seam::seam;

pub(crate) use resample::{Axis, Kernel, resampled};
