//! [`inspect`]: what a file or folder is, told to a person or a program.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

mod memory;

pub use memory::MemoryNeed;

use super::config::{AutoencoderConfig, ClipConfig, TinyAutoencoderConfig, UnetConfig};
use super::control::{ControlConfig, ControlPart, is_control_folder, open_part};
use super::detect::{Family, Kind, unet_family};
use super::diffusers_folder::DiffusersFolder;
use super::error::{CheckpointError, Reason};
use super::key_map::is_harmless;
use super::model::{Part, misfit};
use super::parts::ModelPart;
use super::single_file::SingleFile;
use super::source::{DType, Source};

/// What a file or folder is. Displays as a few lines for people.
#[derive(Clone, Debug, Serialize)]
pub struct Inspection {
    pub path: PathBuf,
    /// `diffusers_folder`, `checkpoint`, `unet`, `vae`, `text_encoder`, `tiny_vae`, `controlnet`, `t2i_adapter`, `lora`,
    /// `textual_inversion` or `unknown`.
    pub kind: String,
    /// In words: "a checkpoint of Stable Diffusion 1.x for inpainting".
    pub architecture: String,
    /// Whether it can be used as it is: as a model, or to follow hints beside one.
    pub usable: bool,
    /// The types of the numbers, the commonest first: "f16", "f16 and f32".
    pub precision: String,
    pub components: Vec<ComponentReport>,
    /// Numbers in all.
    pub parameters: u64,
    /// Bytes of all tensors.
    pub bytes: u64,
    /// `None` for what is not a model.
    pub memory: Option<MemoryNeed>,
    /// Tensors that nothing asks for.
    pub unknown: Vec<String>,
    /// Tensors that the model asks for and that are not there or have another shape.
    pub missing: Vec<String>,
    /// Tensors that training leaves and that are not needed.
    pub ignored: Vec<String>,
    /// Why it cannot be used, one sentence a reason.
    pub problems: Vec<String>,
}

/// One network of a model, or the whole of a smaller file.
#[derive(Clone, Debug, Serialize)]
pub struct ComponentReport {
    pub name: String,
    pub parameters: u64,
    pub bytes: u64,
    pub precision: String,
}

/// Says what `path` is. Reads names and shapes only.
///
/// # Errors
/// It cannot be read, or is neither a model folder nor a file of tensors. A model that is only incomplete is no error:
/// see [`Inspection::missing`] and [`Inspection::problems`].
pub fn inspect(path: &Path) -> Result<Inspection, CheckpointError> {
    match path.is_dir() {
        true if is_control_folder(path) => inspect_control(path),
        true => inspect_folder(path),
        false => inspect_file(path),
    }
}

/// Collects what components say.
#[derive(Default)]
struct Report {
    components: Vec<ComponentReport>,
    tally: Tally,
    used: BTreeSet<String>,
    unknown: Vec<String>,
    missing: Vec<String>,
    ignored: Vec<String>,
    problems: Vec<String>,
}

/// Numbers and bytes by type.
#[derive(Default)]
struct Tally(BTreeMap<DType, (u64, u64)>);

impl Tally {
    fn add(&mut self, source: &dyn Source, name: &str) {
        if let Some(info) = source.info(name) {
            let (parameters, bytes) = self.0.entry(info.dtype).or_default();
            *parameters += info.elements() as u64;
            *bytes += info.bytes() as u64;
        }
    }

    fn parameters(&self) -> u64 {
        self.0.values().map(|(parameters, _)| parameters).sum()
    }

    fn bytes(&self) -> u64 {
        self.0.values().map(|(_, bytes)| bytes).sum()
    }

    /// Of the weights; tables of integers among them say nothing about it.
    fn precision(&self) -> String {
        let mut types: Vec<_> = self.0.iter().filter(|(_, (parameters, _))| *parameters > 0).collect();
        if types.iter().any(|(dtype, _)| dtype.is_float()) {
            types.retain(|(dtype, _)| dtype.is_float());
        }
        types.sort_by_key(|(_, (parameters, _))| std::cmp::Reverse(*parameters));
        types.iter().map(|(dtype, _)| dtype.name()).collect::<Vec<_>>().join(" and ")
    }

    fn report(&self, name: &str) -> ComponentReport {
        let (parameters, bytes) = (self.parameters(), self.bytes());
        ComponentReport { name: name.to_owned(), parameters, bytes, precision: self.precision() }
    }
}

