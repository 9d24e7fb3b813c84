//! What every adapter promises, run for each of them: `adapter_contract!` under a module of its own.
//!
//! An adapter joins with a [`bench::Bench`]: a PMS of its own with free times, and a way to make
//! that PMS stop answering. The promises are numbered as on the page of `healthengine_connector::pms`.

mod bench;
mod diary;
mod documents;
mod promises;

/// The six promises as six tests of the bench that the expression makes, and what else the trait
/// says of its calls.
macro_rules! adapter_contract {
    ($bench:expr) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn promise_1_the_same_key_twice_is_one_appointment() {
            $crate::adapter_contract::promises::same_key_twice(&$bench).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn promise_1_the_same_key_twice_is_one_document() {
            $crate::adapter_contract::documents::same_key_twice(&$bench).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn promise_6_a_dropped_attach_leaves_nothing_that_the_next_one_does_not_find() {
            $crate::adapter_contract::documents::dropped_futures(&$bench).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn promise_2_any_error_but_unknown_means_that_nothing_was_written() {
            $crate::adapter_contract::promises::errors_write_nothing(&$bench).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn promise_3_find_sees_what_book_wrote() {
            $crate::adapter_contract::promises::find_sees(&$bench).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn promise_4_calls_may_run_concurrently() {
            $crate::adapter_contract::promises::concurrent_calls(&$bench).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn promise_5_no_call_outlives_its_limit() {
            $crate::adapter_contract::promises::limits_are_kept(&$bench).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn promise_6_a_dropped_future_leaves_nothing_that_find_cannot_see() {
            $crate::adapter_contract::promises::dropped_futures(&$bench).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn standings_are_those_of_the_places_asked_in_their_order() {
            $crate::adapter_contract::promises::standings_follow(&$bench).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn a_client_day_has_every_list_and_nobody_of_another_day() {
            $crate::adapter_contract::promises::client_days(&$bench).await;
        }
    };
}

use adapter_contract;
