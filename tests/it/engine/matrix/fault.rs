//! What goes wrong beside the kill: each way in which each call of a scene can fail.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use chrono::{DateTime, Utc};
use healthengine_connector::domain::booking::RejectReason;
use healthengine_connector::healthengine::{Refusal, Verdict};
use healthengine_connector::pms::PmsError;
use healthengine_connector::simulation::ledger::DiskFault;

use crate::world::healthengine::{Fault as CallFault, Op};
use crate::world::pms::{Call, Fault as PmsFault};
use crate::world::{World, seconds};

/// For how long Healthengine asks for patience.
const PATIENCE: Duration = seconds(3);

/// How long a slow system takes.
const SLOW: Duration = seconds(4);

/// How long a system goes on writing after it has lost the connection.
const WRITES_ON: Duration = seconds(16);

/// One thing that goes wrong, once: on which call of its kind, from 1.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    None,
    Pms(Call, usize, PmsFault),
    Healthengine(Op, usize, CallFault),
    Record(u64, DiskFault),
}

/// What a scene calls while nothing goes wrong.
#[derive(Debug, Default)]
pub(super) struct Calls {
    pms: BTreeMap<Call, usize>,
    healthengine: BTreeMap<Op, usize>,
    records: u64,
}

impl Calls {
    /// What was called until then, and how often it was recorded.
    pub(super) fn of(world: &World, until: DateTime<Utc>, passes: &[&String]) -> Self {
        let mut calls = Self::default();
        for (at, call) in &world.pms.state().traffic {
            if *at <= until {
                *calls.pms.entry(*call).or_default() += 1;
            }
        }
        for (at, op) in &world.healthengine.books().traffic {
            if *at <= until {
                *calls.healthengine.entry(*op).or_default() += 1;
            }
        }
        let records = passes.iter().filter(|pass| **pass == "before record");
        calls.records = u64::try_from(records.count()).unwrap();
        calls
    }

    /// Every fault of every call, and none.
    pub(super) fn faults(&self, world: &World) -> Vec<Fault> {
        let mut faults = vec![Fault::None];
        for (call, times) in &self.pms {
            for nth in 1..=*times {
                let of = of_pms(*call, world).into_iter();
                faults.extend(of.map(|fault| Fault::Pms(*call, nth, fault)));
            }
        }
        for (op, times) in &self.healthengine {
            for nth in 1..=*times {
                let of = of_healthengine(*op).into_iter();
                faults.extend(of.map(|fault| Fault::Healthengine(*op, nth, fault)));
            }
        }
        for nth in 1..=self.records {
            let of = [DiskFault::Full, DiskFault::AnswerLost];
            faults.extend(of.map(|fault| Fault::Record(nth, fault)));
        }
        faults
    }
}

/// Every way in which a call of the PMS can fail. Of a read, done and not done are one.
fn of_pms(call: Call, world: &World) -> Vec<PmsFault> {
    let not_done = PmsFault::Reject(PmsError::NotDone("it is busy".to_owned()));
    let wrong = PmsFault::Reject(PmsError::Misconfigured("its licence ran out".to_owned()));
    let mut faults = vec![
        not_done,
        wrong,
        PmsFault::LoseRequest,
        PmsFault::Hang,
        PmsFault::RespondSlowly(SLOW),
    ];
    if matches!(call, Call::Book | Call::Cancel | Call::Attach) {
        let no = RejectReason::Refused("a rule of it".to_owned());
        faults.push(PmsFault::Reject(PmsError::Refused(no)));
        faults.push(PmsFault::FailAfterWrite);
        faults.push(PmsFault::AnswerTooLate);
    }
    // Only such a system may still be writing after its limit.
    if call == Call::Book && !world.pms.can.settles_within.is_zero() {
        faults.push(PmsFault::WriteLater(WRITES_ON));
    }
    faults
}

/// Every way in which a call of Healthengine can fail.
fn of_healthengine(op: Op) -> Vec<CallFault> {
    let mut faults: Vec<CallFault> = [
        Verdict::NotSent,
        Verdict::Slow(None),
        Verdict::Slow(Some(PATIENCE)),
        Verdict::Unauthorised,
        Verdict::Refused(Refusal::NotFound),
        Verdict::Refused(Refusal::Other(409)),
        Verdict::Unknown,
    ]
    .map(CallFault::Before)
    .into();
    faults.push(CallFault::TimesOut(false));
    faults.push(CallFault::After(Verdict::Garbled));
    if !op.reads() {
        let invalid = Verdict::Refused(Refusal::Invalid);
        faults.push(CallFault::Before(invalid));
        // It took it, and all that comes back is that it waits for nothing any more.
        let gone = Verdict::Refused(Refusal::Gone);
        faults.extend([Verdict::Unknown, gone].map(CallFault::After));
        faults.extend([CallFault::TimesOut(true), CallFault::Twice]);
    }
    faults
}

impl Fault {
    /// Lets it go wrong from here.
    pub(super) fn arm(&self, world: &World) {
        match self.clone() {
            Self::None => {}
            Self::Pms(call, nth, fault) => {
                let well = PmsFault::RespondSlowly(Duration::ZERO);
                let before = std::iter::repeat_n(well, nth - 1);
                world.pms.fail(call, before.chain([fault]));
            }
            Self::Healthengine(op, nth, fault) => {
                let well = CallFault::Slowly(Duration::ZERO);
                let before = std::iter::repeat_n(well, nth - 1);
                world.healthengine.fail(op, before.chain([fault]));
            }
            Self::Record(nth, fault) => world.ledger().fail_after(nth - 1, fault),
        }
    }
}

impl Fault {
    /// Whether so much time passes by it that a patient is told that the booking stands.
    pub(super) const fn takes_long(&self) -> bool {
        match self {
            Self::None | Self::Record(..) => false,
            Self::Pms(_, _, how) => matches!(how, PmsFault::Hang | PmsFault::AnswerTooLate),
            Self::Healthengine(_, _, how) => matches!(
                how,
                CallFault::TimesOut(_) | CallFault::Before(Verdict::Unauthorised)
            ),
        }
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => write!(f, "nothing fails"),
            Self::Pms(call, nth, fault) => {
                let how = if let PmsFault::Reject(error) = fault {
                    error.to_string()
                } else {
                    format!("{fault:?}")
                };
                write!(f, "diary's {call:?} {nth} {how}")
            }
            Self::Healthengine(op, nth, fault) => write!(f, "{op:?} {nth} {fault:?}"),
            Self::Record(nth, fault) => write!(f, "record {nth} {fault:?}"),
        }
    }
}