impl Report {
    /// `None` where the component cannot be read, which becomes a problem.
    fn component<C>(&mut self, name: ModelPart, part: Result<Part<C>, CheckpointError>) -> Option<Part<C>> {
        let part = part.map_err(|error| self.problems.push(error.to_string())).ok()?;
        let mut tally = Tally::default();
        for origin in part.mapping.found.values() {
            tally.add(part.source.as_ref(), &origin.name);
            self.used.insert(origin.name.clone());
        }
        self.components.push(tally.report(&name.to_string()));
        let (missing, misshapen) = (&part.mapping.missing, &part.mapping.misshapen);
        self.missing.extend(missing.iter().map(|wanted| wanted.name.clone()));
        self.missing.extend(misshapen.iter().map(|(wanted, _)| wanted.name.clone()));
        if let Some((wanted, found)) = misshapen.first() {
            let (name, shape) = (&wanted.name, &wanted.shape);
            self.problems.push(format!("tensor `{name}` has the shape {found:?} instead of {shape:?}"));
        }
        Some(part)
    }

    /// Parts that do not fit each other are a problem.
    fn fit(
        &mut self,
        text_encoder: Option<&Part<ClipConfig>>,
        unet: Option<&Part<UnetConfig>>,
        vae: Option<&Part<AutoencoderConfig>>,
        tiny_vae: Option<&Part<TinyAutoencoderConfig>>,
    ) {
        let (Some(text_encoder), Some(unet), Some(vae)) = (text_encoder, unet, vae) else { return };
        let tiny_vae = tiny_vae.map(|part| &part.config);
        let misfit = misfit(&text_encoder.config, &unet.config, &vae.config, tiny_vae);
        self.problems.extend(misfit.map(|what| Reason::Mismatch(what).to_string()));
    }

    /// Sorts what components have not used into harmless and unknown.
    fn rest(&mut self, source: &dyn Source) {
        for name in source.names() {
            self.tally.add(source, &name);
            if self.used.contains(&name) {
                continue;
            }
            if is_harmless(&name) { self.ignored.push(name) } else { self.unknown.push(name) }
        }
    }

    fn finish(mut self, path: &Path, kind: &str, architecture: String, memory: Option<MemoryNeed>) -> Inspection {
        if !self.missing.is_empty() {
            self.problems.push(format!("{} tensor(s) are missing", self.missing.len()));
        }
        Inspection {
            path: path.to_owned(),
            kind: kind.to_owned(),
            architecture,
            usable: (memory.is_some() || NETWORKS_FOR_HINTS.contains(&kind)) && self.problems.is_empty(),
            precision: self.tally.precision(),
            parameters: self.tally.parameters(),
            bytes: self.tally.bytes(),
            components: self.components,
            memory,
            unknown: self.unknown,
            missing: self.missing,
            ignored: self.ignored,
            problems: self.problems,
        }
    }
}

fn inspect_folder(path: &Path) -> Result<Inspection, CheckpointError> {
    let folder = DiffusersFolder::open(path)?;
    let mut report = Report::default();
    // Each component is a file of its own: names may repeat between them.
    let sweep = |report: &mut Report, source: &dyn Source| {
        report.rest(source);
        report.used.clear();
    };
    let text_encoder = report.component(ModelPart::TextEncoder, folder.text_encoder());
    if let Some(part) = &text_encoder {
        sweep(&mut report, part.source.as_ref());
    }
    let unet = report.component(ModelPart::Unet, folder.unet());
    if let Some(part) = &unet {
        sweep(&mut report, part.source.as_ref());
    }
    let vae = report.component(ModelPart::Vae, folder.vae());
    if let Some(part) = &vae {
        sweep(&mut report, part.source.as_ref());
    }
    let tiny_vae = folder.tiny_vae().transpose().and_then(|tiny| report.component(ModelPart::TinyVae, tiny));
    if let Some(part) = &tiny_vae {
        sweep(&mut report, part.source.as_ref());
    }
    report.fit(text_encoder.as_ref(), unet.as_ref(), vae.as_ref(), tiny_vae.as_ref());
    let family = unet.as_ref().map(|part| unet_family(&part.config));
    let memory = memory_need(text_encoder, unet, vae);
    Ok(report.finish(path, "diffusers_folder", describe(family), memory))
}

/// Kinds that are used beside a model.
const NETWORKS_FOR_HINTS: [&str; 2] = ["controlnet", "t2i_adapter"];

