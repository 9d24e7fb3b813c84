//! A day's appointments and their patients (extra feature `clientSnapshots`).

use crate::healthengine::error::CallError;
use crate::healthengine::practice_client::PracticeClient;
use crate::healthengine::send::Call;
use crate::healthengine::wire::client_snapshot::{ClientSnapshot, WireSnapshot};

impl PracticeClient {
    /// Sends a client snapshot.
    pub async fn send_client_snapshot(&self, snapshot: &ClientSnapshot) -> Result<(), CallError> {
        let url = self.url("/clientSnapshot");
        let body = WireSnapshot::of(snapshot);
        let call = Call::post("sendClientSnapshot", url, &body)?.about_a_person();
        self.send(call).await.map(drop)
    }
}
