//! Lists that shrink while they are paged through.

use super::server::Server;
use crate::healthengine::{CallError, Healthengine, Verdict};

fn page(ids: &[i64], number: usize, of: usize) -> String {
    let data: Vec<_> = ids
        .iter()
        .map(|id| serde_json::json!({"requestId": id, "bookingId": 1}))
        .collect();
    serde_json::json!({
        "data": data,
        "page": {"currentPage": number, "totalPages": of, "perPage": 2, "total": 5},
    })
    .to_string()
}

async fn fetched(server: &Server) -> Result<Vec<i64>, CallError> {
    let updates = server.client().fetch_booking_updates().await?;
    Ok(updates
        .iter()
        .map(|update| update.request.number())
        .collect())
}

#[tokio::test]
async fn every_page_is_fetched_from_the_first_to_the_last() {
    let server = Server::start().await;
    server.then(200, page(&[1, 2], 1, 3));
    server.then(200, page(&[3, 4], 2, 3));
    server.then(200, page(&[5], 3, 3));
    assert_eq!(fetched(&server).await.unwrap(), [1, 2, 3, 4, 5]);
    let paths: Vec<_> = server.arrived().into_iter().map(|call| call.path).collect();
    let path = "/pms-api/v1/requests/bookingUpdates?page=";
    assert_eq!(paths, [1, 2, 3].map(|number| format!("{path}{number}")));
}

#[tokio::test]
async fn a_list_that_shrinks_or_grows_while_paging_gives_each_element_once() {
    let server = Server::start().await;
    server.then(200, page(&[1, 2], 1, 3));
    server.then(200, page(&[2, 3], 2, 2));
    assert_eq!(fetched(&server).await.unwrap(), [1, 2, 3]);
    for (status, last) in [(200, page(&[], 2, 3)), (404, String::new())] {
        server.then(200, page(&[1, 2], 1, 3));
        server.then(status, last);
        assert_eq!(fetched(&server).await.unwrap(), [1, 2], "{status}");
    }
}

#[tokio::test]
async fn a_page_that_fails_fails_the_whole_list() {
    let server = Server::start().await;
    server.then(200, page(&[1, 2], 1, 3));
    server.then(500, "");
    assert_eq!(
        fetched(&server).await.unwrap_err().verdict,
        Verdict::Slow(None)
    );
    server.then(404, "");
    assert!(fetched(&server).await.is_err());
}

#[tokio::test]
async fn the_number_of_pages_fetched_in_one_go_is_bounded() {
    let server = Server::start().await;
    for number in 1..=201 {
        server.then(
            200,
            page(&[i64::try_from(number).unwrap()], number, 1_000_000),
        );
    }
    assert_eq!(fetched(&server).await.unwrap().len(), 200);
    assert_eq!(server.arrived().len(), 200);
}
