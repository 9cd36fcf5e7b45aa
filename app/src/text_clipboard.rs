//! Copy, cut and paste of text between text fields and the system, on a thread of its own: a clipboard's owner may be
//! slow to answer, and the window must not wait for it.

use std::sync::mpsc::{self, Receiver, Sender};

use egui::{Context, Event, Key, OutputCommand, RawInput};

enum Request {
    Put(String),
    Get,
}

/// The way to the clipboard's thread and back.
#[derive(Default)]
pub struct TextClipboard {
    thread: Option<(Sender<Request>, Receiver<String>)>,
}

impl TextClipboard {
    /// Before a frame: turns the shortcuts into what text fields understand, and brings in what was pasted.
    ///
    /// While no text is being typed, the shortcuts stay keys: commands about the picture use them.
    pub fn before_frame(&mut self, ctx: &Context, input: &mut RawInput) {
        if let Some((_, pasted)) = &self.thread {
            input.events.extend(pasted.try_iter().map(Event::Paste));
        }
        if !ctx.text_edit_focused() {
            return;
        }
        let mut wants_paste = false;
        input.events.retain_mut(|event| {
            let Event::Key { key, pressed: true, modifiers, .. } = event else { return true };
            match key {
                Key::C if modifiers.command_only() => *event = Event::Copy,
                Key::X if modifiers.command_only() => *event = Event::Cut,
                Key::V if modifiers.command => {
                    wants_paste = true;
                    return false;
                }
                _ => {}
            }
            true
        });
        if wants_paste {
            self.request(ctx, Request::Get);
        }
    }

    /// After a frame: gives what was copied to the system.
    pub fn after_frame(&mut self, ctx: &Context) {
        let copied = ctx.output(|output| {
            output.commands.iter().rev().find_map(|command| match command {
                OutputCommand::CopyText(text) => Some(text.clone()),
                _ => None,
            })
        });
        if let Some(text) = copied {
            self.request(ctx, Request::Put(text));
        }
    }

    fn request(&mut self, ctx: &Context, request: Request) {
        let (requests, _) = self.thread.get_or_insert_with(|| start_thread(ctx.clone()));
        if requests.send(request).is_err() {
            // The thread has ended, for there is no clipboard; perhaps there is one the next time.
            self.thread = None;
        }
    }
}

fn start_thread(ctx: Context) -> (Sender<Request>, Receiver<String>) {
    let (requests, to_do) = mpsc::channel();
    let (done, pasted) = mpsc::channel();
    let work = move || {
        let mut clipboard = match arboard::Clipboard::new() {
            Ok(clipboard) => clipboard,
            Err(error) => return log::warn!("There is no clipboard: {error}"),
        };
        // The clipboard lives here, for it serves what was copied as long as it lives.
        while let Ok(request) = to_do.recv() {
            match request {
                Request::Put(text) => {
                    if let Err(error) = clipboard.set_text(text) {
                        log::warn!("The text could not be copied: {error}");
                    }
                }
                Request::Get => {
                    if let Ok(text) = clipboard.get_text()
                        && done.send(text.replace("\r\n", "\n")).is_ok()
                    {
                        ctx.request_repaint();
                    }
                }
            }
        }
    };
    if let Err(error) = std::thread::Builder::new().name("text-clipboard".to_owned()).spawn(work) {
        log::warn!("The clipboard cannot be reached: {error}");
    }
    (requests, pasted)
}
