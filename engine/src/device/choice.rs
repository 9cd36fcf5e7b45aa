//! What the user may ask for.

use serde::{Deserialize, Serialize};

use super::GraphicsApi;

/// Which device should do the work. A wish that cannot be met ends on the CPU, with a notice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceChoice {
    /// The fastest hardware adapter that passes its self-test, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    Vulkan,
    Metal,
    Dx12,
}

/// A device by a name that is not in the table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no device called \"{0}\"; choose auto, cpu, vulkan, metal or dx12")]
pub struct UnknownDevice(String);

impl DeviceChoice {
    /// Every choice with its name on the command line and in the settings, and its label in the window.
    pub const TABLE: [(Self, &'static str, &'static str); 5] = [
        (Self::Auto, "auto", "Automatic"),
        (Self::Cpu, "cpu", "CPU"),
        (Self::Vulkan, "vulkan", "Vulkan"),
        (Self::Metal, "metal", "Metal"),
        (Self::Dx12, "dx12", "DirectX 12"),
    ];

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The name in the window.
    #[must_use]
    pub fn label(self) -> &'static str {
        self.row().2
    }

    fn row(self) -> (Self, &'static str, &'static str) {
        Self::TABLE.into_iter().find(|(choice, ..)| *choice == self).unwrap_or(Self::TABLE[0])
    }

    /// The graphics APIs to look for adapters on, best first.
    #[must_use]
    pub fn apis(self) -> &'static [GraphicsApi] {
        match self {
            Self::Cpu => &[],
            Self::Vulkan => &[GraphicsApi::Vulkan],
            Self::Metal => &[GraphicsApi::Metal],
            Self::Dx12 => &[GraphicsApi::Dx12],
            Self::Auto if cfg!(target_os = "macos") => &[GraphicsApi::Metal],
            Self::Auto if cfg!(windows) => &[GraphicsApi::Vulkan, GraphicsApi::Dx12],
            Self::Auto => &[GraphicsApi::Vulkan],
        }
    }
}

impl std::fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for DeviceChoice {
    type Err = UnknownDevice;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::TABLE
            .into_iter()
            .find(|(_, name, _)| *name == text)
            .map(|(choice, ..)| choice)
            .ok_or_else(|| UnknownDevice(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_found_by_its_name() {
        for (choice, name, _) in DeviceChoice::TABLE {
            assert_eq!(name.parse(), Ok(choice));
            assert_eq!(choice.name(), name);
            assert_eq!(serde_json::to_string(&choice).unwrap(), format!("\"{name}\""));
        }
        assert!("cuda".parse::<DeviceChoice>().is_err());
    }
}
