//! The calls as the engine makes them.

use std::time::Duration;

use async_trait::async_trait;
use chrono::NaiveDate;

use super::{Appointment, Call, Diary, PmsModel};
use crate::domain::availability::FreeDay;
use crate::domain::booking::Place;
use crate::domain::civil::LocalDateTime;
use crate::domain::client_day::{ClientDay, DayOf};
use crate::domain::clock::Clock as _;
use crate::domain::diary::{AppointmentSeen, AppointmentType, Booked, Resource, Standing, Wanted};
use crate::domain::document::{Attachment, Content, Document};
use crate::domain::id::{AttachmentKey, BookingKey, PmsDocumentId, PmsResourceId};
use crate::domain::patient::{Patient, PatientRecord};
use crate::pms::{ChangeCursor, Changes, Description, PmsAdapter, PmsError, Support, Window};
use crate::simulation::chronicle::Happening;

#[async_trait]
impl PmsAdapter for PmsModel {
    fn describe(&self) -> &Description {
        &self.can
    }

    async fn probe(&self, limit: Duration) -> Result<(), PmsError> {
        self.call(Call::Probe, limit, |_| Ok(())).await
    }

    async fn resources(&self, limit: Duration) -> Result<Vec<Resource>, PmsError> {
        let list = self
            .call(Call::Resources, limit, |diary| Ok(diary.resources.clone()))
            .await?;
        Ok(self.shown(Call::Resources, list))
    }

    async fn appointment_types(&self, limit: Duration) -> Result<Vec<AppointmentType>, PmsError> {
        let list = self
            .call(Call::Types, limit, |diary| Ok(diary.types.clone()))
            .await?;
        Ok(self.shown(Call::Types, list))
    }

    async fn availability(
        &self,
        window: &Window,
        limit: Duration,
    ) -> Result<Vec<FreeDay>, PmsError> {
        let asked = (window.to - window.from).num_days().saturating_add(1);
        if asked > i64::from(self.can.window_days) {
            let breach = format!("{asked} days were asked for at once");
            self.state().breaches.push(breach);
        }
        self.call(Call::Availability, limit, |diary| {
            if diary.unreadable.as_ref() == Some(&window.resource) {
                return Err(PmsError::NotDone("this column is locked".to_owned()));
            }
            let days = window
                .from
                .iter_days()
                .take_while(|date| *date <= window.to);
            Ok(days
                .map(|date| diary.free(&window.resource, date))
                .collect())
        })
        .await
    }

    async fn changes(
        &self,
        since: Option<&ChangeCursor>,
        limit: Duration,
    ) -> Result<Changes, PmsError> {
        if self.can.change_feed == Support::No {
            return Err(PmsError::Unsupported("a change feed"));
        }
        self.call(Call::Changes, limit, |diary| Ok(diary.changes(since)))
            .await
    }

    async fn patients_like(
        &self,
        patient: &Patient,
        limit: Duration,
    ) -> Result<Vec<PatientRecord>, PmsError> {
        self.call(Call::PatientsLike, limit, |diary| Ok(diary.like(patient)))
            .await
    }

    async fn book(
        &self,
        key: &BookingKey,
        wanted: &Wanted,
        limit: Duration,
    ) -> Result<Booked, PmsError> {
        let begun = Happening::BookBegun(key.clone());
        self.chronicle.note(self.clock.now(), begun);
        let keeps = self.can.keeps_key;
        let act = |diary: &mut Diary| diary.book(key, wanted, keeps);
        let result = self
            .call_later(Call::Book, limit, act, Some((key, wanted)))
            .await;
        let ended = Happening::BookEnded {
            key: key.clone(),
            clear: !matches!(result, Err(PmsError::Unknown(_))),
        };
        self.chronicle.note(self.clock.now(), ended);
        result
    }

    async fn find(&self, key: &BookingKey, limit: Duration) -> Result<Option<Booked>, PmsError> {
        if self.can.keeps_key == Support::No {
            return Err(PmsError::Unsupported("find"));
        }
        self.call(Call::Find, limit, |diary| {
            Ok(diary.with_key(key).map(Appointment::booked))
        })
        .await
    }

    async fn appointments_at(
        &self,
        resource: &PmsResourceId,
        start: LocalDateTime,
        limit: Duration,
    ) -> Result<Vec<AppointmentSeen>, PmsError> {
        self.call(Call::AppointmentsAt, limit, |diary| {
            Ok(diary.seen_at(resource, start))
        })
        .await
    }

    async fn cancel(&self, booked: &Booked, limit: Duration) -> Result<(), PmsError> {
        if self.can.cancel == Support::No {
            return Err(PmsError::Unsupported("online cancellation"));
        }
        let begun = Happening::CancelBegun(booked.appointments.clone());
        self.chronicle.note(self.clock.now(), begun);
        self.call(Call::Cancel, limit, |diary| {
            for id in &booked.appointments {
                diary.mark(id, Standing::Cancelled);
            }
            Ok(())
        })
        .await
    }

    async fn standings(
        &self,
        places: &[Place],
        limit: Duration,
    ) -> Result<Vec<Option<Standing>>, PmsError> {
        if self.can.standings == Support::No {
            return Err(PmsError::Unsupported(
                "reading what has become of an appointment",
            ));
        }
        self.call(Call::Standings, limit, |diary| {
            Ok(places.iter().map(|place| diary.standing(place)).collect())
        })
        .await
    }

    async fn documents(&self, place: &Place, limit: Duration) -> Result<Vec<Document>, PmsError> {
        if self.can.documents == Support::No {
            return Err(PmsError::Unsupported("documents"));
        }
        self.call(Call::Documents, limit, |diary| Ok(diary.documents(place)))
            .await
    }

    async fn document(
        &self,
        id: &PmsDocumentId,
        limit: Duration,
    ) -> Result<Option<Content>, PmsError> {
        if self.can.documents == Support::No {
            return Err(PmsError::Unsupported("documents"));
        }
        self.call(Call::Document, limit, |diary| Ok(diary.document(id)))
            .await
    }

    async fn attach(
        &self,
        key: &AttachmentKey,
        attachment: Attachment,
        limit: Duration,
    ) -> Result<PmsDocumentId, PmsError> {
        if self.can.attachments == Support::No {
            return Err(PmsError::Unsupported("attached documents"));
        }
        self.call(Call::Attach, limit, |diary| diary.attach(key, attachment))
            .await
    }

    async fn client_day(
        &self,
        date: NaiveDate,
        by: DayOf,
        limit: Duration,
    ) -> Result<ClientDay, PmsError> {
        if self.can.client_days == Support::No {
            return Err(PmsError::Unsupported("client snapshots"));
        }
        self.call(Call::ClientDay, limit, |diary| diary.client_day(date, by))
            .await
    }
}
