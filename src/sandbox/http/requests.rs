//! What waits, and the lists of it.

use axum::extract::Path;
use axum::response::Response;

use super::call::{Call, no_such_operation};
use crate::sandbox::request::Kind;

/// `GET /requests`: the poll.
pub(super) async fn poll(call: Call) -> Response {
    call.answer(|state| {
        call.query("", &[])?;
        state.note_poll(call.now);
        Ok(state.waiting_kinds())
    })
}

/// `GET /requests/{kind}`: one page of what waits.
pub(super) async fn list(Path(word): Path<String>, call: Call) -> Response {
    let kind = Kind::ALL
        .into_iter()
        .find(|kind| kind.has_list() && kind.word() == word);
    match kind {
        Some(kind) => call.answer(|state| call.page(state.list(kind), &["page"])),
        None => no_such_operation(call).await,
    }
}
