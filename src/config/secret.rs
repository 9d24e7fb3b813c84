//! Secrets: read from a file, the environment or a systemd credential.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::findings::Findings;
use super::problem::unreadable;
use super::raw::RawSecret;
use super::settings::Environment;
use super::sources::Sources;

/// The longest secret, in bytes: more is another file by mistake.
const LONGEST: u64 = 4096;

/// What to write for a secret.
pub(super) const FORM: &str =
    r#"write { file = "PATH" }, { env = "NAME" } or { credential = "NAME" }"#;

/// Reads a secret, and checks that it can be a header's value. Nothing said of it quotes it.
///
/// `environment` is `None` where it is itself wrong: then nothing is said of plain text.
pub(super) fn read(
    key: &str,
    raw: Option<&RawSecret>,
    environment: Option<Environment>,
    sources: &Sources,
    findings: &mut Findings<'_>,
) -> Option<SecretString> {
    let raw = findings.required(key, raw, FORM)?;
    let text = match (&raw.plain, &raw.file, &raw.env, &raw.credential) {
        (Some(plain), None, None, None) => {
            if environment.is_some_and(|environment| environment != Environment::Dev) {
                let problem =
                    "a secret may stand in the settings only where identity.environment is DEV";
                findings.wrong(key, problem, FORM);
                return None;
            }
            plain.clone()
        }
        (None, Some(file), None, None) => from_file(key, file, sources, findings)?,
        (None, None, Some(name), None) => from_environment(key, name, sources, findings)?,
        (None, None, None, Some(name)) => from_credential(key, name, sources, findings)?,
        (None, None, None, None) => {
            if !findings.is_misshapen(key) {
                findings.wrong(key, "it does not say where the secret is", FORM);
            }
            return None;
        }
        _ => {
            findings.wrong(
                key,
                "it names more than one place",
                format!("{FORM}: one only"),
            );
            return None;
        }
    };
    fit_for_a_header(key, &text, findings)
}

fn from_file(
    key: &str,
    file: &str,
    sources: &Sources,
    findings: &mut Findings<'_>,
) -> Option<SecretString> {
    if file.is_empty() {
        findings.wrong(key, "the file's name is empty", FORM);
        return None;
    }
    let path = sources.working_dir.join(file);
    let (secret, metadata) = text_of(key, &path, findings)?;
    if open_to_all(&metadata) {
        findings.doubtful(
            key,
            format!("everyone on this machine can read {}", path.display()),
            format!("run: chmod 600 {}", path.display()),
        );
    }
    Some(secret)
}

fn from_environment(
    key: &str,
    name: &str,
    sources: &Sources,
    findings: &mut Findings<'_>,
) -> Option<SecretString> {
    let value = sources.environment.get(name);
    if value.is_none() {
        findings.wrong(
            key,
            format!("the environment variable {name:?} is not set"),
            "set it for this process, or name another place",
        );
    }
    value.map(|value| SecretString::from(value.as_str()))
}

fn from_credential(
    key: &str,
    name: &str,
    sources: &Sources,
    findings: &mut Findings<'_>,
) -> Option<SecretString> {
    if name.is_empty() || name.contains('/') || name.starts_with('.') {
        let problem = format!("{name:?} is not a credential's name");
        findings.wrong(key, problem, "write the name as LoadCredential= has it");
        return None;
    }
    let Some(folder) = sources.environment.get("CREDENTIALS_DIRECTORY") else {
        findings.wrong(
            key,
            "systemd has passed no credentials to this process",
            format!("add LoadCredential={name}:PATH to the unit and start it with systemctl, or name a file"),
        );
        return None;
    };
    let (secret, _) = text_of(key, &Path::new(folder).join(name), findings)?;
    Some(secret)
}

fn text_of(
    key: &str,
    path: &Path,
    findings: &mut Findings<'_>,
) -> Option<(SecretString, Metadata)> {
    let read = || -> io::Result<(Vec<u8>, Metadata)> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let mut bytes = Vec::new();
        file.take(LONGEST.saturating_add(1))
            .read_to_end(&mut bytes)?;
        Ok((bytes, metadata))
    };
    let (bytes, metadata) = match read() {
        Ok(read) => read,
        Err(error) => {
            let (problem, remedy) = unreadable(path, &error);
            findings.wrong(key, problem, remedy);
            return None;
        }
    };
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    match String::from_utf8(bytes) {
        Ok(text) if length <= LONGEST => Some((SecretString::from(text), metadata)),
        Ok(_) | Err(_) => {
            let problem = format!("{} does not hold a key", path.display());
            findings.wrong(
                key,
                problem,
                "name the file that holds the key and nothing else",
            );
            None
        }
    }
}

#[cfg(unix)]
fn open_to_all(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o004 != 0
}

#[cfg(not(unix))]
fn open_to_all(_: &Metadata) -> bool {
    false
}

/// The secret without the white space around it, if it can be sent as a header's value.
fn fit_for_a_header(
    key: &str,
    secret: &SecretString,
    findings: &mut Findings<'_>,
) -> Option<SecretString> {
    let text = secret.expose_secret().trim();
    if text.is_empty() {
        findings.wrong(
            key,
            "the secret is empty",
            "put the key there that Healthengine issued",
        );
        return None;
    }
    if !text.chars().all(|c| c.is_ascii_graphic()) {
        findings.wrong(
            key,
            "the secret holds a space, a line break or a letter beyond ASCII",
            "put the key there alone, on one line, as Healthengine issued it",
        );
        return None;
    }
    Some(SecretString::from(text))
}
