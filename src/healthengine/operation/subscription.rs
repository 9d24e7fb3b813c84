//! Subscriptions to events. An event is a hint; polling stays the truth.

use crate::domain::id::SubscriptionId;
use crate::healthengine::error::CallError;
use crate::healthengine::practice_client::{PracticeClient, garbled, unusable};
use crate::healthengine::send::{Answer, Call};
use crate::healthengine::wire::field;
use crate::healthengine::wire::list::{body_text, parse_object};
use crate::healthengine::wire::subscription::{
    NewSubscription, Subscription, SubscriptionError, SubscriptionErrorQuery, WireSubscription,
    parse_error, parse_subscription,
};

impl PracticeClient {
    /// Fetches every subscription.
    pub async fn fetch_subscriptions(&self) -> Result<Vec<Subscription>, CallError> {
        let url = self.url("/subscription");
        self.fetch_list("getSubscriptions", url, |raw| {
            parse_subscription(&field::value(raw)?)
        })
        .await
    }

    /// Fetches one subscription.
    pub async fn fetch_subscription(&self, id: &SubscriptionId) -> Result<Subscription, CallError> {
        let operation = "getSubscription";
        let url = self.url(&format!("/subscription/{id}"));
        let value = self.fetch_object(operation, url).await?;
        parse_subscription(&value).map_err(unusable(operation))
    }

    /// Creates a subscription, or updates the one with the same topic and address.
    pub async fn create_subscription(
        &self,
        new: &NewSubscription,
    ) -> Result<Subscription, CallError> {
        let operation = "createSubscription";
        let url = self.url("/subscription");
        let mut call = Call::post(operation, url, &WireSubscription::of(new))?;
        if let Some(secret) = &new.client_id {
            call = call.with_secret(secret.clone());
        }
        let body = self.send(call.answer(Answer::Needed)).await?;
        let value = parse_object(&body_text(&body)).map_err(garbled(operation))?;
        parse_subscription(&value).map_err(unusable(operation))
    }

    /// Deletes a subscription.
    pub async fn delete_subscription(&self, id: &SubscriptionId) -> Result<(), CallError> {
        let url = self.url(&format!("/subscription/{id}"));
        let call = Call::delete("deleteSubscription", url);
        self.send(call).await.map(drop)
    }

    /// Fetches the log of events that could not be delivered, all pages.
    pub async fn fetch_subscription_errors(
        &self,
        query: &SubscriptionErrorQuery,
    ) -> Result<Vec<SubscriptionError>, CallError> {
        let mut url = self.url("/subscriptionErrorLog");
        url.query_pairs_mut().extend_pairs(query.pairs());
        self.fetch_pages("getSubscriptionErrorLogs", url, parse_error, |error| {
            error.id.clone()
        })
        .await
    }
}
