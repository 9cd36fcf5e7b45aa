//! OpenPose's JSON from files and to files.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use brushfire_engine::hints::skeleton::{Keypoint, Person, Pose, PoseJsonError};

use super::drawing::{add_people, sides};
use crate::dialog::Purpose;
use crate::document::CanvasSize;
use crate::figures::{bounds_of, moved, scaled};
use crate::files;
use crate::language::{text, text_with, told};
use crate::studio::saving::name_of;
use crate::studio::{Message, Studio};

/// Bytes of a file; a thousand people with hands and faces have five million.
const LARGEST_FILE: u64 = 32 << 20;

/// Of the canvas, what people may reach beyond it before they are made smaller.
const ROOM: f32 = 0.25;

/// A file that was read.
pub struct PoseRead {
    /// The picture it is for.
    pub(in crate::studio) target: u64,
    pub(in crate::studio) file: String,
    pub(in crate::studio) read: Result<Pose, PoseTrouble>,
}

/// Why a file gives no people.
#[derive(Debug, thiserror::Error)]
pub enum PoseTrouble {
    #[error(transparent)]
    File(#[from] io::Error),
    #[error("it is not UTF-8")]
    NotUtf8,
    #[error(transparent)]
    Json(#[from] PoseJsonError),
}

impl PoseRead {
    /// Reads a file for a picture of this size.
    pub(in crate::studio) fn from_file(path: &Path, target: u64, size: CanvasSize) -> Self {
        let file = name_of(path);
        let read = || {
            let mut text = String::new();
            std::fs::File::open(path)?.take(LARGEST_FILE).read_to_string(&mut text)?;
            parsed(&text, size)
        };
        Self { target, file, read: read() }
    }

    /// From the bytes of a file of this name.
    pub(in crate::studio) fn from_bytes(bytes: Vec<u8>, file: String, target: u64, size: CanvasSize) -> Self {
        let text = String::from_utf8(bytes).map_err(|_| PoseTrouble::NotUtf8);
        Self { target, file, read: text.and_then(|text| parsed(&text, size)) }
    }
}

/// The people of OpenPose's JSON, on a canvas of this size.
pub(in crate::studio) fn parsed(text: &str, size: CanvasSize) -> Result<Pose, PoseTrouble> {
    let size = sides(size);
    let pose = Pose::from_open_pose_json(text, size)?;
    Ok(Pose { people: fitted(&pose, size), size })
}

/// People from one canvas on another: as large and where they are in proportion. Files that do not say what canvas they
/// are about may show people far outside of ours; these are made to fit.
fn fitted(pose: &Pose, size: [u32; 2]) -> Vec<Person> {
    let [width, height] = size.map(|side| side as f32);
    let [old_width, old_height] = pose.size.map(|side| (side as f32).max(1.0));
    let scale = (width / old_width).min(height / old_height);
    let place = |person: &Person| {
        let larger = scaled(person, Keypoint::new(0.0, 0.0), scale);
        moved(&larger, (width - old_width * scale) / 2.0, (height - old_height * scale) / 2.0)
    };
    let people: Vec<_> = pose.people.iter().map(place).collect();
    let Some(bounds) = bounds_of(&people) else { return people };
    let reaches_far = bounds.min.x < -ROOM * width
        || bounds.min.y < -ROOM * height
        || bounds.max.x > (1.0 + ROOM) * width
        || bounds.max.y > (1.0 + ROOM) * height;
    if !reaches_far {
        return people;
    }
    let smaller = (0.9 * width / bounds.width().max(1.0)).min(0.9 * height / bounds.height().max(1.0)).min(1.0);
    let middle = bounds.middle();
    let into_middle =
        |person: &Person| moved(&scaled(person, middle, smaller), width / 2.0 - middle.x, height / 2.0 - middle.y);
    people.iter().map(into_middle).collect()
}

impl Studio {
    /// Asks for a file of OpenPose's to take people from.
    pub fn import_pose_with_dialog(&mut self) {
        self.ask(Purpose::OpenPose);
    }

    /// Takes people from a file.
    pub fn import_pose(&mut self, path: PathBuf) {
        let (target, size) = (self.picture_number, self.document.size());
        let words = text_with("work-open", &[("file", name_of(&path).into())]);
        self.spawn_work("read-pose", words, move || {
            Message::PoseRead(Box::new(PoseRead::from_file(&path, target, size)))
        });
    }

    pub(in crate::studio) fn take_in_pose_read(&mut self, PoseRead { target, file, read }: PoseRead) {
        let file = || [("file", file.as_str().into())];
        match read {
            Ok(pose) if pose.people.is_empty() => self.notices.say(text_with("pose-of-nobody", &file())),
            Ok(pose) => {
                if target == self.picture_number {
                    self.reject_shown();
                }
                let layer_name = text("pose-layer");
                self.edit_picture_in_background(target, move |document| {
                    Ok(add_people(document, "Import pose", &layer_name, pose.people.clone()))
                });
            }
            Err(why) => {
                let [file] = file();
                let sentence = text_with("pose-unreadable", &[file, ("why", told(&why).into())]);
                self.notices.failed_as(sentence, &why);
            }
        }
    }

    /// Asks for the file that the people of the pose layer go to.
    pub fn export_pose_with_dialog(&mut self) {
        self.ask(Purpose::SavePose);
    }

    /// Writes the people of the pose layer to a file.
    pub fn export_pose(&mut self, path: PathBuf) {
        let Some(pose) = self.pose_layer().and_then(|layer| self.pose_on(layer)) else { return };
        let path = if path.extension().is_some() { path } else { path.with_extension("json") };
        let words = text_with("work-save", &[("file", name_of(&path).into())]);
        let saved = text_with("saved", &[("file", name_of(&path).into())]);
        self.spawn_work("save-pose", words, move || {
            let json = pose.to_open_pose_json();
            match files::atomic::write(&path, |file| file.write_all(json.as_bytes())) {
                Ok(()) => Message::Done(saved),
                Err(error) => Message::Failed(Box::new(error)),
            }
        });
    }

    pub(in crate::studio) fn name_for_pose(&self) -> String {
        let stem = self.path.as_deref().and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
        format!("{}-pose.json", stem.unwrap_or_else(|| "picture".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size() -> CanvasSize {
        CanvasSize::new(400, 800).unwrap()
    }

    #[test]
    fn people_of_another_canvas_lie_where_they_are_in_proportion() {
        let body = vec!["256, 512, 1"; 18].join(",");
        let json = format!(r#"{{"people":[{{"pose_keypoints_2d":[{body}]}}],"canvas_width":512,"canvas_height":512}}"#);
        // 512 square in 400 x 800 is 400 square in the middle.
        assert_eq!(parsed(&json, size()).unwrap().people[0].body[0], Some(Keypoint::new(200.0, 600.0)));
    }

    #[test]
    fn people_far_outside_are_made_to_fit() {
        let mut body = vec!["4000, 2000, 1"; 18];
        body[0] = "3000, 900, 1";
        let json = format!(r#"{{"people":[{{"pose_keypoints_2d":[{}]}}]}}"#, body.join(","));
        let bounds = bounds_of(&parsed(&json, size()).unwrap().people).unwrap();
        assert!(bounds.min.x > 0.0 && bounds.max.x < 400.0 && bounds.min.y > 0.0 && bounds.max.y < 800.0);
        assert!((bounds.width() - 360.0).abs() < 0.1);
    }
}
