//! What is done to people besides dragging them; each is a step of its own.

use brushfire_engine::hints::skeleton::Person;
use egui::{Pos2, Vec2};

use super::grips::{Grip, Ways};
use super::{Chosen, Posing, Session, placed_at};
use crate::canvas::tools::Toolbox;
use crate::figures::{
    Side, completed, has_hand, mirrored, moved, points, set_point, with_face, with_hand, without_face, without_hand,
};
use crate::studio::Studio;

/// A copy stands beside its original by this share of the canvas's width.
const BESIDE: f32 = 0.08;

impl Posing {
    /// The person that commands are for.
    #[must_use]
    pub fn chosen_person(&self) -> Option<&Person> {
        self.people().get(self.chosen?.person)
    }

    /// Whether there is anybody to choose.
    #[must_use]
    pub fn has_people(&self) -> bool {
        !self.people().is_empty()
    }

    /// The one after the chosen person is chosen, or the first.
    pub fn choose_next_person(&mut self) {
        let count = self.people().len();
        let next = self.chosen.map_or(0, |chosen| chosen.person + 1);
        self.chosen = (count > 0).then(|| Chosen { person: next % count.max(1), point: None });
    }

    /// The joint after the chosen one is chosen: body, hands, face, and the body again.
    pub fn choose_next_joint(&mut self) {
        let Some(person) = self.chosen_person() else { return self.choose_next_person() };
        let ids: Vec<_> = points(person).map(|(id, _)| id).collect();
        let now = self.chosen.and_then(|chosen| ids.iter().position(|id| Some(*id) == chosen.point));
        let next = ids.get(now.map_or(0, |now| now + 1)).or(ids.first()).copied();
        self.chosen = self.chosen.map(|chosen| Chosen { point: next, ..chosen });
    }

    /// A click on free ground: somebody stands there now, and is chosen.
    pub(super) fn place(&mut self, pos_in_canvas: Pos2, studio: &mut Studio, tools: &Toolbox) {
        let placed = placed_at(pos_in_canvas, studio, tools);
        self.add("Place person", placed, studio);
    }

    /// Somebody stands in the middle of the canvas.
    pub fn place_in_middle(&mut self, studio: &mut Studio, tools: &Toolbox) {
        let size = studio.document().size();
        self.place(Pos2::new(size.width() as f32 / 2.0, size.height() as f32 / 2.0), studio, tools);
    }

    fn add(&mut self, name: &'static str, people: Vec<Person>, studio: &mut Studio) {
        if let Some(Session { based_on: (_, layer, _), .. }) = &self.session
            && !studio.may_pose(*layer)
        {
            return;
        }
        let first = self.people().len();
        studio.add_people(name, people);
        self.follow_document(studio);
        self.chosen = self.people().get(first).map(|_| Chosen { person: first, point: None });
    }

    /// The chosen person becomes others: nobody, or several.
    fn replace(
        &mut self,
        name: &'static str,
        studio: &mut Studio,
        change: impl FnOnce(&Person, Chosen) -> Vec<Person>,
    ) {
        let (Some(chosen), Some(session)) = (self.chosen, &self.session) else { return };
        let Some(person) = session.people.get(chosen.person) else { return };
        let layer = session.based_on.1;
        if self.grab.is_some() || !studio.may_pose(layer) {
            return;
        }
        let mut people = session.people.clone();
        people.splice(chosen.person..=chosen.person, change(person, chosen));
        studio.change_people(name, layer, people);
        self.follow_document(studio);
    }

    /// The chosen joint is not seen any more; without one, the chosen person is gone.
    pub fn delete(&mut self, studio: &mut Studio) {
        let Some(chosen) = self.chosen else { return };
        let Some(id) = chosen.point else {
            self.replace("Delete person", studio, |_, _| vec![]);
            self.chosen = None;
            return;
        };
        self.chosen = Some(Chosen { point: None, ..chosen });
        self.replace("Delete joint", studio, |person, _| {
            let mut next = person.clone();
            set_point(&mut next, id, None);
            if next.is_empty() { vec![] } else { vec![next] }
        });
    }

    /// A copy of the chosen person stands beside them, and is chosen.
    pub fn duplicate(&mut self, studio: &mut Studio) {
        let Some(person) = self.chosen_person() else { return };
        let copy = moved(person, studio.document().size().width() as f32 * BESIDE, 0.0);
        self.add("Duplicate person", vec![copy], studio);
    }

    pub fn mirror(&mut self, studio: &mut Studio) {
        self.replace("Mirror person", studio, |person, _| vec![mirrored(person)]);
    }

    /// Joints that are missing come back.
    pub fn complete(&mut self, studio: &mut Studio) {
        self.replace("Complete person", studio, |person, _| vec![completed(person)]);
    }

    /// Gives the chosen person hands, or takes them away.
    pub fn toggle_hands(&mut self, studio: &mut Studio) {
        self.replace("Hands", studio, |person, _| {
            let has_any = Side::BOTH.into_iter().any(|side| has_hand(person, side));
            let change = if has_any { without_hand } else { with_hand };
            vec![Side::BOTH.into_iter().fold(person.clone(), |person, side| change(&person, side))]
        });
    }

    /// Gives the chosen person a face, or takes it away.
    pub fn toggle_face(&mut self, studio: &mut Studio) {
        self.replace("Face", studio, |person, _| {
            vec![if person.face.is_some() { without_face(person) } else { with_face(person) }]
        });
    }

    /// The arrow keys move the chosen joint, or the person.
    pub(super) fn nudge(&mut self, studio: &mut Studio, by: Vec2, keeps_lengths: bool) {
        let Some(chosen) = self.chosen else { return };
        let grip = chosen.point.map_or(Grip::Body(chosen.person), |id| Grip::Point(chosen.person, id));
        let ways = Ways { keeps_lengths, straight: false };
        self.replace(grip.step_name(), studio, |person, _| vec![grip.dragged(person, Pos2::ZERO, by.to_pos2(), ways)]);
    }
}
