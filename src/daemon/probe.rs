//! `check --online`: one read-only call to each of a practice's two systems.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};

use super::StartError;
use super::build::{Served, served};
use super::tasks::Tasks;
use crate::config::Settings;
use crate::healthengine::{CallError, Refusal, Verdict};
use crate::pms::PmsError;

/// How many practices are asked at once.
const AT_ONCE: usize = 16;

/// What a practice's two systems answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The practice's name.
    pub practice: String,
    /// What is to be done; empty: both answered well.
    pub remedies: Vec<String>,
}

/// Asks every practice's systems, and lists the findings by name.
pub async fn probe(settings: &Settings) -> Result<Vec<Finding>, StartError> {
    let limit = settings.pms.read_timeout;
    let tasks = Tasks::new();
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let (found, mut findings) = mpsc::unbounded_channel();
    for practice in served(settings)? {
        let found = found.clone();
        let places = Arc::clone(&places);
        let name = format!("probe {}", practice.profile.name);
        tasks.spawn_errand(name, async move {
            // Closed never: the place only bounds how many ask at once.
            let _place = places.acquire().await;
            // Whoever asked may have stopped waiting.
            found.send(ask(&practice, limit).await).ok();
        });
    }
    drop(found);
    let mut all = Vec::new();
    while let Some(finding) = findings.recv().await {
        all.push(finding);
    }
    all.sort_by(|one: &Finding, other| one.practice.cmp(&other.practice));
    Ok(all)
}

async fn ask(practice: &Served, limit: Duration) -> Finding {
    let (healthengine, pms) = tokio::join!(
        practice.healthengine.fetch_requests(),
        practice.pms.probe(limit),
    );
    let system = practice.pms.describe().system;
    let remedies = [
        healthengine.err().map(|error| healthengine_remedy(&error)),
        pms.err().map(|error| pms_remedy(system, &error)),
    ];
    Finding {
        practice: practice.profile.name.to_string(),
        remedies: remedies.into_iter().flatten().collect(),
    }
}

/// What to do about a failed call to Healthengine.
fn healthengine_remedy(error: &CallError) -> String {
    match error.verdict {
        Verdict::Unauthorised => {
            "Healthengine refuses the keys: consent is missing or revoked, or practice_id, \
             practice_key or healthengine.api_key is wrong. The practice's administrator grants \
             consent in Healthengine's practice portal, menu Integration Consent"
                .to_owned()
        }
        Verdict::NotSent | Verdict::Unknown => format!(
            "Healthengine cannot be reached ({error}): check healthengine.base_url, the network \
             and its proxy"
        ),
        Verdict::Slow(_) => format!("Healthengine asks for patience ({error}): try again later"),
        Verdict::Refused(Refusal::NotFound | Refusal::Gone) => {
            format!("there is no PMS API at healthengine.base_url ({error}): correct the address")
        }
        Verdict::Refused(Refusal::Invalid | Refusal::Other(_)) | Verdict::Garbled => format!(
            "Healthengine's answer is not as defined ({error}): check healthengine.base_url, and \
             whether a proxy answers in its place"
        ),
    }
}

/// What to do about a PMS that did not answer well.
fn pms_remedy(system: &str, error: &PmsError) -> String {
    match error {
        PmsError::Misconfigured(_) => {
            format!("{system}: {error}; correct the [pms] table of the practice's file")
        }
        PmsError::NotDone(_) | PmsError::Unknown(_) => {
            format!("{system}: {error}; check that it is running and can be reached from here")
        }
        PmsError::Refused(_) | PmsError::Unsupported(_) => {
            format!("{system}: {error}; report this to whoever wrote the adapter")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_key_names_who_can_grant_consent_and_where() {
        let error = CallError::new("GET /requests", Verdict::Unauthorised, "401");
        let remedy = healthengine_remedy(&error);
        assert!(remedy.contains("practice's administrator"), "{remedy}");
        assert!(remedy.contains("menu Integration Consent"), "{remedy}");
    }
}
