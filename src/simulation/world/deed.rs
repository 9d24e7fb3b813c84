//! What people do: patients, staff, operators, and Healthengine's own requests.

use chrono::TimeDelta;

use super::{What, World};
use crate::domain::booking::{Booking, BookingStatus};
use crate::domain::civil::{LocalDateTime, TimeOfDay};
use crate::domain::clock::Clock as _;
use crate::domain::id::{BookingId, PmsAppointmentTypeId, PmsResourceId};
use crate::domain::redacted::Redacted;
use crate::simulation::house::House;
use crate::simulation::patient::{REASON, somebody};

/// How much less people do at night.
const NIGHT: i32 = 5;

/// How a patient books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// As everybody does.
    Plain,
    /// Healthengine passes it on only a while after.
    Late,
    /// The practitioner was removed meanwhile.
    NoResource,
    /// With somebody that the diary does not know.
    UnknownResource,
    /// Of a type that the diary does not know.
    UnknownType,
    /// Without a length.
    NoLength,
    /// At a time that the clock jumps over.
    InTheGap,
    /// At a time that nobody works.
    AtAnyTime,
}

impl World {
    /// Somebody does something at a practice, and the next thing later.
    pub(super) fn deed(&mut self, at: usize) {
        let now = self.clock.now();
        let Some(house) = self.houses.get(at) else {
            return;
        };
        let mean = TimeDelta::minutes(i64::from(house.plan.pace));
        let mean = if house.plan.is_open(now) {
            mean
        } else {
            mean * NIGHT
        };
        self.soon(mean, What::Deed { house: at });
        match self.random.u8(0..140) {
            0..=37 => self.books(at, Manner::Plain),
            38..=43 => self.burst(at),
            44..=47 => self.same_slot(at),
            48..=51 => self.books(at, Manner::Late),
            52 => self.books(at, Manner::NoResource),
            53 => self.books(at, Manner::UnknownResource),
            54 => self.books(at, Manner::UnknownType),
            55 | 56 => self.books(at, Manner::NoLength),
            57 => self.books(at, Manner::InTheGap),
            58 | 59 => self.books(at, Manner::AtAnyTime),
            60 => self.unreadable(at),
            61..=67 => self.cancels(at),
            68 => self.touches(at),
            69..=75 => self.types_in(at),
            76..=83 => self.marks(at),
            84..=86 => self.changes_hours(at),
            87 | 88 => self.changes_resources(at),
            89..=95 => self.wants(at),
            96 => self.bad_day(at),
            97..=99 => self.resyncs(at),
            _ => self.papers(at),
        }
        if let Some(house) = self.houses.get_mut(at) {
            house.judge();
        }
    }

    /// A patient comes, and nobody after them.
    pub(super) fn visit(&mut self, at: usize) {
        match self.random.u8(0..14) {
            0 => self.same_slot(at),
            1 => self.books(at, Manner::Late),
            2 | 3 => self.cancels(at),
            4 => self.types_in(at),
            10..=13 => self.papers(at),
            _ => self.books(at, Manner::Plain),
        }
        if let Some(house) = self.houses.get_mut(at) {
            house.judge();
        }
    }

    fn burst(&mut self, at: usize) {
        for _ in 0..self.random.u8(2..6) {
            self.books(at, Manner::Plain);
        }
    }

    /// Two patients at the same time: each saw it free.
    fn same_slot(&mut self, at: usize) {
        let Some((resource, start)) = self.a_free_slot(at) else {
            return;
        };
        for _ in 0..2 {
            self.book_at(at, Manner::Plain, resource.clone(), start);
        }
    }

    fn books(&mut self, at: usize, manner: Manner) {
        let Some((resource, start)) = self.a_slot(at, manner) else {
            return;
        };
        self.book_at(at, manner, resource, start);
    }

    fn book_at(
        &mut self,
        at: usize,
        manner: Manner,
        resource: Option<PmsResourceId>,
        start: LocalDateTime,
    ) {
        let now = self.clock.now();
        let late = TimeDelta::seconds(self.random.i64(25..900));
        let again = self.random.u8(0..5) == 0;
        let random = &mut self.random;
        let Some(house) = self.houses.get_mut(at) else {
            return;
        };
        let person = house.person(at, again.then_some(random));
        let id = house.next_id(at);
        let typed = house.plan.types.first().map(|known| known.id.clone());
        let unknown = || PmsAppointmentTypeId::parse("nowhere").ok();
        let is_late = manner == Manner::Late;
        let booking = Booking {
            id: BookingId::new(id),
            resource: resource.filter(|_| manner != Manner::NoResource),
            appointment_type: if manner == Manner::UnknownType {
                unknown()
            } else {
                typed
            },
            appointments: Vec::new(),
            pms_patient: None,
            booked_at: Some(if is_late { now - late } else { now }),
            status: BookingStatus::Requested,
            start,
            length: (manner != Manner::NoLength).then_some(house.plan.slot),
            reason: Some(Redacted::new(REASON.to_owned())),
            comments: None,
            telehealth_url: None,
            is_new_patient: None,
            patient: somebody(person),
        };
        let polls = house.plan.profile.rhythm.poll.as_secs() <= 5 && house.plan.is_open(now);
        let hooks = house.plan.webhooks;
        let booking = house.healthengine.ask(booking);
        if (polls || hooks) && !is_late {
            house.judge.expect_promptly(booking, now);
        }
        self.tell(at);
        if self.random.u8(0..12) == 0 {
            let regret = TimeDelta::milliseconds(self.random.i64(100..30_000));
            self.at(
                regret,
                What::Regret {
                    house: at,
                    booking: id,
                },
            );
        }
    }

