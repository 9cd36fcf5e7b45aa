//! Following hints outside of the networks: a hint's picture becomes what a network sees, a mode becomes weights. Plain code
//! on pictures and numbers.

mod condition;
mod fit;
mod weights;

pub use condition::condition;
pub use fit::fitted_hint;
pub use weights::{adapter_weights, controlnet_weights};
