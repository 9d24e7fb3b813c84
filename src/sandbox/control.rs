//! What the one who runs the sandbox can do: add practices, be a patient, revoke a consent, break
//! the network, and look at everything.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use super::book::{Booking, Entry, Happening, Made};
use super::fault::Fault;
use super::practice::offer::Offered;
use super::practice::requests::Update;
use super::practice::view::{PracticeSummary, PracticeView, ViolationView};
use super::practice::{Practice, State};
use super::request::{Arrival, Ask, Kind};
use super::{Sandbox, Strangers};
use crate::domain::civil::Zone;
use crate::domain::id::{BookingId, PracticeId, RequestId};

mod ask;
mod wish;

pub use wish::Wish;

/// Why a control did nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ControlError {
    /// No practice has this id.
    #[error("no such practice: add it first")]
    NoPractice,
    /// No booking of the practice has this id.
    #[error("no such booking")]
    NoBooking,
    /// No type of the last snapshot has this id.
    #[error("no such appointment type was sent")]
    NoType,
    /// No resource of the last snapshot has this id.
    #[error("no such resource was sent")]
    NoResource,
    /// The time is not offered; `force` books it anyway.
    #[error("the time is not offered: `force` books it anyway")]
    NotOffered,
    /// A forced booking needs to say when and with whom.
    #[error("`force` needs a resource and a start")]
    ForcedWithoutTime,
    /// The booking was cancelled or rejected before.
    #[error("the booking was cancelled or rejected before")]
    AlreadyOver,
}

impl Sandbox {
    /// Adds a practice whose administrator has granted consent; for one that is known, its key and
    /// zone change, and its consent is as before.
    pub fn add_practice(&self, id: &PracticeId, key: &str, zone: Zone) {
        self.put_practice(id.as_str(), key, zone);
    }

    /// Every practice in one line, by id.
    pub fn practices(&self) -> Vec<PracticeSummary> {
        let now = self.now();
        self.all_practices()
            .iter()
            .map(|practice| practice.summary(now))
            .collect()
    }

    /// Everything about a practice.
    pub fn state(&self, id: &PracticeId) -> Option<PracticeView> {
        self.find_practice(id.as_str())
            .map(|practice| practice.view(self.now()))
    }

    /// Every rule that was broken, by practice.
    pub fn violations(&self) -> Vec<ViolationView> {
        let now = self.now();
        self.all_practices()
            .iter()
            .flat_map(|practice| practice.view_violations(&practice.at(now)))
            .collect()
    }

    /// Every booking with its history, by practice.
    pub fn books(&self) -> Vec<Entry> {
        let now = self.now();
        self.all_practices()
            .iter()
            .flat_map(|practice| practice.entries(&practice.at(now)))
            .collect()
    }

    /// How many calls came for practices that nobody added.
    pub fn strangers_refused(&self) -> u64 {
        self.inner.strangers_refused.load(Ordering::Relaxed)
    }

    fn practice(&self, id: &PracticeId) -> Result<Arc<Practice>, ControlError> {
        self.find_practice(id.as_str())
            .ok_or(ControlError::NoPractice)
    }

    /// The practice's date.
    pub fn today(&self, id: &PracticeId) -> Result<NaiveDate, ControlError> {
        let now = self.now();
        Ok(self.practice(id)?.at(now).zone.today(now))
    }

    /// The times that patients see of a day: of one resource or of all, for a type or for none.
    pub fn offered(
        &self,
        id: &PracticeId,
        resource: Option<&str>,
        date: NaiveDate,
        chosen: Option<&str>,
    ) -> Result<Vec<Offered>, ControlError> {
        let practice = self.practice(id)?;
        let now = self.now();
        let state = practice.at(now);
        let chosen = state.chosen_type(chosen)?;
        let mut offered: Vec<Offered> = state
            .days
            .keys()
            .filter(|key| resource.is_none_or(|only| only == &***key))
            .flat_map(|key| state.offered(key, date, chosen, now))
            .collect();
        offered.sort();
        Ok(offered)
    }

    /// The next time that patients see, of one resource or of any.
    pub fn next_offered(
        &self,
        id: &PracticeId,
        resource: Option<&str>,
    ) -> Result<Option<Offered>, ControlError> {
        let practice = self.practice(id)?;
        let state = practice.at(self.now());
        Ok(state.next_offered(resource, None, self.now()))
    }