/// `None` where a part is not there.
fn memory_need(
    text_encoder: Option<Part<ClipConfig>>,
    unet: Option<Part<UnetConfig>>,
    vae: Option<Part<AutoencoderConfig>>,
) -> Option<MemoryNeed> {
    Some(MemoryNeed::forecast(&text_encoder?.config, &unet?.config, &vae?.config))
}

fn describe(family: Option<Family>) -> String {
    match family {
        Some(family) => format!("a diffusers folder of {family}"),
        None => "a diffusers folder without a usable UNet".to_owned(),
    }
}

/// A network for hints.
fn inspect_control(path: &Path) -> Result<Inspection, CheckpointError> {
    let ControlPart { part, is_difference, kinds } = open_part(path)?;
    let mut report = Report::default();
    let (kind, name) = match &part.config {
        ControlConfig::ControlNet(_) => ("controlnet", ModelPart::ControlNet),
        ControlConfig::Adapter(_) => ("t2i_adapter", ModelPart::Adapter),
    };
    let fits = part.config.fits();
    let mut architecture = format!("a {name} for {fits}");
    if is_difference {
        architecture.push_str(", stored as differences to the model it is used with");
    }
    if !kinds.is_empty() {
        let kinds: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
        architecture.push_str(&format!(", for {} hints", kinds.join(", ")));
    }
    if let Some(part) = report.component(name, Ok(part)) {
        report.rest(part.source.as_ref());
    }
    Ok(report.finish(path, kind, architecture, None))
}

fn inspect_file(path: &Path) -> Result<Inspection, CheckpointError> {
    let file = SingleFile::open(path)?;
    if let Kind::ControlNet(_) | Kind::Adapter = file.kind()
        && let Ok(inspection) = inspect_control(path)
    {
        return Ok(inspection);
    }
    let mut report = Report::default();
    let mut memory = None;
    let kind = file.kind();
    match kind {
        Kind::Checkpoint(_) => match file.require_supported() {
            Ok(()) => {
                let text_encoder = report.component(ModelPart::TextEncoder, file.text_encoder());
                let unet = report.component(ModelPart::Unet, file.unet());
                let vae = report.component(ModelPart::Vae, file.vae());
                report.fit(text_encoder.as_ref(), unet.as_ref(), vae.as_ref(), None);
                memory = memory_need(text_encoder, unet, vae);
            }
            Err(error) => report.problems.push(error.to_string()),
        },
        _ => part_of_a_model(&mut report, &file),
    }
    if report.components.is_empty() {
        let mut tally = Tally::default();
        file.source().names().iter().for_each(|name| tally.add(file.source(), name));
        report.components.push(tally.report(&kind.to_string()));
    }
    report.rest(file.source());
    if report.used.is_empty() && kind != Kind::Unknown {
        // Nothing was asked for, so nothing is unknown either.
        report.unknown.clear();
    }
    Ok(report.finish(path, kind.name(), kind.to_string(), memory))
}

/// Files of one network in CompVis' layout can be checked; in diffusers' layout they need the config beside them.
fn part_of_a_model(report: &mut Report, file: &SingleFile) {
    match file.kind() {
        Kind::Unet(_) => drop(file.unet().ok().and_then(|part| report.component(ModelPart::Unet, Ok(part)))),
        Kind::Autoencoder => drop(file.vae().ok().and_then(|part| report.component(ModelPart::Vae, Ok(part)))),
        Kind::TextEncoder => {
            drop(file.text_encoder().ok().and_then(|part| report.component(ModelPart::TextEncoder, Ok(part))))
        }
        _ => (),
    }
}

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.path.display(), self.architecture)?;
        writeln!(f, "precision: {}", self.precision)?;
        for part in &self.components {
            let (name, parameters, bytes) = (&part.name, millions(part.parameters), megabytes(part.bytes));
            writeln!(f, "{name}: {parameters} parameters, {bytes}, {}", part.precision)?;
        }
        if let Some(memory) = &self.memory {
            writeln!(f, "{memory}")?;
        }
        for (what, names) in [("unknown", &self.unknown), ("missing", &self.missing)] {
            writeln!(f, "{what}: {}", names.len())?;
            names.iter().try_for_each(|name| writeln!(f, "  {name}"))?;
        }
        writeln!(f, "ignored (left by training): {}", self.ignored.len())?;
        self.problems.iter().try_for_each(|problem| writeln!(f, "problem: {problem}"))
    }
}

fn millions(number: u64) -> String {
    match number {
        0..1_000_000 => number.to_string(),
        _ => format!("{:.1} million", number as f64 / 1e6),
    }
}

/// Bytes for people.
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
