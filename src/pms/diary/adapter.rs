//! The built-in diary as the engine sees it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::NaiveDate;

use super::appointment::{Author, load_at, load_by_key, record_appointment, record_cancelled};
use super::call::{read, read_settled, read_unless_quiet, write};
use super::change::load_changes;
use super::client_day::load_client_day;
use super::document::{load_content, load_offered, record_attached};
use super::free::free_ranges;
use super::hours::load_hours;
use super::location::check_locations;
use super::offer::load_types;
use super::patient::load_like;
use super::quiet::Quiet;
use super::resource::{load_resource, load_resources, published};
use super::room::DiaryFile;
use super::settings::DiarySettings;
use super::standing::load_standings;
use super::{DESCRIPTION, DiaryError};
use crate::domain::availability::{Cut, FreeDay, FreeTime};
use crate::domain::booking::{Place, RejectReason};
use crate::domain::civil::LocalDateTime;
use crate::domain::client_day::{ClientDay, DayOf};
use crate::domain::diary::{AppointmentSeen, AppointmentType, Booked, Resource, Standing, Wanted};
use crate::domain::document::{Attachment, Content, Document};
use crate::domain::id::{AttachmentKey, BookingKey, PmsDocumentId, PmsResourceId};
use crate::domain::patient::{Patient, PatientRecord};
use crate::pms::{ChangeCursor, Changes, Description, PmsAdapter, PmsError, Window};

/// A practice on the built-in diary. Holds no connection: see the pool.
#[derive(Debug)]
pub(super) struct DiaryAdapter {
    settings: Arc<DiarySettings>,
    file: Arc<DiaryFile>,
    quiet: Arc<Quiet>,
}

impl DiaryAdapter {
    pub(super) fn new(settings: DiarySettings) -> Self {
        Self {
            file: DiaryFile::at(&settings.database),
            settings: Arc::new(settings),
            quiet: Arc::default(),
        }
    }
}

#[async_trait]
impl PmsAdapter for DiaryAdapter {
    fn describe(&self) -> &Description {
        &DESCRIPTION
    }

    async fn probe(&self, limit: Duration) -> Result<(), PmsError> {
        let settings = Arc::clone(&self.settings);
        read(&self.file, limit, move |diary| {
            check_locations(diary, &settings.served)
        })
        .await
    }

    async fn resources(&self, limit: Duration) -> Result<Vec<Resource>, PmsError> {
        let settings = Arc::clone(&self.settings);
        read(&self.file, limit, move |diary| {
            check_locations(diary, &settings.served)?;
            Ok(published(&load_resources(diary, &settings.served)?))
        })
        .await
    }

    async fn appointment_types(&self, limit: Duration) -> Result<Vec<AppointmentType>, PmsError> {
        let settings = Arc::clone(&self.settings);
        read(&self.file, limit, move |diary| {
            check_locations(diary, &settings.served)?;
            load_types(diary, &load_resources(diary, &settings.served)?)
        })
        .await
    }

    async fn availability(
        &self,
        window: &Window,
        limit: Duration,
    ) -> Result<Vec<FreeDay>, PmsError> {
        let settings = Arc::clone(&self.settings);
        let window = window.clone();
        read(&self.file, limit, move |diary| {
            let resource = load_resource(diary, &settings.served, &window.resource)?
                .ok_or(DiaryError::Refused(RejectReason::ResourceUnknown))?;
            let hours = load_hours(diary, &resource, window.from, window.to)?;
            let slot = resource.slot_minutes;
            let cut = Cut::Every(Duration::from_secs(u64::from(slot) * 60));
            let days = window
                .from
                .iter_days()
                .take_while(|date| *date <= window.to);
            Ok(days
                .map(|date| {
                    let mut blocked = hours.taken(date).to_vec();
                    blocked.extend(settings.zone.gap_on(date));
                    let free = free_ranges(hours.working(date), &blocked, slot);
                    FreeDay {
                        resource: resource.id.clone(),
                        date,
                        free: free
                            .into_iter()
                            .map(|range| FreeTime {
                                range,
                                cut,
                                types: Vec::new(),
                            })
                            .collect(),
                    }
                })
                .collect())
        })
        .await
    }

    async fn changes(
        &self,
        since: Option<&ChangeCursor>,
        limit: Duration,
    ) -> Result<Changes, PmsError> {
        let settings = Arc::clone(&self.settings);
        read_unless_quiet(
            &self.file,
            &self.quiet,
            since.cloned(),
            limit,
            move |diary, since| load_changes(diary, &settings.served, since),
        )
        .await
    }

    async fn patients_like(
        &self,
        patient: &Patient,
        limit: Duration,
    ) -> Result<Vec<PatientRecord>, PmsError> {
        let patient = patient.clone();
        read(&self.file, limit, move |diary| load_like(diary, &patient)).await
    }

    async fn book(
        &self,
        key: &BookingKey,
        wanted: &Wanted,
        limit: Duration,
    ) -> Result<Booked, PmsError> {
        let settings = Arc::clone(&self.settings);
        let (key, wanted) = (key.clone(), wanted.clone());
        write(&self.file, limit, move |diary| {
            let author = Author::Connector(&key, settings.zone);
            record_appointment(diary, &settings.served, author, &wanted)
        })
        .await
    }

    async fn find(&self, key: &BookingKey, limit: Duration) -> Result<Option<Booked>, PmsError> {
        let key = key.clone();
        read_settled(&self.file, limit, move |diary| load_by_key(diary, &key)).await
    }

    async fn appointments_at(
        &self,
        resource: &PmsResourceId,
        start: LocalDateTime,
        limit: Duration,
    ) -> Result<Vec<AppointmentSeen>, PmsError> {
        let settings = Arc::clone(&self.settings);
        let resource = resource.clone();
        read_settled(&self.file, limit, move |diary| {
            load_at(diary, &settings.served, &resource, start)
        })
        .await
    }

    async fn cancel(&self, booked: &Booked, limit: Duration) -> Result<(), PmsError> {
        let settings = Arc::clone(&self.settings);
        let booked = booked.clone();
        write(&self.file, limit, move |diary| {
            for id in &booked.appointments {
                record_cancelled(diary, &settings.served, id)?;
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
        let places = places.to_vec();
        read(&self.file, limit, move |diary| {
            load_standings(diary, &places)
        })
        .await
    }

    async fn documents(&self, place: &Place, limit: Duration) -> Result<Vec<Document>, PmsError> {
        let (settings, place) = (Arc::clone(&self.settings), place.clone());
        read(&self.file, limit, move |diary| {
            load_offered(diary, &settings.served, &place)
        })
        .await
    }

    async fn document(
        &self,
        id: &PmsDocumentId,
        limit: Duration,
    ) -> Result<Option<Content>, PmsError> {
        let id = id.clone();
        read(&self.file, limit, move |diary| load_content(diary, &id)).await
    }

    async fn attach(
        &self,
        key: &AttachmentKey,
        attachment: Attachment,
        limit: Duration,
    ) -> Result<PmsDocumentId, PmsError> {
        let key = key.clone();
        write(&self.file, limit, move |diary| {
            record_attached(diary, &key, &attachment)
        })
        .await
    }

    async fn client_day(
        &self,
        date: NaiveDate,
        by: DayOf,
        limit: Duration,
    ) -> Result<ClientDay, PmsError> {
        let settings = Arc::clone(&self.settings);
        read(&self.file, limit, move |diary| {
            check_locations(diary, &settings.served)?;
            load_client_day(diary, &settings, date, by)
        })
        .await
    }
}
