//! What Healthengine holds of a practice's configuration.

use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use crate::domain::diary::{AppointmentType, Resource};
use crate::domain::id::{PmsAppointmentTypeId, PmsResourceId};
use crate::domain::live_hours::LiveHours;
use crate::healthengine::error::CallError;
use crate::healthengine::practice_client::{PracticeClient, garbled};
use crate::healthengine::send::Call;
use crate::healthengine::wire::BadElement;
use crate::healthengine::wire::configuration::{parse_contract, parse_resource, parse_type};
use crate::healthengine::wire::list::{body_text, parse_list, parse_object};

impl PracticeClient {
    /// Fetches a list that does not come in pages.
    pub(in crate::healthengine) async fn fetch_list<T>(
        &self,
        operation: &'static str,
        url: Url,
        parse: impl Fn(&RawValue) -> Result<T, BadElement>,
    ) -> Result<Vec<T>, CallError> {
        let body = self.send(Call::read(operation, url)).await?;
        let text = body_text(&body);
        let elements = parse_list(&text).map_err(garbled(operation))?;
        Ok(self.usable(operation, elements, parse))
    }

    /// Fetches one object.
    pub(super) async fn fetch_object(
        &self,
        operation: &'static str,
        url: Url,
    ) -> Result<Value, CallError> {
        let body = self.send(Call::read(operation, url)).await?;
        parse_object(&body_text(&body)).map_err(garbled(operation))
    }

    /// Fetches every resource that Healthengine holds.
    pub async fn fetch_resources(&self) -> Result<Vec<Resource>, CallError> {
        let url = self.url("/config/pmsResources");
        self.fetch_list("getResources", url, parse_resource).await
    }

    /// Fetches the resources with this id: one, or none.
    pub async fn fetch_resource(&self, id: &PmsResourceId) -> Result<Vec<Resource>, CallError> {
        let mut url = self.url("/config/pmsResources/findById");
        url.query_pairs_mut().append_pair("id", id.as_str());
        self.fetch_list("findByPmsResourceId", url, parse_resource)
            .await
    }

    /// Fetches every appointment type that Healthengine holds.
    pub async fn fetch_appointment_types(&self) -> Result<Vec<AppointmentType>, CallError> {
        let url = self.url("/config/pmsAppointmentTypes");
        self.fetch_list("getPmsAppointmentTypes", url, parse_type)
            .await
    }

    /// Fetches the appointment types with this id: one, or none.
    pub async fn fetch_appointment_type(
        &self,
        id: &PmsAppointmentTypeId,
    ) -> Result<Vec<AppointmentType>, CallError> {
        let mut url = self.url("/config/pmsAppointmentTypes/findById");
        url.query_pairs_mut().append_pair("id", id.as_str());
        self.fetch_list("findByPmsAppointmentTypeId", url, parse_type)
            .await
    }

    /// Fetches the liveness contract.
    pub async fn fetch_liveness_contract(&self) -> Result<LiveHours, CallError> {
        let operation = "getLivenessContract";
        let url = self.url("/config/livenessContract");
        let body = self.send(Call::read(operation, url)).await?;
        parse_contract(&body_text(&body)).map_err(garbled(operation))
    }
}
