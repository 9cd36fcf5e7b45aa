//! Which keys mean which command: the table's, less what the painter has changed.

use std::collections::BTreeMap;

use egui::{Key, KeyboardShortcut, Modifiers};

use super::{COMMANDS, Command, CommandInfo};

/// The shortcuts in use. Only what differs from the table is kept, so that a later version's new shortcuts arrive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keymap {
    /// By the command's key in the table.
    changed: BTreeMap<String, Vec<KeyboardShortcut>>,
}

impl Keymap {
    /// The command's shortcuts; any of them works, the first is shown.
    #[must_use]
    pub fn shortcuts(&self, command: Command) -> &[KeyboardShortcut] {
        let info = command.info();
        self.changed.get(info.key).map_or(info.default_shortcuts, Vec::as_slice)
    }

    /// Gives the command other shortcuts, or none.
    pub fn set(&mut self, command: Command, shortcuts: Vec<KeyboardShortcut>) {
        let info = command.info();
        if shortcuts == info.default_shortcuts {
            self.changed.remove(info.key);
        } else {
            self.changed.insert(info.key.to_owned(), shortcuts);
        }
    }

    /// Gives the command this shortcut alone, and takes it from those that had it; returns one of these.
    pub fn give(&mut self, command: Command, shortcut: KeyboardShortcut) -> Option<Command> {
        let mut loser = None;
        while let Some(other) = self.conflict(command, shortcut) {
            let rest = self.shortcuts(other).iter().copied().filter(|other| *other != shortcut).collect();
            self.set(other, rest);
            loser = Some(other);
        }
        self.set(command, vec![shortcut]);
        loser
    }

    /// Gives the command the table's shortcuts again.
    pub fn reset(&mut self, command: Command) {
        self.changed.remove(command.info().key);
    }

    /// Gives every command the table's shortcuts again.
    pub fn reset_all(&mut self) {
        self.changed.clear();
    }

    #[must_use]
    pub fn is_changed(&self, command: Command) -> bool {
        self.changed.contains_key(command.info().key)
    }

    /// The commands that these keys mean, those first that can be asked for at certain moments only.
    pub fn commands_of(&self, key: Key, modifiers: Modifiers) -> impl Iterator<Item = &'static CommandInfo> {
        let has_it = move |info: &&CommandInfo| {
            self.shortcuts(info.command)
                .iter()
                .any(|shortcut| shortcut.logical_key == key && modifiers.matches_exact(shortcut.modifiers))
        };
        let of_moments = COMMANDS.iter().filter(|info| info.at_moments);
        of_moments.chain(COMMANDS.iter().filter(|info| !info.at_moments)).filter(has_it)
    }

    /// Another command that the shortcut means at the same time.
    #[must_use]
    pub fn conflict(&self, command: Command, shortcut: KeyboardShortcut) -> Option<Command> {
        let own = command.info();
        COMMANDS
            .iter()
            .filter(|info| info.command != command && !info.at_moments && !own.at_moments)
            .find(|info| self.shortcuts(info.command).contains(&shortcut))
            .map(|info| info.command)
    }

    /// Whether these keys are a shortcut that works even while a text is being typed.
    #[must_use]
    pub fn works_while_typing(&self, key: Key, modifiers: Modifiers) -> bool {
        self.commands_of(key, modifiers).any(|info| info.while_typing)
    }

    /// As it is kept in the settings: `{"undo": ["Ctrl+Z"]}`.
    #[must_use]
    pub fn to_settings(&self) -> BTreeMap<String, Vec<String>> {
        let names = |shortcuts: &Vec<KeyboardShortcut>| shortcuts.iter().map(shortcut_name).collect();
        self.changed.iter().map(|(key, shortcuts)| (key.clone(), names(shortcuts))).collect()
    }

    /// From the settings; keys that are not understood are left out.
    #[must_use]
    pub fn from_settings(settings: &BTreeMap<String, Vec<String>>) -> Self {
        let shortcuts = |names: &Vec<String>| names.iter().filter_map(|name| shortcut_from_name(name)).collect();
        Self { changed: settings.iter().map(|(key, names)| (key.clone(), shortcuts(names))).collect() }
    }
}

/// The modifiers as settings call them, on every system alike; `Ctrl` is the Mac's command key.
const MODIFIERS: [(&str, Modifiers); 4] =
    [("Ctrl", Modifiers::COMMAND), ("Shift", Modifiers::SHIFT), ("Alt", Modifiers::ALT), ("Control", Modifiers::CTRL)];

