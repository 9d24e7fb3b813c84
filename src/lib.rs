//! The daemon between a practice's management system (PMS) and Healthengine.
//!
//! It reads diaries, publishes their free times, and puts every booking that a patient makes into
//! the right diary exactly once, or says no fast enough for the patient to pick another time.
//!
//! # The map, in reading order
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`domain`] | ids, civil time, diary, availability, the booking protocol, patients: pure |
//! | [`healthengine`] | Healthengine's operations, their wire, and what their errors mean |
//! | [`pms`] | what is asked of a PMS, what one must promise, and each system |
//! | [`ledger`] | what was asked, done and answered: the record that survives a crash |
//! | [`practice`] | the engine: one activation per practice |
//! | [`server`] | the operator's page, its API, health and metrics |
//! | [`sandbox`] | a Healthengine and patients to develop and test against |
//! | [`simulation`] | the engine's surroundings as models, on a virtual clock |
//! | [`config`] | settings, read in layers and checked once |
//! | [`telemetry`] | what the daemon says while it runs |
//! | [`daemon`] | the process: what is built, what runs, how it stops |
//! | [`cli`] | the commands; the only place that prints |
//!
//! # Direction
//!
//! `domain ← healthengine, pms, ledger ← practice ← server, daemon, cli`. `config` reads settings into
//! the values of the lower layers; `sandbox` knows `domain`'s ids and times only, so that client and
//! sandbox cannot be wrong together. Only [`daemon`] names concrete types: the connection, the
//! ledger's file, the machine's clock. `simulation` stands beside the daemon: it hands the engine
//! models instead, and the same ledger without its thread; only `cli` and the tests name it. A test
//! reads the sources and holds this.
//!
//! # Invariants
//!
//! - The intent to insert is on the disk before the PMS is called; the outcome is on the disk before
//!   Healthengine is answered. No transaction is open over a network call.
//! - A time-out on a write is [`healthengine::Verdict::Unknown`] or [`pms::PmsError::Unknown`], and
//!   after it only a look for the booking's key may follow.
//! - An activation takes no input. A timer, a webhook and an operator only wake it, so the path after
//!   a crash is the everyday path.
//! - One practice cannot hurt another: its own task, its own backoff, its own budget.
//! - Time and chance come in from outside.
//! - A patient's details live in memory for as long as a booking takes: no log, error, metric, page or
//!   ledger row holds them.
//!
//! # Walkthrough: a booking
//!
//! A practice's loop ([`practice::pacing`]) wakes. [`practice::Practice::activate`] polls, sees
//! `bookings`, and fetches every page. The booking is taken onto the desk; nothing is written yet.
//! [`domain::booking::next_step`] says `Insert`: candidates are read from the PMS, and
//! [`domain::matching::decide`] says who the patient is. The ledger records `inserting` and flushes;
//! the PMS books, with the booking's key in its record; the ledger records `inserted` and flushes;
//! Healthengine is told. That it knows is recorded with whatever is flushed next, because to lose
//! that line costs no more than one repeated answer. The day's free times are read and sent again.
//!
//! # Walkthrough: a lost answer
//!
//! The PMS does not answer in time. Nobody knows whether the appointment was made, so the record
//! stays `inserting`, and the next step is `Find`, again and again, until the PMS says where the key
//! is. Found: the booking is confirmed with that appointment. Not found: it is inserted, or rejected
//! when the patient has no time left. A `kill -9` at any of these moments leaves the same record, and
//! the next start takes the same step.
//!
//! # Walkthrough: a revoked consent
//!
//! A call is answered 401. The activation ends there; the practice makes no further call but a slow
//! probe, and its status says what its administrator must do, and where. No other practice notices.
//! When a probe is answered, configuration and availability are sent anew, and what was left open is
//! worked off.
//!
//! # Walkthrough: a cancellation at the front desk
//!
//! Reception cancels an appointment in the diary. The change feed names its day; the ledger has the
//! confirmed bookings of that day, and the diary says what has become of each
//! ([`pms::PmsAdapter::standings`]). The ledger records that a report is owed and flushes;
//! Healthengine is told; that it was told is recorded with whatever is flushed next. After a start
//! everything is looked at once, so what happened meanwhile is told then, and what the ledger has as
//! told is not told again. A patient's own cancellation is in the ledger as known, with the outcome
//! of the update that asked for it.

#[macro_use]
mod planted;

pub mod cli;
pub mod config;
pub mod daemon;
pub mod domain;
pub mod healthengine;
pub mod ledger;
pub mod pms;
pub mod practice;
pub mod sandbox;
pub mod server;
pub mod simulation;
pub mod telemetry;
