//! How each scene may end, and what may be left for a person, by what goes wrong.

use healthengine_connector::healthengine::{Refusal, Verdict};
use healthengine_connector::ledger::ItemKind;
use healthengine_connector::pms::PmsError;

use super::fault::Fault;
use super::scene::Scene;
use crate::world::healthengine::{Fault as CallFault, Op};
use crate::world::pms::{Call, Fault as PmsFault};

/// How a scene may end.
#[derive(Debug)]
pub(super) struct Expected {
    /// How it ends, in the words of [`Scene::ending`]; the first is how it ends when nothing fails.
    pub(super) endings: Vec<String>,
    /// What may be left for a person.
    pub(super) items: Vec<ItemKind>,
    /// Whether Healthengine may have refused to hear what staff did.
    pub(super) refused: bool,
}

impl Scene {
    /// How it ends when nothing fails and nothing is killed.
    const fn usual(self) -> &'static str {
        match self {
            Self::Confirmed
            | Self::Doubtful
            | Self::LateTypedIn
            | Self::LateFree
            | Self::WithoutKeys
            | Self::WritesOn
            | Self::ConsentRevokedAmid => "confirmed",
            Self::Rejected | Self::Unreadable | Self::LateTaken => "rejected",
            Self::Cancelled => "confirmed, update confirmed",
            Self::CannotCancel | Self::FirstLink => "confirmed, update rejected",
            Self::CancelledAtOnce => "rejected, update confirmed",
            Self::UnknownUpdate => "update rejected",
            Self::AskedUnchanged => "confirmed, no change",
            Self::AskedCancelled | Self::UnaskedCancelled | Self::UnaskedCancelledWithoutFeed => {
                "cancelled, confirmed"
            }
            Self::AskedDidNotAttend | Self::UnaskedDidNotAttend => "confirmed, did not attend",
            Self::AskedUnknown => "no change",
            Self::AvailabilityWanted
            | Self::ResourcesWanted
            | Self::TypesWanted
            | Self::HoursChanged
            | Self::FeaturesOnAndOff => "",
            Self::DocumentsWanted | Self::DocumentOffered => "confirmed, listed",
            Self::UploadWanted => "confirmed, listed, uploaded",
            Self::UploadOfNothing => "confirmed, upload refused",
            Self::HandedInWell => "attached",
            Self::HandedInWrong => "refused",
            Self::HandedInGone => "no answer",
            Self::SnapshotsWanted => "snapshots",
        }
    }

    /// Whether a booking is inserted in it.
    const fn inserts(self) -> bool {
        matches!(
            self,
            Self::Confirmed
                | Self::Doubtful
                | Self::LateFree
                | Self::WithoutKeys
                | Self::WritesOn
                | Self::ConsentRevokedAmid
                | Self::FirstLink
        )
    }

    /// How it may end with this fault, whether it is killed or not.
    pub(super) fn expected(self, fault: &Fault) -> Expected {
        let mut expected = Expected {
            endings: vec![self.usual().to_owned()],
            items: Vec::new(),
            refused: false,
        };
        if matches!(self, Self::LateTaken | Self::LateFree) {
            expected.items.push(ItemKind::CallPatient);
        }
        if self == Self::Doubtful {
            expected.items.push(ItemKind::ComparePatients);
        }
        if self == Self::CannotCancel {
            expected.items.push(ItemKind::RemoveByHand);
        }
        // Without a key nobody can look whether the insert was done.
        if self == Self::WithoutKeys {
            expected.or_without("confirmed");
            expected.items.push(ItemKind::CheckDiary);
        }
        match fault {
            Fault::None | Fault::Record(..) => {}
            Fault::Pms(call, _, how) => expected.allow_for_pms(self, *call, how),
            Fault::Healthengine(op, _, how) => expected.allow_for_healthengine(self, *op, how),
        }
        // A rejection that came too late, or of which that cannot be ruled out any more.
        if fault.takes_long() || matches!(self, Self::ConsentRevokedAmid | Self::WritesOn) {
            expected.items.push(ItemKind::CallPatient);
        }
        expected
    }
}

impl Expected {
    /// It may also end without these words of its usual end.
    fn or_without(&mut self, word: &str) {
        self.or_with(word, "");
    }

    /// It may also end with other words instead of these.
    fn or_with(&mut self, word: &str, instead: &str) {
        let usual = self.endings[0].split(", ");
        let words = usual.map(|one| if one == word { instead } else { one });
        let mut words: Vec<&str> = words.filter(|one| !one.is_empty()).collect();
        words.sort_unstable();
        self.endings.push(words.join(", "));
    }

    fn allow_for_pms(&mut self, scene: Scene, call: Call, how: &PmsFault) {
        let refused = matches!(how, PmsFault::Reject(PmsError::Refused(_)));
        let hangs = matches!(how, PmsFault::Hang);
        let inserting = matches!(call, Call::Book | Call::PatientsLike);
        // A patient is not kept waiting by a system that hangs until the time is over; and once a
        // scene itself has used the time up, any failure is one too many.
        let is_short = matches!(scene, Scene::WritesOn | Scene::ConsentRevokedAmid);
        let fails = !matches!(how, PmsFault::RespondSlowly(_));
        if scene.inserts() && inserting && (refused || hangs || is_short && fails) {
            self.or_with("confirmed", "rejected");
        }
        if call == Call::Cancel && refused {
            self.or_with("update confirmed", "update rejected");
            self.items.push(ItemKind::RemoveByHand);
        }
        if call == Call::Attach && refused {
            self.or_with("attached", "refused");
        }
    }

    fn allow_for_healthengine(&mut self, scene: Scene, op: Op, how: &CallFault) {
        let refused = if let CallFault::Before(Verdict::Refused(why)) = how {
            Some(*why)
        } else {
            None
        };
        // A list that it does not take is told again when it changes; a document that it does not
        // take is not to be had.
        if op == Op::DocumentList && refused.is_some() {
            self.or_without("listed");
        }
        if op == Op::Upload && refused.is_some() {
            self.or_with("uploaded", "upload refused");
        }
        // The booking is seen before its cancellation is.
        if scene == Scene::CancelledAtOnce && op == Op::Updates {
            self.or_with("rejected", "confirmed");
        }
        // What Healthengine does not take unasked is not told again.
        let unasked = matches!(
            scene,
            Scene::UnaskedCancelled
                | Scene::UnaskedCancelledWithoutFeed
                | Scene::UnaskedDidNotAttend
        );
        if unasked && refused.is_some() {
            if op == Op::ReportCancelled {
                self.or_without("cancelled");
                self.refused = true;
            }
            if op == Op::ReportDidNotAttend {
                self.or_without("did not attend");
                self.refused = true;
            }
        }
        if !matches!(refused, Some(Refusal::Invalid | Refusal::Other(_))) {
            return;
        }
        // What Healthengine will not take as an answer is in a person's hands.
        let unanswered = [
            (Op::ConfirmInsert, "confirmed"),
            (Op::RejectInsert, "rejected"),
            (Op::ConfirmUpdate, "update confirmed"),
            (Op::RejectUpdate, "update rejected"),
        ];
        for (answer, word) in unanswered {
            if op == answer {
                self.or_without(word);
                self.items.push(ItemKind::CheckBooking);
            }
        }
        // Nobody knows what Healthengine shows of it, so its cancellation is a person's as well.
        if scene == Scene::CancelledAtOnce && op == Op::RejectInsert {
            self.endings.push("update rejected".to_owned());
            self.items.push(ItemKind::RemoveByHand);
        }
    }
}
