//! What one seed makes of a world: which practices, what their systems can do, how rough it gets.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::civil::{TimeOfDay, TimeRange, Zone};
use crate::domain::diary::{AppointmentType, Resource};
use crate::domain::feature::{ExtraFeature, Features};
use crate::domain::id::{InvalidId, PmsAppointmentTypeId, PmsResourceId, PracticeId, PracticeName};
use crate::domain::live_hours::LiveHours;
use crate::pms::{Description, Support};
use crate::practice::{Profile, Rhythm, WhenPmsUnavailable};

const ZONES: [&str; 8] = [
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Australia/Adelaide",
    "Australia/Perth",
    "Australia/Brisbane",
    "Australia/Hobart",
    "Australia/Darwin",
    "Australia/Melbourne",
];

/// Days worth living through: the clocks go forward, the clocks go back, the year ends.
const BEGINNINGS: [(i32, u32, u32); 6] = [
    (2026, 10, 3),
    (2027, 4, 3),
    (2026, 12, 30),
    (2026, 11, 23),
    (2027, 2, 27),
    (2027, 6, 8),
];

/// How rough a world is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Temper {
    /// Nothing ever fails.
    Fine,
    /// Something fails now and then.
    Mild,
    /// Everything fails often.
    Rough,
}

/// A world before it begins.
#[derive(Debug)]
pub struct Plan {
    /// When it begins, UTC.
    pub begin: DateTime<Utc>,
    /// How rough it is.
    pub temper: Temper,
    /// Its practices.
    pub houses: Vec<HousePlan>,
}

/// A practice before it begins.
#[derive(Debug)]
pub struct HousePlan {
    /// What the engine knows of it.
    pub profile: Profile,
    /// What its system can do.
    pub can: Description,
    /// Its resources.
    pub resources: Vec<Resource>,
    /// Its appointment types.
    pub types: Vec<AppointmentType>,
    /// Every day's hours.
    pub hours: Vec<TimeRange>,
    /// Into which lengths its free time is cut.
    pub slot: Duration,
    /// Whether Healthengine wakes the connector when something waits.
    pub webhooks: bool,
    /// How many minutes lie between two things that people do, about.
    pub pace: u32,
}

impl Plan {
    /// The world of this seed, with so many practices, or as many as the seed says.
    pub fn of(random: &mut fastrand::Rng, practices: Option<usize>) -> Result<Self, InvalidId> {
        let (year, month, day) = pick(random, (2026, 10, 3), BEGINNINGS);
        let hour = random.u32(0..24);
        let begin = chrono::NaiveDate::from_ymd_opt(year, month, day)
            .and_then(|date| date.and_hms_opt(hour, random.u32(0..60), 0))
            .map(|naive| naive.and_utc())
            .unwrap_or_default();
        let temper = pick(
            random,
            Temper::Fine,
            [Temper::Mild, Temper::Mild, Temper::Rough, Temper::Rough],
        );
        let count = practices.unwrap_or_else(|| random.usize(3..=8));
        let houses = (0..count).map(|at| HousePlan::of(random, at));
        Ok(Self {
            begin,
            temper,
            houses: houses.collect::<Result<_, _>>()?,
        })
    }
}

