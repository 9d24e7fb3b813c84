//! What must hold when a test is over.

use std::path::Path;
use std::time::Duration;

use chrono::NaiveDate;
use healthengine_connector::domain::availability::publishable;
use healthengine_connector::domain::booking::{BookingStatus, State};
use healthengine_connector::domain::diary::Standing;
use healthengine_connector::domain::id::{BookingId, BookingKey, PmsResourceId};
use healthengine_connector::ledger::{ItemKind, Ledger as _};
use healthengine_connector::pms::Support;

use super::healthengine::{Answer, Told};
use super::patient::CANARIES;
use super::{World, seconds};

impl World {
    /// Lets the practice come to rest, and fails on anything that is left over.
    pub(crate) async fn finish(self) {
        self.finish_with(&[]).await;
    }

    /// The same, with just these items left for a person.
    pub(crate) async fn finish_with(mut self, expected: &[ItemKind]) {
        self.run_for(seconds(65)).await;
        let items = self.items().await;
        let kinds: Vec<ItemKind> = items.iter().map(|item| item.key.kind).collect();
        assert_eq!(kinds, expected, "items for a person");
        self.assert_nothing_left().await;
        self.assert_nothing_personal().await;
    }

    /// The same after this time, with no items left for a person but of these kinds.
    pub(crate) async fn finish_within(mut self, length: Duration, allowed: &[ItemKind]) -> Self {
        self.run_for(length).await;
        let items = self.items().await;
        let mut kinds = items.iter().map(|item| item.key.kind);
        assert!(
            kinds.all(|kind| allowed.contains(&kind)),
            "items for a person: {items:?}"
        );
        self.assert_waits_for_nothing();
        self.assert_nothing_left().await;
        self
    }

    async fn assert_nothing_left(&self) {
        self.assert_settled().await;
        assert_eq!(self.healthengine.books().breaches, [""; 0]);
        assert_eq!(self.pms.state().breaches, [""; 0]);
        self.assert_published();
    }

    /// Whether nothing waits: at Healthengine, and of what the practice is to send. A document that
    /// is gone waits for nobody.
    pub(crate) fn waits_for_nothing(&self) -> bool {
        self.waiting().is_empty() && self.status.availability_waiting == 0
    }

    /// Fails on a request that has no answer and is in no person's hands.
    pub(crate) fn assert_waits_for_nothing(&self) {
        let waiting = self.waiting();
        assert!(waiting.is_empty(), "without an answer: {waiting:?}");
    }

