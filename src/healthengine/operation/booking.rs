//! What a practice tells of a booking on its own account.

use serde::Serialize;
use url::Url;

use crate::domain::booking::Place;
use crate::domain::id::BookingId;
use crate::healthengine::error::CallError;
use crate::healthengine::practice_client::PracticeClient;
use crate::healthengine::send::Call;
use crate::healthengine::wire::booking::{ConfirmInsert, TelehealthLinks};

impl PracticeClient {
    /// Sends a body to an operation whose answer is its status.
    pub(in crate::healthengine) async fn post(
        &self,
        operation: &'static str,
        url: Url,
        body: &(impl Serialize + Sync),
    ) -> Result<(), CallError> {
        self.send(Call::post(operation, url, body)?).await.map(drop)
    }

    /// Confirms that the booking stands in the diary, with the links of a telehealth appointment.
    pub async fn confirm_booking_insert(
        &self,
        booking: BookingId,
        place: &Place,
        links: Option<&TelehealthLinks>,
    ) -> Result<(), CallError> {
        let url = self.url(&format!("/bookings/{booking}/confirmInsert"));
        let body = ConfirmInsert::new(place, links);
        self.post("confirmBookingInsert", url, &body).await
    }
}
