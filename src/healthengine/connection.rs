//! The one pool of connections to Healthengine, shared by all practices.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue, USER_AGENT};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use tokio::sync::Semaphore;
use url::{Host, Url};

use super::ClientLimits;
use super::practice_client::PracticeClient;
use crate::domain::clock::Clock;
use crate::domain::id::PracticeId;

/// How long an unused connection is kept: longer than a poll's interval, shorter than the time
/// after which servers and firewalls commonly drop one.
const KEEP_IDLE: Duration = Duration::from_secs(30);

/// How often an HTTP/2 connection with calls under way is tested for life.
const PING_INTERVAL: Duration = Duration::from_secs(20);

/// Who calls, and where: the same for every practice.
pub struct ConnectionSettings {
    /// Where the API lives; https, save on a loopback host.
    pub base_url: Url,
    /// The key of this deployment.
    pub api_key: SecretString,
    /// The vendor's name, for the User-Agent.
    pub vendor_name: String,
    /// The vendor's e-mail address, for the User-Agent.
    pub vendor_email: String,
    /// `DEV`, `UAT` or `PROD`, for the User-Agent.
    pub environment: String,
    /// A file of certificates (PEM) that are trusted besides the system's own.
    pub extra_ca: Option<PathBuf>,
    /// How the client is to behave.
    pub limits: ClientLimits,
}

/// Why no connection can be made with these settings.
#[derive(Debug, Error)]
pub enum ConnectionError {
    /// Keys and patients' details would travel unprotected.
    #[error("the base URL is neither https nor a loopback host")]
    NotHttps,
    /// The base URL cannot be extended by a path.
    #[error("the base URL names no host, or holds a user, a query or a fragment")]
    NotABase,
    /// A header cannot carry the value.
    #[error("{what} holds a character that no HTTP header can carry")]
    BadHeader {
        /// Which setting.
        what: &'static str,
    },
    /// The file of extra certificates cannot be used.
    #[error("the extra CA file {} cannot be used: {reason}", path.display())]
    ExtraCa {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The system trusts nobody.
    #[error(
        "the system has no CA certificates: install its CA bundle (package ca-certificates), or \
         name a file of certificates as the extra CA"
    )]
    NoTrustedRoots,
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made")]
    Client(#[source] reqwest::Error),
}

/// What a practice's consent gave.
pub struct Access {
    /// Healthengine's id of the practice.
    pub practice_id: PracticeId,
    /// The key of that practice.
    pub practice_key: SecretString,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("practice_id", &self.practice_id)
            .finish_non_exhaustive()
    }
}

/// The pool of connections. Cheap to clone; all clones share the pool and its bounds.
#[derive(Clone)]
pub struct Connection(Arc<Shared>);

/// What all calls share.
pub(super) struct Shared {
    pub(super) http: reqwest::Client,
    pub(super) base: Url,
    /// The poll's address, ready made: it is called every few seconds for every practice.
    pub(super) requests: Url,
    pub(super) api_key: HeaderValue,
    pub(super) limits: ClientLimits,
    pub(super) room: Semaphore,
    pub(super) clock: Arc<dyn Clock>,
}

