//! The practice's configuration at Healthengine: live hours, resources, appointment types.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::guard::{Accepted, Empty, Listing, held_back, removals_of, sorted};
use super::policy::{later, pause_after_call};
use super::{Halt, Practice};
use crate::domain::diary::{AppointmentType, Resource};
use crate::healthengine::{CallError, Refusal, RequestKind, Verdict};
use crate::pms::PmsError;

/// How long a snapshot that is held back or refused rests before the diary is read again.
const REST_WHEN_HELD: Duration = Duration::from_secs(60);

/// What Healthengine has of the configuration, and what is to be sent.
#[derive(Debug)]
pub(super) struct Setup {
    contract: Need,
    config: Need,
    /// The resources that Healthengine took last.
    pub(super) resources: Vec<Resource>,
    /// The appointment types that Healthengine took last.
    pub(super) types: Vec<AppointmentType>,
    /// The resources that the PMS showed, while the types are still to be read.
    read: Option<Vec<Resource>>,
    /// Whether a person has looked at what was removed, and accepts it.
    accepted: Accepted,
    retry_at: Option<DateTime<Utc>>,
    failures: u32,
    /// What Healthengine does not take, in its words.
    pub(super) refused: Option<String>,
}

/// Whether something is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Need {
    /// Healthengine has it.
    None,
    /// It may have changed: read it, and send it if it did.
    Look,
    /// Send it in any case.
    Send,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            contract: Need::Send,
            config: Need::Send,
            resources: Vec::new(),
            types: Vec::new(),
            read: None,
            accepted: Accepted::No,
            retry_at: None,
            failures: 0,
            refused: None,
        }
    }
}

impl Setup {
    /// Everything is to be sent.
    pub(super) fn send_anew(&mut self) {
        self.read = None;
        self.contract = Need::Send;
        self.config = Need::Send;
        self.retry_at = None;
    }

    /// Resources or types may have changed.
    pub(super) fn read_anew(&mut self) {
        self.config = self.config.max(Need::Look);
    }

    /// A person accepts what was removed.
    pub(super) fn accept_removals(&mut self) {
        self.accepted = Accepted::Yes;
    }

    /// When it is tried again, if it waits.
    pub(super) fn retry_at(&self) -> Option<DateTime<Utc>> {
        self.retry_at
            .filter(|_| self.contract != Need::None || self.config != Need::None)
    }
}

/// Why the configuration could not be sent now.
enum NotSent {
    Halt(Halt),
    Call(CallError),
    Pms(PmsError),
    Held,
    /// The activation has read enough: the next one goes on.
    Later,
}

impl From<Halt> for NotSent {
    fn from(halt: Halt) -> Self {
        Self::Halt(halt)
    }
}

impl From<CallError> for NotSent {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl From<PmsError> for NotSent {
    fn from(error: PmsError) -> Self {
        Self::Pms(error)
    }
}

impl Practice {
    /// Sends what Healthengine does not have of the configuration: live hours, then resources,
    /// then types.
    pub(super) async fn work_setup(&mut self, kinds: &[RequestKind]) -> Result<(), Halt> {
        let asked = [RequestKind::PmsResources, RequestKind::PmsAppointmentTypes];
        if asked.iter().any(|kind| kinds.contains(kind)) {
            self.setup.config = Need::Send;
        }
        let now = self.now();
        if self.setup.retry_at.is_some_and(|at| now < at) {
            return Ok(());
        }
        match self.send_setup().await {
            Ok(()) => {
                self.setup.retry_at = None;
                self.setup.failures = 0;
                self.setup.refused = None;
                Ok(())
            }
            Err(NotSent::Halt(halt)) => Err(halt),
            Err(NotSent::Later) => {
                // Not before the rest of a PMS that has just failed is over.
                self.setup.retry_at = self.health.pms.retry_at.or(Some(now));
                Ok(())
            }
            Err(NotSent::Held) => {
                self.rest_setup(REST_WHEN_HELD);
                Ok(())
            }
            Err(NotSent::Pms(error)) => {
                // It may be long until the PMS is back, and a snapshot deletes what it leaves out.
                self.setup.read = None;
                self.health.pms_failed(&error, now);
                let rest = super::policy::pause(self.health.pms.failures);
                self.rest_setup(rest);
                Ok(())
            }
            Err(NotSent::Call(error)) => self.setup_not_taken(error),
        }
    }

    fn setup_not_taken(&mut self, error: CallError) -> Result<(), Halt> {
        let now = self.now();
        match error.verdict {
            Verdict::Unauthorised => Err(Halt::Unauthorised(error)),
            Verdict::Refused(
                Refusal::Invalid | Refusal::NotFound | Refusal::Gone | Refusal::Other(_),
            ) => {
                if self.setup.refused.as_ref() != Some(&error.detail) {
                    tracing::error!(
                        %error,
                        "Healthengine does not take the practice's configuration"
                    );
                }
                self.setup.refused = Some(error.detail);
                self.rest_setup(REST_WHEN_HELD);
                Ok(())
            }
            Verdict::NotSent | Verdict::Slow(_) | Verdict::Unknown | Verdict::Garbled => {
                self.health.call_failed(&error, now);
                self.setup.failures = self.setup.failures.saturating_add(1);
                self.rest_setup(pause_after_call(&error, self.setup.failures));
                Ok(())
            }
        }
    }

