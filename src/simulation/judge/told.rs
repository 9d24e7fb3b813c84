//! What Healthengine is told, held against what the diary had at that moment.

use chrono::{DateTime, Utc};

use super::{AFTERMATH, Judge};
use crate::domain::booking::{Place, RejectReason};
use crate::domain::diary::Standing;
use crate::domain::id::{BookingId, BookingKey, PmsAppointmentId, RequestId};
use crate::pms::Support;
use crate::simulation::healthengine::Answer;

impl Judge {
    pub(super) fn told(
        &mut self,
        at: DateTime<Utc>,
        booking: BookingId,
        what: &Answer,
        taken: bool,
    ) {
        match what {
            Answer::Confirmed(place) => self.told_confirmed(at, booking, place),
            Answer::Rejected(why) => self.told_rejected(at, booking, why),
            Answer::UpdateConfirmed(request) => self.told_done(at, booking, *request),
            Answer::UpdateRejected(request, why) => {
                self.told_not_done(at, booking, *request, why);
            }
            Answer::Cancelled | Answer::DidNotAttend | Answer::NoChange => {
                self.told_of_change(at, booking, what);
            }
        }
        match what {
            Answer::Confirmed(_) | Answer::Rejected(_) => {
                if let Some(case) = self.cases.get_mut(&booking).filter(|_| taken) {
                    case.told = Some((at, what.clone()));
                    case.booking_since = None;
                }
            }
            Answer::UpdateConfirmed(request) | Answer::UpdateRejected(request, _) => {
                if let Some(update) = self.updates.get_mut(request) {
                    update.answered |= taken;
                }
            }
            Answer::Cancelled | Answer::DidNotAttend | Answer::NoChange => {}
        }
    }

    fn told_confirmed(&mut self, at: DateTime<Utc>, booking: BookingId, place: &Place) {
        let Some(case) = self.cases.get(&booking) else {
            let sentence =
                format!("booking {booking} was confirmed, and this practice never had it");
            return self.find(at, None, sentence);
        };
        let key = BookingKey::of(&self.practice, booking);
        let found = place
            .appointments
            .first()
            .and_then(|id| self.appointments.get(id));
        let Some(found) = found else {
            let sentence =
                format!("booking {booking} was confirmed at no appointment of the diary");
            return self.find(at, Some(booking), sentence);
        };
        // Where no key is kept, one person's two bookings of one time cannot be told apart.
        let keeps = self.keeps_key == Support::Yes;
        let same_time = case.slot.as_ref().is_some_and(|slot| {
            slot.resource == found.slot.resource && slot.start == found.slot.start
        });
        let fault = if found.patient != place.patient {
            Some("with another patient's id than the appointment's")
        } else if keeps && found.key.as_ref().is_some_and(|of| *of != key) {
            Some("at another booking's appointment")
        } else if found.surname != case.surname {
            Some("at another person's appointment")
        } else if !same_time {
            Some("at another time, or with another practitioner")
        } else {
            None
        };
        if let Some(fault) = fault {
            self.find(
                at,
                Some(booking),
                format!("booking {booking} was confirmed {fault}"),
            );
        }
    }

    fn told_rejected(&mut self, at: DateTime<Utc>, booking: BookingId, why: &str) {
        let Some(case) = self.cases.get(&booking) else {
            let sentence =
                format!("booking {booking} was rejected, and this practice never had it");
            return self.find(at, None, sentence);
        };
        let stands = case.made.iter().any(|id| {
            let made = self.appointments.get(id);
            made.is_some_and(|made| made.standing != Standing::Cancelled)
        });
        if stands {
            let sentence = format!("booking {booking} was rejected, and it stands in the diary");
            self.find(at, Some(booking), sentence);
        } else if why == RejectReason::PmsUnavailable.to_string() && self.is_calm(at) {
            let sentence =
                format!("booking {booking} was rejected for a diary that was never away");
            self.find(at, Some(booking), sentence);
        }
    }

    fn told_done(&mut self, at: DateTime<Utc>, booking: BookingId, request: RequestId) {
        let Some(update) = self
            .updates
            .get(&request)
            .filter(|one| one.booking == booking)
        else {
            let sentence =
                format!("request {request} was confirmed, and this practice never had it");
            return self.find(at, Some(booking), sentence);
        };
        if !update.cancels {
            return;
        }
        let Some(case) = self.cases.get(&booking) else {
            let sentence =
                format!("booking {booking} is not known, and its cancellation was confirmed");
            return self.find(at, Some(booking), sentence);
        };
        let stands = |id: &PmsAppointmentId| {
            let known = self.appointments.get(id);
            known.is_some_and(|known| known.standing != Standing::Cancelled)
        };
        let placed = case.place().map_or(&[][..], |place| &place.appointments);
        if case.made.iter().chain(placed).any(stands) {
            let sentence =
                format!("the cancellation of booking {booking} was confirmed, and it stands");
            self.find(at, Some(booking), sentence);
        }
    }

    fn told_not_done(
        &mut self,
        at: DateTime<Utc>,
        booking: BookingId,
        request: RequestId,
        why: &str,
    ) {
        let Some(update) = self
            .updates
            .get(&request)
            .filter(|one| one.booking == booking)
        else {
            let sentence =
                format!("request {request} was rejected, and this practice never had it");
            return self.find(at, Some(booking), sentence);
        };
        let Some(case) = self.cases.get(&booking).filter(|_| update.cancels) else {
            return;
        };
        let confirmed = matches!(case.told, Some((_, Answer::Confirmed(_))));
        let calm = self.troubles.is_empty() && self.last_trouble < update.asked_at - AFTERMATH;
        if confirmed && calm && self.cancels == Support::Yes {
            let sentence = format!(
                "the cancellation of booking {booking} was rejected although nothing stood against it: {why}"
            );
            self.find(at, Some(booking), sentence);
        }
    }

    fn told_of_change(&mut self, at: DateTime<Utc>, booking: BookingId, what: &Answer) {
        let Some(case) = self.cases.get(&booking) else {
            let sentence = format!(
                "a change of booking {booking} was reported, and this practice never had it"
            );
            return self.find(at, None, sentence);
        };
        let placed = case.place().map_or(&[][..], |place| &place.appointments);
        let became = |standing: Standing| {
            let known = placed.iter().filter_map(|id| self.appointments.get(id));
            known
                .into_iter()
                .any(|known| known.became.contains(&standing))
        };
        let wrong = match what {
            Answer::Cancelled => !became(Standing::Cancelled),
            Answer::DidNotAttend => !became(Standing::DidNotAttend),
            Answer::NoChange
            | Answer::Confirmed(_)
            | Answer::Rejected(_)
            | Answer::UpdateConfirmed(_)
            | Answer::UpdateRejected(..) => false,
        };
        let again = case.reported.contains(what) && !self.was_troubled_since(case.reported_at);
        let asked = case.questions > 0;
        if wrong {
            let sentence = format!("booking {booking} was reported as {what:?}, and it was not");
            self.find(at, Some(booking), sentence);
        } else if again && !asked {
            let sentence = format!("booking {booking} was reported as {what:?} twice");
            self.find(at, Some(booking), sentence);
        }
        if let Some(case) = self.cases.get_mut(&booking) {
            case.questions = case.questions.saturating_sub(1);
            case.reported.push(what.clone());
            case.reported_at = at;
        }
    }
}
