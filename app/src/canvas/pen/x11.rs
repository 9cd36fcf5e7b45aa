//! What a tablet says on X11: pressure and tilt, by the X Input extension 2.
//!
//! As GTK and Qt do, tablets are known by the labels of their valuators ("Abs Pressure", "Abs Tilt X", "Abs Tilt Y"). Their
//! raw motions are read on a connection and a thread of their own: winit reads the pointer's position, and raw events
//! (XI 2.1) come to every client that asks, whatever grabs the pen. Without a tablet the thread sleeps until one is plugged
//! in; without X11 it is not there.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use x11rb::connection::Connection as _;
use x11rb::errors::{ConnectError, ConnectionError, ReplyError};
use x11rb::protocol::Event;
use x11rb::protocol::xinput::{
    self, ConnectionExt as _, Device, DeviceClassData, DeviceId, EventMask, Fp3232, RawMotionEvent, XIDeviceInfo,
    XIEventMask,
};
use x11rb::protocol::xproto::{Atom, ConnectionExt as _};
use x11rb::rust_connection::RustConnection;

use super::TabletReport;

/// Reports that are kept at most: those of a second, while no window asks for them.
const MAX_REPORTS: usize = 256;

type Reports = Arc<Mutex<VecDeque<TabletReport>>>;

/// Hears what tablets say.
pub(super) struct Listener {
    reports: Reports,
}

#[derive(Debug, thiserror::Error)]
enum TabletError {
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    #[error(transparent)]
    Reply(#[from] ReplyError),
    #[error("its X Input extension is {0}.{1}, and 2.1 is needed")]
    Version(u16, u16),
}

impl Listener {
    /// `None` where the window is not on X11, or without a thread to listen on.
    pub(super) fn start() -> Option<Self> {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        // As winit chooses.
        if !is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") || is_set("WAYLAND_SOCKET") {
            return None;
        }
        let reports = Reports::default();
        let heard = Arc::clone(&reports);
        let listen = move || {
            if let Err(error) = listen(&heard) {
                log::info!("no pressure from tablets: the X server says: {error}");
            }
        };
        let thread = thread::Builder::new().name("tablet".to_owned()).spawn(listen);
        thread.inspect_err(|error| log::warn!("no thread to listen to tablets: {error}")).ok()?;
        Some(Self { reports })
    }

    /// What tablets have said since this was asked last, the oldest first.
    pub(super) fn take_reports(&self) -> Vec<TabletReport> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect()
    }
}

/// Goes on until the connection ends.
fn listen(reports: &Reports) -> Result<(), TabletError> {
    let (connection, screen) = RustConnection::connect(None)?;
    let version = connection.xinput_xi_query_version(2, 2)?.reply()?;
    if (version.major_version, version.minor_version) < (2, 1) {
        return Err(TabletError::Version(version.major_version, version.minor_version));
    }
    let labels = Labels::of(&connection)?;
    let mut tablets = watch(&connection, screen, &labels)?;
    loop {
        match connection.wait_for_event()? {
            Event::XinputHierarchy(_) | Event::XinputDeviceChanged(_) => {
                tablets = watch(&connection, screen, &labels)?;
            }
            Event::XinputRawMotion(motion) => {
                let Some(tablet) = tablets.get_mut(&motion.sourceid) else { continue };
                let report = tablet.report(&motion);
                let mut reports = reports.lock().unwrap_or_else(PoisonError::into_inner);
                reports.push_back(report);
                if reports.len() > MAX_REPORTS {
                    reports.pop_front();
                }
            }
            _ => {}
        }
    }
}

