//! What Healthengine answers: see `healthengine::fuzzing`.

use healthengine_connector::healthengine::fuzzing::{answer, retry_after};

pub(crate) fn hold(data: &[u8]) {
    answer(data);
    if let Ok(text) = std::str::from_utf8(data) {
        retry_after(text);
    }
}