/// "Ctrl+Shift+OpenBracket"
fn shortcut_name(shortcut: &KeyboardShortcut) -> String {
    let has = |modifiers: Modifiers| match modifiers {
        // Where the command key is the control key, both are down.
        Modifiers::CTRL => shortcut.modifiers.ctrl && !shortcut.modifiers.command,
        Modifiers::COMMAND => shortcut.modifiers.command,
        modifiers => shortcut.modifiers.contains(modifiers),
    };
    let modifiers = MODIFIERS.iter().filter(|(_, modifiers)| has(*modifiers)).map(|(name, _)| *name);
    modifiers.chain([shortcut.logical_key.name()]).collect::<Vec<_>>().join("+")
}

fn shortcut_from_name(name: &str) -> Option<KeyboardShortcut> {
    let (modifiers, key) = name.rsplit_once('+').unwrap_or(("", name));
    let mut all = Modifiers::NONE;
    for modifier in modifiers.split('+').filter(|modifier| !modifier.is_empty()) {
        all = all.plus(MODIFIERS.iter().find(|(known, _)| *known == modifier)?.1);
    }
    Some(KeyboardShortcut::new(all, Key::from_name(key)?))
}

/// The shortcut that these keys make, whatever else the system says of them.
#[must_use]
pub fn shortcut_of(key: Key, modifiers: Modifiers) -> KeyboardShortcut {
    let mut plain = Modifiers { alt: modifiers.alt, shift: modifiers.shift, ..Modifiers::NONE };
    plain.command = modifiers.command;
    plain.ctrl = modifiers.ctrl && !modifiers.command;
    KeyboardShortcut::new(plain, key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::Tool;

    const CTRL_B: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::B);

    #[test]
    fn a_changed_shortcut_takes_the_place_of_the_tables_and_comes_back_from_the_settings() {
        let mut keymap = Keymap::default();
        keymap.set(Command::Undo, vec![CTRL_B]);
        assert_eq!(keymap.shortcuts(Command::Undo), [CTRL_B]);
        let settings = keymap.to_settings();
        assert_eq!(settings, BTreeMap::from([("undo".to_owned(), vec!["Ctrl+B".to_owned()])]));
        assert_eq!(Keymap::from_settings(&settings), keymap);
        keymap.reset(Command::Undo);
        assert_eq!(keymap, Keymap::default());
    }

    #[test]
    fn every_default_shortcut_survives_the_settings() {
        for shortcut in COMMANDS.iter().flat_map(|info| info.default_shortcuts) {
            assert_eq!(shortcut_from_name(&shortcut_name(shortcut)), Some(*shortcut));
        }
    }

    #[test]
    fn the_tables_shortcuts_given_again_are_no_change() {
        let mut keymap = Keymap::default();
        keymap.set(Command::Undo, Command::Undo.info().default_shortcuts.to_vec());
        assert!(!keymap.is_changed(Command::Undo));
    }

    #[test]
    fn a_conflict_is_seen_but_not_between_moments() {
        let keymap = Keymap::default();
        let undo = keymap.shortcuts(Command::Undo)[0];
        assert_eq!(keymap.conflict(Command::Save, undo), Some(Command::Undo));
        assert_eq!(keymap.conflict(Command::Undo, undo), None);
        let escape = KeyboardShortcut::new(Modifiers::NONE, Key::Escape);
        assert_eq!(keymap.conflict(Command::UseTool(Tool::Hand), escape), None);
    }

    #[test]
    fn a_shortcut_that_is_given_leaves_the_command_that_had_it() {
        let mut keymap = Keymap::default();
        let undo = keymap.shortcuts(Command::Undo)[0];
        assert_eq!(keymap.give(Command::Save, undo), Some(Command::Undo));
        assert_eq!((keymap.shortcuts(Command::Save), keymap.conflict(Command::Save, undo)), (&[undo][..], None));
        assert!(!keymap.shortcuts(Command::Undo).contains(&undo));
        let pressed = Modifiers { ctrl: true, command: true, ..Modifiers::NONE };
        let found: Vec<_> = keymap.commands_of(Key::Z, pressed).map(|info| info.command).collect();
        assert_eq!(found, [Command::Save]);
    }

    #[test]
    fn what_is_pressed_is_found_as_it_was_meant() {
        // As Linux and Windows report Ctrl.
        let pressed = Modifiers { ctrl: true, command: true, ..Modifiers::NONE };
        assert_eq!(shortcut_of(Key::B, pressed), CTRL_B);
        let keymap = Keymap::default();
        let found: Vec<_> = keymap.commands_of(Key::Z, pressed).map(|info| info.command).collect();
        assert_eq!(found, [Command::Undo]);
    }

    #[test]
    fn nonsense_in_the_settings_is_left_out() {
        for name in ["", "+", "Hyper+A", "Ctrl+", "Ctrl+Nothing"] {
            assert_eq!(shortcut_from_name(name), None, "{name}");
        }
    }
}