impl Connection {
    /// Prepares the pool; nothing is sent yet.
    pub fn open(
        settings: &ConnectionSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConnectionError> {
        let mut base = settings.base_url.clone();
        let plain = base.username().is_empty()
            && base.password().is_none()
            && base.query().is_none()
            && base.fragment().is_none();
        if !plain || !base.has_host() {
            return Err(ConnectionError::NotABase);
        }
        let loopback = is_loopback(&base);
        if base.scheme() != "https" && !(base.scheme() == "http" && loopback) {
            return Err(ConnectionError::NotHttps);
        }
        let path = base.path().trim_end_matches('/').to_owned();
        base.set_path(&path);
        let mut requests = base.clone();
        requests.set_path(&format!("{path}/requests"));
        Ok(Self(Arc::new(Shared {
            http: http_client(settings, &base, loopback)?,
            base,
            requests,
            api_key: secret_header(&settings.api_key).ok_or(ConnectionError::BadHeader {
                what: "the API key",
            })?,
            limits: settings.limits.clone(),
            room: Semaphore::new(
                settings
                    .limits
                    .calls_at_once
                    .clamp(1, Semaphore::MAX_PERMITS),
            ),
            clock,
        })))
    }

    /// The client of one practice.
    pub fn practice(&self, access: &Arc<Access>) -> PracticeClient {
        PracticeClient::new(self.clone(), access)
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.0
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("base", &self.0.base.as_str())
            .finish_non_exhaustive()
    }
}

/// The header that carries a secret: never printed, never kept in HTTP/2's header tables. Line
/// ends around the secret are dropped, because files of secrets end in one.
pub(super) fn secret_header(secret: &SecretString) -> Option<HeaderValue> {
    let text = secret.expose_secret().trim();
    let mut value = HeaderValue::from_str(text)
        .ok()
        .filter(|_| !text.is_empty())?;
    value.set_sensitive(true);
    Some(value)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The only place where an HTTP client is made.
fn http_client(
    settings: &ConnectionSettings,
    base: &Url,
    loopback: bool,
) -> Result<reqwest::Client, ConnectionError> {
    let limits = &settings.limits;
    let mut builder = reqwest::Client::builder()
        .default_headers(default_headers(settings)?)
        .connect_timeout(limits.connect_timeout)
        .timeout(limits.total_timeout)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .https_only(base.scheme() == "https")
        .pool_idle_timeout(KEEP_IDLE)
        .pool_max_idle_per_host(limits.calls_at_once)
        .tcp_keepalive(KEEP_IDLE)
        .http2_keep_alive_interval(PING_INTERVAL)
        .http2_keep_alive_timeout(limits.connect_timeout);
    if loopback {
        // A proxy for the outside world has no business between two local processes.
        builder = builder.no_proxy();
    }
    let extra = extra_certificates(settings)?;
    builder = if base.scheme() == "http" {
        // Nothing is trusted because nothing is encrypted: a container without a CA bundle can
        // still run the demo.
        builder.tls_certs_only(extra)
    } else {
        builder.tls_certs_merge(extra)
    };
    builder.build().map_err(|error| {
        if no_roots(&error) {
            ConnectionError::NoTrustedRoots
        } else {
            ConnectionError::Client(error)
        }
    })
}

fn default_headers(settings: &ConnectionSettings) -> Result<HeaderMap, ConnectionError> {
    // Rule: `User-Agent: VENDOR_NAME (VENDOR_EMAIL) ENVIRONMENT`.
    let agent = format!(
        "{} ({}) {}",
        settings.vendor_name, settings.vendor_email, settings.environment
    );
    let agent = HeaderValue::from_str(&agent).map_err(|_| ConnectionError::BadHeader {
        what: "the vendor's name, e-mail address or environment",
    })?;
    Ok(HeaderMap::from_iter([
        (USER_AGENT, agent),
        (ACCEPT, HeaderValue::from_static("application/json")),
    ]))
}

fn extra_certificates(
    settings: &ConnectionSettings,
) -> Result<Vec<reqwest::Certificate>, ConnectionError> {
    let Some(path) = &settings.extra_ca else {
        return Ok(Vec::new());
    };
    let failed = |reason: String| ConnectionError::ExtraCa {
        path: path.clone(),
        reason,
    };
    let pem = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    let certificates = reqwest::Certificate::from_pem_bundle(&pem)
        .map_err(|_| failed("it is not a list of PEM certificates".to_owned()))?;
    if certificates.is_empty() {
        return Err(failed("it holds no PEM certificate".to_owned()));
    }
    Ok(certificates)
}

/// Whether the client failed because the system has no CA bundle; only its words tell.
fn no_roots(error: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains("No CA certificates") {
            return true;
        }
        cause = error.source();
    }
    false
}
