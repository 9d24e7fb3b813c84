//! Asking the running daemon, over its own API on the loopback device.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::line::line;
use super::{Exit, Streams};
use crate::telemetry::chain;

/// The longest time that an answer may take: it is made of what the daemon knows already.
const LIMIT: Duration = Duration::from_secs(15);

/// Why the daemon's answer is missing.
#[derive(Debug, Error)]
pub(super) enum ApiError {
    /// Nobody listens there.
    #[error(
        "the daemon does not answer on {0}: is it running, and with this --config? (start it with `run`)"
    )]
    NotRunning(SocketAddr),
    /// It did not answer in time or in full.
    #[error("ask the daemon on {address}")]
    Broken {
        /// Where.
        address: SocketAddr,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// It said no.
    #[error("{0}")]
    Refused(String),
    /// Somebody else listens there, or another version.
    #[error("what answers on {0} is not this version's daemon")]
    Foreign(SocketAddr),
    /// No runtime or client could be made.
    #[error("prepare the call: {0}")]
    Unprepared(String),
}

#[derive(Deserialize)]
struct Refused {
    error: String,
}

/// The daemon's API.
pub(super) struct Api {
    address: SocketAddr,
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
}

impl Api {
    /// The API at this address; nothing is sent yet.
    pub(super) fn at(address: SocketAddr) -> Result<Self, ApiError> {
        let unprepared = |error: &dyn std::error::Error| ApiError::Unprepared(error.to_string());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| unprepared(&error))?;
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            // Nothing here is encrypted, so that no certificate of the system is needed.
            .tls_certs_only([])
            .timeout(LIMIT)
            .build()
            .map_err(|error| unprepared(&error))?;
        Ok(Self {
            address: reachable(address),
            client,
            runtime,
        })
    }

    /// Whether `/livez` is true.
    pub(super) fn is_live(&self) -> Result<bool, ApiError> {
        let request = self.client.get(self.url(&["livez"]));
        self.runtime.block_on(async {
            let answer = request.send().await.map_err(|error| self.failed(error))?;
            Ok(answer.status().is_success())
        })
    }

    /// Reads an answer.
    pub(super) fn read<T: DeserializeOwned>(&self, path: &[&str]) -> Result<T, ApiError> {
        self.ask(self.client.get(self.url(path)))
    }

    /// Asks for something to be done.
    pub(super) fn send(&self, path: &[&str], body: &impl Serialize) -> Result<(), ApiError> {
        let body =
            serde_json::to_vec(body).map_err(|error| ApiError::Unprepared(error.to_string()))?;
        let request = self
            .client
            .post(self.url(path))
            .header(reqwest::header::CONTENT_TYPE, "application/json")
            .body(body);
        self.ask::<IgnoredAny>(request).map(|_| ())
    }

    fn ask<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, ApiError> {
        let (status, body) = self.runtime.block_on(async {
            let answer = request.send().await.map_err(|error| self.failed(error))?;
            let status = answer.status();
            let body = answer.bytes().await.map_err(|error| self.failed(error))?;
            Ok((status, body))
        })?;
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|_| ApiError::Foreign(self.address));
        }
        match serde_json::from_slice::<Refused>(&body) {
            Ok(refused) => Err(ApiError::Refused(refused.error)),
            Err(_) => Err(ApiError::Foreign(self.address)),
        }
    }

    fn url(&self, path: &[&str]) -> String {
        let path: Vec<String> = path
            .iter()
            .map(|part| url::form_urlencoded::byte_serialize(part.as_bytes()).collect())
            .collect();
        format!("http://{}/{}", self.address, path.join("/"))
    }

    fn failed(&self, source: reqwest::Error) -> ApiError {
        if source.is_connect() {
            ApiError::NotRunning(self.address)
        } else {
            ApiError::Broken {
                address: self.address,
                source: source.without_url(),
            }
        }
    }
}

/// Where a server that listens here is called on this machine: one that listens on every address,
/// as in a container, answers to a loopback address and not to `0.0.0.0`.
fn reachable(listening: SocketAddr) -> SocketAddr {
    let ip = match listening.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    SocketAddr::new(ip, listening.port())
}

/// Prints why the daemon's answer is missing.
pub(super) fn complain(error: &ApiError, streams: &mut Streams<'_>) -> Exit {
    line(streams.err, format_args!("error: {}", chain(error)));
    Exit::Failed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_every_address_is_called_by_its_loopback_address() {
        for (listening, called) in [
            ("0.0.0.0:8472", "127.0.0.1:8472"),
            ("[::]:8472", "[::1]:8472"),
            ("127.0.0.1:8472", "127.0.0.1:8472"),
            ("192.0.2.7:9000", "192.0.2.7:9000"),
        ] {
            assert_eq!(reachable(listening.parse().unwrap()).to_string(), called);
        }
    }
}
