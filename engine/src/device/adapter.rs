//! The adapters of this machine, as wgpu lists them.

use burn::tensor::{Device, DeviceKind};
use burn_wgpu::{WgpuBackend, WgpuInitError};
use serde::{Deserialize, Serialize};

/// A graphics API the engine can compute on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GraphicsApi {
    Vulkan,
    Metal,
    Dx12,
}

impl GraphicsApi {
    pub const ALL: [Self; 3] = [Self::Vulkan, Self::Metal, Self::Dx12];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Vulkan => "vulkan",
            Self::Metal => "metal",
            Self::Dx12 => "dx12",
        }
    }

    fn in_wgpu(self) -> wgpu::Backend {
        match self {
            Self::Vulkan => wgpu::Backend::Vulkan,
            Self::Metal => wgpu::Backend::Metal,
            Self::Dx12 => wgpu::Backend::Dx12,
        }
    }

    fn in_burn(self) -> WgpuBackend {
        match self {
            Self::Vulkan => WgpuBackend::Vulkan,
            Self::Metal => WgpuBackend::Metal,
            Self::Dx12 => WgpuBackend::Dx12,
        }
    }
}

/// What kind of part an adapter is. The order is the order of preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdapterKind {
    Discrete,
    Integrated,
    Virtual,
    /// A software rasteriser: lavapipe, WARP, SwiftShader.
    Software,
}

impl AdapterKind {
    const ALL: [Self; 4] = [Self::Discrete, Self::Integrated, Self::Virtual, Self::Software];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Discrete => "discrete",
            Self::Integrated => "integrated",
            Self::Virtual => "virtual",
            Self::Software => "software",
        }
    }

    /// OpenGL's `Other` is not an API we compute on, so it has no kind.
    fn from_wgpu(kind: wgpu::DeviceType) -> Option<Self> {
        match kind {
            wgpu::DeviceType::DiscreteGpu => Some(Self::Discrete),
            wgpu::DeviceType::IntegratedGpu => Some(Self::Integrated),
            wgpu::DeviceType::VirtualGpu => Some(Self::Virtual),
            wgpu::DeviceType::Cpu => Some(Self::Software),
            wgpu::DeviceType::Other => None,
        }
    }
}

/// Names one adapter across processes: `vulkan/discrete/0` is the first discrete adapter Vulkan lists, which is also how
/// burn counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AdapterId {
    pub api: GraphicsApi,
    pub kind: AdapterKind,
    pub index: usize,
}

impl AdapterId {
    /// Opens the adapter as a device of burn.
    ///
    /// # Errors
    /// No such adapter, or it refused. May abort the process where the driver is broken: see [`super::SelfTester`].
    pub fn open(self) -> Result<Device, WgpuInitError> {
        let kind = match self.kind {
            AdapterKind::Discrete => DeviceKind::DiscreteGpu(self.index),
            AdapterKind::Integrated => DeviceKind::IntegratedGpu(self.index),
            AdapterKind::Virtual => DeviceKind::VirtualGpu(self.index),
            AdapterKind::Software => DeviceKind::Cpu,
        };
        Device::wgpu_options().graphics_api(self.api.in_burn()).device_kind(kind).init()
    }
}

impl std::fmt::Display for AdapterId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.api.name(), self.kind.name(), self.index)
    }
}

impl std::str::FromStr for AdapterId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split('/').collect();
        let [api, kind, index] = parts.as_slice() else {
            return Err(format!("\"{text}\" is not an adapter; write one as vulkan/discrete/0"));
        };
        let api = GraphicsApi::ALL.into_iter().find(|known| known.name() == *api);
        let kind = AdapterKind::ALL.into_iter().find(|known| known.name() == *kind);
        match (api, kind, index.parse()) {
            (Some(api), Some(kind), Ok(index)) => Ok(Self { api, kind, index }),
            _ => Err(format!("\"{text}\" is not an adapter; write one as vulkan/discrete/0")),
        }
    }
}

/// One adapter and what it says of itself.
#[derive(Clone, Debug)]
pub struct Adapter {
    pub id: AdapterId,
    pub name: String,
    pub driver: String,
    pub driver_version: String,
    /// Half-precision arithmetic in shaders.
    pub f16: bool,
    /// Matrix units ("tensor cores") reachable from shaders.
    pub cooperative_matrix: bool,
    /// The largest single buffer, bytes.
    pub max_buffer_bytes: u64,
    /// The largest part of a buffer a shader can see, bytes.
    pub max_binding_bytes: u64,
}

impl Adapter {
    /// Adapter and driver in one string: what a self-test's verdict holds for.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        format!("{}|{}|{}|{}", self.id, self.name, self.driver, self.driver_version)
    }
}

/// The adapters `api` has on this machine; none where the API is missing.
#[must_use]
pub fn enumerate(api: GraphicsApi) -> Vec<Adapter> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends: api.in_wgpu().into(),
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let adapters = pollster::block_on(instance.enumerate_adapters(api.in_wgpu().into()));
    let mut counts = [0_usize; AdapterKind::ALL.len()];
    adapters.iter().filter_map(|adapter| describe(api, adapter, &mut counts)).collect()
}

fn describe(api: GraphicsApi, adapter: &wgpu::Adapter, counts: &mut [usize; 4]) -> Option<Adapter> {
    let info = adapter.get_info();
    let kind = AdapterKind::from_wgpu(info.device_type)?;
    let count = counts.get_mut(kind as usize)?;
    let index = *count;
    *count += 1;
    let features = adapter.features();
    let limits = adapter.limits();
    Some(Adapter {
        id: AdapterId { api, kind, index },
        name: info.name,
        driver: info.driver,
        driver_version: info.driver_info,
        f16: features.contains(wgpu::Features::SHADER_F16),
        cooperative_matrix: features.contains(wgpu::Features::EXPERIMENTAL_COOPERATIVE_MATRIX),
        max_buffer_bytes: limits.max_buffer_size,
        max_binding_bytes: limits.max_storage_buffer_binding_size,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adapter_is_found_again_by_its_written_name() {
        for api in GraphicsApi::ALL {
            for kind in AdapterKind::ALL {
                let id = AdapterId { api, kind, index: 3 };
                assert_eq!(id.to_string().parse(), Ok(id));
            }
        }
        for text in ["", "vulkan", "vulkan/discrete", "vulkan/discrete/x", "cuda/discrete/0", "vulkan/discrete/0/1"] {
            assert!(text.parse::<AdapterId>().is_err(), "{text}");
        }
    }
}
