//! Headers, time, size, status and verdict, over real connections.

use std::time::Duration;

use reqwest::Method;

use super::server::{
    API_KEY, After, PRACTICE_KEY, RawServer, Server, access, client, limits, open, refusal,
    settings,
};
use crate::domain::booking::Place;
use crate::domain::id::{BookingId, PmsAppointmentId, PmsPatientId, RequestId};
use crate::healthengine::{
    CallError, ClientLimits, Healthengine, PracticeClient, Refusal, Verdict,
};

const BOOKING: BookingId = BookingId::new(154);

async fn read(client: &PracticeClient) -> Result<(), CallError> {
    client.fetch_requests().await.map(drop)
}

async fn write(client: &PracticeClient) -> Result<(), CallError> {
    client.reject_insert(BOOKING, "the slot is taken").await
}

async fn verdicts(client: &PracticeClient) -> [Verdict; 2] {
    [
        read(client).await.unwrap_err().verdict,
        write(client).await.unwrap_err().verdict,
    ]
}

fn short() -> ClientLimits {
    ClientLimits {
        total_timeout: Duration::from_millis(150),
        ..limits()
    }
}

fn place() -> Place {
    Place {
        appointments: vec![PmsAppointmentId::parse("A-1").unwrap()],
        patient: PmsPatientId::parse("P-1").unwrap(),
    }
}

#[tokio::test]
async fn every_call_carries_the_keys_and_the_vendors_user_agent() {
    let server = Server::answering(200, "[]").await;
    let client = server.client();
    client.fetch_requests().await.unwrap();
    client
        .confirm_update(BOOKING, RequestId::new(9))
        .await
        .unwrap();
    client.confirm_insert(BOOKING, &place()).await.unwrap();
    let arrived = server.arrived();
    assert_eq!(arrived.len(), 3);
    for call in &arrived {
        assert_eq!(call.header("api-key"), Some(API_KEY));
        assert_eq!(call.header("practice-id"), Some("1234567"));
        assert_eq!(call.header("practice-key"), Some(PRACTICE_KEY));
        assert_eq!(
            call.header("user-agent"),
            Some("Acme Dental Cloud (integrations@acme.example) UAT")
        );
        assert_eq!(call.header("accept"), Some("application/json"));
        assert_eq!(call.header("referer"), None);
    }
    assert_eq!(arrived[0].method, Method::GET);
    assert_eq!(arrived[0].path, "/pms-api/v1/requests");
    assert_eq!(arrived[0].header("content-length"), None);
    assert_eq!(arrived[1].method, Method::POST);
    assert_eq!(arrived[1].path, "/pms-api/v1/bookings/154/confirmUpdate/9");
    assert_eq!(arrived[1].header("content-length"), Some("0"));
    assert_eq!(arrived[1].header("content-type"), None);
    assert_eq!(arrived[2].header("content-type"), Some("application/json"));
    assert_eq!(arrived[2].header("content-encoding"), None);
}

