//! What the practice's engine does, one activation at a time, in a world of models.

mod answer;
mod attachments;
mod availability;
mod cancellation;
mod changes;
mod configuration;
mod consent;
mod crash;
mod documents;
mod doubtful;
mod features;
mod kinds;
mod late;
mod ledger;
mod lingering;
mod matrix;
mod outage;
mod person;
mod privacy;
mod rest;
mod situation;
mod snapshots;
