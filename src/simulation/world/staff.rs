//! What staff, operators and Healthengine itself do.

use chrono::{Days, NaiveDate};

use super::World;
use crate::domain::civil::{LocalDateTime, TimeRange};
use crate::domain::client_day::DayOf;
use crate::domain::clock::Clock as _;
use crate::domain::diary::{Resource, Standing};
use crate::domain::feature::ExtraFeature;
use crate::domain::id::{BookingId, PmsResourceId};
use crate::domain::patient::Patient;
use crate::healthengine::{BookingQuestion, Pending, RequestKind};
use crate::simulation::chronicle::Happening;
use crate::simulation::house::House;
use crate::simulation::patient::somebody;
use crate::simulation::plan;

impl World {
    pub(super) fn types_in(&mut self, at: usize) {
        let waiting = self.random.u8(0..4) == 0;
        let found = if waiting {
            self.a_waiting_slot(at)
        } else {
            None
        };
        let slot = found.or_else(|| {
            let (resource, start) = self.a_free_slot(at)?;
            Some((resource?, start, None))
        });
        let Some(((resource, start, patient_of), house)) = slot.zip(self.houses.get_mut(at)) else {
            return;
        };
        let person = match patient_of {
            Some(known) => known,
            None => somebody(house.person(at, None)),
        };
        let length = house.plan.slot;
        let mut state = house.pms.state();
        // An id that cannot be made is an appointment that is not typed in.
        drop(state.diary.enter(&resource, start, length, person));
        drop(state);
        house.pms.settle();
    }

    /// Staff type in what a patient asked for on the telephone, too.
    fn a_waiting_slot(
        &mut self,
        at: usize,
    ) -> Option<(PmsResourceId, LocalDateTime, Option<Patient>)> {
        let books = self.houses.get(at)?.healthengine.books();
        let id = books.pending.last()?;
        match books.bookings.get(id)? {
            Pending::Readable(booking) => Some((
                booking.resource.clone()?,
                booking.start,
                Some(booking.patient.clone()),
            )),
            Pending::Unreadable { .. } => None,
        }
    }

    /// Staff note what became of an appointment, or cancel it.
    pub(super) fn marks(&mut self, at: usize) {
        let standing = plan::pick(
            &mut self.random,
            Standing::Cancelled,
            [
                Standing::Cancelled,
                Standing::DidNotAttend,
                Standing::Arrived,
                Standing::Complete,
            ],
        );
        let back = self.random.usize(1..=20);
        let Some(house) = self.houses.get_mut(at) else {
            return;
        };
        let mut state = house.pms.state();
        let found = state
            .diary
            .appointments
            .iter()
            .rev()
            .nth(back.saturating_sub(1));
        let standing_now = found.filter(|one| one.standing != Standing::Cancelled);
        if let Some(id) = standing_now.map(|one| one.id.clone()) {
            state.diary.mark(&id, standing);
        }
        drop(state);
        house.pms.settle();
    }

    pub(super) fn changes_hours(&mut self, at: usize) {
        let now = self.clock.now();
        let ahead = self.random.u64(0..4);
        let part = self.random.bool();
        let Some(house) = self.houses.get_mut(at) else {
            return;
        };
        let today = house.plan.profile.zone.today(now);
        let hours = house.plan.hours.iter().copied();
        let kept: Vec<TimeRange> = hours.take(usize::from(part)).collect();
        let mut state = house.pms.state();
        if let Some(date) = today.checked_add_days(Days::new(ahead)) {
            if state.diary.exceptions.remove(&date).is_none() {
                state.diary.exceptions.insert(date, kept);
            }
            state.diary.everything_changed();
        }
    }

    pub(super) fn changes_resources(&mut self, at: usize) {
        let adds = self.random.bool();
        let Some(house) = self.houses.get_mut(at) else {
            return;
        };
        let mut state = house.pms.state();
        let count = state.diary.resources.len();
        if adds || count < 2 {
            let number = house.people.saturating_add(100);
            let new = plan::resource(at, usize::try_from(number).unwrap_or(99));
            let known = |new: &Resource| state.diary.resources.iter().any(|one| one.id == new.id);
            if let Some(mut new) = new.ok().filter(|new| !known(new)) {
                new.name = format!("Practitioner {number}");
                state.diary.resources.push(new);
            }
        } else {
            state.diary.resources.pop();
        }
        state.diary.everything_changed();
    }

    /// Healthengine asks for something.
    pub(super) fn wants(&mut self, at: usize) {
        let now = self.clock.now();
        let ahead = self.random.u64(0..9);
        let kind = self.random.u8(0..14);
        let asked = self.a_booking(at);
        let Some(house) = self.houses.get_mut(at) else {
            return;
        };
        let today = house.plan.profile.zone.today(now);
        let Some(day) = today.checked_add_days(Days::new(ahead)) else {
            return;
        };
        let first = house
            .healthengine
            .books()
            .resources
            .first()
            .map(|one| one.id.clone());
        match kind {
            0 | 1 => house.healthengine.want_day(day, None),
            2 | 3 => house.healthengine.want_day(day, first),
            4 => house.wants_kind(RequestKind::PmsResources),
            5 => house.wants_kind(RequestKind::PmsAppointmentTypes),
            6 => house.wants_kind(RequestKind::Other("somethingNew".to_owned())),
            7..=10 => house.wants_to_know(asked),
            11 | 12 => house.wants_a_day(day),
            _ => house.wants_kind(RequestKind::Other("andAnother".to_owned())),
        }
        self.tell(at);
    }

    /// Healthengine refuses a day inside a good answer.
    pub(super) fn bad_day(&mut self, at: usize) {
        let now = self.clock.now();
        if let Some(house) = self.houses.get_mut(at) {
            let today = house.plan.profile.zone.today(now);
            house
                .healthengine
                .books()
                .bad_days
                .entry(today)
                .or_insert(1);
        }
    }

    pub(super) fn resyncs(&mut self, at: usize) {
        let accepts = self.random.u8(0..3) == 0;
        if let Some(house) = self.houses.get_mut(at) {
            house.resync(accepts);
            self.hint(at);
        }
    }
}

impl House {
    /// Healthengine asks whether a booking's appointment has changed.
    fn wants_to_know(&self, booking: Option<BookingId>) {
        let told = booking.map(|booking| (booking, self.healthengine.told(booking)));
        let placed = told.and_then(|(booking, told)| {
            let place = told.iter().find_map(|answer| answer.place().cloned())?;
            Some((booking, place))
        });
        if let Some((booking, place)) = placed {
            let question = BookingQuestion {
                booking,
                appointments: place.appointments,
                pms_patient: Some(place.patient),
            };
            let mut books = self.healthengine.books();
            if books.questions.insert(booking, question).is_none() {
                self.note(Happening::QuestionAsked(booking));
            }
        }
    }

    /// Healthengine asks for a whole day with its patients.
    fn wants_a_day(&self, day: NaiveDate) {
        let mut books = self.healthengine.books();
        if books.extra.is_on(ExtraFeature::ClientSnapshots) {
            books
                .extra
                .snapshots_wanted
                .insert((day, DayOf::Appointment));
        }
    }

    fn wants_kind(&self, kind: RequestKind) {
        self.healthengine.books().kinds.insert(kind);
    }
}
