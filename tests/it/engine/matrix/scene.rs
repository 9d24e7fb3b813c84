//! The scenes: every kind of request, and what the practice does unasked.

use healthengine_connector::domain::civil::Zone;
use healthengine_connector::domain::client_day::DayOf;
use healthengine_connector::domain::diary::Standing;
use healthengine_connector::domain::feature::{ExtraFeature, Features};
use healthengine_connector::domain::id::{BookingId, PmsDocumentId, RequestId};
use healthengine_connector::healthengine::{BookingQuestion, RequestKind, Verdict};
use healthengine_connector::pms::Support;
use healthengine_connector::simulation::healthengine::HandedIn;

use crate::world::healthengine::{Answer, Fault as CallFault, Op};
use crate::world::patient::patient;
use crate::world::pms::FrontDesk as _;
use crate::world::{Plan, World, minutes, seconds};

/// The time that booking 1 asks for, unless it is late.
const TIME: &str = "2026-11-23 10:30";

/// The same of a booking that is worked days before it.
const LATER: &str = "2026-11-24 09:30";

/// SHA-1 of `abc`.
const ABC: &str = "a9993e364706816aba3e25717850c26c9cd0d89d";

/// The booking that nearly every scene is about.
pub(super) const BOOKING: BookingId = BookingId::new(1);

/// A booking that nobody here knows.
const STRANGE: BookingId = BookingId::new(77);

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scene {
    // Bookings.
    Confirmed,
    Rejected,
    Unreadable,
    Doubtful,
    LateTypedIn,
    LateFree,
    LateTaken,
    WithoutKeys,
    WritesOn,
    ConsentRevokedAmid,
    // Updates.
    Cancelled,
    CannotCancel,
    CancelledAtOnce,
    UnknownUpdate,
    // Changes in the diary.
    AskedUnchanged,
    AskedCancelled,
    AskedDidNotAttend,
    AskedUnknown,
    UnaskedCancelled,
    UnaskedCancelledWithoutFeed,
    UnaskedDidNotAttend,
    // Configuration and free time.
    FirstLink,
    AvailabilityWanted,
    ResourcesWanted,
    TypesWanted,
    HoursChanged,
    // Extra features.
    FeaturesOnAndOff,
    DocumentsWanted,
    DocumentOffered,
    UploadWanted,
    UploadOfNothing,
    HandedInWell,
    HandedInWrong,
    HandedInGone,
    SnapshotsWanted,
}

fn swift(plan: &mut Plan) {
    plan.rhythm.unauthorised_probe = seconds(20);
    plan.rhythm.change_scan = seconds(10);
}

fn serving(plan: &mut Plan, features: &[ExtraFeature]) {
    swift(plan);
    plan.pms.can.documents = Support::Yes;
    plan.pms.can.attachments = Support::Yes;
    plan.pms.can.client_days = Support::Yes;
    plan.profile.features = Features::of(features.iter().copied());
    let mut state = plan.pms.state();
    state.diary.zone = Zone::parse("Australia/Sydney");
    state.diary.locations = ["L1", "L2", "L3"].map(str::to_owned).into();
}

async fn linked() -> World {
    World::linked_with(swift).await
}

/// A linked practice in which booking 1 stands, and the rest after it is over.
async fn booked(change: impl FnOnce(&mut Plan)) -> World {
    let mut world = World::linked_with(change).await;
    world.healthengine.book(1, LATER);
    world.run_for(seconds(12)).await;
    assert!(world.is_confirmed(BOOKING));
    world
}

async fn documents() -> World {
    booked(|plan| serving(plan, &[ExtraFeature::Documents])).await
}

/// A practice that takes documents, with a patient who hands one in.
async fn handed_in(change: impl FnOnce(&mut HandedIn)) -> World {
    let mut world =
        World::linked_with(|plan| serving(plan, &[ExtraFeature::AttachDocuments])).await;
    world.run_for(seconds(6)).await;
    let whose = world.pms.state().diary.register(patient(1));
    let mut form = HandedIn::of(Some(whose), b"abc").named("Form of Testa Sample-1");
    form.metadata.hash = Some(ABC.to_owned());
    change(&mut form);
    world.healthengine.hand_in(5, form);
    world
}

/// Staff change what has become of booking 1.
fn mark(world: &World, standing: Standing) {
    let mut state = world.pms.state();
    let id = state.diary.appointments[0].id.clone();
    state.diary.mark(&id, standing);
}

fn ask(world: &World, booking: BookingId) {
    let question = BookingQuestion {
        booking,
        appointments: Vec::new(),
        pms_patient: None,
    };
    let mut books = world.healthengine.books();
    books.questions.insert(booking, question);
}

