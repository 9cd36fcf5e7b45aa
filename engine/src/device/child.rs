//! Runs the self-test in a process of its own: a driver that crashes or hangs takes only that process with it.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::adapter::Adapter;
use super::self_test::Check;
use super::verdict::{Ending, Verdict};

/// How long one check may take. A cold driver compiles and tunes every kernel first.
const PATIENCE: Duration = Duration::from_secs(90);

/// Starts the program that tests an adapter.
#[derive(Clone, Debug)]
pub struct SelfTester {
    program: PathBuf,
    patience: Duration,
}

impl SelfTester {
    /// `program` is run as `program self-test ADAPTER` and must print one [`Check`] a line, as JSON.
    #[must_use]
    pub fn new(program: PathBuf) -> Self {
        Self { program, patience: PATIENCE }
    }

    /// The same with another limit on the time without an answer.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Tests `adapter` and judges it. Blocks until the test has ended, at most a few minutes, or until `stop` says so.
    #[must_use]
    pub fn test(&self, adapter: &Adapter, stop: &dyn Fn() -> bool) -> (Verdict, Ending) {
        let mut checks = Vec::new();
        let ending = match self.start(adapter) {
            Ok((mut child, lines)) => self.watch(&mut child, &lines, &mut checks, stop),
            Err(error) => Ending::NotRun(error.to_string()),
        };
        (Verdict::of(&checks, &ending), ending)
    }

    fn start(&self, adapter: &Adapter) -> std::io::Result<(Child, Receiver<String>)> {
        let mut child = Command::new(&self.program)
            .arg("self-test")
            .arg(adapter.id.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (sender, lines) = channel();
        if let Some(stdout) = child.stdout.take() {
            // A thread, because a read from a pipe knows no time limit.
            std::thread::Builder::new().name("self-test reader".to_owned()).spawn(move || {
                for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                    if sender.send(line).is_err() {
                        break;
                    }
                }
            })?;
        }
        Ok((child, lines))
    }

    fn watch(
        &self,
        child: &mut Child,
        lines: &Receiver<String>,
        checks: &mut Vec<Check>,
        stop: &dyn Fn() -> bool,
    ) -> Ending {
        let mut last_sign = Instant::now();
        let mut printing = true;
        loop {
            match lines.recv_timeout(GLANCE) {
                Ok(line) => {
                    last_sign = Instant::now();
                    match serde_json::from_str(&line) {
                        Ok(check) => checks.push(check),
                        Err(_) => log::debug!("the self-test said: {line}"),
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) if printing => {
                    printing = false;
                    last_sign = Instant::now();
                }
                // A driver can hang while its process ends, too.
                Err(RecvTimeoutError::Disconnected) => match child.try_wait() {
                    Ok(Some(status)) => return ending(status),
                    Ok(None) => std::thread::sleep(GLANCE),
                    Err(error) => return Ending::NotRun(error.to_string()),
                },
            }
            if stop() {
                end(child);
                return Ending::NotRun("the program was closed".to_owned());
            }
            if last_sign.elapsed() > self.patience {
                end(child);
                return Ending::Hung(self.patience);
            }
        }
    }
}

/// How often the test is looked at.
const GLANCE: Duration = Duration::from_millis(20);

/// The process may be gone already, which is just as well.
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

fn ending(status: ExitStatus) -> Ending {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        /// What a system out of memory sends.
        const KILL: i32 = 9;
        match status.signal() {
            Some(KILL) => return Ending::NotRun("the system stopped it".to_owned()),
            Some(signal) => return Ending::Crashed(format!("signal {signal}")),
            None => {}
        }
    }
    match status.code() {
        Some(0) => Ending::Complete,
        Some(1) => Ending::Refused,
        _ => Ending::Crashed(status.to_string()),
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "a stand-in that cannot be made fails the test")]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use super::*;
    use crate::device::{AdapterId, AdapterKind, GraphicsApi};

    fn adapter() -> Adapter {
        Adapter {
            id: AdapterId { api: GraphicsApi::Vulkan, kind: AdapterKind::Discrete, index: 0 },
            name: "Card".to_owned(),
            driver: "driver".to_owned(),
            driver_version: "1".to_owned(),
            f16: true,
            cooperative_matrix: false,
            max_buffer_bytes: 1 << 30,
            max_binding_bytes: 1 << 27,
        }
    }

    /// A stand-in for the program: a shell script that prints good checks in the wanted precisions and then does as told.
    fn program(folder: &Path, precisions: &[bool], then: &str) -> PathBuf {
        let lines: String = Check::all_with_errors(1e-6, 1e-3)
            .iter()
            .filter(|check| precisions.contains(&check.half))
            .map(|check| format!("echo '{}'\n", serde_json::to_string(check).unwrap()))
            .collect();
        let path = folder.join("program");
        std::fs::write(&path, format!("#!/bin/sh\n{lines}{then}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn verdict(precisions: &[bool], then: &str) -> Verdict {
        let folder = tempfile::tempdir().unwrap();
        let program = program(folder.path(), precisions, then);
        SelfTester::new(program).with_patience(Duration::from_millis(700)).test(&adapter(), &|| false).0
    }

    #[test]
    fn a_test_that_ends_well_frees_the_adapter() {
        let verdict = verdict(&[false, true], "exit 0");
        assert!(verdict.f32 && verdict.f16, "{verdict:?}");
    }

    #[test]
    fn a_driver_that_crashes_is_set_aside_with_its_signal() {
        let verdict = verdict(&[], "kill -SEGV $$");
        assert_eq!(verdict.to_string(), "set aside: its driver crashed (signal 11)");
    }

    #[test]
    fn a_driver_that_hangs_is_stopped_and_set_aside() {
        let started = std::time::Instant::now();
        let verdict = verdict(&[], "exec sleep 60");
        assert!(verdict.to_string().contains("no answer"), "{verdict:?}");
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn an_adapter_that_does_not_open_has_not_crashed() {
        assert_eq!(verdict(&[], "exit 1").to_string(), "set aside: it could not be opened");
    }

    #[test]
    fn a_test_stops_when_the_program_is_closed_and_says_nothing_of_the_driver() {
        let folder = tempfile::tempdir().unwrap();
        let program = program(folder.path(), &[], "exec sleep 60");
        let started = Instant::now();
        let (_, ending) = SelfTester::new(program).test(&adapter(), &|| true);
        assert!(!ending.is_of_the_driver(), "{ending:?}");
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_driver_that_crashes_in_half_precision_is_used_in_single() {
        let verdict = verdict(&[false], "kill -ABRT $$");
        assert!(verdict.f32 && !verdict.f16, "{verdict:?}");
    }

    #[test]
    fn a_program_that_prints_nonsense_is_no_pass() {
        assert!(!verdict(&[], "echo '{\"all\": \"fine\"}'; exit 0").f32);
    }

    #[test]
    fn a_program_that_is_missing_is_no_pass() {
        let (verdict, ending) = SelfTester::new(PathBuf::from("no-such-program")).test(&adapter(), &|| false);
        assert!(!ending.is_of_the_driver());
        assert!(!verdict.f32 && verdict.to_string().contains("could not be tested"), "{verdict:?}");
    }
}
