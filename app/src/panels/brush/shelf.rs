//! The brushes on disk and their thumbnails, read on a thread of their own.

use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;

use egui::{ColorImage, Context, TextureHandle, TextureOptions};
use image::RgbaImage;

use crate::assets;
use crate::paint::{Brush, BrushLibrary, BrushPreset, LibraryError, PictureKind, preview};

/// Pixels of a thumbnail.
pub(super) const THUMBNAIL: [u32; 2] = [264, 80];
/// The ink of the thumbnails; they are tinted where they are shown.
const INK: [u8; 3] = [255; 3];

#[derive(Default)]
pub(super) struct Shelf {
    state: State,
    thumbnails: Vec<Option<TextureHandle>>,
    /// The brush in hand as it was drawn last.
    in_hand: Option<(Brush, TextureHandle)>,
}

#[derive(Default)]
enum State {
    #[default]
    Unread,
    Reading(Receiver<Read>),
    Ready(BrushLibrary),
}

/// What the thread brings.
struct Read {
    library: BrushLibrary,
    errors: Vec<LibraryError>,
    pictures: Vec<Option<RgbaImage>>,
}

impl Shelf {
    /// Begins to read the brushes, unless that is done or under way.
    pub(super) fn load(&mut self, ctx: &Context) {
        if !matches!(self.state, State::Unread) {
            return;
        }
        let (sender, receiver) = channel();
        let ctx = ctx.clone();
        let read = move || {
            let own = assets::own_brushes_folder();
            let (library, errors) = BrushLibrary::load(&assets::brushes_folder(), own.as_deref());
            let pictures = library.presets().iter().map(|entry| thumbnail(&entry.preset.brush)).collect();
            drop(sender.send(Read { library, errors, pictures }));
            ctx.request_repaint();
        };
        match thread::Builder::new().name("brushes".to_owned()).spawn(read) {
            Ok(_) => self.state = State::Reading(receiver),
            Err(error) => {
                log::warn!("no thread to read brushes: {error}");
                self.state = State::Ready(BrushLibrary::default());
            }
        }
    }

    /// Takes what the thread has read; returns what could not be.
    pub(super) fn poll(&mut self, ctx: &Context) -> Vec<LibraryError> {
        let State::Reading(receiver) = &self.state else { return vec![] };
        match receiver.try_recv() {
            Ok(Read { library, errors, pictures }) => {
                self.thumbnails = pictures.into_iter().map(|picture| Some(upload(ctx, &picture?))).collect();
                self.state = State::Ready(library);
                errors
            }
            Err(TryRecvError::Empty) => vec![],
            Err(TryRecvError::Disconnected) => {
                self.state = State::Ready(BrushLibrary::default());
                vec![]
            }
        }
    }

    /// `None` while it is being read.
    pub(super) fn library(&self) -> Option<&BrushLibrary> {
        match &self.state {
            State::Ready(library) => Some(library),
            _ => None,
        }
    }

    pub(super) fn thumbnail(&self, index: usize) -> Option<&TextureHandle> {
        self.thumbnails.get(index)?.as_ref()
    }

    /// A stroke of the brush in hand; drawn again when it changes.
    pub(super) fn in_hand(&mut self, ctx: &Context, brush: &Brush) -> Option<&TextureHandle> {
        if self.in_hand.as_ref().is_none_or(|(drawn, _)| drawn != brush) {
            let texture = upload(ctx, &thumbnail(brush)?);
            self.in_hand = Some((brush.clone(), texture));
        }
        self.in_hand.as_ref().map(|(_, texture)| texture)
    }

    /// Gives a brush the pictures it names, once the library is read. One that cannot be found is forgotten, so that it is
    /// told once.
    pub(super) fn find_pictures(&mut self, ctx: &Context, brush: &mut Brush) -> Option<LibraryError> {
        self.load(ctx);
        let State::Ready(library) = &mut self.state else { return None };
        self.in_hand = None;
        let error = library.find_pictures(brush).err()?;
        brush.tip.take_if(|tip| tip.picture().is_none());
        brush.grain.take_if(|grain| grain.picture().is_none());
        Some(error)
    }

    pub(super) fn picture_names(&self, kind: PictureKind) -> Vec<String> {
        self.library().map(|library| library.picture_names(kind)).unwrap_or_default()
    }

    /// Keeps a brush among the painter's own.
    pub(super) fn save(&mut self, ctx: &Context, preset: BrushPreset) -> Result<(), LibraryError> {
        let State::Ready(library) = &mut self.state else { return Ok(()) };
        let picture = thumbnail(&preset.brush);
        let index = library.save(preset)?;
        let texture = picture.map(|picture| upload(ctx, &picture));
        if index < self.thumbnails.len() {
            self.thumbnails[index] = texture;
        } else {
            self.thumbnails.push(texture);
        }
        Ok(())
    }

    pub(super) fn delete(&mut self, index: usize) -> Result<(), LibraryError> {
        let State::Ready(library) = &mut self.state else { return Ok(()) };
        let count = library.presets().len();
        library.delete(index)?;
        if library.presets().len() < count && index < self.thumbnails.len() {
            self.thumbnails.remove(index);
        }
        Ok(())
    }
}

fn thumbnail(brush: &Brush) -> Option<RgbaImage> {
    preview(brush, INK, THUMBNAIL[0], THUMBNAIL[1])
}

fn upload(ctx: &Context, picture: &RgbaImage) -> TextureHandle {
    let size = [picture.width() as usize, picture.height() as usize];
    let image = ColorImage::from_rgba_unmultiplied(size, picture.as_raw());
    ctx.load_texture("brush", image, TextureOptions::LINEAR)
}