    /// Healthengine tells the connector that something waits, where it is to.
    pub(super) fn tell(&mut self, at: usize) {
        if self.houses.get(at).is_some_and(|house| house.plan.webhooks) {
            let after = TimeDelta::milliseconds(self.random.i64(50..1_500));
            self.at(after, What::Hint { house: at });
        }
    }

    fn unreadable(&mut self, at: usize) {
        if let Some(house) = self.houses.get_mut(at) {
            let id = house.next_id(at);
            house.healthengine.book_unreadably(id, "pmsAppointmentTime");
            self.tell(at);
        }
    }

    /// A patient thinks better of a booking made just now.
    pub(super) fn regret(&mut self, at: usize, booking: i64) {
        self.update(at, BookingId::new(booking), BookingStatus::Cancelled);
    }

    fn cancels(&mut self, at: usize) {
        let booking = match (self.random.u8(0..12), self.a_booking(at)) {
            (0, _) => BookingId::new(1),
            (_, Some(booking)) => booking,
            (_, None) => return,
        };
        self.update(at, booking, BookingStatus::Cancelled);
    }

    fn touches(&mut self, at: usize) {
        let status = match self.random.u8(0..3) {
            0 => BookingStatus::Other("Moved".to_owned()),
            1 => BookingStatus::Requested,
            _ => BookingStatus::Confirmed,
        };
        if let Some(booking) = self.a_booking(at) {
            self.update(at, booking, status);
        }
    }

    fn update(&mut self, at: usize, booking: BookingId, status: BookingStatus) {
        if let Some(house) = self.houses.get_mut(at) {
            house.requests = house.requests.saturating_add(1);
            let request = house_number(at).saturating_add(house.requests);
            house.healthengine.update(request, booking, status);
            house.judge();
            self.tell(at);
        }
    }

    pub(super) fn a_booking(&mut self, at: usize) -> Option<BookingId> {
        let books = self.houses.get(at)?.healthengine.books();
        let count = books.bookings.len();
        if count == 0 {
            return None;
        }
        // Those of late rather than those of old.
        let back = self.random.usize(1..=count.min(20));
        books.bookings.keys().nth(count - back).copied()
    }

    fn a_slot(
        &mut self,
        at: usize,
        manner: Manner,
    ) -> Option<(Option<PmsResourceId>, LocalDateTime)> {
        let (resource, start) = self.a_free_slot(at)?;
        let house = self.houses.get(at)?;
        match manner {
            Manner::UnknownResource => Some((PmsResourceId::parse("nobody").ok(), start)),
            Manner::InTheGap => {
                let gap = house.plan.profile.zone.gap_on(start.date())?;
                Some((resource, LocalDateTime::new(start.date(), gap.start())))
            }
            Manner::AtAnyTime => {
                let time = TimeOfDay::from_minutes(self.random.u16(0..1_400))?;
                Some((resource, LocalDateTime::new(start.date(), time)))
            }
            Manner::Plain
            | Manner::Late
            | Manner::NoResource
            | Manner::UnknownType
            | Manner::NoLength => Some((resource, start)),
        }
    }

    /// A time that Healthengine offers.
    pub(super) fn a_free_slot(
        &mut self,
        at: usize,
    ) -> Option<(Option<PmsResourceId>, LocalDateTime)> {
        let random = &mut self.random;
        let house = self.houses.get(at)?;
        let books = house.healthengine.books();
        let today = house.plan.profile.zone.today(self.clock.now());
        let offered: Vec<_> = books
            .days
            .values()
            .filter(|day| day.date >= today && !day.free.is_empty())
            .collect();
        let day = random.choice(&offered)?;
        let free = random.choice(&day.free)?;
        let slot = u16::try_from(house.plan.slot.as_secs() / 60).unwrap_or(30);
        let fits = free.range.minutes() / slot.max(1);
        let begin = free.range.start().minutes() + slot * random.u16(0..fits.max(1));
        let start = TimeOfDay::from_minutes(begin)?;
        Some((
            Some(day.resource.clone()),
            LocalDateTime::new(day.date, start),
        ))
    }
}

impl House {
    /// A person: somebody new, or by chance one who has been here before.
    pub(super) fn person(&mut self, at: usize, again: Option<&mut fastrand::Rng>) -> u32 {
        let base = u32::try_from(at).unwrap_or(0).saturating_mul(100_000);
        if let Some(random) = again.filter(|_| self.people > 0) {
            return base.saturating_add(random.u32(1..=self.people));
        }
        self.people = self.people.saturating_add(1);
        base.saturating_add(self.people)
    }

    pub(super) fn next_id(&mut self, at: usize) -> i64 {
        self.requests = self.requests.saturating_add(1);
        house_number(at).saturating_add(self.requests)
    }
}

/// Where a practice's ids begin, so that none is another's.
fn house_number(at: usize) -> i64 {
    i64::try_from(at.saturating_add(1))
        .unwrap_or(1)
        .saturating_mul(1_000_000)
}
