//! The sandbox as a process of its own: the machine's clock, one listener, and a soft stop.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;

use super::StartError;
use super::clock::SystemClock;
use super::signal::Signals;
use crate::sandbox::{Sandbox, SandboxSettings};

/// Serves a sandbox until a signal asks to stop. `ready` hears the address once calls are taken.
pub async fn run(
    settings: SandboxSettings,
    address: SocketAddr,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), StartError> {
    let listen = |source| StartError::Listen { address, source };
    let mut signals = Signals::listen().map_err(StartError::Signals)?;
    let listener = TcpListener::bind(address).await.map_err(listen)?;
    let bound = listener.local_addr().map_err(listen)?;
    let sandbox = Sandbox::new(settings, Arc::new(SystemClock));
    ready(bound);
    // All state is in memory, so there is nothing to finish.
    tokio::select! {
        served = sandbox.serve(listener, std::future::pending()) => served.map_err(listen),
        _ = signals.stop_asked() => Ok(()),
    }
}
