use super::*;
use crate::domain::availability::{Cut, FreeTime};
use crate::domain::civil::{TimeOfDay, TimeRange};

fn resource(id: &str) -> Resource {
    Resource {
        id: PmsResourceId::parse(id).unwrap(),
        name: id.to_owned(),
        title: None,
        first_name: None,
        last_name: None,
    }
}

fn id(text: &str) -> PmsResourceId {
    PmsResourceId::parse(text).unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + minutes * 60, 0).unwrap()
}

fn day(resource: &str, on: &str, hours: u16) -> FreeDay {
    let end = TimeOfDay::from_minutes(hours * 60).unwrap();
    FreeDay {
        resource: id(resource),
        date: date(on),
        free: TimeRange::new(TimeOfDay::START_OF_DAY, end)
            .map(|range| FreeTime {
                range,
                cut: Cut::Whole,
                types: Vec::new(),
            })
            .into_iter()
            .collect(),
    }
}

#[test]
fn a_day_counts_as_taken_until_it_changes() {
    let mut horizon = Horizon::default();
    let today = day("R1", "2026-11-23", 9);
    assert!(!horizon.is_taken(&today));
    for on in ["2026-11-25", "2026-11-23", "2026-11-24"] {
        horizon.note_taken(&day("R1", on, 9));
    }
    assert!(horizon.is_taken(&today));
    assert!(!horizon.is_taken(&day("R1", "2026-11-23", 10)));
    assert!(!horizon.is_taken(&day("R2", "2026-11-23", 9)));
    horizon.note_taken(&day("R1", "2026-11-23", 10));
    assert!(!horizon.is_taken(&today));
    horizon.forget(&id("R1"));
    assert!(!horizon.is_taken(&day("R1", "2026-11-24", 9)));
}

#[test]
fn a_wish_for_a_day_is_never_weakened() {
    let mut horizon = Horizon::default();
    let on = date("2026-11-23");
    horizon.day_wanted(&id("R1"), on);
    horizon.day_changed(&id("R1"), on);
    horizon.everything_changed(&[resource("R1")]);
    let (_, due) = horizon.take_due().unwrap();
    assert_eq!(due.days[&on], Sending::Always);
    assert_eq!(due.all, Some(Sending::IfChanged));
    assert!(!horizon.is_due());
    // What comes while it is read is kept when it is put back.
    horizon.send_in_full(&[resource("R1")]);
    horizon.put_back(id("R1"), due);
    let (_, due) = horizon.take_due().unwrap();
    assert_eq!(due.all, Some(Sending::Always));
    assert_eq!(due.days[&on], Sending::Always);
}

#[test]
fn resources_take_turns_even_when_one_is_put_back() {
    let mut horizon = Horizon::default();
    horizon.everything_changed(&["R1", "R2", "R3"].map(resource));
    let mut turns = Vec::new();
    for _ in 0..5 {
        let (id, due) = horizon.take_due().unwrap();
        turns.push(id.to_string());
        horizon.put_back(id, due);
    }
    assert_eq!(turns, ["R1", "R2", "R3", "R1", "R2"]);
}

#[test]
fn a_refused_day_is_sent_again_after_a_minute_ten_and_a_day() {
    let mut horizon = Horizon::default();
    let bad = day("R1", "2026-11-23", 9);
    let mut now = 0;
    for pause in [1, 10, 24 * 60] {
        horizon.note_refused(&bad, "no", at(now));
        horizon.retry_refused(at(now + pause - 1));
        assert!(!horizon.is_due(), "before {pause} minutes");
        assert!(horizon.is_resting(&bad.resource, bad.date, at(now + pause - 1)));
        now += pause;
        horizon.retry_refused(at(now));
        assert!(horizon.take_due().is_some(), "after {pause} minutes");
        assert!(!horizon.is_resting(&bad.resource, bad.date, at(now)));
    }
    horizon.note_taken(&bad);
    assert!(horizon.refused.is_empty());
}

#[test]
fn a_new_day_makes_only_what_enters_due_and_forgets_what_passed() {
    let resources = [resource("R1")];
    let mut horizon = Horizon::default();
    horizon.roll(date("2026-11-23"), 3, &resources);
    assert!(!horizon.is_due(), "the first look makes nothing due");
    horizon.note_taken(&day("R1", "2026-11-23", 9));
    horizon.note_refused(&day("R1", "2026-11-23", 9), "no", at(0));
    horizon.roll(date("2026-11-25"), 3, &resources);
    let (_, due) = horizon.take_due().unwrap();
    let dates: Vec<NaiveDate> = due.days.into_keys().collect();
    assert_eq!(dates, [date("2026-11-26"), date("2026-11-27")]);
    assert!(!horizon.is_taken(&day("R1", "2026-11-23", 9)));
    assert!(horizon.refused.is_empty());
}

#[test]
fn a_horizon_of_so_many_days_has_so_many_dates_today_first() {
    let dates: Vec<NaiveDate> = horizon_days(date("2026-12-31"), 2).collect();
    assert_eq!(dates, [date("2026-12-31"), date("2027-01-01")]);
    assert_eq!(horizon_days(date("2026-12-31"), 0).count(), 0);
}

#[test]
fn the_days_that_wait_are_counted_once() {
    let mut horizon = Horizon::default();
    horizon.send_in_full(&[resource("R1")]);
    horizon.day_wanted(&id("R2"), date("2026-11-23"));
    assert_eq!(horizon.days_due(30), 31);
}
