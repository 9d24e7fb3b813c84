//! A PMS in memory that keeps the six promises, and fails as it is told to.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::domain::clock::Clock as _;
use crate::domain::diary::Wanted;
use crate::domain::id::BookingKey;
use crate::pms::{Description, PmsError, Support};
use chrono::{DateTime, Utc};

use super::chronicle::{Chronicle, Happening};
use super::clock::VirtualClock;
use super::gate::{Gate, Side};
use super::weather::Weather;

mod adapter;
mod client_day;
mod diary;
mod document;

pub use diary::{Appointment, Diary};
pub use document::{Attached, Offered, Papers};

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
    /// `standings`.
    Standings,
    /// `client_day`.
    ClientDay,
    /// `documents`.
    Documents,
    /// `document`.
    Document,
    /// `attach`.
    Attach,
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
    /// It is done, and no answer comes within the call's limit.
    AnswerTooLate,
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
    weather: Arc<Weather>,
    chronicle: Arc<Chronicle>,
    state: Mutex<State>,
}

/// What is in the system, and how it behaves.
#[derive(Debug, Clone)]
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
            weather: Arc::default(),
            chronicle: Arc::default(),
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

    /// The same with this weather on the way to it; what happens is noted.
    #[must_use]
    pub fn under(self, weather: &Arc<Weather>, chronicle: &Arc<Chronicle>) -> Self {
        Self {
            weather: Arc::clone(weather),
            chronicle: Arc::clone(chronicle),
            ..self
        }
    }

    /// The system's inside, to look at or to change.
    pub fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        state.diary.now = now;
        state.land(now, self.can.keeps_key);
        for what in state.diary.happened() {
            self.chronicle.note(now, what);
        }
        state
    }

    /// Notes what was done to the diary from outside.
    pub fn settle(&self) {
        drop(self.state());
    }

    /// Works on the diary, and notes what happened in it.
    fn act<T>(&self, act: impl FnOnce(&mut Diary) -> T) -> T {
        let mut state = self.state();
        let result = act(&mut state.diary);
        for what in state.diary.happened() {
            self.chronicle.note(self.clock.now(), what);
        }
        result
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
        self.call_later(call, limit, act, None).await
    }

    /// The same; a booking that the system writes later is noted there.
    async fn call_later<T: Send>(
        &self,
        call: Call,
        limit: Duration,
        act: impl FnOnce(&mut Diary) -> Result<T, PmsError> + Send,
        wanted: Option<(&BookingKey, &Wanted)>,
    ) -> Result<T, PmsError> {
        self.gate.pass(call.name(), Side::Before).await;
        let fault = self.begin(call, limit)?;
        if let (Some(Fault::WriteLater(by)), Some((key, wanted))) = (&fault, wanted) {
            let at = self.clock.now() + *by;
            self.state().later.push((at, key.clone(), wanted.clone()));
        }
        let result = match fault {
            None => self.act(act),
            Some(Fault::Reject(error)) => Err(error),
            Some(Fault::LoseRequest | Fault::WriteLater(_)) => Err(lost()),
            Some(Fault::Hang) => {
                self.clock.pass(limit).await;
                Err(lost())
            }
            Some(Fault::FailAfterWrite) => self.act(act).and(Err(lost())),
            Some(Fault::HoldResponse) => {
                let done = self.act(act);
                self.gate.hold().await;
                done
            }
            Some(Fault::RespondSlowly(by)) => {
                self.clock.pass(by).await;
                self.act(act)
            }
            Some(Fault::AnswerTooLate) => {
                let done = self.act(act);
                self.clock.pass(limit).await;
                done.and(Err(lost()))
            }
        };
        self.clock.pass(self.weather.latency()).await;
        self.gate.pass(call.name(), Side::After).await;
        result
    }

    fn begin(&self, call: Call, limit: Duration) -> Result<Option<Fault>, PmsError> {
        let mut state = self.state();
        let now = self.clock.now();
        state.traffic.push((now, call));
        if state.down {
            return Err(PmsError::NotDone("it is switched off".to_owned()));
        }
        self.chronicle.call(now, call.name());
        let planned = state.faults.get_mut(&call).and_then(VecDeque::pop_front);
        if planned.is_some() {
            return Ok(planned);
        }
        let fault = self.weather.of_pms(call, limit, now);
        if let Some(fault) = &fault {
            self.note_fault(call, format!("{fault:?}"));
        }
        Ok(fault)
    }

    /// A list of the configuration as the system shows it: in a storm perhaps not all of it.
    fn shown<E>(&self, call: Call, mut list: Vec<E>) -> Vec<E> {
        if self.weather.shorten(&mut list, self.clock.now()) {
            self.note_fault(call, format!("it shows only {}", list.len()));
        }
        list
    }

    fn note_fault(&self, call: Call, how: String) {
        let call = call.name();
        let what = Happening::Fault { call, how };
        self.chronicle.note(self.clock.now(), what);
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
            Self::Standings => "Standings",
            Self::ClientDay => "ClientDay",
            Self::Documents => "Documents",
            Self::Document => "Document",
            Self::Attach => "Attach",
        }
    }
}

impl State {
    /// Writes what was put off and whose time has come.
    fn land(&mut self, now: DateTime<Utc>, keeps: Support) {
        let (due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.later)
            .into_iter()
            .partition(|(at, _, _)| *at <= now);
        self.later = later;
        for (_, key, wanted) in due {
            // Taken meanwhile: then it is simply not written.
            drop(self.diary.book(&key, &wanted, keeps));
        }
    }
}
