//! One day of free time on its own.

use crate::domain::availability::FreeDay;
use crate::healthengine::error::{CallError, Refusal, Verdict};
use crate::healthengine::practice_client::PracticeClient;
use crate::healthengine::wire::availability::Snapshot;

impl PracticeClient {
    /// Sends one day of free time of one resource.
    pub async fn send_availability_snapshot(&self, day: &FreeDay) -> Result<(), CallError> {
        let operation = "sendAvailabilitySnapshot";
        let snapshot = Snapshot::of(day).map_err(|reason| {
            let verdict = Verdict::Refused(Refusal::Invalid);
            CallError::new(operation, verdict, format!("not sent: {reason}"))
        })?;
        let url = self.url("/availability/snapshot");
        self.post(operation, url, &snapshot).await
    }
}
