//! `--noise` and `--latents`: latents in safetensors files.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use brushfire_engine::Latents;
use brushfire_engine::checkpoint::open_source;
use safetensors::Dtype;
use safetensors::tensor::TensorView;

use crate::files::atomic;

const NOISE: &str = "noise";
const LATENTS: &str = "latents";

/// Reads tensor `noise`.
pub(super) fn read_noise(path: &Path) -> anyhow::Result<Latents> {
    let source = open_source(path)?;
    let Some(info) = source.info(NOISE) else {
        bail!("{} has no tensor `{NOISE}`; it has {}", path.display(), source.names().join(", "));
    };
    let Ok(shape) = <[usize; 4]>::try_from(info.shape.as_slice()) else {
        bail!(
            "tensor `{NOISE}` in {} has the shape {:?}; four axes [N, C, h, w] are needed",
            path.display(),
            info.shape
        );
    };
    let values = source.read_f32(NOISE)?;
    if values.iter().any(|value| !value.is_finite()) {
        bail!("tensor `{NOISE}` in {} holds values that are not finite numbers", path.display());
    }
    Ok(Latents { shape, values })
}

/// Writes tensor `latents`, beside the place first and then over it.
pub(super) fn write_latents(path: &Path, latents: &Latents) -> anyhow::Result<()> {
    let bytes: Vec<u8> = latents.values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let tensor = TensorView::new(Dtype::F32, latents.shape.to_vec(), &bytes);
    let file = tensor.and_then(|tensor| safetensors::serialize([(LATENTS, tensor)], None));
    let file = file.with_context(|| format!("the latents for {} cannot be put in order", path.display()))?;
    atomic::write(path, |out| out.write_all(&file))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latents_are_written_as_the_tensor_latents() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latents.safetensors");
        let latents = Latents { shape: [1, 2, 1, 2], values: vec![0.5, -1.0, f32::MIN_POSITIVE, 3.0] };
        write_latents(&path, &latents).unwrap();
        let source = open_source(&path).unwrap();
        assert_eq!(source.info(LATENTS).unwrap().shape, latents.shape);
        assert_eq!(source.read_f32(LATENTS).unwrap(), latents.values);
        assert!(read_noise(&path).unwrap_err().to_string().contains("no tensor `noise`; it has latents"));
    }
}
