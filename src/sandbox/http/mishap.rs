//! Faults, as they befall calls.

use std::time::Duration;

use axum::Extension;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::call::answer_error;
use crate::sandbox::Sandbox;
use crate::sandbox::connection::HangUp;
use crate::sandbox::fault::{DropWhen, Fault};

/// Lets a fault befall the call, if one waits for it.
pub(super) async fn befall(
    State(sandbox): State<Sandbox>,
    line: Option<Extension<ConnectInfo<HangUp>>>,
    request: Request,
    next: Next,
) -> Response {
    let practice = request
        .headers()
        .get("practice-id")
        .and_then(|id| id.to_str().ok());
    let fault =
        sandbox
            .inner
            .faults
            .take(request.method().as_str(), request.uri().path(), practice);
    let Some(fault) = fault else {
        return next.run(request).await;
    };
    wait(fault.delay_ms).await;
    if fault.drop == Some(DropWhen::Before) {
        return hang_up(line);
    }
    if let Some(answer) = instead(&fault) {
        return answer;
    }
    let answer = next.run(request).await;
    wait(fault.hold_ms).await;
    if fault.drop == Some(DropWhen::After) {
        return hang_up(line);
    }
    if fault.garble {
        let json = [(header::CONTENT_TYPE, "application/json")];
        return (json, "{\"data\": [{\"bookingId\":").into_response();
    }
    answer
}

async fn wait(milliseconds: Option<u64>) {
    if let Some(milliseconds) = milliseconds {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }
}

fn instead(fault: &Fault) -> Option<Response> {
    let status = match (fault.status, fault.retry_after) {
        (Some(status), _) => StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY),
        (None, Some(_)) => StatusCode::TOO_MANY_REQUESTS,
        (None, None) => return None,
    };
    let mut answer = answer_error(status, "a fault that was asked for");
    if let Some(seconds) = fault.retry_after {
        answer
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Some(answer)
}

fn hang_up(line: Option<Extension<ConnectInfo<HangUp>>>) -> Response {
    if let Some(Extension(ConnectInfo(line))) = line {
        line.now();
    }
    answer_error(StatusCode::BAD_GATEWAY, "a fault that was asked for")
}
