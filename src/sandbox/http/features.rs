//! Extra features.

use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};

use super::call::Call;
use crate::sandbox::Sandbox;
use crate::sandbox::practice::Refused;
use crate::sandbox::practice::features::Feature;

/// The operations on features.
pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/features", get(all))
        .route("/features/{id}", get(one))
        .route("/features/{id}/enable", post(enable))
        .route("/features/{id}/disable", post(disable))
}

fn named(id: &str) -> Result<Feature, Refused> {
    Feature::parse(id).ok_or(Refused::NotFound("no such feature"))
}

async fn all(call: Call) -> Response {
    call.answer(|state| Ok(state.features.wire_all()))
}

async fn one(Path(id): Path<String>, call: Call) -> Response {
    call.answer(|state| Ok(state.features.wire(named(&id)?)))
}

async fn enable(Path(id): Path<String>, call: Call) -> Response {
    call.settle(|state| {
        call.without_body()?;
        state.features.enable(named(&id)?);
        Ok(())
    })
}

async fn disable(Path(id): Path<String>, call: Call) -> Response {
    call.settle(|state| {
        call.without_body()?;
        state.features.disable(named(&id)?);
        Ok(())
    })
}
