//! What waits for the connector, and what answers it.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::State;
use super::features::Feature;
use crate::sandbox::book::{Booking, utc_text};
use crate::sandbox::request::{DateType, Kind};
use crate::sandbox::wire::availability::Known as _;
use crate::sandbox::wire::config::SentResource;

/// Everything asked that is not a booking.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Asked {
    pub(in crate::sandbox) updates: Vec<Update>,
    pub(in crate::sandbox) days: Vec<DayAsked>,
    pub(in crate::sandbox) changes: Vec<i64>,
    pub(in crate::sandbox) resources: bool,
    pub(in crate::sandbox) types: bool,
    pub(in crate::sandbox) available_documents: Vec<i64>,
    pub(in crate::sandbox) uploads: Vec<(i64, String)>,
    pub(in crate::sandbox) client_snapshots: Vec<(NaiveDate, DateType)>,
    pub(in crate::sandbox) others: BTreeSet<String>,
}

/// A cancellation that waits for the PMS.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Update {
    pub(in crate::sandbox) request: i64,
    pub(in crate::sandbox) booking: i64,
    pub(in crate::sandbox) asked_at: DateTime<Utc>,
}

/// A day that is wanted anew.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct DayAsked {
    pub(in crate::sandbox) day: NaiveDate,
    pub(in crate::sandbox) resource: Option<Arc<str>>,
    pub(in crate::sandbox) asked_at: DateTime<Utc>,
    pub(in crate::sandbox) seen: BTreeSet<Arc<str>>,
}

/// The oldest request of a kind that waits.
#[derive(Debug, Clone, Copy)]
pub(in crate::sandbox) struct Waiting {
    pub(in crate::sandbox) kind: Kind,
    pub(in crate::sandbox) since: DateTime<Utc>,
}

impl Asked {
    /// A snapshot of resources answers its request, and ends those about a deleted resource.
    pub(super) fn resources_arrived(&mut self, stays: impl Fn(&str) -> bool) {
        self.resources = false;
        self.days
            .retain(|asked| asked.resource.as_deref().is_none_or(&stays));
    }

    /// A snapshot of types answers its request.
    pub(super) fn types_arrived(&mut self) {
        self.types = false;
    }

    /// A day of a resource answers the request for it; one for all resources is answered once
    /// each has come.
    pub(super) fn day_arrived(
        &mut self,
        date: NaiveDate,
        resource: &Arc<str>,
        all: &[SentResource],
    ) {
        self.days.retain_mut(|asked| {
            if asked.day != date {
                return true;
            }
            if let Some(one) = &asked.resource {
                return one != resource;
            }
            asked.seen.insert(Arc::clone(resource));
            !all.iter()
                .all(|known| asked.seen.contains(&known.pms_resource_id))
        });
    }
}

impl State {
    /// The words of the kinds that wait.
    pub(in crate::sandbox) fn waiting_kinds(&self) -> Vec<String> {
        let mut kinds: Vec<String> = Kind::ALL
            .into_iter()
            .filter(|kind| self.waits(*kind))
            .map(|kind| kind.word().to_owned())
            .collect();
        kinds.extend(self.asked.others.iter().cloned());
        kinds
    }

    fn waits(&self, kind: Kind) -> bool {
        match kind {
            Kind::Bookings => !self.pending.is_empty(),
            Kind::BookingUpdates => !self.asked.updates.is_empty(),
            Kind::Availability => !self.asked.days.is_empty(),
            Kind::PmsAppointmentChanges => !self.asked.changes.is_empty(),
            Kind::PmsResources => self.asked.resources,
            Kind::PmsAppointmentTypes => self.asked.types,
            Kind::AvailableDocuments
            | Kind::UploadDocuments
            | Kind::ClientSnapshots
            | Kind::AttachDocuments => !self.list(kind).is_empty(),
        }
    }

    /// The oldest priority request of each kind.
    pub(super) fn oldest_waiting(&self) -> [Option<Waiting>; 3] {
        let waiting =
            |kind, since: Option<DateTime<Utc>>| since.map(|since| Waiting { kind, since });
        let booking = self.pending.first().and_then(|id| self.bookings.get(id));
        [
            waiting(Kind::Bookings, booking.map(|booking| booking.booked_at)),
            waiting(
                Kind::BookingUpdates,
                self.asked.updates.first().map(|update| update.asked_at),
            ),
            waiting(
                Kind::Availability,
                self.asked.days.first().map(|asked| asked.asked_at),
            ),
        ]
    }

