//! What every request passes: the right host, the right site, a time limit, closed headers.

use std::net::IpAddr;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Headers of every answer: nothing is loaded but our own style, nothing frames the page, nothing is
/// kept.
const CLOSED: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Refuses a request that was meant for another host: a name that someone else's DNS points at the
/// loopback address must not make a browser read or steer this page.
pub(super) async fn loopback_host(request: Request, next: Next) -> Response {
    let named = host(request.headers()).or_else(|| request.uri().authority().cloned());
    if named.as_ref().is_some_and(is_loopback) {
        next.run(request).await
    } else {
        (
            StatusCode::MISDIRECTED_REQUEST,
            "this server answers to localhost and loopback addresses only\n",
        )
            .into_response()
    }
}

/// Refuses a write that a browser sends on another site's errand.
pub(super) async fn same_site(request: Request, next: Next) -> Response {
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS];
    if reads.contains(request.method()) || is_own_errand(request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "sent from another site\n").into_response()
    }
}

/// Gives up on a request that takes too long, so that a stuck one holds nothing for ever.
pub(super) async fn in_time(
    State(limit): State<Duration>,
    request: Request,
    next: Next,
) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => (StatusCode::SERVICE_UNAVAILABLE, "took too long\n").into_response(),
    }
}

/// Closes every answer against framing, sniffing, foreign content and caches.
pub(super) async fn closed_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in CLOSED {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

fn host(headers: &HeaderMap) -> Option<Authority> {
    headers.get(header::HOST)?.to_str().ok()?.parse().ok()
}

fn is_loopback(authority: &Authority) -> bool {
    let host = authority.host();
    let address = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host);
    host.eq_ignore_ascii_case("localhost")
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn is_own_errand(headers: &HeaderMap) -> bool {
    let fetched_by_us = match headers.get("sec-fetch-site") {
        None => true,
        Some(site) => site == "same-origin" || site == "none",
    };
    let from_us = match headers.get(header::ORIGIN) {
        None => true,
        Some(origin) => origin
            .to_str()
            .ok()
            .and_then(|origin| origin.strip_prefix("http://"))
            .and_then(|origin| origin.parse::<Authority>().ok())
            .is_some_and(|origin| Some(origin) == host(headers)),
    };
    fetched_by_us && from_us
}
