//! How much memory is free, as Linux tells it.

use std::path::{Path, PathBuf};

/// Memory that can be had right now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AvailableMemory {
    /// Bytes that are free, or are given back as soon as somebody wants them (copies of files).
    pub free: u64,
    /// Bytes of swap space beside them: there, but far too slow for a model.
    pub swap: u64,
}

/// What this process can still have: of the machine, or of the container (control group, version 2) it runs in, whichever
/// is less. `None` where the system does not say, which are all but Linux.
#[must_use]
pub fn available_memory() -> Option<AvailableMemory> {
    let machine = of_machine(&std::fs::read_to_string("/proc/meminfo").ok()?)?;
    let groups = std::fs::read_to_string("/proc/self/cgroup").ok();
    let limits = groups.iter().flat_map(|groups| folders_of_groups(groups)).filter_map(|folder| of_group(&folder));
    Some(limits.fold(machine, |least, limit| AvailableMemory {
        free: least.free.min(limit.free),
        swap: least.swap.min(limit.swap),
    }))
}

fn of_machine(meminfo: &str) -> Option<AvailableMemory> {
    let bytes = |name: &str| {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
    };
    Some(AvailableMemory { free: bytes("MemAvailable")?, swap: bytes("SwapFree").unwrap_or(0) })
}

/// The group this process belongs to and all above it: each may have a limit.
fn folders_of_groups(groups: &str) -> Vec<PathBuf> {
    let root = Path::new("/sys/fs/cgroup");
    let own = groups.lines().find_map(|line| line.strip_prefix("0::/"));
    own.into_iter().flat_map(|own| Path::new(own).ancestors().map(|path| root.join(path)).collect::<Vec<_>>()).collect()
}

fn of_group(folder: &Path) -> Option<AvailableMemory> {
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    let number = |name: &str| read(name)?.trim().parse::<u64>().ok();
    // The word `max` stands for no limit.
    let limit = number("memory.max")?;
    let stat = read("memory.stat").unwrap_or_default();
    let given_back = stat.lines().find_map(|line| line.strip_prefix("inactive_file ")?.trim().parse::<u64>().ok());
    let held = number("memory.current")?.saturating_sub(given_back.unwrap_or(0));
    let swap = number("memory.swap.max")
        .map_or(u64::MAX, |swap| swap.saturating_sub(number("memory.swap.current").unwrap_or(0)));
    Some(AvailableMemory { free: limit.saturating_sub(held), swap })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_memory_is_what_linux_calls_available() {
        let meminfo = "MemTotal:       24598364 kB\nMemFree:         7912344 kB\nMemAvailable:   21043216 kB\n\
                       SwapTotal:       2097148 kB\nSwapFree:        1048576 kB\n";
        assert_eq!(of_machine(meminfo), Some(AvailableMemory { free: 21_043_216 << 10, swap: 1 << 30 }));
        assert_eq!(of_machine("MemFree: many kB\n"), None);
        assert_eq!(of_machine("MemAvailable: 18446744073709551615 kB\n"), None);
    }

    #[test]
    fn a_containers_limit_counts_less_what_it_holds() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        assert_eq!(of_group(folder.path()), None);
        write("memory.max", "max\n");
        write("memory.current", "3000\n");
        assert_eq!(of_group(folder.path()), None);
        write("memory.max", "8000\n");
        write("memory.stat", "anon 1000\ninactive_file 500\nactive_file 1500\n");
        write("memory.swap.max", "0\n");
        assert_eq!(of_group(folder.path()), Some(AvailableMemory { free: 5500, swap: 0 }));
    }

    #[test]
    fn every_group_above_is_asked() {
        let folders = folders_of_groups("1:name=systemd:/old\n0::/user.slice/app.scope\n");
        let expected = ["/sys/fs/cgroup/user.slice/app.scope", "/sys/fs/cgroup/user.slice", "/sys/fs/cgroup/"];
        assert_eq!(folders, expected.map(PathBuf::from));
        assert!(folders_of_groups("4:memory:/old\n").is_empty());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_machine_says_what_it_has() {
        assert!(available_memory().unwrap().free > 0);
    }
}