impl HousePlan {
    fn of(random: &mut fastrand::Rng, at: usize) -> Result<Self, InvalidId> {
        let zone = Zone::parse(pick(random, "Australia/Sydney", ZONES))
            .ok_or(InvalidId::Empty { kind: "zone" })?;
        let hours = hours(random);
        let webhooks = random.u8(0..3) > 0;
        let poll = if webhooks {
            60
        } else {
            pick(random, 5, [5, 15, 30])
        };
        let change_feed = support(random, 3);
        let scan = match change_feed {
            Support::Yes => 60,
            Support::No => 600,
        };
        let rhythm = Rhythm {
            poll: Duration::from_secs(poll),
            poll_outside_live_hours: Duration::from_secs(300),
            full_at: TimeOfDay::from_minutes(random.u16(0..1440))
                .unwrap_or(TimeOfDay::START_OF_DAY),
            full_jitter: Duration::from_secs(600),
            change_scan: Duration::from_secs(scan),
            unauthorised_probe: Duration::from_secs(300),
            read_limit: Duration::from_secs(10),
            write_limit: Duration::from_secs(15),
        };
        let wanted = ExtraFeature::ALL.map(|feature| (feature, random.u8(0..3) > 0));
        let wanted = wanted.into_iter().filter(|(_, wants)| *wants);
        let features = Features::of(wanted.map(|(feature, _)| feature));
        let profile = Profile {
            name: PracticeName::parse(&format!("practice-{at}"))?,
            id: PracticeId::parse(&format!("{}", at.saturating_add(7001)))?,
            zone,
            enabled: true,
            features,
            publish_days: random.u16(1..=6),
            live_hours: Arc::new(LiveHours::new(
                std::array::from_fn(|_| hours.clone()),
                Vec::new(),
            )),
            when_pms_unavailable: pick(
                random,
                WhenPmsUnavailable::Reject,
                [WhenPmsUnavailable::Reject, WhenPmsUnavailable::Hold],
            ),
            rhythm: Arc::new(rhythm),
        };
        let settles = Duration::from_secs(pick(random, 0, [0, 2, 20]));
        let can = Description {
            system: "Model",
            max_publish_days: 90,
            window_days: pick(random, 1, [3, 31]),
            keeps_key: support(random, 5),
            cancel: support(random, 4),
            change_feed,
            settles_within: settles,
            standings: support(random, 4),
            documents: support(random, 4),
            attachments: support(random, 4),
            client_days: support(random, 2),
        };
        let slot = Duration::from_secs(60 * pick(random, 15, [20, 30]));
        let resources = (1..=random.usize(1..=4))
            .map(|number| resource(at, number))
            .collect::<Result<Vec<_>, _>>()?;
        let types = vec![
            appointment_type(at, 1, slot, None)?,
            appointment_type(at, 2, slot, resources.first())?,
        ];
        Ok(Self {
            profile,
            can,
            resources,
            types,
            hours,
            slot,
            webhooks,
            pace: random.u32(15..60),
        })
    }

    /// When the practice's people are awake: bookings come then more often.
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.profile
            .live_hours
            .contains(self.profile.zone.local(at))
    }
}

/// A practice's working day: most work by day, a few by night, when the clocks change.
fn hours(random: &mut fastrand::Rng) -> Vec<TimeRange> {
    let range = |from: u16, to: u16| {
        let at = TimeOfDay::from_minutes;
        at(from)
            .zip(at(to))
            .and_then(|(from, to)| TimeRange::new(from, to))
    };
    let begin = if random.u8(0..6) == 0 {
        60
    } else {
        random.u16(28..40) * 15
    };
    let lunch = begin + random.u16(8..18) * 15;
    let back = lunch + random.u16(1..4) * 15;
    let end = back + random.u16(8..18) * 15;
    [range(begin, lunch), range(back, end)]
        .into_iter()
        .flatten()
        .collect()
}

/// A resource of the practice at this place in the plan.
pub fn resource(house: usize, number: usize) -> Result<Resource, InvalidId> {
    Ok(Resource {
        id: PmsResourceId::parse(&format!("h{house}-R{number}"))?,
        name: format!("Practitioner {number}"),
        title: None,
        first_name: None,
        last_name: None,
    })
}

/// An appointment type of the practice at this place in the plan.
fn appointment_type(
    house: usize,
    number: usize,
    length: Duration,
    only: Option<&Resource>,
) -> Result<AppointmentType, InvalidId> {
    Ok(AppointmentType {
        id: PmsAppointmentTypeId::parse(&format!("h{house}-T{number}"))?,
        name: format!("Type {number}"),
        length: Some(length),
        resource: only.map(|resource| resource.id.clone()),
    })
}

/// One of these, each as likely as the others.
pub fn pick<T: Copy, const N: usize>(random: &mut fastrand::Rng, first: T, others: [T; N]) -> T {
    let at = random.usize(0..=N);
    let other = at.checked_sub(1).and_then(|at| others.get(at));
    other.copied().unwrap_or(first)
}

fn support(random: &mut fastrand::Rng, one_in: u8) -> Support {
    if random.u8(0..one_in) == 0 {
        Support::No
    } else {
        Support::Yes
    }
}

/// So long from now, more or less: the time until the next thing that happens by chance.
pub fn about(random: &mut fastrand::Rng, mean: Duration) -> TimeDelta {
    let long = mean.mul_f64((-(1.0 - random.f64()).ln()).min(6.0));
    TimeDelta::from_std(long).unwrap_or_else(|_| TimeDelta::minutes(1))
}
