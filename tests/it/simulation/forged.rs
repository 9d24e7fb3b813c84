//! Histories that never happened, each breaking one rule: the judge must find it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use healthengine_connector::domain::booking::{Place, RejectReason, Slot};
use healthengine_connector::domain::civil::{LocalDateTime, TimeOfDay};
use healthengine_connector::domain::diary::Standing;
use healthengine_connector::domain::id::{
    BookingId, BookingKey, PmsAppointmentId, PmsPatientId, PmsResourceId, RequestId,
};
use healthengine_connector::domain::redacted::Redacted;
use healthengine_connector::pms::Support;
use healthengine_connector::simulation::chronicle::{Chronicle, Happening, Trouble};
use healthengine_connector::simulation::healthengine::{Answer, Books};
use healthengine_connector::simulation::judge::Judge;
use healthengine_connector::simulation::plan::{HousePlan, Plan};
use healthengine_connector::simulation::pms::Diary;

mod papers;

/// A practice's judge and the history that it is shown.
struct Court {
    plan: HousePlan,
    judge: Judge,
    chronicle: Chronicle,
    now: DateTime<Utc>,
}

impl Court {
    fn new() -> Self {
        let mut random = fastrand::Rng::with_seed(1);
        let plan = Plan::of(&mut random, Some(1)).unwrap();
        let mut plan = plan.houses.into_iter().next().unwrap();
        plan.can.keeps_key = Support::Yes;
        plan.can.cancel = Support::Yes;
        Self {
            judge: Judge::new(0, &plan),
            plan,
            chronicle: Chronicle::default(),
            now: "2026-11-23T00:00:00Z".parse().unwrap(),
        }
    }

    /// A second later.
    fn then(&mut self, what: Happening) -> &mut Self {
        self.now += TimeDelta::seconds(1);
        self.chronicle.note(self.now, what);
        self.judge.read(&self.chronicle, self.now);
        self
    }

    fn key(&self, booking: i64) -> BookingKey {
        BookingKey::of(&self.plan.profile.id, BookingId::new(booking))
    }

    fn asked(&mut self, booking: i64) -> &mut Self {
        let booked_at = self.now;
        self.then(Happening::Asked {
            booking: BookingId::new(booking),
            slot: Some(slot("h0-R1", "09:30")),
            booked_at,
            surname: Some(surname("Sample-1")),
        })
    }

    fn made(&mut self, id: &str, booking: i64) -> &mut Self {
        let key = self.key(booking);
        self.then(appointment(
            id,
            Some(key),
            slot("h0-R1", "09:30"),
            "Sample-1",
        ))
    }

    fn told(&mut self, booking: i64, what: Answer) -> &mut Self {
        self.then(Happening::Told {
            booking: BookingId::new(booking),
            what,
            taken: true,
        })
    }

    fn sentences(&self) -> Vec<&str> {
        let findings = self.judge.findings().iter();
        findings.map(|finding| finding.sentence.as_str()).collect()
    }

    /// Fails unless the judge found this, and nothing else.
    fn found(&self, part: &str) {
        let sentences = self.sentences();
        assert!(
            sentences.len() == 1 && sentences[0].contains(part),
            "{part:?} was to be found, and this was: {sentences:?}"
        );
    }
}

fn slot(resource: &str, time: &str) -> Slot {
    let date = "2026-11-24".parse().unwrap();
    Slot {
        resource: PmsResourceId::parse(resource).unwrap(),
        start: LocalDateTime::new(date, TimeOfDay::parse(time).unwrap()),
        length: Duration::from_secs(1800),
    }
}

fn surname(text: &str) -> Redacted<String> {
    Redacted::new(text.to_owned())
}

fn appointment(id: &str, key: Option<BookingKey>, slot: Slot, whose: &str) -> Happening {
    Happening::Made {
        id: PmsAppointmentId::parse(id).unwrap(),
        key,
        slot,
        patient: PmsPatientId::parse("h0-P1").unwrap(),
        surname: Some(surname(whose)),
    }
}

