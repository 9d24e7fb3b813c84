//! A PMS in memory that keeps the six promises, and fails as it is told to.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::domain::availability::FreeDay;
use crate::domain::civil::LocalDateTime;
use crate::domain::clock::Clock as _;
use crate::domain::diary::{AppointmentSeen, AppointmentType, Booked, Resource, Standing, Wanted};
use crate::domain::id::{BookingKey, PmsResourceId};
use crate::domain::patient::{Patient, PatientRecord};
use crate::pms::{ChangeCursor, Changes, Description, PmsAdapter, PmsError, Support, Window};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::clock::VirtualClock;
use super::gate::{Gate, Side};

mod diary;

pub use diary::{Appointment, Diary};

/// The calls, to be made to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// `probe`.
    Probe,
    /// `resources`.
    Resources,
    /// `appointment_types`.
    Types,
    /// `availability`.
    Availability,
    /// `changes`.
    Changes,
    /// `patients_like`.
    PatientsLike,
    /// `book`.
    Book,
    /// `find`.
    Find,
    /// `appointments_at`.
    AppointmentsAt,
    /// `cancel`.
    Cancel,
}

/// How a call fails.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Nothing is written.
    Reject(PmsError),
    /// It is done, and the answer is lost.
    FailAfterWrite,
    /// The answer is lost, and it is done so much later.
    WriteLater(Duration),
    /// It is not done, and the answer is lost.
    LoseRequest,
    /// It is not done, and no answer comes within the call's limit.
    Hang,
    /// It is done, and the answer never comes.
    HoldResponse,
    /// It takes so long.
    RespondSlowly(Duration),
}

/// A practice's system.
#[derive(Debug)]
pub struct PmsModel {
    /// What it can do.
    pub can: Description,
    clock: Arc<VirtualClock>,
    gate: Arc<Gate>,
    state: Mutex<State>,
}

/// What is in the system, and how it behaves.
#[derive(Debug)]
pub struct State {
    /// The diary itself.
    pub diary: Diary,
    /// Whether every call fails, and does nothing.
    pub down: bool,
    /// Every call, and when it came.
    pub traffic: Vec<(DateTime<Utc>, Call)>,
    /// What was asked against the description.
    pub breaches: Vec<String>,
    faults: BTreeMap<Call, VecDeque<Fault>>,
    later: Vec<(DateTime<Utc>, BookingKey, Wanted)>,
}

fn lost() -> PmsError {
    PmsError::Unknown("the connection broke".to_owned())
}

impl PmsModel {
    /// A system with this diary that can do this.
    pub fn new(can: Description, diary: Diary) -> Self {
        Self {
            can,
            clock: Arc::new(VirtualClock::at(DateTime::UNIX_EPOCH)),
            gate: Arc::default(),
            state: Mutex::new(State {
                diary,
                down: false,
                traffic: Vec::new(),
                faults: BTreeMap::new(),
                later: Vec::new(),
                breaches: Vec::new(),
            }),
        }
    }

    /// The same system, with a world's clock and gate.
    #[must_use]
    pub fn in_world(self, clock: &Arc<VirtualClock>, gate: &Arc<Gate>) -> Self {
        Self {
            clock: Arc::clone(clock),
            gate: Arc::clone(gate),
            ..self
        }
    }

    /// The system's inside, to look at or to change.
    pub fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.land(self.clock.now());
        state
    }

    /// The next calls of this kind fail like this, one each.
    pub fn fail(&self, call: Call, faults: impl IntoIterator<Item = Fault>) {
        self.state().faults.entry(call).or_default().extend(faults);
    }

    /// Whether every call fails, and does nothing.
    pub fn set_down(&self, down: bool) {
        self.state().down = down;
    }

    /// How often this was called.
    pub fn calls(&self, call: Call) -> usize {
        let state = self.state();
        state
            .traffic
            .iter()
            .filter(|(_, seen)| *seen == call)
            .count()
    }

    async fn call<T: Send>(
        &self,
        call: Call,
        limit: Duration,
        act: impl FnOnce(&mut Diary) -> Result<T, PmsError> + Send,
    ) -> Result<T, PmsError> {
        self.gate.pass(call.name(), Side::Before).await;
        let result = match self.begin(call)? {
            None => act(&mut self.state().diary),
            Some(Fault::Reject(error)) => Err(error),
            Some(Fault::LoseRequest | Fault::WriteLater(_)) => Err(lost()),
            Some(Fault::Hang) => {
                self.clock.pass(limit).await;
                Err(lost())
            }
            Some(Fault::FailAfterWrite) => act(&mut self.state().diary).and(Err(lost())),
            Some(Fault::HoldResponse) => {
                let done = act(&mut self.state().diary);
                self.gate.hold().await;
                done
            }
            Some(Fault::RespondSlowly(by)) => {
                self.clock.pass(by).await;
                act(&mut self.state().diary)
            }
        };
        self.gate.pass(call.name(), Side::After).await;
        result
    }

    fn begin(&self, call: Call) -> Result<Option<Fault>, PmsError> {
        let mut state = self.state();
        let now = self.clock.now();
        state.traffic.push((now, call));
        if state.down {
            return Err(PmsError::NotDone("it is switched off".to_owned()));
        }
        Ok(state.faults.get_mut(&call).and_then(VecDeque::pop_front))
    }

    /// Whether the next booking is to be written later, and when.
    fn writes_later(&self) -> Option<Duration> {
        let state = self.state();
        match state.faults.get(&Call::Book)?.front()? {
            Fault::WriteLater(by) => Some(*by),
            Fault::Reject(_)
            | Fault::FailAfterWrite
            | Fault::LoseRequest
            | Fault::Hang
            | Fault::HoldResponse
            | Fault::RespondSlowly(_) => None,
        }
    }
}

