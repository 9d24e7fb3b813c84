//! The checks of one practice's file.

use std::path::Path;
use std::sync::Arc;

use secrecy::SecretString;
use toml::Value;

use super::document::{self, Read};
use super::findings::{Findings, Place};
use super::hours;
use super::problem::Problem;
use super::raw::{Count, RawFeatures, RawPractice};
use super::secret;
use super::settings::{Environment, PracticeSettings, WhenPmsUnavailable};
use super::sources::Sources;
use super::zone;
use crate::domain::civil::Zone;
use crate::domain::feature::{ExtraFeature, Features};
use crate::domain::id::{PracticeId, PracticeName};
use crate::domain::live_hours::LiveHours;
use crate::pms::Support;
use crate::pms::registry::{self, AdapterSettings, Surroundings};

/// How many days ahead are published where the file does not say, unless the system allows fewer.
const PUBLISH_DAYS: u16 = 30;

/// What became of a practice's file.
#[derive(Default)]
pub(super) struct Checked {
    /// The practice, where nothing is wrong.
    pub settings: Option<PracticeSettings>,
    /// Its id and the line it stands on, also where something else is wrong.
    pub id: Option<(PracticeId, Option<usize>)>,
    /// What stops the start.
    pub problems: Vec<Problem>,
    /// What does not.
    pub warnings: Vec<Problem>,
}

/// Reads and checks a practice's file.
pub(super) fn check(file: &Path, environment: Option<Environment>, sources: &Sources) -> Checked {
    let origin = file.display().to_string();
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            return Checked {
                problems: vec![Problem::of_unreadable(file, &error)],
                ..Checked::default()
            };
        }
    };
    let Read { raw, problems } = document::read::<RawPractice>(&origin, &text);
    let place = |key: &str| Place {
        origin: origin.clone(),
        line: document::line_of(&text, key),
    };
    let mut findings = Findings::new(&place, problems);
    let name = name(file, &mut findings);
    let mut checked = Checked::default();
    if let Some(raw) = raw {
        let id = practice_id(raw.practice_id.as_ref(), &mut findings);
        checked.settings = settings(raw, name, id.clone(), environment, sources, &mut findings);
        checked.id = id.map(|id| (id, document::line_of(&text, "practice_id")));
    }
    if !findings.problems.is_empty() {
        checked.settings = None;
    }
    checked.problems = findings.problems;
    checked.warnings = findings.warnings;
    checked
}

fn settings(
    raw: RawPractice,
    name: Option<PracticeName>,
    practice_id: Option<PracticeId>,
    environment: Option<Environment>,
    sources: &Sources,
    findings: &mut Findings<'_>,
) -> Option<PracticeSettings> {
    let key = raw.practice_key.as_ref();
    let practice_key: Option<SecretString> =
        secret::read("practice_key", key, environment, sources, findings);
    let zone = zone::check(raw.timezone.as_ref(), findings);
    let live_hours = hours::check(raw.live_hours.as_ref(), findings);
    let when_pms_unavailable = when_pms_unavailable(raw.when_pms_unavailable.as_ref(), findings);
    let pms = adapter(raw.pms, zone, sources, findings);
    let publish_days = publish_days(raw.publish_days, pms.as_deref(), findings);
    let features = features(&raw.features, pms.as_deref(), findings);
    Some(PracticeSettings {
        name: name?,
        practice_id: practice_id?,
        practice_key: practice_key?,
        zone: zone?,
        enabled: raw.enabled.unwrap_or(true),
        publish_days: publish_days?,
        live_hours: live_hours.map(Arc::<LiveHours>::new)?,
        pms: pms?,
        when_pms_unavailable: when_pms_unavailable?,
        features,
    })
}

fn name(file: &Path, findings: &mut Findings<'_>) -> Option<PracticeName> {
    let stem = file
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    let name = PracticeName::parse(stem)
        .ok()
        .filter(|name| name.as_str() == stem);
    if name.is_none() {
        findings.wrong(
            "",
            "the file's name cannot be a practice's name",
            "rename it: ASCII letters, digits, - _ and . only, such as harbour-dental.toml",
        );
    }
    name
}

fn practice_id(text: Option<&String>, findings: &mut Findings<'_>) -> Option<PracticeId> {
    const KEY: &str = "practice_id";
    const REMEDY: &str = "write the id that Healthengine issued, in quotes";
    let text = findings.required(KEY, text, REMEDY)?;
    match PracticeId::parse(text) {
        Ok(id) => Some(id),
        Err(error) => {
            findings.wrong(KEY, error.to_string(), REMEDY);
            None
        }
    }
}

fn when_pms_unavailable(
    text: Option<&String>,
    findings: &mut Findings<'_>,
) -> Option<WhenPmsUnavailable> {
    if text.is_none() {
        return Some(WhenPmsUnavailable::Reject);
    }
    let words = WhenPmsUnavailable::ALL.map(|known| (known.name(), known));
    findings.word("when_pms_unavailable", text, words)
}