fn offer(world: &World) {
    let mut state = world.pms.state();
    let id = state.diary.appointments[0].id.clone();
    state.diary.offer(&id, "D1", b"referral").unwrap();
}

impl Scene {
    /// The world in which it is about to happen.
    pub(super) async fn begin(self) -> World {
        let world = match self {
            Self::Confirmed
            | Self::Rejected
            | Self::Unreadable
            | Self::Doubtful
            | Self::LateTypedIn
            | Self::LateFree
            | Self::LateTaken
            | Self::WithoutKeys
            | Self::WritesOn
            | Self::ConsentRevokedAmid => Box::pin(self.begin_booking()).await,
            Self::Cancelled | Self::CannotCancel | Self::CancelledAtOnce | Self::UnknownUpdate => {
                Box::pin(self.begin_update()).await
            }
            Self::AskedUnchanged
            | Self::AskedCancelled
            | Self::AskedDidNotAttend
            | Self::AskedUnknown
            | Self::UnaskedCancelled
            | Self::UnaskedCancelledWithoutFeed
            | Self::UnaskedDidNotAttend => Box::pin(self.begin_change()).await,
            Self::FirstLink
            | Self::AvailabilityWanted
            | Self::ResourcesWanted
            | Self::TypesWanted
            | Self::HoursChanged => Box::pin(self.begin_publishing()).await,
            Self::FeaturesOnAndOff
            | Self::DocumentsWanted
            | Self::DocumentOffered
            | Self::UploadWanted
            | Self::UploadOfNothing
            | Self::HandedInWell
            | Self::HandedInWrong
            | Self::HandedInGone
            | Self::SnapshotsWanted => Box::pin(self.begin_feature()).await,
        };
        world.healthengine.forget_traffic();
        world.pms.state().traffic.clear();
        world
    }

    async fn begin_booking(self) -> World {
        let world = World::linked_with(|plan| {
            swift(plan);
            if self == Self::WithoutKeys {
                plan.pms.can.keeps_key = Support::No;
            }
            if self == Self::WritesOn {
                plan.pms.can.settles_within = seconds(2);
            }
        })
        .await;
        let late = matches!(self, Self::LateTypedIn | Self::LateFree | Self::LateTaken);
        if self == Self::Unreadable {
            let problem = "pmsAppointmentTime is not a time";
            world.healthengine.book_unreadably(1, problem);
        } else {
            let start = if late { LATER } else { TIME };
            world.healthengine.book(1, start);
        }
        {
            let mut state = world.pms.state();
            if self == Self::Rejected {
                state.diary.type_in("R1", TIME, patient(90));
            }
            if self == Self::LateTypedIn {
                state.diary.type_in("R1", LATER, patient(1));
            }
            if self == Self::LateTaken {
                state.diary.type_in("R1", LATER, patient(90));
            }
            if self == Self::Doubtful {
                state.diary.register(patient(1));
                state.diary.register(patient(1));
            }
        }
        if late {
            world.clock.advance(minutes(3));
        }
        if self == Self::ConsentRevokedAmid {
            let no = CallFault::Before(Verdict::Unauthorised);
            let well = CallFault::Slowly(seconds(0));
            world.healthengine.fail(Op::ConfirmInsert, [no]);
            world.healthengine.fail(Op::Requests, [well, no]);
        }
        world
    }

    async fn begin_update(self) -> World {
        if self == Self::UnknownUpdate {
            let world = linked().await;
            world.healthengine.cancel(2, STRANGE);
            return world;
        }
        let world = if self == Self::CancelledAtOnce {
            let world = linked().await;
            world.healthengine.book(1, TIME);
            world
        } else {
            booked(|plan| {
                swift(plan);
                if self == Self::CannotCancel {
                    plan.pms.can.cancel = Support::No;
                }
            })
            .await
        };
        world.healthengine.cancel(2, BOOKING);
        world
    }

    async fn begin_change(self) -> World {
        if self == Self::AskedUnknown {
            let world = linked().await;
            ask(&world, STRANGE);
            return world;
        }
        let feed = if self == Self::UnaskedCancelledWithoutFeed {
            Support::No
        } else {
            Support::Yes
        };
        let world = booked(|plan| {
            swift(plan);
            plan.pms.can.change_feed = feed;
        })
        .await;
        mark(
            &world,
            if self == Self::AskedUnchanged {
                Standing::Arrived
            } else if matches!(self, Self::AskedDidNotAttend | Self::UnaskedDidNotAttend) {
                Standing::DidNotAttend
            } else {
                Standing::Cancelled
            },
        );
        let asked = [
            Self::AskedUnchanged,
            Self::AskedCancelled,
            Self::AskedDidNotAttend,
        ];
        if asked.contains(&self) {
            ask(&world, BOOKING);
        }
        world
    }

