//! Choices that have a name: one table gives the name, and this what follows from it.

/// A name that stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no {kind} called `{given}`; the names are {valid}")]
pub struct UnknownName {
    kind: &'static str,
    given: String,
    valid: String,
}

impl UnknownName {
    pub(crate) fn new(kind: &'static str, given: &str, valid: impl Iterator<Item = &'static str>) -> Self {
        /// Enough to recognise what was typed.
        const SHOWN: usize = 60;
        let given = given.chars().take(SHOWN).collect();
        Self { kind, given, valid: valid.collect::<Vec<_>>().join(", ") }
    }
}

/// Implements `Display`, `FromStr` and serde's traits for a `Copy` type that has `ALL` and `name()`.
macro_rules! read_and_written_by_name {
    ($choice:ty, $kind:literal) => {
        impl std::fmt::Display for $choice {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl std::str::FromStr for $choice {
            type Err = $crate::sampling::UnknownName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.into_iter().find(|choice| choice.name() == text).ok_or_else(|| {
                    $crate::sampling::UnknownName::new($kind, text, Self::ALL.into_iter().map(|choice| choice.name()))
                })
            }
        }

        impl serde::Serialize for $choice {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $choice {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use read_and_written_by_name;
