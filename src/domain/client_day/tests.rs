use chrono::{DateTime, Utc};

use super::*;
use crate::domain::civil::Zone;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn local(text: &str) -> LocalDateTime {
    LocalDateTime::from_naive(text.parse().unwrap())
}

fn listed<Id>(id: Id) -> Listed<Id> {
    Listed {
        id,
        name: "Sample".to_owned(),
        use_now: InUse::Active,
    }
}

fn appointment(id: &str, patient: &str, start: &str, created: &str) -> ClientAppointment {
    ClientAppointment {
        id: PmsAppointmentId::parse(id).unwrap(),
        patient: PmsPatientId::parse(patient).unwrap(),
        practitioner: PmsPractitionerId::parse("D1").unwrap(),
        appointment_type: PmsAppointmentTypeId::parse("T1").unwrap(),
        created: local(created),
        start: local(start),
        length: Duration::from_secs(900),
        standing: Standing::Booked,
    }
}

fn patient(id: &str) -> ClientPatient {
    ClientPatient {
        id: PmsPatientId::parse(id).unwrap(),
        given_name: Redacted::new("Testa".to_owned()),
        surname: Redacted::new(format!("Sample-{id}")),
        preferred_name: None,
        mobile: None,
        home_phone: None,
        work_phone: None,
        sms_consent: None,
        is_16_or_younger: None,
        created: local("2020-01-01T00:00:00"),
    }
}

/// All that a careless system has, offered as one day.
fn everything(of: &str, by: DayOf) -> ClientDay {
    ClientDay {
        date: date(of),
        by,
        locations: vec![listed(PmsLocationId::parse("L1").unwrap())],
        practitioners: vec![listed(PmsPractitionerId::parse("D1").unwrap())],
        appointment_types: vec![listed(PmsAppointmentTypeId::parse("T1").unwrap())],
        appointments: vec![
            appointment("1", "P1", "2026-11-23T09:00:00", "2026-11-20T23:59:59"),
            appointment("2", "P2", "2026-11-23T23:59:59", "2026-11-23T00:00:00"),
            appointment("3", "P3", "2026-11-24T00:00:00", "2026-11-23T10:00:00"),
            appointment("4", "P1", "2026-11-22T23:59:59", "2026-11-22T10:00:00"),
        ],
        patients: ["P1", "P2", "P3", "P4"].map(patient).into(),
    }
}

fn ids(day: &ClientDay) -> (Vec<&str>, Vec<&str>) {
    (
        day.appointments.iter().map(|one| one.id.as_str()).collect(),
        day.patients.iter().map(|one| one.id.as_str()).collect(),
    )
}

#[test]
fn only_the_dates_own_appointments_and_their_patients_are_kept() {
    for (by, appointments, patients) in [
        (DayOf::Appointment, ["1", "2"], ["P1", "P2"]),
        (DayOf::Creation, ["2", "3"], ["P2", "P3"]),
    ] {
        let of = "2026-11-23";
        let (day, left_out) = everything(of, by).confined(date(of), by).unwrap();
        assert_eq!(ids(&day), (appointments.into(), patients.into()), "{by:?}");
        assert_eq!((left_out.appointments, left_out.patients), (2, 2));
        assert_eq!(
            day.locations.len(),
            1,
            "the lists are complete all the same"
        );
    }
}

#[test]
fn a_day_without_appointments_has_no_patients() {
    for of in ["1900-01-01", "2026-11-21", "9999-12-31"] {
        let day = everything(of, DayOf::Appointment);
        let (day, _) = day.confined(date(of), DayOf::Appointment).unwrap();
        assert_eq!(ids(&day), (vec![], vec![]), "{of}");
        assert_eq!(day.practitioners.len(), 1);
    }
}

#[test]
fn nothing_is_sent_twice_and_nothing_names_what_is_not_listed() {
    let of = "2026-11-23";
    let mut day = everything(of, DayOf::Appointment);
    let again = day.clone();
    day.appointments.extend(again.appointments);
    day.patients.extend(again.patients);
    day.locations.extend(again.locations);
    let dangling = |change: fn(&mut ClientAppointment)| {
        let mut one = appointment("9", "P2", "2026-11-23T11:00:00", "2026-11-23T11:00:00");
        change(&mut one);
        one
    };
    day.appointments.extend([
        dangling(|one| one.patient = PmsPatientId::parse("P9").unwrap()),
        dangling(|one| {
            one.id = PmsAppointmentId::parse("10").unwrap();
            one.practitioner = PmsPractitionerId::parse("D9").unwrap();
        }),
        dangling(|one| {
            one.id = PmsAppointmentId::parse("11").unwrap();
            one.appointment_type = PmsAppointmentTypeId::parse("T9").unwrap();
        }),
    ]);
    let (day, _) = day.confined(date(of), DayOf::Appointment).unwrap();
    assert_eq!(ids(&day), (vec!["1", "2"], vec!["P1", "P2"]));
    assert_eq!(day.locations.len(), 1);
}

#[test]
fn an_answer_for_another_day_is_refused() {
    let day = everything("2026-11-23", DayOf::Appointment);
    let other = day.clone().confined(date("2026-11-24"), DayOf::Appointment);
    assert_eq!(other, Err(Unfit::AnotherDay));
    let other = day.confined(date("2026-11-23"), DayOf::Creation);
    assert_eq!(other, Err(Unfit::AnotherDay));
}

#[test]
fn a_day_at_the_limit_is_sent_and_one_past_it_is_not() {
    let of = "2026-11-23";
    let full = |count: usize| {
        let mut day = everything(of, DayOf::Appointment);
        day.appointments = (0..count)
            .map(|number| {
                let at = "2026-11-23T09:00:00";
                appointment(&number.to_string(), "P1", at, at)
            })
            .collect();
        day.confined(date(of), DayOf::Appointment).map(drop)
    };
    assert_eq!(full(MOST_APPOINTMENTS), Ok(()));
    assert_eq!(full(MOST_APPOINTMENTS + 1), Err(Unfit::TooLarge));
}

/// Rule: a creation date is the practice's own, on the days of 23 and 25 hours too.
#[test]
fn an_appointment_made_late_on_a_day_of_23_or_25_hours_belongs_to_that_day() {
    for (zone, made, of) in [
        // Sydney leaves summer time: the day ends at 14:00 UTC, not 13:00.
        ("Australia/Sydney", "2026-04-05T13:30:00Z", "2026-04-05"),
        ("Australia/Sydney", "2026-04-04T13:30:00Z", "2026-04-05"),
        // Sydney enters it: the day ends at 13:00 UTC, not 14:00.
        ("Australia/Sydney", "2026-10-04T12:59:59Z", "2026-10-04"),
        ("Australia/Sydney", "2026-10-04T13:00:00Z", "2026-10-05"),
        // Lord Howe shifts by half an hour.
        ("Australia/Lord_Howe", "2026-04-05T13:29:59Z", "2026-04-05"),
        ("Australia/Lord_Howe", "2026-04-05T13:30:00Z", "2026-04-06"),
    ] {
        let made_at: DateTime<Utc> = made.parse().unwrap();
        let created = Zone::parse(zone).unwrap().local(made_at);
        let mut day = everything(of, DayOf::Creation);
        let mut one = appointment("1", "P1", "2026-12-01T09:00:00", "2026-01-01T00:00:00");
        one.created = created;
        day.appointments = vec![one];
        let (day, _) = day.confined(date(of), DayOf::Creation).unwrap();
        assert_eq!(day.appointments.len(), 1, "{zone} {made}");
    }
}
