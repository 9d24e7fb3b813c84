//! From settings to ports: what each practice's engine is given.

use std::sync::Arc;

use super::clock::SystemClock;
use super::{Daemon, StartError};
use crate::config::{self, PracticeSettings, Settings};
use crate::domain::clock::Clock;
use crate::healthengine::{Access, Connection, ConnectionSettings, Healthengine};
use crate::ledger::sqlite::Synchronous;
use crate::pms::PmsAdapter;
use crate::pms::deadlined::Deadlined;
use crate::practice::{Profile, Rhythm, WhenPmsUnavailable};

/// A practice, and the two systems it stands between.
pub(super) struct Served {
    pub(super) profile: Arc<Profile>,
    pub(super) healthengine: Arc<dyn Healthengine>,
    pub(super) pms: Arc<dyn PmsAdapter>,
}

/// Builds the daemon from checked settings. Starts nothing: no socket is bound, no file is opened,
/// nothing is sent.
pub fn build(settings: Settings, version: &'static str) -> Result<Daemon, StartError> {
    Ok(Daemon {
        practices: served(&settings)?,
        ledger: settings.ledger,
        synchronous: Synchronous::Full,
        server: settings.server,
        shutdown: settings.shutdown,
        version,
    })
}

/// The practices of these settings, all on one pool of connections.
pub(super) fn served(settings: &Settings) -> Result<Vec<Served>, StartError> {
    let connection = connection(settings)?;
    let rhythm = Arc::new(rhythm(settings));
    Ok(settings
        .practices
        .iter()
        .map(|practice| {
            let access = Arc::new(Access {
                practice_id: practice.practice_id.clone(),
                practice_key: practice.practice_key.clone(),
            });
            Served {
                profile: Arc::new(profile(practice, &rhythm)),
                healthengine: Arc::new(connection.practice(&access)),
                pms: Arc::new(Deadlined::new(practice.pms.open())),
            }
        })
        .collect())
}

fn connection(settings: &Settings) -> Result<Connection, StartError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let who = &settings.identity;
    let there = &settings.healthengine;
    let connection = ConnectionSettings {
        base_url: there.base_url.clone(),
        api_key: there.api_key.clone(),
        vendor_name: who.vendor_name.clone(),
        vendor_email: who.vendor_email.clone(),
        environment: who.environment.name().to_owned(),
        extra_ca: there.extra_ca.clone(),
        limits: there.limits.clone(),
    };
    Connection::open(&connection, clock).map_err(StartError::Connection)
}

fn profile(practice: &PracticeSettings, rhythm: &Arc<Rhythm>) -> Profile {
    Profile {
        name: practice.name.clone(),
        id: practice.practice_id.clone(),
        zone: practice.zone,
        enabled: practice.enabled,
        publish_days: practice.publish_days,
        live_hours: Arc::clone(&practice.live_hours),
        when_pms_unavailable: match practice.when_pms_unavailable {
            config::WhenPmsUnavailable::Reject => WhenPmsUnavailable::Reject,
            config::WhenPmsUnavailable::Hold => WhenPmsUnavailable::Hold,
        },
        features: practice.features,
        rhythm: Arc::clone(rhythm),
    }
}

fn rhythm(settings: &Settings) -> Rhythm {
    let schedule = settings.schedule;
    Rhythm {
        poll: schedule.poll_interval,
        poll_outside_live_hours: schedule.poll_interval_outside_live_hours,
        full_at: schedule.full_availability_at,
        full_jitter: schedule.full_availability_jitter,
        change_scan: schedule.change_scan_interval,
        unauthorised_probe: schedule.unauthorised_probe_interval,
        read_limit: settings.pms.read_timeout,
        write_limit: settings.pms.write_timeout,
    }
}
