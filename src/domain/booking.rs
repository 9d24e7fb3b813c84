//! A booking's way from request to answer: what is asked, what is recorded, and which step follows.
//!
//! # Needs in tension
//! A patient waits at most 20 seconds for a "no"; a PMS may be slow, down, or lose its answer; the
//! daemon may be killed on any line. A booking must still end as exactly one appointment and one
//! answer.
//!
//! # Invariants
//! - The intent to insert is recorded before the PMS is called, the outcome before Healthengine is
//!   answered.
//! - After an insert whose outcome is unknown only a look for the booking's key may follow, until
//!   that look says where the appointment is.
//! - Nothing is rejected that may stand in the diary: `Rejecting` is reached only from a state in
//!   which nothing was written.
//! - A record holds no personal data; the patient's details come anew from Healthengine, which
//!   lists a booking until it is answered.

mod record;
mod report;
mod request;
mod step;
mod transition;
mod update;

pub use record::{BookingRecord, Place, RejectReason, Slot, State, Stuck};
pub use report::{DiaryChange, ReportRecord, ReportState, Watched};
pub use request::{Booking, BookingStatus};
pub use step::{ANSWER_LIMIT, ANSWER_MARGIN, Facts, Step, is_late, next_step, reject_by};
pub use transition::{Event, How, IllegalEvent, transition};
pub use update::{BookingUpdate, UpdateRecord, UpdateState};