    fn rest_setup(&mut self, rest: Duration) {
        self.setup.retry_at = Some(later(self.now(), rest));
    }

    async fn send_setup(&mut self) -> Result<(), NotSent> {
        if self.setup.contract != Need::None {
            let hours = self.profile.live_hours.clone();
            self.ports
                .healthengine
                .send_liveness_contract(&hours)
                .await?;
            self.setup.contract = Need::None;
            tracing::info!("liveness contract sent");
        }
        if self.setup.config == Need::None {
            return Ok(());
        }
        let limit = self.profile.rhythm.read_limit;
        let pms = self.ports.pms.clone();
        if self.setup.read.is_none() {
            self.may_read()?;
            self.setup.read = Some(pms.resources(limit).await?);
        }
        self.may_read()?;
        let types = pms.appointment_types(limit).await?;
        let resources = self.setup.read.take().unwrap_or_default();
        self.health.pms_answered();
        let anew = self.setup.config == Need::Send;
        self.guard_removals(&resources, &types).await?;
        self.remember_sending(&resources, &types).await?;
        if anew || resources != self.setup.resources {
            self.ports.healthengine.send_resources(&resources).await?;
            tracing::info!(count = resources.len(), "resources sent");
            self.adopt_resources(resources);
        }
        if anew || types != self.setup.types {
            self.ports
                .healthengine
                .send_appointment_types(&types)
                .await?;
            tracing::info!(count = types.len(), "appointment types sent");
            self.setup.types = types;
            // Free time may be tied to types.
            self.horizon.everything_changed(&self.setup.resources);
        }
        // What could not be recorded is sent again: without its record nobody is linked here.
        self.remember_setup().await?;
        self.setup.config = Need::None;
        self.setup.accepted = Accepted::No;
        Ok(())
    }

    fn may_read(&mut self) -> Result<(), NotSent> {
        let now = self.now();
        if !self.health.pms.resting(now) && self.allowance.take(now) {
            Ok(())
        } else {
            Err(NotSent::Later)
        }
    }

    /// Rule: a configuration snapshot deletes by omission. What looks shrunken waits for a person.
    async fn guard_removals(
        &mut self,
        resources: &[Resource],
        types: &[AppointmentType],
    ) -> Result<(), NotSent> {
        let (resources, types) = (resource_ids(resources), type_ids(types));
        let marks = &self.desk.marks;
        let before_resources = known_there(&marks.resources, &marks.sent_resources);
        let before_types = known_there(&marks.types, &marks.sent_types);
        // A linked practice without types had none before, or a person accepted that.
        let had_none = !marks.resources.is_empty() && before_types.is_empty();
        let lists = [
            Listing {
                what: "practitioners",
                before: before_resources,
                now: &resources,
                empty: Empty::Never,
            },
            Listing {
                what: "appointment types",
                before: before_types,
                now: &types,
                empty: if had_none {
                    Empty::AsBefore
                } else {
                    Empty::Accepted
                },
            },
        ];
        let Some(found) = held_back(&lists, self.setup.accepted) else {
            return Ok(());
        };
        let because = format!("Nothing was removed at Healthengine yet, because {found}");
        self.ask_about_removals("", because).await?;
        Err(NotSent::Held)
    }

    fn adopt_resources(&mut self, resources: Vec<Resource>) {
        for before in &self.setup.resources {
            if resources.iter().all(|now| now.id != before.id) {
                self.horizon.forget(&before.id);
            }
        }
        let is_new = |now: &&Resource| self.setup.resources.iter().all(|known| known.id != now.id);
        let new: Vec<&Resource> = resources.iter().filter(is_new).collect();
        if !new.is_empty() {
            self.horizon.send_in_full(new);
        }
        self.setup.resources = resources;
    }

    /// Records what is about to be sent: Healthengine may take it although the answer is lost, and
    /// the guard of the next start must know of it.
    async fn remember_sending(
        &mut self,
        resources: &[Resource],
        types: &[AppointmentType],
    ) -> Result<(), Halt> {
        let mut marks = self.desk.marks.clone();
        marks.sent_resources = resource_ids(resources);
        marks.sent_types = type_ids(types);
        let who = (&*self.profile, &self.ports);
        self.desk.note(who, marks, Vec::new(), Vec::new()).await
    }

    async fn remember_setup(&mut self) -> Result<(), Halt> {
        let mut marks = self.desk.marks.clone();
        marks.resources = resource_ids(&self.setup.resources);
        marks.types = type_ids(&self.setup.types);
        let accepted = vec![removals_of("")];
        let who = (&*self.profile, &self.ports);
        self.desk.note(who, marks, Vec::new(), accepted).await
    }
}

/// What Healthengine may have: what was sent last may have been taken, although no answer told.
const fn known_there<'a>(taken: &'a [String], sent: &'a [String]) -> &'a [String] {
    if sent.is_empty() { taken } else { sent }
}

fn resource_ids(resources: &[Resource]) -> Vec<String> {
    sorted(resources.iter().map(|one| one.id.as_str()))
}

fn type_ids(types: &[AppointmentType]) -> Vec<String> {
    sorted(types.iter().map(|one| one.id.as_str()))
}
