//! The simulation holds, tells the same story twice, and its judge finds what is planted.

use chrono::TimeDelta;
use healthengine_connector::domain::id::PracticeId;
use healthengine_connector::simulation::campaign::{Broken, Campaign, live};
use healthengine_connector::simulation::world::Wish;

mod forged;

fn wish(seed: u64, hours: i64) -> Wish {
    Wish {
        seed,
        length: TimeDelta::hours(hours),
        practices: None,
        history: None,
    }
}

#[test]
fn in_hundreds_of_worlds_no_rule_breaks() {
    let campaign = Campaign {
        first: 1,
        seeds: 240,
        length: TimeDelta::hours(4),
        practices: Some(3),
        threads: 2,
        most_broken: 1,
    };
    let report = campaign.run(|_| ());
    let told = |broken: &Broken| {
        let finding = &broken.findings[0];
        format!(
            "practice {}: {}\n    {}\nreplay it: healthengine-connector simulate --seed {} --hours 4 \
             --practices 3",
            finding.practice,
            finding.sentence,
            finding.story.join("\n    "),
            broken.seed
        )
    };
    let broken: Vec<String> = report.broken.iter().map(told).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    let tally = report.tally;
    assert_eq!(tally.worlds, 240);
    // It must not hold because nothing happens.
    assert!(tally.confirmed > 1_000, "{tally:?}");
    assert!(tally.rejected > 200, "{tally:?}");
    assert!(tally.crashes > 100, "{tally:?}");
    for kind in [
        "taken back",
        "confirmed",
        "rejected",
        "lists told",
        "not sent",
        "days with their patients",
    ] {
        let count = tally.papers.get(kind).copied().unwrap_or_default();
        assert!(count > 10, "{kind}: {tally:?}");
    }
    let sent = tally.papers.get("sent").copied().unwrap_or_default();
    assert!(sent > 3, "{tally:?}");
    for call in [
        "Book",
        "Find",
        "ConfirmInsert",
        "RejectInsert",
        "Bookings",
        "record",
        "Documents",
    ] {
        assert!(
            tally.faults.contains_key(call),
            "{call} never failed: {tally:?}"
        );
    }
}

#[test]
fn a_seed_tells_the_same_story_every_time() {
    for seed in [7, 11, 12] {
        let practice = PracticeId::parse("7001").unwrap();
        let again = || {
            live(Wish {
                history: Some(practice.clone()),
                ..wish(seed, 8)
            })
        };
        let (first, second) = (again(), again());
        assert!(first.history.len() > 200, "{}", first.history.len());
        assert_eq!(first, second, "seed {seed}");
    }
    assert_ne!(live(wish(7, 2)).digest, live(wish(8, 2)).digest);
}