    /// Makes a booking as a patient.
    pub fn book(&self, id: &PracticeId, wish: Wish) -> Result<Entry, ControlError> {
        let practice = self.practice(id)?;
        let now = self.now();
        let mut state = practice.at(now);
        let time = state.time_for(&wish, now)?;
        let comments = wish.comments.or_else(|| {
            let chosen = state.appointment_type(time.appointment_type.as_deref()?)?;
            Some(chosen.pms_appointment_type_name.clone())
        });
        let mut booking = Booking {
            id: self.fresh_booking(),
            resource: time.resource.into(),
            appointment_type: time.appointment_type.map(Into::into),
            start: time.start,
            length_seconds: time.length_seconds,
            booked_at: whole_seconds(now),
            patient: wish.patient.named(),
            reason: wish.reason,
            comments,
            telehealth_url: wish.telehealth_url,
            is_new_patient: wish.is_new_patient,
            made: if wish.force {
                Made::Forced
            } else {
                Made::Offered
            },
            presumed: false,
            answer: None,
            cancelled: false,
            answers: 0,
            appointments: Vec::new(),
            pms_patient: wish.pms_patient_id,
            history: Vec::new(),
        };
        booking.note(now, Happening::Made);
        let entry = booking.entry(practice.id());
        let arrival = Arrival::of(Kind::Bookings, Some(booking.id), None);
        state.add_booking(booking);
        self.announce(&practice, &state, &arrival);
        Ok(entry)
    }

    /// Cancels a booking as its patient: the practice is asked to cancel it too.
    pub fn cancel(&self, id: &PracticeId, booking: BookingId) -> Result<RequestId, ControlError> {
        let practice = self.practice(id)?;
        let now = self.now();
        let mut state = practice.at(now);
        let record = state
            .bookings
            .get_mut(&booking.number())
            .ok_or(ControlError::NoBooking)?;
        if !record.takes_its_time() {
            return Err(ControlError::AlreadyOver);
        }
        record.cancelled = true;
        record.note(now, Happening::CancelledByPatient);
        let request = self.ask_for_update(&practice, &mut state, booking.number());
        Ok(RequestId::new(request))
    }

    fn ask_for_update(&self, practice: &Arc<Practice>, state: &mut State, booking: i64) -> i64 {
        let request = self.fresh_request();
        state.asked.updates.push(Update {
            request,
            booking,
            asked_at: whole_seconds(self.now()),
        });
        let arrival = Arrival::of(Kind::BookingUpdates, Some(booking), Some(request));
        self.announce(practice, state, &arrival);
        request
    }

    /// Asks something of a practice.
    pub fn ask(&self, id: &PracticeId, ask: Ask) -> Result<RequestId, ControlError> {
        let practice = self.practice(id)?;
        let now = self.now();
        let mut state = practice.at(now);
        if let Ask::BookingUpdates { booking } = ask {
            let request = self.ask_for_update(&practice, &mut state, booking);
            return Ok(RequestId::new(request));
        }
        let request = self.fresh_request();
        let arrival = state.take_ask(ask, request, whole_seconds(now))?;
        self.announce(&practice, &state, &arrival);
        Ok(RequestId::new(request))
    }

    /// Withdraws the practice's consent: its calls are answered with 401.
    pub fn revoke_consent(&self, id: &PracticeId) -> Result<(), ControlError> {
        self.practice(id)?.at(self.now()).consent = false;
        Ok(())
    }

    /// Grants the practice's consent again.
    pub fn grant_consent(&self, id: &PracticeId) -> Result<(), ControlError> {
        self.practice(id)?.at(self.now()).consent = true;
        Ok(())
    }

    /// Adds a fault.
    pub fn add_fault(&self, fault: Fault) {
        self.inner.faults.add(fault);
    }

    /// The faults that still wait for a call.
    pub fn faults(&self) -> Vec<Fault> {
        self.inner.faults.all()
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.inner.faults.clear();
    }

    /// Sets how many requests a page holds; at least one.
    pub fn set_per_page(&self, per_page: usize) {
        let per_page = per_page.max(1);
        self.inner.per_page.store(per_page, Ordering::Relaxed);
    }

    /// Sets what becomes of practice ids that nobody added.
    pub fn set_strangers(&self, strangers: Strangers) {
        let welcome = strangers == Strangers::Welcome;
        self.inner
            .strangers_welcome
            .store(welcome, Ordering::Relaxed);
    }

    /// Forgets every practice, fault and callback.
    pub fn reset(&self) {
        self.inner
            .practices
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        self.inner.faults.clear();
        self.inner.callbacks.clear();
        self.inner.strangers_refused.store(0, Ordering::Relaxed);
    }

    fn announce(&self, practice: &Arc<Practice>, state: &State, arrival: &Arrival) {
        let now = self.now();
        let callbacks = state.callbacks(arrival, now);
        if !callbacks.is_empty() {
            self.inner.callbacks.queue_all(practice, callbacks, now);
        }
    }
}

/// Timestamps on the wire have whole seconds, and what is shown is what counts.
fn whole_seconds(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(at.timestamp(), 0).unwrap_or(at)
}