    async fn begin_publishing(self) -> World {
        if self == Self::FirstLink {
            let world = World::with(swift);
            world.healthengine.book(1, TIME);
            world.healthengine.cancel(2, STRANGE);
            return world;
        }
        let world = linked().await;
        if self == Self::AvailabilityWanted {
            world.healthengine.want("2026-11-23", None);
            world.healthengine.want("2026-11-24", Some("R2"));
        }
        if self == Self::HoursChanged {
            let mut state = world.pms.state();
            let day = "2026-11-24".parse().unwrap();
            state.diary.exceptions.insert(day, Vec::new());
            state.diary.everything_changed();
        }
        let mut books = world.healthengine.books();
        if self == Self::ResourcesWanted {
            books.kinds.insert(RequestKind::PmsResources);
        }
        if self == Self::TypesWanted {
            books.kinds.insert(RequestKind::PmsAppointmentTypes);
        }
        drop(books);
        world
    }

    async fn begin_feature(self) -> World {
        let snapshots = |plan: &mut Plan| serving(plan, &[ExtraFeature::ClientSnapshots]);
        if self == Self::FeaturesOnAndOff {
            let world = World::with(snapshots);
            let mut books = world.healthengine.books();
            books.extra.set(ExtraFeature::Documents, true);
            drop(books);
            return world;
        }
        if self == Self::SnapshotsWanted {
            let world = World::linked_with(snapshots).await;
            let mut state = world.pms.state();
            state.diary.type_in("R1", "2026-11-23 09:30", patient(1));
            state.diary.type_in("R2", "2026-11-24 09:30", patient(2));
            drop(state);
            let mut books = world.healthengine.books();
            for by in [DayOf::Appointment, DayOf::Creation] {
                let day = "2026-11-23".parse().unwrap();
                books.extra.snapshots_wanted.insert((day, by));
            }
            drop(books);
            return world;
        }
        let hands_in = [Self::HandedInWell, Self::HandedInWrong, Self::HandedInGone];
        if hands_in.contains(&self) {
            return handed_in(|form| {
                form.gone = self == Self::HandedInGone;
                if self == Self::HandedInWrong {
                    form.metadata.hash = Some(ABC.replace('a', "b"));
                }
            })
            .await;
        }
        let world = documents().await;
        if self != Self::UploadOfNothing {
            offer(&world);
        }
        let mut books = world.healthengine.books();
        let papers = &mut books.extra.papers;
        if self == Self::DocumentsWanted {
            papers.lists_wanted.insert(BOOKING);
        }
        if matches!(self, Self::UploadWanted | Self::UploadOfNothing) {
            let id = PmsDocumentId::parse("D1").unwrap();
            papers.uploads_wanted.insert((BOOKING, id));
        }
        drop(books);
        world
    }

    /// How it ended, in words: what Healthengine was told, each thing once, in no order.
    pub(super) fn ending(self, world: &World) -> String {
        let books = world.healthengine.books();
        let mut words: Vec<&str> = Vec::new();
        for told in &books.told {
            let said = match &told.what {
                Answer::Confirmed(_) => "confirmed",
                Answer::Rejected(_) => "rejected",
                Answer::UpdateConfirmed(_) => "update confirmed",
                Answer::UpdateRejected(..) => "update rejected",
                Answer::Cancelled => "cancelled",
                Answer::DidNotAttend => "did not attend",
                Answer::NoChange => "no change",
            };
            if !words.contains(&said) {
                words.push(said);
            }
        }
        let papers = &books.extra.papers;
        if !papers.lists.is_empty() {
            words.push("listed");
        }
        if !papers.uploads.is_empty() {
            words.push("uploaded");
        }
        if !papers.refused.is_empty() {
            words.push("upload refused");
        }
        if let Some(form) = papers.handed_in.get(&RequestId::new(5)) {
            words.push(match form.answers.as_slice() {
                [] => "no answer",
                [Ok(_)] => "attached",
                [Err(_)] => "refused",
                _ => "answered twice",
            });
        }
        for day in &books.extra.snapshots {
            assert_eq!(day.locations.len(), 3, "a list shrank");
            assert_eq!(day.practitioners.len(), 2, "a list shrank");
            if !words.contains(&"snapshots") {
                words.push("snapshots");
            }
        }
        if self == Self::FeaturesOnAndOff {
            for feature in ExtraFeature::ALL {
                let on = books.extra.is_on(feature);
                if on != (feature == ExtraFeature::ClientSnapshots) {
                    words.push("a feature is not as asked");
                }
            }
        }
        words.sort_unstable();
        words.join(", ")
    }
}