/// Asks for the raw motions of every tablet, and for news of devices that come and go.
fn watch(
    connection: &RustConnection,
    screen: usize,
    labels: &Labels,
) -> Result<HashMap<DeviceId, TabletDevice>, TabletError> {
    let devices = connection.xinput_xi_query_device(Device::ALL)?.reply()?.infos;
    let tablets: HashMap<_, _> = devices
        .iter()
        .filter_map(|device| Some((device.deviceid, TabletDevice::of(device, labels)?)))
        .inspect(|(id, _)| log::info!("X input device {id} has pressure"))
        .collect();
    let news = XIEventMask::HIERARCHY | XIEventMask::DEVICE_CHANGED;
    let all = EventMask { deviceid: Device::ALL.into(), mask: vec![news] };
    let of_tablets = tablets.keys().map(|id| EventMask { deviceid: *id, mask: vec![XIEventMask::RAW_MOTION] });
    let masks: Vec<_> = std::iter::once(all).chain(of_tablets).collect();
    if let Some(root) = connection.setup().roots.get(screen).map(|screen| screen.root) {
        xinput::xi_select_events(connection, root, &masks)?.check()?;
    }
    connection.flush()?;
    Ok(tablets)
}

/// The names of a tablet's valuators.
struct Labels {
    pressure: Atom,
    tilt: [Atom; 2],
}

impl Labels {
    fn of(connection: &RustConnection) -> Result<Self, TabletError> {
        let atom = |name: &[u8]| Ok::<_, TabletError>(connection.intern_atom(false, name)?.reply()?.atom);
        Ok(Self { pressure: atom(b"Abs Pressure")?, tilt: [atom(b"Abs Tilt X")?, atom(b"Abs Tilt Y")?] })
    }
}

/// A device with pressure, and what it said last.
#[derive(Debug, PartialEq)]
struct TabletDevice {
    pressure: Axis,
    tilt: [Option<Axis>; 2],
    last: TabletReport,
}

/// One of its valuators.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Axis {
    number: u16,
    min: f64,
    max: f64,
}

/// Devices whose tilt is not in degrees lean at most so far.
const MOST_TILT: f64 = 60.0;

impl TabletDevice {
    /// `None` for a device without pressure.
    fn of(device: &XIDeviceInfo, labels: &Labels) -> Option<Self> {
        let axis = |label: Atom| {
            device.classes.iter().find_map(|class| match &class.data {
                DeviceClassData::Valuator(valuator) if valuator.label == label => {
                    let (min, max) = (number_of(valuator.min), number_of(valuator.max));
                    (max > min).then_some(Axis { number: valuator.number, min, max })
                }
                _ => None,
            })
        };
        let last = TabletReport { pressure: 0.0, tilt: [0.0; 2] };
        Some(Self { pressure: axis(labels.pressure)?, tilt: labels.tilt.map(axis), last })
    }

    /// The tablet as it is now; a motion tells only what has changed.
    fn report(&mut self, motion: &RawMotionEvent) -> TabletReport {
        if let Some(value) = value_of(motion, self.pressure.number) {
            let Axis { min, max, .. } = self.pressure;
            self.last.pressure = ((value - min) / (max - min)).clamp(0.0, 1.0) as f32;
        }
        for (tilt, axis) in self.last.tilt.iter_mut().zip(self.tilt) {
            let Some((axis, value)) = axis.and_then(|axis| Some((axis, value_of(motion, axis.number)?))) else {
                continue;
            };
            // The drivers for Wacom and libinput give degrees, others a share of their range.
            let is_degrees = axis.max <= 90.0;
            let degrees = if is_degrees { value } else { value / axis.max * MOST_TILT };
            *tilt = degrees.clamp(-90.0, 90.0) as f32;
        }
        self.last
    }
}

/// A valuator's value, if the motion tells it: the values stand in the order of the bits that are set.
fn value_of(motion: &RawMotionEvent, number: u16) -> Option<f64> {
    let (word, bit) = (usize::from(number / 32), u32::from(number % 32));
    let mask = *motion.valuator_mask.get(word)?;
    if mask & (1 << bit) == 0 {
        return None;
    }
    let before: u32 = motion.valuator_mask.iter().take(word).map(|mask| mask.count_ones()).sum();
    let index = before + (mask & ((1 << bit) - 1)).count_ones();
    motion.axisvalues.get(index as usize).copied().map(number_of)
}

