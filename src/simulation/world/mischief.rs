//! What goes wrong for a while: storms, systems that are away, daemons that die.

use chrono::TimeDelta;

use super::{What, World};
use crate::domain::clock::Clock as _;
use crate::simulation::chronicle::{Happening, Trouble};
use crate::simulation::plan::Temper;

impl World {
    /// Something goes wrong, and the next thing later.
    pub(super) fn mischief(&mut self) {
        let pause = match self.temper {
            Temper::Fine => return,
            Temper::Mild => TimeDelta::hours(3),
            Temper::Rough => TimeDelta::minutes(35),
        };
        self.soon(pause, What::Mischief);
        let house = self.random.usize(0..self.houses.len().max(1));
        if self.random.u8(0..5) > 0 {
            self.crowd(house);
        }
        match self.random.u8(0..20) {
            0..=4 => self.storm(house),
            5 | 6 => self.begins(house, Trouble::PmsDown),
            7 | 8 => self.begins(house, Trouble::HealthengineDown),
            9 => self.healthengine_away(),
            10 => self.begins(house, Trouble::Revoked),
            11 => self.begins(house, Trouble::Paused),
            12 | 13 => self.bad_disk(),
            14 => self.kill(),
            15 => self.kill_one(house),
            _ => self.hold(house),
        }
    }

    /// Patients come just when something goes wrong.
    fn crowd(&mut self, house: usize) {
        for _ in 0..self.random.u8(1..6) {
            let after = TimeDelta::milliseconds(self.random.i64(0..40_000));
            self.at(after, What::Visit { house });
        }
    }

    /// One of the next calls of a practice never returns.
    fn hold(&mut self, at: usize) {
        // Far enough to strike in the middle of a booking, too.
        let pass = self.random.usize(1..40);
        if let Some(house) = self.houses.get(at) {
            house.gate.hold_at(Some(pass));
        }
    }

    fn storm(&mut self, at: usize) {
        let failing = self.random.u32(300..6_000);
        let (network, office) = (self.random.bool(), self.random.bool());
        let lasts = self.a_while();
        let until = self.clock.now() + lasts;
        let Some(house) = self.houses.get(at) else {
            return;
        };
        if network {
            house.network.storm(failing, until);
        }
        if office || !network {
            house.office.storm(failing, until);
        }
        self.begins_for(at, Trouble::Storm, lasts);
    }

    /// Healthengine is away for everybody.
    fn healthengine_away(&mut self) {
        let lasts = self.a_while();
        for at in 0..self.houses.len() {
            self.begins_for(at, Trouble::HealthengineDown, lasts);
        }
    }

    /// The disk fails for everybody.
    fn bad_disk(&mut self) {
        let failing = self.random.u32(500..9_000);
        let lasts = self.a_while();
        self.disk.storm(failing, self.clock.now() + lasts);
        for at in 0..self.houses.len() {
            self.begins_for(at, Trouble::BadDisk, lasts);
        }
    }

    fn begins(&mut self, at: usize, trouble: Trouble) {
        let lasts = self.a_while();
        self.begins_for(at, trouble, lasts);
    }

    fn begins_for(&mut self, at: usize, trouble: Trouble, lasts: TimeDelta) {
        let Some(house) = self.houses.get_mut(at) else {
            return;
        };
        self.tally.trouble(trouble.name());
        house.note(Happening::TroubleBegins(trouble));
        match trouble {
            Trouble::PmsDown => house.pms.set_down(true),
            Trouble::HealthengineDown => house.healthengine.books().down = true,
            Trouble::Revoked => house.healthengine.books().revoked = true,
            Trouble::Paused => house.control.pause(),
            Trouble::DaemonDown | Trouble::Storm | Trouble::BadDisk => {}
        }
        house.judge();
        self.at(lasts, What::Over { house: at, trouble });
        if trouble == Trouble::Paused {
            self.hint(at);
        }
    }

    /// What lasted is over.
    pub(super) fn over(&mut self, at: usize, trouble: Trouble) {
        let Some(house) = self.houses.get_mut(at) else {
            return;
        };
        match trouble {
            Trouble::PmsDown => house.pms.set_down(false),
            Trouble::HealthengineDown => house.healthengine.books().down = false,
            Trouble::Revoked => house.healthengine.books().revoked = false,
            Trouble::Paused => house.control.resume(),
            Trouble::DaemonDown | Trouble::Storm | Trouble::BadDisk => {}
        }
        house.note(Happening::TroubleEnds(trouble));
        house.judge();
        if trouble == Trouble::Paused {
            self.hint(at);
        }
    }

    /// Seconds, minutes, seldom most of an hour.
    fn a_while(&mut self) -> TimeDelta {
        match self.random.u8(0..10) {
            0 => TimeDelta::seconds(self.random.i64(600..3_000)),
            1..=5 => TimeDelta::seconds(self.random.i64(60..600)),
            _ => TimeDelta::seconds(self.random.i64(3..60)),
        }
    }
}

impl Trouble {
    /// Those that one practice has, and that end by themselves.
    pub const OF_A_PRACTICE: [Self; 6] = [
        Self::PmsDown,
        Self::HealthengineDown,
        Self::Revoked,
        Self::Paused,
        Self::Storm,
        Self::BadDisk,
    ];

    /// In words, as the summary shows it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DaemonDown => "the daemon was down",
            Self::PmsDown => "a diary was switched off",
            Self::HealthengineDown => "Healthengine was away",
            Self::Revoked => "consent was revoked",
            Self::Paused => "an operator paused a practice",
            Self::Storm => "a connection was bad",
            Self::BadDisk => "the ledger's disk was bad",
        }
    }
}
