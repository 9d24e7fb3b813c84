//! Booking updates: nearly always cancellations.

use std::time::Duration;

use super::desk::item;
use super::health::Failing;
use super::intake::Intake;
use super::policy::{AfterAnswer, Next, after_answer, after_cancel, pause};
use super::{Halt, Practice};
use crate::domain::booking::{
    BookingRecord, BookingStatus, BookingUpdate, DiaryChange, Place, ReportRecord, ReportState,
    State, UpdateRecord, UpdateState,
};
use crate::domain::diary::{Booked, Standing};
use crate::domain::id::{BookingId, BookingKey, RequestId};
use crate::healthengine::{CallError, Pending};
use crate::ledger::{Durability, Item, ItemKey, ItemKind};
use crate::pms::{PmsError, Support};

/// The longest pause of an update that waits for its booking.
const LONGEST_WAIT_FOR_BOOKING: Duration = Duration::from_secs(5);

/// What is to be done about an update.
enum Work {
    /// The diary is as it was asked to be.
    Done,
    /// It cannot be done; Healthengine is told why.
    Refuse(String, Vec<Item>),
    /// An appointment is to be cancelled.
    Cancel(Place),
    /// Its booking is still on its way into the diary.
    Wait,
    /// The PMS could not be asked.
    Failed(PmsError),
}

impl Practice {
    /// Works every pending update in the order of its request.
    pub(super) async fn work_updates(&mut self, intake: &Intake) -> Result<(), Halt> {
        let Some(listed) = &intake.updates else {
            // Whether an answer had arrived is shown by the list alone.
            return Ok(());
        };
        for update in listed {
            self.work_update(update).await?;
        }
        // Outcomes recorded before a crash whose requests are no longer listed: the answer had
        // arrived.
        let listed = |request| listed.iter().any(|update| update.request == request);
        let gone: Vec<RequestId> = self
            .desk
            .updates
            .keys()
            .copied()
            .filter(|request| !listed(*request))
            .collect();
        for request in gone {
            self.update_answered(request).await?;
        }
        Ok(())
    }

    async fn work_update(&mut self, update: &BookingUpdate) -> Result<(), Halt> {
        let now = self.now();
        let open = self.desk.updates.entry(update.request).or_default();
        open.seen_at = open.seen_at.or(Some(now));
        if open.tries.resting(now) {
            return Ok(());
        }
        if open.record.is_none() {
            let settled = self
                .ports
                .ledger
                .load_update(&self.profile.id, update.request)
                .await?;
            if let Some(record) = settled {
                return self.answer_update(&record).await;
            }
            match self.decide_update(update).await? {
                Work::Done => self.outcome(update, UpdateState::Done, Vec::new()).await?,
                Work::Refuse(why, raise) => {
                    self.outcome(update, UpdateState::Refused(why), raise)
                        .await?;
                }
                Work::Cancel(place) => self.cancel(update, place).await?,
                Work::Wait => self.put_update_off(update.request),
                Work::Failed(error) => self.not_cancelled(update, &error).await?,
            }
        }
        let known = self
            .desk
            .updates
            .get(&update.request)
            .and_then(|open| open.record.clone());
        match known {
            Some(record) => self.answer_update(&record).await,
            None => Ok(()),
        }
    }

    /// What an update asks for, and what the diary has.
    async fn decide_update(&mut self, update: &BookingUpdate) -> Result<Work, Halt> {
        let record = self.known_booking(update.booking).await?;
        let cancels = match &update.status {
            BookingStatus::Cancelled => true,
            // The definition carries no other change than the status, so nothing is to be done in
            // the diary of a booking that is there.
            BookingStatus::Requested | BookingStatus::Confirmed => false,
            BookingStatus::Other(_) => {
                let words = "the booking is to become something that is not known here";
                return Ok(Work::Refuse(words.to_owned(), Vec::new()));
            }
        };
        let state = match record {
            Some(record) => record.state,
            None => return self.decide_unknown(update, cancels).await,
        };
        Ok(match state {
            State::Inserted { place, .. } | State::Confirmed { place, .. } if cancels => {
                Work::Cancel(place)
            }
            State::Inserted { .. } | State::Confirmed { .. } => Work::Done,
            // Nothing of it is in the diary, so a cancellation has nothing left to do.
            State::Rejecting { .. } | State::Rejected { .. } if cancels => Work::Done,
            State::Rejecting { .. } | State::Rejected { .. } => {
                Work::Refuse("the booking was rejected".to_owned(), Vec::new())
            }
            State::Received | State::Inserting { .. } => Work::Wait,
            State::SettledByPerson if cancels => Work::Refuse(
                "staff have settled the booking themselves, and are asked to remove its appointment"
                    .to_owned(),
                vec![self.remove_by_hand(update.booking, Some("staff had settled the booking"))],
            ),
            State::SettledByPerson => Work::Refuse(
                "the booking was settled by the practice's staff".to_owned(),
                Vec::new(),
            ),
            State::NeedsPerson { .. } if cancels => Work::Refuse(
                "nobody can tell whether the appointment is in the diary; staff are asked to \
                 remove it"
                    .to_owned(),
                vec![self.remove_by_hand(update.booking, None)],
            ),
            State::NeedsPerson { .. } => Work::Refuse(
                "the booking waits for the practice's staff".to_owned(),
                Vec::new(),
            ),
        })
    }

