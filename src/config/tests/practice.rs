//! A practice's file, and the rules between practices.

use std::sync::Arc;

use super::{PRACTICE, Setup};
use crate::config::WhenPmsUnavailable;

#[test]
fn a_practice_is_read_with_its_defaults() {
    let settings = Setup::sound().load();
    let practice = &settings.practices[0];
    assert_eq!(practice.name.as_str(), "harbour");
    assert_eq!(practice.practice_id.as_str(), "1234567");
    assert_eq!(practice.zone.name(), "Australia/Sydney");
    assert!(practice.enabled);
    assert_eq!(practice.publish_days, 30);
    assert_eq!(practice.pms.name(), "diary");
    assert_eq!(practice.when_pms_unavailable, WhenPmsUnavailable::Reject);
}

#[test]
fn live_hours_are_sorted_and_merged() {
    let setup = Setup::sound();
    setup.practice(&PRACTICE.replace(
        r#"[{ start = "08:00", end = "17:00" }]"#,
        r#"[{ start = "13:00", end = "24:00" }, { start = "08:00", end = "12:00" }, { start = "00:00", end = "08:00" }]"#,
    ));
    let settings = setup.load();
    let monday = settings.practices[0].live_hours.day(0);
    let monday: Vec<String> = monday.iter().map(ToString::to_string).collect();
    assert_eq!(monday, ["00:00-12:00", "13:00-24:00"]);
}

#[test]
fn live_hours_are_required() {
    for hours in ["", "[live_hours]\n", "[live_hours]\nmonday = []\n"] {
        let setup = Setup::sound();
        let without = PRACTICE.replace(
            "[live_hours]\nmonday = [{ start = \"08:00\", end = \"17:00\" }]\n",
            hours,
        );
        setup.practice(&without);
        let wrong = setup.wrong();
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert_eq!(wrong[0].0, "live_hours");
    }
}

#[test]
fn a_range_of_live_hours_lies_inside_a_day_with_its_start_before_its_end() {
    for (range, key) in [
        (
            r#"{ start = "08:00", end = "24:01" }"#,
            "live_hours.monday[0].end",
        ),
        (
            r#"{ start = "8", end = "17:00" }"#,
            "live_hours.monday[0].start",
        ),
        (
            r#"{ start = "17:00", end = "17:00" }"#,
            "live_hours.monday[0]",
        ),
        (
            r#"{ start = "22:00", end = "02:00" }"#,
            "live_hours.monday[0]",
        ),
        (r#"{ start = "08:00" }"#, "live_hours.monday[0].end"),
        (
            r#"{ start = "08:00", end = "17:00", lunch = 1 }"#,
            "live_hours.monday[0].lunch",
        ),
        (
            r#"{ start = 8, end = "17:00" }"#,
            "live_hours.monday[0].start",
        ),
        (r#""08:00-17:00""#, "live_hours.monday"),
    ] {
        let setup = Setup::sound();
        setup.practice(&PRACTICE.replace(r#"{ start = "08:00", end = "17:00" }"#, range));
        let problems = setup.problems();
        assert_eq!(problems.len(), 1, "{range}: {problems:?}");
        assert_eq!(problems[0].key, key);
        assert_eq!(problems[0].line, Some(6));
    }
}

#[test]
fn publish_days_stay_within_what_the_system_allows() {
    for (days, fits) in [
        ("1", true),
        ("90", true),
        ("0", false),
        ("366", false),
        ("-1", false),
        ("99999", false),
    ] {
        let setup = Setup::sound();
        setup.practice(&format!("publish_days = {days}\n{PRACTICE}"));
        if let Ok(settings) = crate::config::load(&setup.sources()) {
            assert!(fits, "{days}");
            assert_eq!(settings.practices[0].publish_days.to_string(), days);
        } else {
            assert!(!fits, "{}", setup.report());
            assert_eq!(setup.wrong()[0].0, "publish_days");
        }
    }
}

#[test]
fn a_practice_id_belongs_to_one_file_and_both_are_named() {
    let setup = Setup::sound();
    setup.write("config/practices/manly.toml", PRACTICE);
    let report = setup.report();
    assert_eq!(
        report,
        "config/practices/manly.toml\n  line 2: practice_id: config/practices/harbour.toml has the \
         practice id 1234567 too; give each practice its own id, or remove one of the two files\n"
    );
}

#[test]
fn a_practice_id_that_is_taken_is_reported_even_if_something_else_is_wrong() {
    let setup = Setup::sound();
    setup.write(
        "config/practices/manly.toml",
        &format!("color = 1\n{PRACTICE}"),
    );
    let keys: Vec<String> = setup.wrong().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["color", "practice_id"]);
}

#[test]
fn a_configuration_without_practices_is_refused() {
    let setup = Setup::sound();
    let practices = setup.folder.path().join("config/practices");
    std::fs::remove_file(practices.join("harbour.toml")).unwrap();
    assert_eq!(setup.wrong()[0].1, "there are no practices");
    std::fs::remove_dir(practices).unwrap();
    assert_eq!(setup.wrong()[0].1, "there is no such folder");
}

#[test]
fn a_file_whose_name_is_no_practice_name_is_refused_and_other_files_are_left_alone() {
    let setup = Setup::sound();
    setup.write("config/practices/harbour.toml.bak", "not = read");
    setup.write("config/practices/.harbour.toml", "not = read");
    assert_eq!(setup.load().practices.len(), 1);
    let other = PRACTICE.replace("1234567", "7654321");
    setup.write("config/practices/harbour dental.toml", &other);
    let problems = setup.problems();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].problem.contains("name"));
}

#[test]
fn equal_live_hours_are_one_value_in_memory() {
    let setup = Setup::sound();
    setup.write(
        "config/practices/manly.toml",
        &PRACTICE.replace("1234567", "7654321"),
    );
    let settings = setup.load();
    assert!(Arc::ptr_eq(
        &settings.practices[0].live_hours,
        &settings.practices[1].live_hours
    ));
}

#[test]
fn a_zone_outside_australia_is_a_warning() {
    let setup = Setup::sound();
    setup.practice(&PRACTICE.replace("Australia/Sydney", "Pacific/Auckland"));
    let settings = setup.load();
    assert_eq!(settings.warnings[0].key, "timezone");
}

#[test]
fn what_becomes_of_a_booking_while_the_pms_is_down_is_one_of_two_words() {
    let setup = Setup::sound();
    setup.practice(&format!("when_pms_unavailable = \"hold\"\n{PRACTICE}"));
    let settings = setup.load();
    let practice = &settings.practices[0];
    assert_eq!(practice.when_pms_unavailable, WhenPmsUnavailable::Hold);
    setup.practice(&format!("when_pms_unavailable = \"wait\"\n{PRACTICE}"));
    assert_eq!(setup.wrong()[0].0, "when_pms_unavailable");
}

#[test]
fn a_table_of_the_wrong_kind_is_one_problem() {
    let setup = Setup::sound();
    setup.practice("practice_id = \"1\"\npractice_key = { file = \"secrets/practice.key\" }\ntimezone = \"Australia/Perth\"\nlive_hours = 3\npms = 4\n");
    let keys: Vec<String> = setup.wrong().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["live_hours", "pms"]);
}