fn confirmed(id: &str) -> Answer {
    Answer::Confirmed(Place {
        appointments: vec![PmsAppointmentId::parse(id).unwrap()],
        patient: PmsPatientId::parse("h0-P1").unwrap(),
    })
}

fn rejected() -> Answer {
    Answer::Rejected("the time was taken".to_owned())
}

fn marked(id: &str, standing: Standing) -> Happening {
    Happening::Marked {
        id: PmsAppointmentId::parse(id).unwrap(),
        standing,
    }
}

#[test]
fn a_history_in_which_all_is_well_is_let_pass() {
    let mut court = Court::new();
    court.asked(1).made("h0-A1", 1).told(1, confirmed("h0-A1"));
    court.asked(2).told(2, rejected());
    assert_eq!(court.sentences(), [""; 0]);
}

#[test]
fn a_doubled_appointment_is_found() {
    let mut court = Court::new();
    court.asked(1).made("h0-A1", 1).made("h0-A2", 1);
    court.found("was put into the diary twice");
}

#[test]
fn a_rejection_of_what_stands_is_found() {
    let mut court = Court::new();
    court.asked(1).made("h0-A1", 1).told(1, rejected());
    court.found("was rejected, and it stands in the diary");
}

#[test]
fn an_appointment_after_the_rejection_is_found() {
    let mut court = Court::new();
    court.asked(1).told(1, rejected()).made("h0-A1", 1);
    court.found("came into the diary after it was rejected");
}

#[test]
fn a_confirmation_without_an_appointment_is_found() {
    let mut court = Court::new();
    court.asked(1).told(1, confirmed("h0-A1"));
    court.found("was confirmed at no appointment");
}

#[test]
fn a_confirmation_at_another_patients_appointment_is_found() {
    let mut court = Court::new();
    let other = appointment("h0-A1", None, slot("h0-R1", "09:30"), "Sample-2");
    court.asked(1).then(other).told(1, confirmed("h0-A1"));
    court.found("at another person's appointment");
}

#[test]
fn a_confirmation_at_another_time_is_found() {
    let mut court = Court::new();
    let other = appointment("h0-A1", None, slot("h0-R1", "11:30"), "Sample-1");
    court.asked(1).then(other).told(1, confirmed("h0-A1"));
    court.found("at another time");
}

#[test]
fn a_booking_in_local_time_taken_for_utc_is_found() {
    let mut court = Court::new();
    let key = court.key(1);
    let shifted = appointment("h0-A1", Some(key), slot("h0-R1", "20:30"), "Sample-1");
    court.asked(1).then(shifted);
    court.found("at another time, or with another practitioner");
}

#[test]
fn what_crosses_from_one_practice_to_another_is_found() {
    let mut court = Court::new();
    let theirs = appointment("h0-A1", None, slot("h1-R1", "09:30"), "Sample-1");
    court.then(theirs);
    court.found("belongs to another practice");
    let mut court = Court::new();
    court.told(9, rejected());
    court.found("this practice never had it");
    let mut court = Court::new();
    let theirs = PmsResourceId::parse("h1-R1").unwrap();
    court.then(Happening::ResourcesSent(vec![theirs]));
    court.found("of another practice were sent");
}

#[test]
fn a_patient_who_waits_in_vain_is_found_only_when_nothing_was_wrong() {
    let mut court = Court::new();
    court.asked(1);
    court.judge.expect_promptly(BookingId::new(1), court.now);
    court.now += TimeDelta::seconds(21);
    court.judge.read(&court.chronicle, court.now);
    court.found("had no answer after twenty seconds");
    let mut court = Court::new();
    court
        .then(Happening::TroubleBegins(Trouble::PmsDown))
        .asked(1);
    court.judge.expect_promptly(BookingId::new(1), court.now);
    court.now += TimeDelta::seconds(21);
    court.judge.read(&court.chronicle, court.now);
    assert_eq!(court.sentences(), [""; 0]);
}

#[test]
fn a_rejection_for_a_diary_that_was_never_away_is_found() {
    let mut court = Court::new();
    let why = RejectReason::PmsUnavailable.to_string();
    court.asked(1).told(1, Answer::Rejected(why));
    court.found("for a diary that was never away");
}

