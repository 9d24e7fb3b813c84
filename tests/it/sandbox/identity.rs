//! Who may call, and how a caller says who it is.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use serde_json::{Value, json};

use super::world::{Answer, USER_AGENT, World, resources, with_json};

#[tokio::test]
async fn a_wrong_or_missing_key_is_401_and_no_violation() {
    let world = World::empty().await;
    for header in ["api-key", "practice-id", "practice-key"] {
        let mut call = world.call(Method::GET, "/requests").build().unwrap();
        call.headers_mut().insert(header, "wrong".parse().unwrap());
        let wrong = reqwest::Client::builder().no_proxy().build().unwrap();
        assert_eq!(wrong.execute(call).await.unwrap().status(), 401, "{header}");

        let mut call = world.call(Method::GET, "/requests").build().unwrap();
        call.headers_mut().remove(header);
        assert_eq!(wrong.execute(call).await.unwrap().status(), 401, "{header}");
    }
    assert_eq!(world.view().violation_count, 0);
    assert_eq!(world.sandbox.strangers_refused(), 1);
}

#[tokio::test]
async fn a_revoked_consent_is_401_until_it_is_granted_again() {
    let world = World::empty().await;
    let consent = "/practices/1234567/consent";
    let change = |granted| json!({"granted": granted});
    world
        .control(Method::POST, consent, &change(false))
        .await
        .accepted();
    assert_eq!(world.get("/requests").await.status, 401);
    world
        .control(Method::POST, consent, &change(true))
        .await
        .accepted();
    assert_eq!(world.get("/requests").await.status, 200);
}

#[tokio::test]
async fn an_unknown_practice_is_added_by_its_call_only_when_strangers_are_welcome() {
    let world = World::empty().await;
    let stranger = |key: &'static str| {
        let mut call = world.call(Method::GET, "/requests").build().unwrap();
        call.headers_mut()
            .insert("practice-id", "42".parse().unwrap());
        call.headers_mut()
            .insert("practice-key", key.parse().unwrap());
        async move {
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            client.execute(call).await.unwrap().status()
        }
    };
    assert_eq!(stranger("first").await, 401);
    let welcome = json!({"accept_any_practice": true});
    world
        .control(Method::POST, "/settings", &welcome)
        .await
        .accepted();
    assert_eq!(stranger("first").await, 200);
    assert_eq!(stranger("second").await, 401, "the first key stays");
}

#[tokio::test]
async fn the_user_agent_names_vendor_address_and_environment() {
    let world = World::empty().await;
    let agent = |text: &'static str| {
        let call = world.call(Method::GET, "/requests");
        async move {
            let mut call = call.build().unwrap();
            call.headers_mut()
                .insert("user-agent", text.parse().unwrap());
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            client.execute(call).await.unwrap().status().as_u16()
        }
    };
    for bad in [
        "reqwest/0.13",
        "Acme (integrations@acme.example) TEST",
        "Acme integrations@acme.example UAT",
        "(integrations@acme.example) UAT",
        "Acme (nobody) UAT",
    ] {
        assert_eq!(agent(bad).await, 400, "{bad}");
    }
    assert_eq!(agent(USER_AGENT).await, 200);
    assert_eq!(world.view().violation_count, 5);
}

#[tokio::test]
async fn a_body_is_json_and_says_so() {
    let world = World::empty().await;
    let path = "/config/pmsResources/snapshot";
    let plain = world
        .call(Method::POST, path)
        .header("content-type", "text/plain")
        .body("[]");
    let rule = Answer::of(plain).await.rule();
    assert_eq!(rule, "Content-Type: must be application/json");
    let half = world
        .call(Method::POST, path)
        .header("content-type", "application/json; charset=utf-8")
        .body("[");
    assert_eq!(Answer::of(half).await.rule(), "body: must be one JSON text");
    let rule = world.post_nothing(path).await.rule();
    assert_eq!(rule, "body: is required");
    assert_eq!(world.view().violation_count, 3);
}

#[tokio::test]
async fn a_body_may_be_gzip_and_must_be_what_it_says() {
    let world = World::empty().await;
    let path = "/config/pmsResources/snapshot";
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed
        .write_all(resources(&["r1"]).to_string().as_bytes())
        .unwrap();
    let call = with_json(world.call(Method::POST, path), &Value::Null)
        .header("content-encoding", "gzip")
        .body(packed.finish().unwrap());
    Answer::of(call).await.accepted();
    assert_eq!(world.view().resources.len(), 1);
    let call =
        with_json(world.call(Method::POST, path), &json!([])).header("content-encoding", "gzip");
    let rule = Answer::of(call).await.rule();
    assert_eq!(rule, "body: must be gzip, as its Content-Encoding says");
}

#[tokio::test]
async fn a_body_has_a_largest_size_packed_and_unpacked() {
    let world = World::empty().await;
    let path = "/config/pmsResources/snapshot";
    let large = " ".repeat((64 << 20) + 1);
    let call = with_json(world.call(Method::POST, path), &Value::Null).body(large);
    assert_eq!(
        Answer::of(call).await.rule(),
        "body: must be at most 64 MiB"
    );
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![b' '; (64 << 20) + 1]).unwrap();
    let call = with_json(world.call(Method::POST, path), &Value::Null)
        .header("content-encoding", "gzip")
        .body(bomb.finish().unwrap());
    let rule = Answer::of(call).await.rule();
    assert_eq!(rule, "body: must be at most 64 MiB unpacked");
}

#[tokio::test]
async fn a_path_method_or_parameter_that_the_definition_does_not_have_is_a_violation() {
    let world = World::empty().await;
    assert_eq!(world.get("/request").await.status, 404);
    assert_eq!(world.get("/requests/pmsResources").await.status, 404);
    assert_eq!(world.delete("/requests").await.status, 404);
    let rule = world.get("/requests/bookings?limit=3").await.rule();
    assert_eq!(rule, "limit: is not a parameter of the operation");
    assert_eq!(world.view().violation_count, 4);
}