    /// What waits of a kind, in the definition's words. A feature's requests appear only while it
    /// is enabled.
    pub(in crate::sandbox) fn list(&self, kind: Kind) -> Vec<Value> {
        match kind {
            Kind::Bookings => self
                .pending
                .iter()
                .filter_map(|id| self.bookings.get(id))
                .map(|booking| self.wire_booking(booking))
                .collect(),
            Kind::BookingUpdates => self
                .asked
                .updates
                .iter()
                .map(|update| self.wire_update(update))
                .collect(),
            Kind::Availability => self.asked.days.iter().map(wire_day).collect(),
            Kind::PmsAppointmentChanges => self
                .asked
                .changes
                .iter()
                .map(|&booking| self.wire_reference(booking))
                .collect(),
            Kind::AvailableDocuments if self.features.is_enabled(Feature::Documents) => self
                .asked
                .available_documents
                .iter()
                .map(|&booking| self.wire_reference(booking))
                .collect(),
            Kind::UploadDocuments if self.features.is_enabled(Feature::Documents) => self
                .asked
                .uploads
                .iter()
                .map(|(booking, document)| {
                    let mut reference = self.wire_reference(*booking);
                    put(&mut reference, "pmsDocumentId", json!(document));
                    reference
                })
                .collect(),
            Kind::ClientSnapshots if self.features.is_enabled(Feature::ClientSnapshots) => self
                .asked
                .client_snapshots
                .iter()
                .map(|(date, date_type)| json!({"date": date, "dateType": date_type.word()}))
                .collect(),
            Kind::AttachDocuments if self.features.is_enabled(Feature::AttachDocuments) => {
                self.documents.waiting_attachments()
            }
            Kind::PmsResources
            | Kind::PmsAppointmentTypes
            | Kind::AvailableDocuments
            | Kind::UploadDocuments
            | Kind::ClientSnapshots
            | Kind::AttachDocuments => Vec::new(),
        }
    }

    fn wire_booking(&self, booking: &Booking) -> Value {
        // Rule: null once the resource was removed. Everything else that is unknown is left out.
        let resource = self
            .knows_resource(&booking.resource)
            .then_some(&booking.resource);
        let mut wire = json!({
            "bookingId": booking.id,
            "pmsResourceId": resource,
            "pmsAppointmentIds": booking.appointments,
            "bookedTime": utc_text(booking.booked_at),
            "bookingStatus": booking.status(),
            "pmsAppointmentTime": booking.start.format("%Y-%m-%d %H:%M:%S").to_string(),
            "pmsAppointmentLength": booking.length_seconds,
            "patient": booking.patient,
            "isNewPatient": booking.is_new_patient,
        });
        let optional = [
            ("pmsAppointmentTypeId", booking.appointment_type.as_deref()),
            ("pmsPatientId", booking.pms_patient.as_deref()),
            ("reason", booking.reason.as_deref()),
            ("comments", booking.comments.as_deref()),
            ("telehealthUrl", booking.telehealth_url.as_deref()),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                put(&mut wire, name, json!(value));
            }
        }
        wire
    }

    fn wire_update(&self, update: &Update) -> Value {
        let mut wire = self.wire_reference(update.booking);
        put(&mut wire, "requestId", json!(update.request));
        put(&mut wire, "updatedAt", json!(utc_text(update.asked_at)));
        put(&mut wire, "bookingStatus", json!("Cancelled"));
        wire
    }

    fn wire_reference(&self, id: i64) -> Value {
        let booking = self.bookings.get(&id);
        let appointments = booking.map_or(&[][..], |booking| &booking.appointments);
        let mut wire = json!({"bookingId": id, "pmsAppointmentIds": appointments});
        if let Some(patient) = booking.and_then(|booking| booking.pms_patient.as_deref()) {
            put(&mut wire, "pmsPatientId", json!(patient));
        }
        wire
    }
}

fn wire_day(asked: &DayAsked) -> Value {
    let mut wire = json!({"day": asked.day});
    if let Some(resource) = &asked.resource {
        put(&mut wire, "pmsResourceId", json!(resource));
        put(&mut wire, "pms_resource_id", json!(resource));
    }
    wire
}

fn put(wire: &mut Value, name: &str, value: Value) {
    if let Some(fields) = wire.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}
