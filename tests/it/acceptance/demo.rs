//! The demo: the main job in one process.

use std::time::Duration;

use super::child::Running;

#[test]
fn a_demo_of_thirty_bookings_settles_every_one_and_exits_0() {
    let folder = tempfile::TempDir::new().unwrap();
    let mut demo = Running::start(
        std::process::Command::new(env!("CARGO_BIN_EXE_healthengine-connector"))
            .args(["demo", "--bookings", "30", "--seed", "7"])
            .current_dir(folder.path())
            .env("TMPDIR", folder.path()),
    );
    let status = demo.ended(Duration::from_secs(120));
    let printed = demo.printed();
    assert_eq!(status.code(), Some(0), "{printed}\n{}", demo.said());
    let last = printed.lines().last().unwrap();
    assert_eq!(
        last,
        "lost: 0, doubled: 0, other differences: 0, rules broken: 0"
    );
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 0, "the stage is removed");
}
