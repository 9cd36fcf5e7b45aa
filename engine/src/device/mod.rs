//! Where tensors live: the adapters of this machine, the ladder among them, and the self-test that keeps a driver which
//! crashes, hangs or computes wrong away from the user's pictures.
//!
//! The rule: what the user asked for, then hardware adapters, then Flex on the CPU, which always works. A software
//! adapter (lavapipe, WARP, SwiftShader) is tried only when its API was asked for by name: it is ten times slower than
//! Flex.

mod adapter;
mod child;
mod choice;
mod configure;
mod finding;
mod ladder;
mod notice;
mod self_test;
mod verdict;

pub use adapter::{Adapter, AdapterId, AdapterKind, GraphicsApi, enumerate};
pub use child::SelfTester;
pub use choice::{DeviceChoice, UnknownDevice};
pub use finding::Finding;
pub use ladder::{Candidate, ChosenDevice, candidates, choose};
pub use notice::DeviceNotice;
pub use self_test::{Check, FULL, Operation, check, run_in_this_process};
pub use verdict::{Verdict, Verdicts};
