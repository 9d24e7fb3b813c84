use std::time::Duration;

use chrono::TimeDelta;

use super::*;
use crate::domain::civil::{LocalDateTime, TimeOfDay};
use crate::domain::id::{BookingId, PmsAppointmentTypeId, PmsResourceId};
use crate::domain::patient::Patient;

fn resource(id: &str) -> Resource {
    Resource {
        id: PmsResourceId::parse(id).unwrap(),
        name: id.to_owned(),
        title: None,
        first_name: None,
        last_name: None,
    }
}

fn offered(id: &str, only: Option<&str>) -> AppointmentType {
    AppointmentType {
        id: PmsAppointmentTypeId::parse(id).unwrap(),
        name: id.to_owned(),
        length: None,
        resource: only.map(|id| PmsResourceId::parse(id).unwrap()),
    }
}

fn start(text: &str) -> LocalDateTime {
    let (date, time) = text.split_once(' ').unwrap();
    LocalDateTime::new(date.parse().unwrap(), TimeOfDay::parse(time).unwrap())
}

fn booking() -> Booking {
    Booking {
        id: BookingId::new(1),
        resource: PmsResourceId::parse("R1").ok(),
        appointment_type: PmsAppointmentTypeId::parse("T1").ok(),
        appointments: Vec::new(),
        pms_patient: None,
        booked_at: None,
        status: BookingStatus::Requested,
        start: start("2026-10-05 09:30"),
        length: Some(Duration::from_secs(1800)),
        reason: None,
        comments: None,
        telehealth_url: None,
        is_new_patient: None,
        patient: Patient::default(),
    }
}

fn at(seconds: i64) -> DateTime<Utc> {
    // 09:00 in Sydney, on the day after the clocks were put forward.
    "2026-10-04T22:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(seconds)
}

/// The objection to a changed booking, seen so many seconds after it was made at 09:00.
fn of(change: impl FnOnce(&mut Booking), seen: i64) -> Option<RejectReason> {
    let mut booking = booking();
    change(&mut booking);
    let resources = [resource("R1"), resource("R2")];
    let types = [offered("T1", None), offered("T2", Some("R2"))];
    let known = Known {
        resources: &resources,
        types: &types,
    };
    let sydney = Zone::parse("Australia/Sydney").unwrap();
    objection(&booking, at(0), at(seen), sydney, known)
}

#[test]
fn nothing_stands_against_a_booking_that_the_diary_can_take() {
    assert_eq!(of(|_| {}, 0), None);
    assert_eq!(of(|one| one.appointment_type = None, 0), None);
    let with_r2 = |one: &mut Booking| {
        one.resource = PmsResourceId::parse("R2").ok();
        one.appointment_type = PmsAppointmentTypeId::parse("T2").ok();
    };
    assert_eq!(of(with_r2, 0), None);
}

#[test]
fn each_reason_is_found() {
    let resource = |id: &str| PmsResourceId::parse(id).ok();
    let kind = |id: &str| PmsAppointmentTypeId::parse(id).ok();
    assert_eq!(
        of(|one| one.status = BookingStatus::Cancelled, 0),
        Some(RejectReason::CancelledFirst)
    );
    assert_eq!(
        of(|one| one.resource = None, 0),
        Some(RejectReason::ResourceRemoved)
    );
    assert_eq!(
        of(|one| one.resource = resource("R9"), 0),
        Some(RejectReason::ResourceUnknown)
    );
    assert_eq!(
        of(|one| one.start = start("2026-10-04 02:30"), 0),
        Some(RejectReason::TimeDoesNotExist)
    );
    assert_eq!(
        of(|one| one.appointment_type = kind("T9"), 0),
        Some(RejectReason::TypeNotOffered)
    );
    assert_eq!(
        of(|one| one.appointment_type = kind("T2"), 0),
        Some(RejectReason::TypeNotOffered),
        "another resource's type"
    );
}

#[test]
fn a_time_that_has_passed_stands_only_against_a_late_booking() {
    let earlier = |one: &mut Booking| one.start = start("2026-10-05 08:59");
    assert_eq!(of(earlier, 20), None, "the diary decides");
    assert_eq!(of(earlier, 21), Some(RejectReason::TimePassed));
    assert_eq!(of(|_| {}, 1799), None);
    assert_eq!(of(|_| {}, 1801), Some(RejectReason::TimePassed));
}

#[test]
fn a_diary_that_was_not_read_yet_stands_against_nothing() {
    let mut booking = booking();
    booking.resource = PmsResourceId::parse("R9").ok();
    let nothing = Known {
        resources: &[],
        types: &[],
    };
    let sydney = Zone::parse("Australia/Sydney").unwrap();
    assert_eq!(objection(&booking, at(0), at(0), sydney, nothing), None);
}

#[test]
fn the_reason_that_a_patient_can_act_on_comes_first() {
    // No resource and a time that does not exist: the resource is what was removed.
    let both = |one: &mut Booking| {
        one.resource = None;
        one.start = start("2026-10-04 02:30");
    };
    assert_eq!(of(both, 0), Some(RejectReason::ResourceRemoved));
}
