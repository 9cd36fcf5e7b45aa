//! Sources made of sources: [`Selected`] renames, reshapes and leaves out; [`Merged`] joins several files; [`Summed`] adds
//! what one holds to another.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{CheckpointError, Reason};
use super::source::{DType, Source, TensorInfo};

/// Where a tensor of a [`Selected`] comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Its name in the inner source.
    pub name: String,
    /// The shape it is handed out with: the same elements in the same order.
    pub shape: Vec<usize>,
}

/// Some tensors of another source, under names of one's own.
pub struct Selected {
    inner: Arc<dyn Source>,
    tensors: BTreeMap<String, Origin>,
}

impl Selected {
    /// `tensors` says for every name where it comes from. Entries that the inner source lacks, or that hold another
    /// number of elements there, are left out.
    pub fn new(inner: Arc<dyn Source>, tensors: BTreeMap<String, Origin>) -> Self {
        let fits = |origin: &Origin| {
            let elements = origin.shape.iter().try_fold(1usize, |all, &edge| all.checked_mul(edge));
            inner.info(&origin.name).is_some_and(|info| Some(info.elements()) == elements)
        };
        let tensors = tensors.into_iter().filter(|(_, origin)| fits(origin)).collect();
        Self { inner, tensors }
    }
}

impl Source for Selected {
    fn names(&self) -> Vec<String> {
        self.tensors.keys().cloned().collect()
    }

    fn info(&self, name: &str) -> Option<TensorInfo> {
        let origin = self.tensors.get(name)?;
        let dtype = self.inner.info(&origin.name)?.dtype;
        Some(TensorInfo { shape: origin.shape.clone(), dtype })
    }

    fn raw(&self, name: &str) -> Result<Cow<'_, [u8]>, CheckpointError> {
        let origin = self.tensors.get(name).ok_or_else(|| self.no_such(name))?;
        self.inner.raw(&origin.name)
    }

    fn location(&self) -> &Path {
        self.inner.location()
    }
}

/// Several sources as one, such as the shards of a large model.
pub struct Merged {
    location: PathBuf,
    parts: Vec<Box<dyn Source>>,
    part_of: BTreeMap<String, usize>,
}

impl Merged {
    /// # Errors
    /// A name that occurs in two parts.
    pub fn new(location: &Path, parts: Vec<Box<dyn Source>>) -> Result<Self, CheckpointError> {
        let mut part_of = BTreeMap::new();
        for (index, part) in parts.iter().enumerate() {
            for name in part.names() {
                if part_of.insert(name.clone(), index).is_some() {
                    return Err(CheckpointError::new(part.location(), Reason::TwiceInShards { name }));
                }
            }
        }
        Ok(Self { location: location.to_owned(), parts, part_of })
    }

    fn part(&self, name: &str) -> Option<&dyn Source> {
        self.part_of.get(name).and_then(|&index| self.parts.get(index)).map(|part| part.as_ref())
    }
}

impl Source for Merged {
    fn names(&self) -> Vec<String> {
        self.part_of.keys().cloned().collect()
    }

    fn info(&self, name: &str) -> Option<TensorInfo> {
        self.part(name)?.info(name)
    }

    fn raw(&self, name: &str) -> Result<Cow<'_, [u8]>, CheckpointError> {
        self.part(name).ok_or_else(|| self.no_such(name))?.raw(name)
    }

    fn location(&self) -> &Path {
        &self.location
    }
}

/// Weights that are stored as differences to another model's, whole again.
pub struct Summed {
    differences: Box<dyn Source>,
    base: Box<dyn Source>,
}

impl Summed {
    /// Tensors that `base` lacks are in `differences` as they are.
    #[must_use]
    pub fn new(differences: Box<dyn Source>, base: Box<dyn Source>) -> Self {
        Self { differences, base }
    }
}

impl Source for Summed {
    fn names(&self) -> Vec<String> {
        self.differences.names()
    }

    fn info(&self, name: &str) -> Option<TensorInfo> {
        let shape = self.differences.info(name)?.shape;
        Some(TensorInfo { shape, dtype: DType::F32 })
    }

    fn raw(&self, name: &str) -> Result<Cow<'_, [u8]>, CheckpointError> {
        let bytes = self.read_f32(name)?.into_iter().flat_map(f32::to_le_bytes).collect();
        Ok(Cow::Owned(bytes))
    }

    fn location(&self) -> &Path {
        self.differences.location()
    }

    fn read_f32(&self, name: &str) -> Result<Vec<f32>, CheckpointError> {
        let mut sum = self.differences.read_f32(name)?;
        let (own, base) = (self.differences.info(name), self.base.info(name));
        let Some((own, base)) = own.zip(base) else { return Ok(sum) };
        let values = self.base.read_f32(name)?;
        // A UNet for inpainting sees more channels than the network, the network's first.
        let outputs = own.shape.first().copied().unwrap_or(1).max(1);
        if base.shape.first() == own.shape.first() && values.len() >= sum.len() {
            let rows = sum.chunks_exact_mut((own.elements() / outputs).max(1));
            for (sum, base) in rows.zip(values.chunks_exact((base.elements() / outputs).max(1))) {
                sum.iter_mut().zip(base).for_each(|(sum, base)| *sum += base);
            }
        }
        Ok(sum)
    }
}
