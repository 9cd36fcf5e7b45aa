//! A picture that is drawn on a thread of its own from whatever is wanted now.

use std::sync::mpsc::{Receiver, Sender, channel};

use egui::{ColorImage, Context, TextureHandle, TextureOptions};

/// Only the newest wish counts; until it is granted the picture before stays.
pub struct LivePicture<Wish> {
    /// Of the thread.
    name: &'static str,
    draw: fn(&Wish) -> ColorImage,
    asked: Option<Wish>,
    shown: Option<(Wish, TextureHandle)>,
    thread: Option<Thread<Wish>>,
}

/// The way to the thread and back.
struct Thread<Wish> {
    wishes: Sender<Wish>,
    drawn: Receiver<(Wish, ColorImage)>,
}

impl<Wish: Clone + PartialEq + Send + 'static> LivePicture<Wish> {
    #[must_use]
    pub fn new(name: &'static str, draw: fn(&Wish) -> ColorImage) -> Self {
        Self { name, draw, asked: None, shown: None, thread: None }
    }

    /// Sees to it that `wish` is shown as soon as it is drawn.
    pub fn update(&mut self, ctx: &Context, wish: Wish) {
        if self.asked.as_ref() != Some(&wish) {
            self.ask(ctx, wish);
        }
        let Some(Thread { drawn, .. }) = &self.thread else { return };
        if let Some((wish, image)) = drawn.try_iter().last() {
            match &mut self.shown {
                Some((shown, texture)) => {
                    *shown = wish;
                    texture.set(image, TextureOptions::LINEAR);
                }
                None => self.shown = Some((wish, ctx.load_texture(self.name, image, TextureOptions::LINEAR))),
            }
        }
    }

    /// The last picture that is done, and the wish it grants.
    #[must_use]
    pub fn shown(&self) -> Option<(&Wish, &TextureHandle)> {
        self.shown.as_ref().map(|(wish, texture)| (wish, texture))
    }

    fn ask(&mut self, ctx: &Context, wish: Wish) {
        if self.thread.is_none() {
            self.thread = start_thread(ctx.clone(), self.name, self.draw);
        }
        if let Some(Thread { wishes, .. }) = &self.thread
            && wishes.send(wish.clone()).is_ok()
        {
            self.asked = Some(wish);
        } else {
            self.thread = None;
        }
    }
}

/// The thread ends when the picture goes.
fn start_thread<Wish: Clone + Send + 'static>(
    ctx: Context,
    name: &'static str,
    draw: fn(&Wish) -> ColorImage,
) -> Option<Thread<Wish>> {
    let (wishes, to_do) = channel::<Wish>();
    let (done, drawn) = channel();
    let work = move || {
        while let Ok(first) = to_do.recv() {
            let wish = to_do.try_iter().last().unwrap_or(first);
            let image = draw(&wish);
            if done.send((wish, image)).is_err() {
                return;
            }
            ctx.request_repaint();
        }
    };
    match std::thread::Builder::new().name(name.to_owned()).spawn(work) {
        Ok(_) => Some(Thread { wishes, drawn }),
        Err(error) => {
            log::error!("{name} cannot be drawn, no thread could be started: {error}");
            None
        }
    }
}
