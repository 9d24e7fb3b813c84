use super::*;
use crate::pms::diary::open::{Absent, open};

fn patient(given: &str, surname: &str, birth: &str) -> Patient {
    let text = |text: &str| Some(Redacted::new(text.to_owned()));
    Patient {
        given_name: text(given),
        surname: text(surname),
        date_of_birth: Some(Redacted::new(birth.parse().unwrap())),
        ..Patient::default()
    }
}

fn diary() -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("diary.db");
    let diary = open(&path, Absent::Create, std::time::Duration::from_secs(5)).unwrap();
    (folder, diary)
}

#[test]
fn every_search_is_answered_from_an_index() {
    let (_folder, diary) = diary();
    for search in SEARCHES {
        let plan: Vec<String> = {
            let explained = format!("explain query plan {}", statement(search));
            let mut statement = diary.prepare(&explained).unwrap();
            let count = statement.parameter_count();
            let values = rusqlite::params_from_iter(vec!["x"; count]);
            statement
                .query_map(values, |row| row.get(3))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap()
        };
        assert!(
            plan.iter().all(|line| line.contains("USING INDEX")),
            "{search:?}: {plan:?}"
        );
    }
}

#[test]
fn a_patient_is_found_by_each_detail_that_still_agrees() {
    let (_folder, diary) = diary();
    let mut known = patient("Testa", "Sample-O'Seventeen", "1980-02-29");
    known.phone = Some(Redacted::new("0491 570 156".to_owned()));
    known.email = Some(Redacted::new("Testa@Example.com".to_owned()));
    known.medicare = Some(Redacted::new(Medicare {
        number: "0000000000".to_owned(),
        reference: None,
        expiry: None,
    }));
    let number = record_new(&diary, &known).unwrap();
    record_new(&diary, &patient("Other", "Person-1", "1999-01-01")).unwrap();

    let mut cases = vec![
        patient("Xyz", "Xyz", "1980-02-29"),
        patient("Tésta", "sample o seventeen", "2001-01-01"),
        patient("Sample O Seventeen", "Testa", "2001-01-01"),
        patient("Testa", "Xyz", "1980-07-19"),
    ];
    for field in 0..3 {
        let mut changed = patient("Xyz", "Xyz", "2001-01-01");
        match field {
            0 => changed.phone = Some(Redacted::new("+61 491 570 156".to_owned())),
            1 => changed.email = Some(Redacted::new(" testa@example.com ".to_owned())),
            _ => changed.medicare.clone_from(&known.medicare),
        }
        cases.push(changed);
    }
    for incoming in cases {
        let found = load_like(&diary, &incoming).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].id.as_str(), format!("{OWN_IDS}{number}"));
        assert_eq!(found[0].details, known);
    }
    assert!(load_like(&diary, &Patient::default()).unwrap().is_empty());
}

#[test]
fn a_patient_is_found_with_day_and_month_exchanged() {
    let (_folder, diary) = diary();
    record_new(&diary, &patient("Testa", "Sample-1", "1980-03-12")).unwrap();
    let found = load_like(&diary, &patient("Xyz", "Xyz", "1980-12-03")).unwrap();
    assert_eq!(found.len(), 1);
}

#[test]
fn a_search_is_bounded_however_many_share_a_detail() {
    let (_folder, diary) = diary();
    for n in 0..120 {
        let given = format!("Testa{n}");
        record_new(
            &diary,
            &patient(&given, &format!("Sample-{n}"), "1900-01-01"),
        )
        .unwrap();
    }
    let incoming = patient("Testa7", "Sample-119", "1900-01-01");
    let found = load_like(&diary, &incoming).unwrap();
    assert!(found.len() <= 51, "{}", found.len());
    assert!(
        found
            .iter()
            .any(|record| record.details.surname == incoming.surname),
        "the nearest is found however many share the day"
    );
}