fn adapter(
    table: Option<toml::Table>,
    zone: Option<Zone>,
    sources: &Sources,
    findings: &mut Findings<'_>,
) -> Option<Arc<dyn AdapterSettings>> {
    const KEY: &str = "pms.adapter";
    let remedy = format!("write one of: {}", registry::ADAPTERS.join(", "));
    let mut table = table.unwrap_or_default();
    let name = match table.remove("adapter") {
        Some(Value::String(name)) => name,
        Some(_) => {
            findings.wrong(KEY, "a string is expected here", remedy);
            return None;
        }
        None => {
            findings.missing(KEY, remedy);
            return None;
        }
    };
    // With a wrong time zone, any other will do to see what else is wrong.
    let zone = zone.or_else(|| Zone::parse("Australia/Sydney"))?;
    let around = Surroundings {
        zone,
        base: &sources.working_dir,
    };
    let problems = match registry::parse(&name, table, around) {
        Ok(settings) => return Some(settings),
        Err(problems) => problems,
    };
    if problems.is_empty() {
        findings.wrong(
            "pms",
            "the adapter refuses this table",
            "see the adapter's example",
        );
    }
    for problem in problems {
        findings.wrong(
            &format!("pms.{}", problem.key),
            problem.problem,
            problem.remedy,
        );
    }
    None
}

/// Rule: a feature is enabled at Healthengine only where its requests can be answered.
fn features(
    raw: &RawFeatures,
    pms: Option<&dyn AdapterSettings>,
    findings: &mut Findings<'_>,
) -> Features {
    let wanted = ExtraFeature::ALL
        .into_iter()
        .filter(|feature| match feature {
            ExtraFeature::Documents => raw.documents,
            ExtraFeature::AttachDocuments => raw.attach_documents,
            ExtraFeature::ClientSnapshots => raw.client_snapshots,
        });
    let wanted: Vec<ExtraFeature> = wanted.collect();
    let Some(can) = pms.map(AdapterSettings::describe) else {
        return Features::of(wanted);
    };
    for feature in &wanted {
        if can.serves(*feature) == Support::No {
            findings.wrong(
                &format!("features.{}", feature.key()),
                format!("{} cannot serve it", can.system),
                "write false, or leave the line out",
            );
        }
    }
    Features::of(wanted)
}

fn publish_days(
    days: Option<Count>,
    pms: Option<&dyn AdapterSettings>,
    findings: &mut Findings<'_>,
) -> Option<u16> {
    const KEY: &str = "publish_days";
    let most = pms.map(|pms| pms.describe().max_publish_days);
    let Some(Count(days)) = days else {
        return Some(most.map_or(PUBLISH_DAYS, |most| PUBLISH_DAYS.min(most)));
    };
    let within = u16::try_from(days)
        .ok()
        .filter(|days| (1..=most.unwrap_or(u16::MAX)).contains(days));
    if within.is_none() {
        let remedy = match most {
            Some(most) => format!("write a whole number from 1 to {most}"),
            None => {
                "write a whole number, 1 or more, and no more than the system allows".to_owned()
            }
        };
        findings.wrong(KEY, format!("{days} days are out of bounds"), remedy);
    }
    within
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pms::{Description, PmsAdapter};

    /// A system that serves client snapshots and nothing else.
    #[derive(Debug)]
    struct Narrow(Description);

    impl AdapterSettings for Narrow {
        fn name(&self) -> &'static str {
            "narrow"
        }

        fn describe(&self) -> &Description {
            &self.0
        }

        fn open(&self) -> Arc<dyn PmsAdapter> {
            unreachable!("only the settings are checked")
        }
    }

    #[test]
    fn a_feature_that_the_system_cannot_serve_is_named_with_its_remedy() {
        let can = Description {
            system: "Narrow",
            max_publish_days: 30,
            window_days: 30,
            keeps_key: Support::Yes,
            cancel: Support::Yes,
            change_feed: Support::No,
            standings: Support::No,
            documents: Support::No,
            attachments: Support::No,
            client_days: Support::Yes,
            settles_within: std::time::Duration::ZERO,
        };
        let raw = RawFeatures {
            documents: true,
            attach_documents: false,
            client_snapshots: true,
        };
        let place = |_: &str| Place {
            origin: "practices/a.toml".to_owned(),
            line: Some(3),
        };
        let mut findings = Findings::new(&place, Vec::new());
        features(&raw, Some(&Narrow(can)), &mut findings);
        let found: Vec<_> = findings
            .problems
            .iter()
            .map(|one| one.key.as_str())
            .collect();
        assert_eq!(found, ["features.documents"]);
        assert_eq!(findings.problems[0].problem, "Narrow cannot serve it");
        assert!(findings.problems[0].remedy.contains("false"));
    }
}
