//! Answers to bookings and their updates, and reports of what became of them.

use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::post;

use super::call::{Call, number};
use crate::sandbox::Sandbox;
use crate::sandbox::practice::bookings::{Report, UpdateAnswer};
use crate::sandbox::wire::booking::{ConfirmInsert, read_reason};

/// The operations on bookings.
pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/bookings/{bookingId}/confirmInsert", post(confirm_insert))
        .route("/bookings/{bookingId}/rejectInsert", post(reject_insert))
        .route(
            "/bookings/{bookingId}/confirmUpdate/{requestId}",
            post(confirm_update),
        )
        .route(
            "/bookings/{bookingId}/rejectUpdate/{requestId}",
            post(reject_update),
        )
        .route("/bookings/{bookingId}/cancel", post(cancel))
        .route("/bookings/{bookingId}/didNotAttend", post(did_not_attend))
        .route(
            "/bookings/{bookingId}/noPmsAppointmentChange",
            post(no_change),
        )
}

async fn confirm_insert(Path(id): Path<String>, call: Call) -> Response {
    call.settle(|state| {
        let confirm = ConfirmInsert::read(&call.json()?)?;
        state.confirm_insert(number("bookingId", &id)?, confirm, call.now)
    })
}

async fn reject_insert(Path(id): Path<String>, call: Call) -> Response {
    call.settle(|state| {
        read_reason(&call.json()?)?;
        state.reject_insert(number("bookingId", &id)?, call.now)
    })
}

async fn confirm_update(Path((id, request)): Path<(String, String)>, call: Call) -> Response {
    call.settle(|state| {
        call.without_body()?;
        let (id, request) = (number("bookingId", &id)?, number("requestId", &request)?);
        state.answer_update(id, request, UpdateAnswer::Confirmed, call.now)
    })
}

async fn reject_update(Path((id, request)): Path<(String, String)>, call: Call) -> Response {
    call.settle(|state| {
        read_reason(&call.json()?)?;
        let (id, request) = (number("bookingId", &id)?, number("requestId", &request)?);
        state.answer_update(id, request, UpdateAnswer::Rejected, call.now)
    })
}

async fn cancel(Path(id): Path<String>, call: Call) -> Response {
    call.settle(|state| {
        read_reason(&call.json()?)?;
        state.report(number("bookingId", &id)?, Report::Cancelled, call.now)
    })
}

async fn did_not_attend(Path(id): Path<String>, call: Call) -> Response {
    call.settle(|state| {
        read_reason(&call.json()?)?;
        state.report(number("bookingId", &id)?, Report::DidNotAttend, call.now)
    })
}

async fn no_change(Path(id): Path<String>, call: Call) -> Response {
    call.settle(|state| {
        call.without_body()?;
        state.report(number("bookingId", &id)?, Report::NoChange, call.now)
    })
}
