//! Documents, client snapshots, and documents that are to be attached.

use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};

use super::call::{Call, number};
use crate::sandbox::Sandbox;
use crate::sandbox::practice::documents::Outcome;
use crate::sandbox::practice::features::Feature;
use crate::sandbox::wire::booking::read_reason;
use crate::sandbox::wire::client_snapshot::ClientSnapshot;
use crate::sandbox::wire::document::{
    read_available, read_confirm_attach, read_reject_upload, read_upload,
};

/// The operations of the extra features.
pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/documents/available", post(available))
        .route("/documents/upload", post(upload))
        .route("/documents/rejectUpload", post(reject_upload))
        .route("/clientSnapshot", post(client_snapshot))
        .route("/attachDocuments/{requestId}", get(attachment))
        .route(
            "/attachDocuments/{requestId}/confirmInsert",
            post(confirm_attachment),
        )
        .route(
            "/attachDocuments/{requestId}/rejectInsert",
            post(reject_attachment),
        )
}

async fn available(call: Call) -> Response {
    call.settle(|state| {
        state.needs(Feature::Documents)?;
        state.list_documents(read_available(&call.json()?)?)
    })
}

async fn upload(call: Call) -> Response {
    call.settle(|state| {
        state.needs(Feature::Documents)?;
        let (document, size) = read_upload(&call.json()?)?;
        state.upload_document(document, size)
    })
}

async fn reject_upload(call: Call) -> Response {
    call.settle(|state| {
        state.needs(Feature::Documents)?;
        state.reject_upload(read_reject_upload(&call.json()?)?);
        Ok(())
    })
}

async fn client_snapshot(call: Call) -> Response {
    call.settle(|state| {
        state.needs(Feature::ClientSnapshots)?;
        state.store_client_snapshot(ClientSnapshot::read(&call.json()?)?);
        Ok(())
    })
}

async fn attachment(Path(id): Path<String>, call: Call) -> Response {
    call.answer(|state| state.attachment(number("requestId", &id)?))
}

async fn confirm_attachment(Path(id): Path<String>, call: Call) -> Response {
    call.settle(|state| {
        let document = read_confirm_attach(&call.json()?)?;
        let outcome = Outcome::Inserted(document);
        state.settle_attachment(number("requestId", &id)?, outcome)
    })
}

async fn reject_attachment(Path(id): Path<String>, call: Call) -> Response {
    call.settle(|state| {
        read_reason(&call.json()?)?;
        state.settle_attachment(number("requestId", &id)?, Outcome::Refused)
    })
}
