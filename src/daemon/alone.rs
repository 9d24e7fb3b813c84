//! One listener on its own, without a daemon around it: the sandbox, say.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;

use super::StartError;
use super::clock::SystemClock;
use super::signal::Signals;
use crate::domain::clock::Clock;

/// Binds the address and serves on the machine's clock until a signal asks to stop, without waiting
/// for calls in hand. `ready` hears the address once calls are taken.
pub async fn serve<Serving>(
    address: SocketAddr,
    ready: impl FnOnce(SocketAddr),
    serving: impl FnOnce(TcpListener, Arc<dyn Clock>) -> Serving,
) -> Result<(), StartError>
where
    Serving: Future<Output = io::Result<()>>,
{
    let listen = |source| StartError::Listen { address, source };
    let mut signals = Signals::listen().map_err(StartError::Signals)?;
    let listener = TcpListener::bind(address).await.map_err(listen)?;
    let bound = listener.local_addr().map_err(listen)?;
    ready(bound);
    tokio::select! {
        served = serving(listener, Arc::new(SystemClock)) => served.map_err(listen),
        _ = signals.stop_asked() => Ok(()),
    }
}
