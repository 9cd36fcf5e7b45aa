//! All that is said about a hint.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::HintError;
use super::processor::{HintProcessor, Parameter, ParameterKind};

/// How a hint is made: by which processor, with which parameters, at which size.
///
/// Read from JSON, an unknown field is an error; [`HintRecipe::check`] finds unknown parameters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HintRecipe {
    pub processor: HintProcessor,
    /// Parameters by name; those that are not named have their defaults. Switches are 0 or 1.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, f32>,
    /// The hint's shorter side in pixels, [`HintRecipe::MIN_SIZE`] to [`HintRecipe::MAX_SIZE`]; the picture is brought to
    /// that size first, so that what parameters say in pixels means the same for every picture. `None`: the picture's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u32>,
}

impl HintRecipe {
    pub const MIN_SIZE: u32 = 16;
    pub const MAX_SIZE: u32 = 8192;

    /// With every parameter at its default, at the picture's own size.
    #[must_use]
    pub fn new(processor: HintProcessor) -> Self {
        Self { processor, ..Self::default() }
    }

    /// The same with one parameter changed.
    #[must_use]
    pub fn with(mut self, name: &str, value: f32) -> Self {
        self.parameters.insert(name.to_owned(), value);
        self
    }

    /// The same at another size; see [`HintRecipe::size`].
    #[must_use]
    pub fn with_size(self, size: u32) -> Self {
        Self { size: Some(size), ..self }
    }

    /// What a parameter is here: as said, or its default. 0 for one the processor does not have.
    #[must_use]
    pub fn value(&self, name: &str) -> f32 {
        let said = self.parameters.get(name).copied();
        said.or_else(|| self.processor.parameter(name).map(|parameter| parameter.default)).unwrap_or_default()
    }

    /// Whether a switch is on.
    #[must_use]
    pub fn is_on(&self, name: &str) -> bool {
        self.value(name) != 0.0
    }

    /// Checks every parameter's name and range, and the size.
    ///
    /// # Errors
    /// The first that is wrong.
    pub fn check(&self) -> Result<(), HintError> {
        for (name, &value) in &self.parameters {
            let Some(parameter) = self.processor.parameter(name) else {
                return Err(HintError::UnknownParameter { processor: self.processor, name: name.clone() });
            };
            parameter.check(value)?;
        }
        match self.size {
            Some(size) if !(Self::MIN_SIZE..=Self::MAX_SIZE).contains(&size) => Err(HintError::OutOfRange {
                name: "size",
                value: size.to_string(),
                min: Self::MIN_SIZE.to_string(),
                max: Self::MAX_SIZE.to_string(),
            }),
            _ => Ok(()),
        }
    }
}

impl Parameter {
    /// Whether it may have that value.
    ///
    /// # Errors
    /// Says what it may be.
    pub fn check(&self, value: f32) -> Result<(), HintError> {
        if !(self.min..=self.max).contains(&value) {
            return Err(HintError::OutOfRange {
                name: self.name,
                value: value.to_string(),
                min: self.min.to_string(),
                max: self.max.to_string(),
            });
        }
        if self.kind != ParameterKind::Number && value.fract() != 0.0 {
            return Err(HintError::NotWhole { name: self.name, value: value.to_string() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_has_its_default() {
        let recipe = HintRecipe::new(HintProcessor::Canny).with("low", 50.0);
        assert_eq!((recipe.value("low"), recipe.value("high")), (50.0, 200.0));
        recipe.check().unwrap();
    }

    #[test]
    fn a_recipe_survives_json() {
        let recipe = HintRecipe::new(HintProcessor::Threshold).with("dark", 1.0).with_size(512);
        let json = serde_json::to_string(&recipe).unwrap();
        assert_eq!(json, r#"{"processor":"threshold","parameters":{"dark":1.0},"size":512}"#);
        assert_eq!(serde_json::from_str::<HintRecipe>(&json).unwrap(), recipe);
        assert!(serde_json::from_str::<HintRecipe>(r#"{"procesor":"canny"}"#).is_err());
    }

    #[test]
    fn wrong_parameters_are_answered_with_what_is_right() {
        let said = |recipe: HintRecipe| recipe.check().unwrap_err().to_string();
        let canny = || HintRecipe::new(HintProcessor::Canny);
        assert_eq!(said(canny().with("lo", 1.0)), "canny has no parameter lo; it has low, high");
        assert_eq!(said(canny().with("low", f32::NAN)), "low is NaN, but must lie between 0 and 2040");
        assert_eq!(said(canny().with_size(8)), "size is 8, but must lie between 16 and 8192");
        let invert = HintRecipe::new(HintProcessor::Invert).with("low", 1.0);
        assert_eq!(said(invert), "invert has no parameter low; it has none at all");
        let colors = HintRecipe::new(HintProcessor::Colors).with("block", 2.5);
        assert_eq!(said(colors), "block is 2.5, but must be a whole number");
    }
}
