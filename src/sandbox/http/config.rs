//! Configuration: liveness contract, resources and appointment types.

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;

use super::call::Call;
use crate::sandbox::Sandbox;
use crate::sandbox::fields::Broken;
use crate::sandbox::practice::Refused;
use crate::sandbox::wire::availability::Known as _;
use crate::sandbox::wire::config::{read_contract, read_resources, read_types};

/// The operations on configuration.
pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/config/pmsResources", get(resources))
        .route("/config/pmsResources/findById", get(find_resource))
        .route("/config/pmsResources/snapshot", post(send_resources))
        .route("/config/pmsAppointmentTypes", get(types))
        .route("/config/pmsAppointmentTypes/findById", get(find_type))
        .route("/config/pmsAppointmentTypes/snapshot", post(send_types))
        .route(
            "/config/livenessContract",
            get(contract).post(send_contract),
        )
}

/// The required query parameter `id`.
fn wanted(call: &Call) -> Result<&str, Refused> {
    let id = call.query("id", &["id"])?;
    Ok(id.ok_or_else(|| Broken::at("id", "is required"))?)
}

async fn resources(call: Call) -> Response {
    call.answer(|state| Ok(state.resources.clone()))
}

async fn find_resource(call: Call) -> Response {
    call.answer(|state| {
        let id = wanted(&call)?;
        let found = state.resources.iter();
        Ok(found
            .filter(|resource| &*resource.pms_resource_id == id)
            .cloned()
            .collect::<Vec<_>>())
    })
}

async fn send_resources(call: Call) -> Response {
    call.settle(|state| {
        state.replace_resources(read_resources(&call.json()?)?);
        Ok(())
    })
}

async fn types(call: Call) -> Response {
    call.answer(|state| Ok(state.types.clone()))
}

async fn find_type(call: Call) -> Response {
    call.answer(|state| {
        let id = wanted(&call)?;
        let found = state.types.iter();
        Ok(found
            .filter(|known| &*known.pms_appointment_type_id == id)
            .cloned()
            .collect::<Vec<_>>())
    })
}

async fn send_types(call: Call) -> Response {
    call.settle(|state| {
        let types = read_types(&call.json()?, |id| state.knows_resource(id))?;
        state.replace_types(types);
        Ok(())
    })
}

async fn contract(call: Call) -> Response {
    // Absent until it was sent: no field of it is there.
    call.answer(|state| {
        let sent = state.contract.as_ref();
        Ok(sent.map_or_else(|| json!({}), |contract| contract.sent.clone()))
    })
}

async fn send_contract(call: Call) -> Response {
    call.settle(|state| {
        state.replace_contract(read_contract(&call.json()?)?, call.now);
        Ok(())
    })
}