    /// Rule: an update of a booking that is not known is rejected. The ledger forgets old
    /// bookings, so the diary is asked for the booking's key first.
    async fn decide_unknown(
        &mut self,
        update: &BookingUpdate,
        cancels: bool,
    ) -> Result<Work, Halt> {
        let unknown = || Work::Refuse("the booking is not known here".to_owned(), Vec::new());
        let pms = self.ports.pms.clone();
        if pms.describe().keeps_key == Support::No {
            return Ok(if self.may_be_pending(update.booking).await? {
                Work::Wait
            } else {
                unknown()
            });
        }
        let key = BookingKey::of(&self.profile.id, update.booking);
        Ok(match pms.find(&key, self.profile.rhythm.read_limit).await {
            Ok(Some(booked)) if cancels && booked.standing != Standing::Cancelled => {
                let Booked {
                    appointments,
                    patient,
                    ..
                } = booked;
                Work::Cancel(Place {
                    appointments,
                    patient,
                })
            }
            Ok(Some(_)) => Work::Done,
            Ok(None) if self.may_be_pending(update.booking).await? => Work::Wait,
            Ok(None) => planted!(UnknownUpdateUnanswered, Work::Wait, unknown()),
            Err(error) => Work::Failed(error),
        })
    }

    /// Whether Healthengine may list the booking as pending: the lists are fetched one after the
    /// other, so a booking can be younger than the list in which it is missing.
    async fn may_be_pending(&mut self, id: BookingId) -> Result<bool, Halt> {
        let answer = self.ports.healthengine.fetch_bookings().await;
        let Some(pending) = self.heard(answer)? else {
            return Ok(true);
        };
        Ok(pending.iter().any(|pending| match pending {
            Pending::Readable(booking) => booking.id == id,
            Pending::Unreadable { booking, .. } => *booking == id,
        }))
    }

    pub(super) async fn known_booking(&self, id: BookingId) -> Result<Option<BookingRecord>, Halt> {
        if let Some(open) = self.desk.bookings.get(&id) {
            return Ok(Some(open.record.clone()));
        }
        Ok(self.ports.ledger.load_booking(&self.profile.id, id).await?)
    }

    async fn cancel(&mut self, update: &BookingUpdate, place: Place) -> Result<(), Halt> {
        let pms = self.ports.pms.clone();
        if pms.describe().cancel == Support::No {
            let cannot = PmsError::Unsupported("online cancellation");
            return self.not_cancelled(update, &cannot).await;
        }
        let booked = Booked {
            appointments: place.appointments,
            patient: place.patient,
            standing: Standing::Booked,
        };
        match pms.cancel(&booked, self.profile.rhythm.write_limit).await {
            Ok(()) => {
                self.health.pms_answered();
                self.republish_booking(update.booking).await?;
                let by_hand = ItemKey {
                    kind: ItemKind::RemoveByHand,
                    subject: update.booking.to_string(),
                };
                let marks = self.desk.marks.clone();
                let who = (&*self.profile, &self.ports);
                self.desk
                    .note(who, marks, Vec::new(), vec![by_hand])
                    .await?;
                self.outcome(update, UpdateState::Done, Vec::new()).await
            }
            Err(error) => self.not_cancelled(update, &error).await,
        }
    }

    async fn not_cancelled(
        &mut self,
        update: &BookingUpdate,
        error: &PmsError,
    ) -> Result<(), Halt> {
        let now = self.now();
        self.health.pms_failed(error, now);
        planted!(CancelledInWordsOnly, {
            return self.outcome(update, UpdateState::Done, Vec::new()).await;
        });
        let choice = self.profile.when_pms_unavailable;
        let open = self.desk.updates.entry(update.request).or_default();
        let since = update.updated_at.or(open.seen_at).unwrap_or(now);
        let waiting = (now - since).to_std().unwrap_or_default();
        let attempt = open.tries.fail();
        let words = match after_cancel(error, attempt, waiting, choice) {
            Next::After(rest) => {
                open.tries.put_off(now, rest);
                return Ok(());
            }
            Next::GiveBack(reason) => reason.to_string(),
            Next::AskPerson | Next::Find => {
                "the practice's system does not take online cancellations".to_owned()
            }
        };
        let raise = vec![self.remove_by_hand(update.booking, Some(&words))];
        self.outcome(update, UpdateState::Refused(words), raise)
            .await
    }

    pub(super) fn remove_by_hand(&self, id: BookingId, why: Option<&str>) -> Item {
        let because = why.map(|why| format!(" ({why})")).unwrap_or_default();
        item(
            &self.profile,
            ItemKind::RemoveByHand,
            id.to_string(),
            self.now(),
            format!(
                "Remove the appointment of booking {id} from the diary by hand: the patient has \
             cancelled it at Healthengine, and the connector could not{because}."
            ),
        )
    }