#[test]
fn a_cancellation_that_was_confirmed_and_not_done_is_found() {
    let mut court = Court::new();
    let (request, booking) = (RequestId::new(2), BookingId::new(1));
    court.asked(1).made("h0-A1", 1).told(1, confirmed("h0-A1"));
    court.then(Happening::UpdateAsked {
        request,
        booking,
        cancels: true,
    });
    court.told(1, Answer::UpdateConfirmed(request));
    court.found("and it stands");
}

#[test]
fn a_cancellation_that_nobody_asked_for_is_found() {
    let mut court = Court::new();
    court.asked(1).made("h0-A1", 1).told(1, confirmed("h0-A1"));
    let id = PmsAppointmentId::parse("h0-A1").unwrap();
    court.then(Happening::CancelBegun(vec![id]));
    court.found("nobody had cancelled it");
}

#[test]
fn a_report_twice_or_of_what_did_not_happen_is_found() {
    let mut court = Court::new();
    court.asked(1).made("h0-A1", 1).told(1, confirmed("h0-A1"));
    court.told(1, Answer::Cancelled);
    court.found("and it was not");
    let mut court = Court::new();
    court.asked(1).made("h0-A1", 1).told(1, confirmed("h0-A1"));
    court.then(marked("h0-A1", Standing::DidNotAttend));
    court.told(1, Answer::DidNotAttend);
    court.told(1, Answer::DidNotAttend);
    court.found("twice");
}

#[test]
fn a_configuration_that_shrank_unasked_is_found() {
    let ids = |count: usize| -> Vec<PmsResourceId> {
        let id = |n| PmsResourceId::parse(&format!("h0-R{n}")).unwrap();
        (1..=count).map(id).collect()
    };
    let mut court = Court::new();
    court.then(Happening::ResourcesSent(ids(5)));
    court.then(Happening::ResourcesSent(ids(2)));
    court.found("nobody had accepted that");
    let mut court = Court::new();
    court.then(Happening::ResourcesSent(ids(5)));
    court.then(Happening::RemovalsAccepted);
    court.then(Happening::ResourcesSent(ids(2)));
    assert_eq!(court.sentences(), [""; 0]);
}

#[test]
fn what_is_left_unanswered_or_unpublished_at_the_end_is_found() {
    let mut court = Court::new();
    court.asked(1);
    let diary = Diary::new(
        court.plan.resources.clone(),
        court.plan.types.clone(),
        court.plan.hours.clone(),
        court.plan.slot,
    );
    let mut books = Books::default();
    books.resources.clone_from(&diary.resources);
    books.types.clone_from(&diary.types);
    court.judge.end(court.now, &books, &diary);
    let sentences = court.sentences().join("\n");
    for part in ["never had an answer", "was never sent", "no live hours"] {
        assert!(sentences.contains(part), "{sentences}");
    }
}

#[test]
fn an_offer_of_time_that_is_taken_is_found() {
    let mut court = Court::new();
    let today = court.plan.profile.zone.today(court.now);
    let mut diary = Diary::new(
        court.plan.resources.clone(),
        court.plan.types.clone(),
        court.plan.hours.clone(),
        court.plan.slot,
    );
    let mut books = Books::default();
    books.contract = Some((*court.plan.profile.live_hours).clone());
    books.resources.clone_from(&diary.resources);
    books.types.clone_from(&diary.types);
    for resource in &diary.resources {
        for date in today.iter_days().take(10) {
            let day = diary.free(&resource.id, date);
            books.days.insert((resource.id.clone(), date), day);
        }
    }
    court.judge.end(court.now, &books, &diary);
    assert_eq!(court.sentences(), [""; 0]);
    let first = court.plan.hours[0].start();
    let resource = diary.resources[0].id.clone();
    let start = LocalDateTime::new(today, first);
    let person = healthengine_connector::simulation::patient::patient(1);
    diary
        .enter(&resource, start, court.plan.slot, person)
        .unwrap();
    court.judge.end(court.now, &books, &diary);
    court.found("is offered, and not free");
}
