//! The checks of the `[healthengine]` table: where Healthengine is, and how it is called.

use std::path::PathBuf;

use url::{Host, Url};

use super::{MILLISECOND, SECOND, from};
use crate::config::findings::Findings;
use crate::config::problem::unreadable;
use crate::config::raw::RawHealthengine;
use crate::config::secret;
use crate::config::settings::{Environment, HealthengineSettings};
use crate::config::sources::Sources;
use crate::healthengine::ClientLimits;

/// Checks the `[healthengine]` table.
pub(super) fn check(
    raw: &RawHealthengine,
    environment: Option<Environment>,
    sources: &Sources,
    findings: &mut Findings<'_>,
) -> Option<HealthengineSettings> {
    let base_url = base_url(raw.base_url.as_ref(), findings);
    let key = raw.api_key.as_ref();
    let api_key = secret::read("healthengine.api_key", key, environment, sources, findings);
    let limits = limits(raw, findings);
    let extra_ca = match &raw.extra_ca_file {
        Some(file) => extra_ca(file, sources, findings).map(Some),
        None => Some(None),
    };
    Some(HealthengineSettings {
        base_url: base_url?,
        api_key: api_key?,
        limits: limits?,
        extra_ca: extra_ca?,
    })
}

fn limits(raw: &RawHealthengine, findings: &mut Findings<'_>) -> Option<ClientLimits> {
    let connect_timeout = findings.length(
        "healthengine.connect_timeout",
        raw.connect_timeout.as_ref(),
        from(100, MILLISECOND, 30, SECOND),
    );
    let total_timeout = findings.length(
        "healthengine.total_timeout",
        raw.total_timeout.as_ref(),
        from(1, SECOND, 60, SECOND),
    );
    let largest_answer = findings.count(
        "healthengine.largest_answer",
        raw.largest_answer,
        65_536..=268_435_456,
    );
    let gzip_from = findings.count("healthengine.gzip_from", raw.gzip_from, 0..=1_048_576);
    let calls_at_once = findings.count("healthengine.calls_at_once", raw.calls_at_once, 1..=10_000);
    Some(ClientLimits {
        connect_timeout: connect_timeout?,
        total_timeout: total_timeout?,
        largest_answer: largest_answer?,
        gzip_from: gzip_from?,
        calls_at_once: calls_at_once?,
    })
}

/// Rule: https only; http is for the sandbox on this machine.
fn base_url(text: Option<&String>, findings: &mut Findings<'_>) -> Option<Url> {
    const KEY: &str = "healthengine.base_url";
    const REMEDY: &str = "write https://healthengine.com.au/pms-api/v1, or the sandbox's address";
    let text = findings.required(KEY, text, REMEDY)?;
    // A password could stand in the address, so that it is not quoted.
    let Ok(mut url) = Url::parse(text) else {
        findings.wrong(KEY, "this is not an address", REMEDY);
        return None;
    };
    if url.host().is_none() {
        findings.wrong(KEY, "this address has no host", REMEDY);
        return None;
    }
    let extra = url.query().is_some() || url.fragment().is_some();
    if extra || !url.username().is_empty() || url.password().is_some() {
        let problem = "an address ends with its path, and has no user and no password";
        findings.wrong(KEY, problem, REMEDY);
        return None;
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            findings.wrong(KEY, "http is only allowed to this machine itself", REMEDY);
            return None;
        }
        other => {
            findings.wrong(
                KEY,
                format!("{other} is not a way to call Healthengine"),
                REMEDY,
            );
            return None;
        }
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Some(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn extra_ca(file: &str, sources: &Sources, findings: &mut Findings<'_>) -> Option<PathBuf> {
    const KEY: &str = "healthengine.extra_ca_file";
    let path = sources.working_dir.join(file);
    match std::fs::read_to_string(&path) {
        Ok(text) if text.contains("-----BEGIN CERTIFICATE-----") => return Some(path),
        Ok(_) => findings.wrong(
            KEY,
            format!("{} holds no certificate in PEM", path.display()),
            "name a file with one or more BEGIN CERTIFICATE blocks",
        ),
        Err(error) => {
            let (problem, remedy) = unreadable(&path, &error);
            findings.wrong(KEY, problem, remedy);
        }
    }
    None
}