    /// Records an update's outcome: before Healthengine is told. What was cancelled because it asked
    /// is never told as the practice's own cancellation.
    async fn outcome(
        &mut self,
        update: &BookingUpdate,
        state: UpdateState,
        raise: Vec<Item>,
    ) -> Result<(), Halt> {
        let record = UpdateRecord {
            request: update.request,
            booking: update.booking,
            state,
            changed_at: self.now(),
        };
        let cancelled =
            record.state == UpdateState::Done && update.status == BookingStatus::Cancelled;
        let known = cancelled.then_some(ReportRecord {
            booking: update.booking,
            change: DiaryChange::Cancelled,
            state: ReportState::Known,
            changed_at: record.changed_at,
        });
        let who = (&*self.profile, &self.ports);
        self.desk
            .settle_update(who, record, known, raise, Durability::Flushed)
            .await
    }

    async fn answer_update(&mut self, record: &UpdateRecord) -> Result<(), Halt> {
        let healthengine = &self.ports.healthengine;
        let (booking, request) = (record.booking, record.request);
        let sent = match &record.state {
            UpdateState::Done | UpdateState::Confirmed => {
                healthengine.confirm_update(booking, request).await
            }
            UpdateState::Refused(why) | UpdateState::Rejected(why) => {
                healthengine.reject_update(booking, request, why).await
            }
        };
        match sent {
            Ok(()) => {
                tracing::info!(
                    booking.id = %booking, request.id = %request,
                    "booking update answered: {}", words(&record.state)
                );
                self.update_answered(request).await
            }
            Err(error) => self.update_not_taken(record, error).await,
        }
    }

    async fn update_not_taken(
        &mut self,
        record: &UpdateRecord,
        error: CallError,
    ) -> Result<(), Halt> {
        let now = self.now();
        let open = self.desk.updates.entry(record.request).or_default();
        open.record = Some(record.clone());
        let attempt = open.tries.fail();
        match after_answer(&error, attempt) {
            AfterAnswer::Stop => Err(Halt::Unauthorised(error)),
            AfterAnswer::Again(rest) => {
                open.tries.put_off(now, rest);
                self.health.errors.failed(Failing::Answer, &error);
                Ok(())
            }
            // It is not known there any more. Should the list show it again, it is answered again.
            AfterAnswer::LookWhetherPending => self.update_answered(record.request).await,
            AfterAnswer::AskPerson => {
                open.tries.put_off(now, super::policy::LATE_PATIENCE);
                if std::mem::replace(&mut open.shown, true) {
                    return Ok(());
                }
                let raise = item(
                    &self.profile,
                    ItemKind::CheckBooking,
                    record.booking.to_string(),
                    now,
                    format!(
                        "Booking {}: Healthengine refuses the answer to its update ({}). Check \
                         the booking in its portal.",
                        record.booking, error.detail
                    ),
                );
                let marks = self.desk.marks.clone();
                let who = (&*self.profile, &self.ports);
                self.desk.note(who, marks, vec![raise], Vec::new()).await
            }
        }
    }

    /// Records that Healthengine knows an update's outcome.
    async fn update_answered(&mut self, request: RequestId) -> Result<(), Halt> {
        let Some(open) = self.desk.updates.remove(&request) else {
            return Ok(());
        };
        self.health.errors.mended(Failing::Answer);
        let Some(mut record) = open.record else {
            return Ok(());
        };
        record.state = match record.state {
            UpdateState::Done => UpdateState::Confirmed,
            UpdateState::Refused(why) => UpdateState::Rejected(why),
            UpdateState::Confirmed | UpdateState::Rejected(_) => return Ok(()),
        };
        record.changed_at = self.now();
        let who = (&*self.profile, &self.ports);
        self.desk
            .settle_update(who, record, None, Vec::new(), Durability::WithNext)
            .await
    }

    /// Lets an update wait for its booking, which is worked first.
    fn put_update_off(&mut self, request: RequestId) {
        let now = self.now();
        let open = self.desk.updates.entry(request).or_default();
        let rest = pause(open.tries.fail()).min(LONGEST_WAIT_FOR_BOOKING);
        open.tries.put_off(now, rest);
    }

    /// The freed time is offered again at once.
    async fn republish_booking(&mut self, id: BookingId) -> Result<(), Halt> {
        if let Some(slot) = self.known_booking(id).await?.and_then(|record| record.slot) {
            self.horizon.day_changed(&slot.resource, slot.start.date());
        } else {
            self.horizon.everything_changed(&self.setup.resources);
        }
        Ok(())
    }
}

fn words(state: &UpdateState) -> &str {
    match state {
        UpdateState::Done | UpdateState::Confirmed => "done in the diary",
        UpdateState::Refused(why) | UpdateState::Rejected(why) => why,
    }
}
