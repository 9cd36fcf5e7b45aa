//! What a self-test found, and the file in which that is remembered.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::finding::Finding;
use super::self_test::Check;

/// What may be done with an adapter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// Computes right in single precision, so it can be used at all.
    pub f32: bool,
    /// Computes right in half precision too.
    pub f16: bool,
    /// Why not, where it is not.
    pub found: Option<Finding>,
}

/// How the process that ran the test ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// Every check was made.
    Complete,
    /// The process died; what the system said of it.
    Crashed(String),
    /// The adapter did not open.
    Refused,
    /// No answer for so long that it was stopped.
    Hung(std::time::Duration),
    /// The test could not be run at all.
    NotRun(String),
}

impl Ending {
    /// Whether it says something of the driver, and not of a test that was not made or not finished.
    #[must_use]
    pub fn is_of_the_driver(&self) -> bool {
        !matches!(self, Self::NotRun(_))
    }
}

impl Verdict {
    /// Judges what was measured. A test that ended early counts for what it had finished: a driver that dies only on half
    /// precision can still be used in single precision.
    #[must_use]
    pub fn of(checks: &[Check], ending: &Ending) -> Self {
        let passed = |half: bool| {
            let mut of_this = checks.iter().filter(|check| check.half == half).peekable();
            of_this.peek().is_some() && of_this.all(Check::passed)
        };
        let complete = |half: bool| checks.iter().filter(|check| check.half == half).count() == Check::PER_PRECISION;
        let f32 = passed(false) && complete(false);
        let f16 = f32 && passed(true) && complete(true);
        let wrong = checks.iter().find(|check| !check.passed() && (!f32 || check.half));
        let found = match (wrong, ending) {
            (Some(check), _) => Finding::Wrong(check.clone()),
            (None, Ending::Crashed(how)) => Finding::Crashed(how.clone()),
            (None, Ending::Refused) => Finding::Refused,
            (None, Ending::Hung(after)) => Finding::Hung { seconds: after.as_secs() },
            (None, Ending::NotRun(why)) => Finding::NotRun(why.clone()),
            (None, Ending::Complete) => Finding::NoHalfPrecision,
        };
        Self { f32, f16, found: (!f16).then_some(found) }
    }
}

/// One sentence, without its full stop.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(found) = &self.found else { return f.write_str("passed in half and single precision") };
        let fate = if self.f32 { "used in single precision" } else { "set aside" };
        write!(f, "{fate}: {found}")
    }
}

/// The remembered verdicts, one file in the cache folder. They hold for one adapter, driver version and program version.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Verdicts {
    by_adapter: BTreeMap<String, Verdict>,
    #[serde(skip)]
    path: Option<PathBuf>,
}

impl Verdicts {
    /// Reads the file. A missing or damaged one means that every adapter is tested again.
    #[must_use]
    pub fn read(cache_folder: &Path) -> Self {
        let path = cache_folder.join("adapters.json");
        let read = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok());
        Self { path: Some(path), ..read.unwrap_or_default() }
    }

    /// The verdict on an adapter, if it was tested.
    #[must_use]
    pub fn get(&self, fingerprint: &str) -> Option<&Verdict> {
        self.by_adapter.get(&key(fingerprint))
    }

    /// Remembers a verdict. That it cannot be written only costs another test next time.
    pub fn put(&mut self, fingerprint: &str, verdict: Verdict) {
        self.by_adapter.insert(key(fingerprint), verdict);
        let Some(path) = &self.path else { return };
        if let Err(error) = write(path, self) {
            log::warn!("the self-test's verdicts could not be kept in {}: {error}", path.display());
        }
    }
}

fn key(fingerprint: &str) -> String {
    format!("{} {fingerprint}", env!("CARGO_PKG_VERSION"))
}

/// Beside, then renamed: two windows started at once must not leave half a file.
fn write(path: &Path, verdicts: &Verdicts) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension(format!("{}.part", std::process::id()));
    std::fs::write(&beside, serde_json::to_vec_pretty(verdicts)?)?;
    std::fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks(error_in_f32: f64, error_in_f16: f64) -> Vec<Check> {
        Check::all_with_errors(error_in_f32, error_in_f16)
    }

    #[test]
    fn an_adapter_that_computes_right_is_used_in_half_precision() {
        let verdict = Verdict::of(&checks(1e-6, 1e-3), &Ending::Complete);
        assert!(verdict.f32 && verdict.f16, "{verdict:?}");
    }

    #[test]
    fn an_adapter_wrong_in_half_precision_is_used_in_single() {
        for error in [1.0, f64::NAN, f64::INFINITY] {
            let verdict = Verdict::of(&checks(1e-6, error), &Ending::Complete);
            assert!(verdict.f32 && !verdict.f16, "{verdict:?}");
        }
    }

    #[test]
    fn an_adapter_that_dies_in_half_precision_is_used_in_single() {
        let half_way: Vec<Check> = checks(1e-6, 1e-3).into_iter().filter(|check| !check.half).collect();
        let verdict = Verdict::of(&half_way, &Ending::Crashed("signal 11".to_owned()));
        assert!(verdict.f32 && !verdict.f16, "{verdict:?}");
        assert!(verdict.to_string().contains("signal 11"), "{verdict:?}");
    }

    #[test]
    fn an_adapter_wrong_in_single_precision_is_set_aside() {
        let verdict = Verdict::of(&checks(0.5, 1e-3), &Ending::Complete);
        assert!(!verdict.f32 && !verdict.f16, "{verdict:?}");
        assert!(verdict.to_string().starts_with("set aside"), "{verdict:?}");
    }

    #[test]
    fn an_adapter_that_crashes_or_hangs_at_once_is_set_aside() {
        for ending in
            [Ending::Crashed("signal 11".into()), Ending::Hung(std::time::Duration::from_secs(9)), Ending::Complete]
        {
            assert!(!Verdict::of(&[], &ending).f32, "{ending:?}");
        }
    }

    #[test]
    fn a_verdict_is_remembered_for_its_driver_only() {
        let folder = tempfile::tempdir().unwrap();
        let verdict = Verdict { f32: true, f16: false, found: Some(Finding::Hung { seconds: 9 }) };
        Verdicts::read(folder.path()).put("card|driver 1", verdict.clone());
        assert_eq!(Verdicts::read(folder.path()).get("card|driver 1"), Some(&verdict));
        assert_eq!(Verdicts::read(folder.path()).get("card|driver 2"), None);
        std::fs::write(folder.path().join("adapters.json"), b"{ damaged").unwrap();
        assert_eq!(Verdicts::read(folder.path()).get("card|driver 1"), None);
    }
}