    /// The kinds of request of which one waits at Healthengine; bookings and their updates are
    /// looked at one by one.
    fn waiting(&self) -> Vec<&'static str> {
        let books = self.healthengine.books();
        let papers = &books.extra.papers;
        let forms = papers.handed_in.values();
        let forms = forms.filter(|form| form.answers.is_empty() && !form.gone);
        let waiting = [
            ("availability", !books.wanted.is_empty()),
            ("configuration", !books.kinds.is_empty()),
            ("a question", !books.questions.is_empty()),
            ("a snapshot", !books.extra.snapshots_wanted.is_empty()),
            ("a list of documents", !papers.lists_wanted.is_empty()),
            ("an upload", !papers.uploads_wanted.is_empty()),
            ("a document", forms.count() > 0),
        ];
        let waiting = waiting.into_iter().filter(|(_, waits)| *waits);
        waiting.map(|(kind, _)| kind).collect()
    }

    /// What Healthengine was told is in the ledger, as a process finds it that has just started.
    pub(crate) async fn assert_nothing_forgotten(&self) {
        let (ledger, practice) = (self.ledger(), &self.profile.id);
        let told = self.healthengine.books().told.clone();
        for Told { booking, what, .. } in told {
            let record = ledger.load_booking(practice, booking).await.unwrap();
            let state = record.map(|record| record.state);
            let kept = match &what {
                Answer::Confirmed(told) => match &state {
                    Some(State::Inserted { place, .. } | State::Confirmed { place, .. }) => {
                        place == told
                    }
                    _ => false,
                },
                Answer::Rejected(_) => matches!(
                    state,
                    Some(State::Rejecting { .. } | State::Rejected { .. })
                ),
                Answer::UpdateConfirmed(request) | Answer::UpdateRejected(request, _) => {
                    let record = ledger.load_update(practice, *request).await.unwrap();
                    record.is_some()
                }
                Answer::Cancelled | Answer::DidNotAttend | Answer::NoChange => true,
            };
            assert!(
                kept,
                "Healthengine was told of booking {booking}: {what:?}, and the ledger has {state:?}"
            );
        }
    }

    /// Every booking has one standing appointment or none, and Healthengine was told which.
    pub(crate) async fn assert_settled(&self) {
        let ids: Vec<BookingId> = self.healthengine.books().bookings.keys().copied().collect();
        for id in ids {
            self.assert_booking(id).await;
            self.assert_reported(id).await;
        }
    }

    /// Whether Healthengine was told that the diary has it no more.
    fn is_cancelled(&self, told: &[Answer]) -> bool {
        let books = self.healthengine.books();
        told.iter().any(|answer| match answer {
            Answer::UpdateConfirmed(request) => {
                books.updates[request].status == BookingStatus::Cancelled
            }
            Answer::Cancelled => true,
            Answer::Confirmed(_)
            | Answer::Rejected(_)
            | Answer::UpdateRejected(..)
            | Answer::DidNotAttend
            | Answer::NoChange => false,
        })
    }

    async fn assert_booking(&self, id: BookingId) {
        let key = BookingKey::of(&self.profile.id, id);
        let told = self.healthengine.told(id);
        let cancelled = self.is_cancelled(&told);
        let person = self
            .items()
            .await
            .iter()
            .any(|item| item.key.subject == id.to_string());
        let pending = self.healthengine.books().pending.contains(&id);
        let cancelling = {
            let books = self.healthengine.books();
            let mut waiting = books.pending_updates.iter();
            let waits = waiting.any(|request| books.updates[request].booking == id);
            assert!(!waits || person, "an update of booking {id} has no answer");
            waits
        };
        assert!(
            !pending || person,
            "booking {id} has no answer, and no person was asked"
        );
        let state = self.pms.state();
        let ours: Vec<_> = state
            .diary
            .appointments
            .iter()
            .filter(|one| one.key.as_ref() == Some(&key))
            .collect();
        assert!(ours.len() <= 1, "booking {id} was inserted twice: {ours:?}");
        for answer in &told {
            match answer {
                Answer::Confirmed(place) => {
                    let mut all = state.diary.appointments.iter();
                    let Some(found) = all.find(|one| place.appointments.contains(&one.id)) else {
                        assert!(cancelled, "booking {id} is confirmed at no appointment");
                        continue;
                    };
                    assert_eq!(found.patient, place.patient, "booking {id}");
                    let stands = found.standing != Standing::Cancelled;
                    assert!(
                        stands != cancelled || cancelling || !self.watches,
                        "booking {id} stands, or was cancelled"
                    );
                    assert!(
                        found.key.is_none() || ours.iter().any(|one| one.id == found.id),
                        "booking {id} is confirmed at another's appointment"
                    );
                }
                Answer::Rejected(reason) => {
                    assert!(
                        ours.is_empty(),
                        "booking {id} stands, and is rejected: {reason}"
                    );
                }
                Answer::UpdateConfirmed(_)
                | Answer::UpdateRejected(..)
                | Answer::Cancelled
                | Answer::DidNotAttend
                | Answer::NoChange => {}
            }
        }
        let answers = told.iter().filter(|answer| match answer {
            Answer::Confirmed(_) | Answer::Rejected(_) => true,
            Answer::UpdateConfirmed(_)
            | Answer::UpdateRejected(..)
            | Answer::Cancelled
            | Answer::DidNotAttend
            | Answer::NoChange => false,
        });
        let answers = answers.count();
        assert!(answers <= 1, "booking {id} was answered {answers} times");
        assert!(
            answers == 1 || person || ours.iter().all(|one| one.standing == Standing::Cancelled),
            "booking {id} stands, and nobody was told"
        );
    }

    /// Healthengine was told what staff did to a confirmed booking, and nothing that they did not:
    /// not what it had asked for itself.
    async fn assert_reported(&self, id: BookingId) {
        let ledger = self.ledger();
        let record = ledger.load_booking(&self.profile.id, id).await.unwrap();
        let Some(State::Confirmed { place, .. }) = record.map(|record| record.state) else {
            return;
        };
        let standing = self.pms.state().diary.standing(&place);
        let books = self.healthengine.books();
        let told: Vec<_> = books.told.iter().filter(|one| one.booking == id).collect();
        let knew = told.iter().position(|one| match &one.what {
            Answer::UpdateConfirmed(of) => books.updates[of].status == BookingStatus::Cancelled,
            Answer::Confirmed(_)
            | Answer::Rejected(_)
            | Answer::UpdateRejected(..)
            | Answer::Cancelled
            | Answer::DidNotAttend
            | Answer::NoChange => false,
        });
        let was_told = |what: &Answer| told.iter().any(|one| one.what == *what);
        let gone = matches!(standing, None | Some(Standing::Cancelled));
        let missed = standing == Some(Standing::DidNotAttend);
        if was_told(&Answer::Cancelled) {
            assert!(gone, "booking {id} stands, and is called cancelled");
        }
        if was_told(&Answer::DidNotAttend) {
            assert!(gone || missed, "booking {id} was attended, for all we know");
        }
        if let Some(at) = knew {
            let mut after = told[at..].iter();
            let back = after.any(|one| !one.asked && one.what == Answer::Cancelled);
            assert!(!back, "booking {id}: the patient's cancellation came back");
        }
        let waits = books
            .pending_updates
            .iter()
            .any(|request| books.updates[request].booking == id);
        let can = self.pms.can.standings == Support::Yes && self.watches;
        if can && !waits && knew.is_none() {
            assert_eq!(gone, was_told(&Answer::Cancelled), "booking {id} cancelled");
            assert!(
                !missed || was_told(&Answer::DidNotAttend),
                "booking {id}: nobody was told that the patient did not attend"
            );
        }
    }

    /// What Healthengine has of every published day is what the diary has.
    pub(crate) fn assert_published(&self) {
        let differs = self.published_otherwise();
        assert_eq!(differs, None, "the published day differs");
    }

    /// A day that Healthengine has otherwise than the diary, while nothing is on its way.
    pub(crate) fn published_otherwise(&self) -> Option<(PmsResourceId, NaiveDate)> {
        let is_on_its_way =
            self.status.availability_waiting > 0 || !self.status.availability_refused.is_empty();
        if is_on_its_way || self.status.bookings.open > 0 {
            return None;
        }
        let books = self.healthengine.books();
        let state = self.pms.state();
        let today = self.local().date();
        let dates = || {
            let days = today.iter_days();
            days.take(usize::from(self.profile.publish_days))
        };
        let mut days = books.resources.iter().flat_map(|resource| {
            let id = &resource.id;
            dates().map(move |date| (id.clone(), date))
        });
        days.find(|(resource, date)| {
            let free = state.diary.free(resource, *date);
            let free = publishable(&free, &[], self.profile.zone.gap_on(*date));
            books.days.get(&(resource.clone(), *date)) != Some(&free)
        })
    }

    /// No patient's detail stands in the ledger, its log, a story, an item, the status or the log.
    pub(crate) async fn assert_nothing_personal(&self) {
        for entry in std::fs::read_dir(self.dir.path()).unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            assert_clean(&path, &String::from_utf8_lossy(&bytes));
        }
        let ids: Vec<BookingId> = self.healthengine.books().bookings.keys().copied().collect();
        for id in ids {
            let story = self.story(id).await;
            assert_clean(Path::new("story"), &format!("{story:?}"));
        }
        assert_clean(Path::new("items"), &format!("{:?}", self.items().await));
        assert_clean(Path::new("status"), &format!("{:?}", self.status));
        assert_clean(Path::new("log"), &self.journal.text());
    }
}

fn assert_clean(place: &Path, text: &str) {
    for canary in CANARIES {
        let place = place.display();
        assert!(
            !text.contains(canary),
            "{place} holds a patient's detail: {canary}"
        );
    }
}