#[tokio::test]
async fn a_large_body_travels_as_gzip() {
    let server = Server::start().await;
    let client = server.client_with(ClientLimits {
        gzip_from: 40,
        ..limits()
    });
    let reason = "the slot is taken ".repeat(20);
    client.reject_insert(BOOKING, &reason).await.unwrap();
    let call = server.last();
    assert_eq!(call.header("content-encoding"), Some("gzip"));
    assert_eq!(
        call.header("content-length"),
        Some(call.body.len().to_string().as_str())
    );
    assert!(call.body.len() < call.text().len());
    assert_eq!(call.text(), format!(r#"{{"reason":"{}"}}"#, reason.trim()));
    client.reject_insert(BOOKING, "taken").await.unwrap();
    assert_eq!(server.last().header("content-encoding"), None);
}

#[tokio::test]
async fn a_redirect_is_refused_and_never_followed() {
    let elsewhere = Server::start().await;
    let address = format!("{}/requests", elsewhere.client().url(""));
    let server = Server::start().await;
    for status in [301, 302, 303, 307, 308] {
        server.then_with(status, &[("location", &address)], "");
        server.then_with(status, &[("location", &address)], "");
        let refused = Verdict::Refused(Refusal::Other(status));
        assert_eq!(verdicts(&server.client()).await, [refused; 2], "{status}");
    }
    assert!(elsewhere.arrived().is_empty());
}

#[tokio::test]
async fn an_oversized_answer_is_refused() {
    let server = Server::start().await;
    let small = server.client_with(ClientLimits {
        largest_answer: 64,
        ..limits()
    });
    server.then(200, format!("[{}]", " ".repeat(62)));
    read(&small).await.unwrap();
    server.then(200, format!("[{}]", " ".repeat(63)));
    let error = read(&small).await.unwrap_err();
    assert_eq!(error.verdict, Verdict::Garbled);
    assert_eq!(
        error.to_string(),
        "pollRequests: the answer is over 64 bytes"
    );
}

#[tokio::test]
async fn an_answer_that_unpacks_to_too_much_is_refused() {
    use std::io::Write;
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    bomb.write_all(&vec![b' '; 4 * 1024 * 1024]).unwrap();
    let bomb: &'static [u8] = Vec::leak(
        [
            b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n".to_vec(),
            bomb.finish().unwrap(),
        ]
        .concat(),
    );
    assert!(bomb.len() < limits().largest_answer);
    let server = RawServer::start(bomb, After::Close).await;
    let error = read(&client(&settings(&server.address))).await.unwrap_err();
    assert_eq!(error.verdict, Verdict::Garbled);
}

#[tokio::test]
async fn no_answer_in_time_is_unknown() {
    let silent = RawServer::start(b"", After::Hold).await;
    let stalled = RawServer::start(
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
        After::Hold,
    )
    .await;
    for server in [silent, stalled] {
        let mut settings = settings(&server.address);
        settings.limits = short();
        let client = client(&settings);
        assert_eq!(verdicts(&client).await, [Verdict::Unknown; 2]);
        assert_eq!(
            write(&client).await.unwrap_err().to_string(),
            "rejectBookingInsert: no answer in time: operation timed out"
        );
    }
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_call_was_sent_is_unknown() {
    let silent = RawServer::start(b"", After::Close).await;
    let cut = RawServer::start(
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
        After::Close,
    )
    .await;
    let nonsense = RawServer::start(b"SSH-2.0-nonsense\r\n\r\n", After::Close).await;
    for server in [silent, cut, nonsense] {
        let client = client(&settings(&server.address));
        assert_eq!(verdicts(&client).await, [Verdict::Unknown; 2]);
    }
}

#[tokio::test]
async fn nobody_there_means_not_sent() {
    // Bound and dropped: nobody listens there any more.
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    let client = client(&settings(&address));
    assert_eq!(verdicts(&client).await, [Verdict::NotSent; 2]);
}

#[tokio::test]
async fn a_call_that_finds_no_room_in_time_was_not_sent() {
    let server = RawServer::start(b"", After::Hold).await;
    let mut settings = settings(&server.address);
    settings.limits = ClientLimits {
        calls_at_once: 1,
        ..short()
    };
    let connection = open(&settings);
    let (one, other) = (
        connection.practice(&access(PRACTICE_KEY)),
        connection.practice(&access(PRACTICE_KEY)),
    );
    let room = connection.shared().room.acquire().await.unwrap();
    let error = write(&other).await.unwrap_err();
    assert_eq!(error.verdict, Verdict::NotSent);
    drop(room);
    assert_eq!(write(&one).await.unwrap_err().verdict, Verdict::Unknown);
}

#[tokio::test]
async fn a_refusal_repeats_healthengines_words_on_one_bounded_line() {
    let server = Server::start().await;
    let client = server.client();
    for (status, refusal) in [
        (400, Refusal::Invalid),
        (422, Refusal::Invalid),
        (404, Refusal::NotFound),
        (410, Refusal::Gone),
        (409, Refusal::Other(409)),
    ] {
        server.then(status, r#"{"error": "no such\n\u001b[31mbooking"}"#);
        let error = write(&client).await.unwrap_err();
        assert_eq!(error.verdict, Verdict::Refused(refusal));
        assert_eq!(
            error.detail,
            format!("answered {status}: no such [31mbooking")
        );
    }
    server.then(400, format!(r#"{{"error": "{}"}}"#, "x".repeat(5000)));
    let detail = write(&client).await.unwrap_err().detail;
    assert_eq!(detail.chars().count(), "answered 400: ".len() + 200);
    for body in ["", "<html>", r#"{"error": {"a": 1}}"#, "[]"] {
        server.then(400, body);
        assert_eq!(write(&client).await.unwrap_err().detail, "answered 400");
    }
}

#[tokio::test]
async fn a_wrong_key_and_a_missing_consent_are_unauthorised() {
    let server = Server::start().await;
    for status in [401, 401, 403, 403] {
        server.then(status, "");
    }
    let client = server.client();
    assert_eq!(verdicts(&client).await, [Verdict::Unauthorised; 2]);
    assert_eq!(verdicts(&client).await, [Verdict::Unauthorised; 2]);
    let unsendable = open(&settings("http://127.0.0.1:1")).practice(&access("two\nlines"));
    assert_eq!(verdicts(&unsendable).await, [Verdict::Unauthorised; 2]);
}

#[tokio::test]
async fn retry_after_is_honoured_and_bounded() {
    let server = Server::start().await;
    let client = server.client();
    for (status, header, seconds) in [
        (429, "30", Some(30)),
        (503, "0", Some(1)),
        (503, "86400", Some(600)),
        (429, "Sat, 21 Nov 2026 02:00:45 GMT", Some(45)),
        (503, "soon", None),
    ] {
        server.then_with(status, &[("retry-after", header)], "");
        let wait = seconds.map(Duration::from_secs);
        assert_eq!(
            write(&client).await.unwrap_err().verdict,
            Verdict::Slow(wait)
        );
    }
}

#[tokio::test]
async fn a_fault_inside_healthengine_is_unknown_for_a_write_only() {
    let server = Server::start().await;
    let client = server.client();
    for status in [500, 502, 504] {
        server.then(status, "");
        server.then(status, "");
        assert_eq!(
            verdicts(&client).await,
            [Verdict::Slow(None), Verdict::Unknown],
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_write_is_done_whatever_its_answer_says_besides_200() {
    let server = Server::start().await;
    let client = server.client();
    for body in [String::new(), "<html>".to_owned(), "x".repeat(100_000)] {
        server.then(200, body);
        write(&client).await.unwrap();
    }
    server.then(204, "");
    write(&client).await.unwrap();
}

#[tokio::test]
async fn a_poll_that_answers_no_list_is_garbled() {
    let server = Server::start().await;
    let client = server.client();
    for body in ["", "null", "{}", "<html>", r#"{"data": []}"#] {
        server.then(200, body);
        assert_eq!(read(&client).await.unwrap_err().verdict, Verdict::Garbled);
        server.then(200, body);
        let bookings = client.fetch_bookings().await;
        assert_eq!(bookings.is_ok(), body == r#"{"data": []}"#, "{body}");
    }
}

#[tokio::test]
async fn keys_are_in_no_error_and_in_no_debug_output() {
    let server = Server::start().await;
    let client = server.client();
    server.then(401, format!(r#"{{"error": "unknown key {PRACTICE_KEY}"}}"#));
    server.then(400, format!(r#"{{"error": "unknown key {API_KEY}"}}"#));
    let printed = [
        format!("{:?}", write(&client).await.unwrap_err()),
        format!("{:?}", write(&client).await.unwrap_err()),
        format!("{client:?}"),
        format!("{:?}", client.connection()),
        format!("{:?}", access(PRACTICE_KEY)),
        format!("{:?}", settings("https://he.example").api_key),
    ];
    for text in printed {
        assert!(
            !text.contains(PRACTICE_KEY) && !text.contains(API_KEY),
            "{text}"
        );
    }
}

#[test]
fn plain_http_is_for_loopback_hosts_only() {
    for base in [
        "http://127.0.0.1:1",
        "http://localhost:1/v1/",
        "http://[::1]:1",
    ] {
        open(&settings(base));
    }
    for base in ["http://he.example", "http://10.0.0.1", "ftp://127.0.0.1"] {
        assert_eq!(
            refusal(&settings(base)),
            "the base URL is neither https nor a loopback host"
        );
    }
    for base in [
        "https://u:p@he.example",
        "https://he.example/?a=b",
        "data:text",
    ] {
        assert!(refusal(&settings(base)).contains("names no host"), "{base}");
    }
}

#[test]
fn a_setting_that_no_header_can_carry_is_named() {
    let mut broken = settings("http://127.0.0.1:1");
    broken.vendor_name = "two\nlines".to_owned();
    assert!(refusal(&broken).starts_with("the vendor's name, e-mail address or environment"));
    let mut broken = settings("http://127.0.0.1:1");
    broken.api_key = secrecy::SecretString::from("  ");
    assert!(refusal(&broken).starts_with("the API key"));
}