impl Call {
    /// The call's name, as a gate writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Probe => "Probe",
            Self::Resources => "Resources",
            Self::Types => "Types",
            Self::Availability => "Availability",
            Self::Changes => "Changes",
            Self::PatientsLike => "PatientsLike",
            Self::Book => "Book",
            Self::Find => "Find",
            Self::AppointmentsAt => "AppointmentsAt",
            Self::Cancel => "Cancel",
        }
    }
}

impl State {
    /// Writes what was put off and whose time has come.
    fn land(&mut self, now: DateTime<Utc>) {
        let (due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.later)
            .into_iter()
            .partition(|(at, _, _)| *at <= now);
        self.later = later;
        for (_, key, wanted) in due {
            // Taken meanwhile: then it is simply not written.
            drop(self.diary.book(&key, &wanted, Support::Yes));
        }
    }
}

#[async_trait]
impl PmsAdapter for PmsModel {
    fn describe(&self) -> &Description {
        &self.can
    }

    async fn probe(&self, limit: Duration) -> Result<(), PmsError> {
        self.call(Call::Probe, limit, |_| Ok(())).await
    }

    async fn resources(&self, limit: Duration) -> Result<Vec<Resource>, PmsError> {
        self.call(Call::Resources, limit, |diary| Ok(diary.resources.clone()))
            .await
    }

    async fn appointment_types(&self, limit: Duration) -> Result<Vec<AppointmentType>, PmsError> {
        self.call(Call::Types, limit, |diary| Ok(diary.types.clone()))
            .await
    }

    async fn availability(
        &self,
        window: &Window,
        limit: Duration,
    ) -> Result<Vec<FreeDay>, PmsError> {
        let asked = (window.to - window.from).num_days().saturating_add(1);
        if asked > i64::from(self.can.window_days) {
            let breach = format!("{asked} days were asked for at once");
            self.state().breaches.push(breach);
        }
        self.call(Call::Availability, limit, |diary| {
            if diary.unreadable.as_ref() == Some(&window.resource) {
                return Err(PmsError::NotDone("this column is locked".to_owned()));
            }
            let days = window
                .from
                .iter_days()
                .take_while(|date| *date <= window.to);
            Ok(days
                .map(|date| diary.free(&window.resource, date))
                .collect())
        })
        .await
    }

    async fn changes(
        &self,
        since: Option<&ChangeCursor>,
        limit: Duration,
    ) -> Result<Changes, PmsError> {
        if self.can.change_feed == Support::No {
            return Err(PmsError::Unsupported("a change feed"));
        }
        self.call(Call::Changes, limit, |diary| Ok(diary.changes(since)))
            .await
    }

    async fn patients_like(
        &self,
        patient: &Patient,
        limit: Duration,
    ) -> Result<Vec<PatientRecord>, PmsError> {
        self.call(Call::PatientsLike, limit, |diary| Ok(diary.like(patient)))
            .await
    }

    async fn book(
        &self,
        key: &BookingKey,
        wanted: &Wanted,
        limit: Duration,
    ) -> Result<Booked, PmsError> {
        if let Some(by) = self.writes_later() {
            let at = self.clock.now() + by;
            self.state().later.push((at, key.clone(), wanted.clone()));
        }
        let keeps = self.can.keeps_key;
        self.call(Call::Book, limit, |diary| diary.book(key, wanted, keeps))
            .await
    }

    async fn find(&self, key: &BookingKey, limit: Duration) -> Result<Option<Booked>, PmsError> {
        if self.can.keeps_key == Support::No {
            return Err(PmsError::Unsupported("find"));
        }
        self.call(Call::Find, limit, |diary| {
            Ok(diary.with_key(key).map(Appointment::booked))
        })
        .await
    }

    async fn appointments_at(
        &self,
        resource: &PmsResourceId,
        start: LocalDateTime,
        limit: Duration,
    ) -> Result<Vec<AppointmentSeen>, PmsError> {
        self.call(Call::AppointmentsAt, limit, |diary| {
            Ok(diary.seen_at(resource, start))
        })
        .await
    }

    async fn cancel(&self, booked: &Booked, limit: Duration) -> Result<(), PmsError> {
        if self.can.cancel == Support::No {
            return Err(PmsError::Unsupported("online cancellation"));
        }
        self.call(Call::Cancel, limit, |diary| {
            for id in &booked.appointments {
                diary.mark(id, Standing::Cancelled);
            }
            Ok(())
        })
        .await
    }
}