fn number_of(fixed: Fp3232) -> f64 {
    f64::from(fixed.integral) + f64::from(fixed.frac) / 4_294_967_296.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use x11rb::protocol::xinput::{DeviceClass, DeviceClassDataValuator, DeviceType, ValuatorMode};

    const LABELS: Labels = Labels { pressure: 300, tilt: [301, 302] };

    fn fixed(value: i32) -> Fp3232 {
        Fp3232 { integral: value, frac: 0 }
    }

    fn device(valuators: &[(u16, Atom, i32, i32)]) -> XIDeviceInfo {
        let class = |&(number, label, min, max): &(u16, Atom, i32, i32)| DeviceClass {
            len: 11,
            sourceid: 12,
            data: DeviceClassData::Valuator(DeviceClassDataValuator {
                number,
                label,
                min: fixed(min),
                max: fixed(max),
                value: fixed(0),
                resolution: 1,
                mode: ValuatorMode::ABSOLUTE,
            }),
        };
        XIDeviceInfo {
            deviceid: 12,
            type_: DeviceType::SLAVE_POINTER,
            attachment: 2,
            enabled: true,
            name: b"Pen".to_vec(),
            classes: valuators.iter().map(class).collect(),
        }
    }

    fn motion(values: &[(u16, i32)]) -> RawMotionEvent {
        let mut valuator_mask = vec![0, 0];
        values.iter().for_each(|(number, _)| valuator_mask[usize::from(number / 32)] |= 1 << (number % 32));
        RawMotionEvent {
            response_type: 35,
            extension: 131,
            sequence: 1,
            length: 0,
            event_type: 17,
            deviceid: 12,
            time: 0,
            detail: 0,
            sourceid: 12,
            flags: 0u32.into(),
            valuator_mask,
            axisvalues: values.iter().map(|(_, value)| fixed(*value)).collect(),
            axisvalues_raw: values.iter().map(|(_, value)| fixed(*value)).collect(),
        }
    }

    #[test]
    fn a_mouse_is_no_tablet() {
        assert_eq!(TabletDevice::of(&device(&[(0, 200, -1, -1), (1, 201, -1, -1)]), &LABELS), None);
        assert_eq!(TabletDevice::of(&device(&[(2, 300, 0, 0)]), &LABELS), None, "a pressure without a range");
    }

    #[test]
    fn pressure_and_tilt_are_read_and_remembered() {
        let valuators =
            [(0, 200, 0, 44704), (1, 201, 0, 27940), (2, 300, 0, 8191), (3, 301, -64, 63), (4, 302, -64, 63)];
        let mut pen = TabletDevice::of(&device(&valuators), &LABELS).unwrap();
        let report = pen.report(&motion(&[(0, 100), (1, 50), (2, 4096), (3, -30), (4, 12)]));
        assert!((report.pressure - 0.5).abs() < 0.001);
        assert_eq!(report.tilt, [-30.0, 12.0]);
        let report = pen.report(&motion(&[(1, 51), (4, 14)]));
        assert!((report.pressure - 0.5).abs() < 0.001, "what is not told has not changed");
        assert_eq!(report.tilt, [-30.0, 14.0]);
        assert_eq!(pen.report(&motion(&[(2, 99999)])).pressure, 1.0);
    }

    #[test]
    fn valuators_beyond_the_first_word_and_other_units_are_read() {
        let mut pen = TabletDevice::of(&device(&[(2, 300, 100, 1100), (40, 301, -1000, 1000)]), &LABELS).unwrap();
        let report = pen.report(&motion(&[(2, 600), (40, 500)]));
        assert_eq!((report.pressure, report.tilt), (0.5, [30.0, 0.0]));
        assert_eq!(pen.report(&RawMotionEvent { axisvalues: vec![], ..motion(&[(2, 600)]) }).pressure, 0.5);
    }
}
