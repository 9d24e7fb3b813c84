//! One request to a router, in process: what the laws of the two servers have in common.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;

/// Far more than any answer of a server with one practice.
const LARGEST_ANSWER: usize = 4 << 20;

thread_local! {
    static RUNTIME: Runtime = Builder::new_current_thread().enable_all().build().unwrap();
}

/// A method, an address and a body; `None` where HTTP itself has no such request.
pub(crate) fn request(
    line: &str,
    headers: &[(&'static str, &str)],
    body: &[u8],
) -> Option<Request<Body>> {
    let (method, address) = line.split_once(' ')?;
    let mut request = Request::new(Body::from(body.to_vec()));
    *request.method_mut() = Method::from_bytes(method.as_bytes()).ok()?;
    *request.uri_mut() = address.trim().parse::<Uri>().ok()?;
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).ok()?;
        request
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
    Some(request)
}

/// What a request is answered with.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) is_page: bool,
    pub(crate) body: String,
}

/// Its answer: never an internal error, and always to its end.
pub(crate) fn ask(router: &Router, request: Request<Body>) -> Answer {
    RUNTIME.with(|runtime| {
        runtime.block_on(async {
            let answer = router.clone().oneshot(request).await.unwrap();
            let status = answer.status();
            assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR);
            let kind = answer.headers().get(header::CONTENT_TYPE);
            let is_page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
            let body = to_bytes(answer.into_body(), LARGEST_ANSWER).await.unwrap();
            Answer {
                status,
                is_page,
                body: String::from_utf8_lossy(&body).into_owned(),
            }
        })
    })
}
