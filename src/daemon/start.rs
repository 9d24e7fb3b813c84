//! From built to running: what can fail first, the practices' loops last.

use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::build::Served;
use super::clock::SystemClock;
use super::tasks::Tasks;
use super::{Daemon, StartError, notify, prune};
use crate::config::LedgerSettings;
use crate::domain::clock::Clock;
use crate::ledger::sqlite::{SqliteLedger, Synchronous};
use crate::ledger::{Ledger, LedgerError};
use crate::practice::control::Control;
use crate::practice::heartbeat::Heartbeat;
use crate::practice::status::PracticeStatus;
use crate::practice::turns::Turns;
use crate::practice::{Ports, Practice, pacing};
use crate::server::{self, Listed, Pulse, Roster, Site, TakesWrites};

/// What runs.
pub(super) struct Running {
    pub(super) tasks: Tasks,
    pub(super) ledger: Arc<SqliteLedger>,
}

/// Binds, opens and starts everything.
pub(super) async fn start(daemon: Daemon) -> Result<Running, StartError> {
    let listener = listen(daemon.server.listen).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ledger = Arc::new(open_ledger(&daemon.ledger, &clock, daemon.synchronous)?);
    tracing::info!("healthengine-connector {}", daemon.version);
    // The port that was bound: the settings may leave the choice to the system.
    let address = listener.local_addr().unwrap_or(daemon.server.listen);
    tracing::info!(
        address = %address,
        "the operator's page, its API, health and metrics are on http://{address}"
    );
    let heartbeat = Arc::new(Heartbeat::default());
    let pulse = Pulse::new(
        Arc::clone(&heartbeat),
        Arc::clone(&clock),
        daemon.practices.len(),
    );
    let tasks = Tasks::new();
    let written: Arc<dyn Ledger> = Arc::<SqliteLedger>::clone(&ledger);
    let mut loops = Loops {
        tasks: &tasks,
        ledger: Arc::clone(&written),
        clock: Arc::clone(&clock),
        heartbeat,
        turns: Arc::new(Turns::among(daemon.practices.len())),
        seeds: fastrand::Rng::new(),
    };
    let listed: Vec<Listed> = daemon
        .practices
        .into_iter()
        .map(|practice| loops.start(practice))
        .collect();
    let site = Arc::new(Site {
        roster: Arc::new(Roster::new(listed)),
        pulse: Arc::new(pulse),
        ledger: Arc::new(Disk(Arc::clone(&ledger))),
        clock: Arc::clone(&clock),
        version: daemon.version,
    });
    let stop = tasks.stop_token();
    let dead = Arc::clone(&ledger);
    // Ends only when the writing thread has died: the watch on tasks then stops the process.
    let watched = stop.clone();
    tasks.spawn_loop("ledger", async move {
        tokio::select! {
            () = dead.failed() => {}
            () = watched.cancelled() => {}
        }
    });
    let pruning = prune::daily(written, clock, daemon.ledger.retention, stop.clone());
    tasks.spawn_loop("pruning", pruning);
    let telling = notify::keep_telling(
        Arc::clone(&site.pulse),
        Arc::clone(&site.roster),
        stop.clone(),
    );
    tasks.spawn_loop("notifier", telling);
    tasks.spawn_loop("server", server::serve(listener, site, stop));
    Ok(Running { tasks, ledger })
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen { address, source })
}

fn open_ledger(
    settings: &LedgerSettings,
    clock: &Arc<dyn Clock>,
    synchronous: Synchronous,
) -> Result<SqliteLedger, StartError> {
    SqliteLedger::open_with(&settings.file, Arc::clone(clock), synchronous).map_err(|source| {
        StartError::Ledger {
            file: settings.file.display().to_string(),
            source,
        }
    })
}

/// What the practices' loops share.
struct Loops<'a> {
    tasks: &'a Tasks,
    ledger: Arc<dyn Ledger>,
    clock: Arc<dyn Clock>,
    heartbeat: Arc<Heartbeat>,
    turns: Arc<Turns>,
    seeds: fastrand::Rng,
}

impl Loops<'_> {
    fn start(&mut self, served: Served) -> Listed {
        let profile = served.profile;
        tracing::info!(
            practice.id = %profile.id,
            practice.name = %profile.name,
            "serving practice {} on {}, {}",
            profile.name,
            served.pms.describe().system,
            profile.zone.name()
        );
        let control = Arc::new(Control::default());
        let (publish, status) = watch::channel(Arc::new(PracticeStatus::starting()));
        let ports = Ports {
            healthengine: served.healthengine,
            pms: served.pms,
            ledger: Arc::clone(&self.ledger),
            clock: Arc::clone(&self.clock),
        };
        let turns = Arc::clone(&self.turns);
        let practice = Practice::new(Arc::clone(&profile), ports, turns, self.seeds.u64(..));
        self.tasks.spawn_loop(
            format!("practice {}", profile.name),
            pacing::run(
                practice,
                Arc::clone(&control),
                publish,
                self.tasks.stop_token(),
                Arc::clone(&self.heartbeat),
            ),
        );
        Listed {
            profile,
            control,
            status,
        }
    }
}

/// The ledger's disk, as `/readyz` asks for it.
struct Disk(Arc<SqliteLedger>);

#[async_trait]
impl TakesWrites for Disk {
    async fn takes_writes(&self) -> Result<(), LedgerError> {
        // The disk is left alone while the last write to it went well.
        if self.0.writable() {
            return Ok(());
        }
        self.0.probe_write().await
    }
}
