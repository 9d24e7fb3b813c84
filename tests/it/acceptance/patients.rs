//! Patient matching as it is tested before a practice goes live: who comes back is put under the
//! record that the practice has, and a relative never is.

use serde_json::{Value, json};

use super::child::SOON;
use super::town::{FAST, SWAN, Town};

/// A patient of the practice, and what the one who books says otherwise.
type Case = (&'static str, &'static str);

/// The same person: nothing, address, phone, e-mail and surname changed, everything written oddly,
/// a misspelt given name and surname, a short form, day and month exchanged.
const THE_SAME: [Case; 10] = [
    (
        "Testa,Sampleford,1981-05-24,0491 570 156,ts@example.com,1 Sample Street",
        "{}",
    ),
    (
        "Probus,Mockridge,1975-11-02,0491 570 157,pm@example.com,2 Mock Road",
        r#"{"address": "40 Elsewhere Court", "suburb": "Farplace", "state": "WA", "postcode": "6999"}"#,
    ),
    (
        "Exempla,Placeholm,1990-03-17,0491 570 158,ep@example.com,3 Trial Avenue",
        r#"{"phone": "0491 570 737"}"#,
    ),
    (
        "Fictus,Pseudley,1968-08-30,0491 570 159,fp@example.com,4 Fable Street",
        r#"{"email": "somebody-else@example.org"}"#,
    ),
    (
        "Dummia,Fauxley,1987-01-19,0491 570 110,df@example.com,5 Story Road",
        r#"{"lastname": "Contrivo"}"#,
    ),
    (
        "Phantom,O'Nonesuch,1959-12-05,0491 570 313,pn@example.com,6 Model Street",
        r#"{"firstname": " PHANTOM ", "lastname": "o nonesuch", "dob": "1959-12-05", "phone": "+61 (0)491-570-313",
            "email": "PN@Example.COM", "address": "Unit 2, 6 MODEL ST."}"#,
    ),
    (
        "Stubbella,Testington,2001-07-08,0491 571 266,st@example.com,7 Legend Road",
        r#"{"firstname": "Stubbela"}"#,
    ),
    (
        "Mocka,Exampleby,1994-09-21,0491 571 491,me@example.com,8 Pattern Street",
        r#"{"lastname": "Exmapleby"}"#,
    ),
    (
        "Elizabeth,Imaginaro,1979-04-11,0491 571 804,ei@example.com,9 Sample Road",
        r#"{"firstname": "Libby", "phone": "0491571804"}"#,
    ),
    (
        "Trialla,Standinski,1983-06-03,0491 572 549,tr@example.com,10 Mock Street",
        r#"{"dob": "06-03-1983", "email": "tr@exmaple.com"}"#,
    ),
];

/// Another person: a twin, a son of the same name, one with the same phone, one with the same e-mail.
const ANOTHER: [Case; 4] = [
    (
        "Specima,Dummond,2012-02-14,0491 572 665,family@example.com,11 Trial Road",
        r#"{"firstname": "Placebella"}"#,
    ),
    (
        "Formulus,Proforma,1960-10-09,0491 572 983,pf@example.com,12 Fable Road",
        r#"{"dob": "22-05-1991"}"#,
    ),
    (
        "Sandra,Boxwell,1972-03-28,0491 573 770,sb@example.com,13 Story Street",
        r#"{"firstname": "Notara", "lastname": "Makeup", "dob": "13-12-1970", "email": "nm@example.com"}"#,
    ),
    (
        "Cleara,Fictitius,1966-07-16,0491 573 087,shared@example.com,14 Legend Street",
        r#"{"firstname": "Tomas", "lastname": "Realby", "dob": "01-09-1999", "phone": "0491 574 118"}"#,
    ),
];

/// The fields in the diary, and as Healthengine calls them.
const FIELDS: [(&str, &str); 6] = [
    ("given_name", "firstname"),
    ("surname", "lastname"),
    ("date_of_birth", "dob"),
    ("phone", "phone"),
    ("email", "email"),
    ("street", "address"),
];

/// The `[[patient]]` tables of an import.
fn tables(cases: &[Case], id: &str) -> String {
    let table = |(number, (known, _)): (usize, &Case)| {
        let fields = FIELDS.iter().zip(known.split(','));
        let lines = fields.map(|((field, _), value)| format!("{field} = \"{value}\""));
        let head = format!("[[patient]]\nid = \"{id}-{number}\"");
        [head]
            .into_iter()
            .chain(lines)
            .collect::<Vec<_>>()
            .join("\n")
    };
    cases
        .iter()
        .enumerate()
        .map(table)
        .collect::<Vec<_>>()
        .join("\n")
}

/// What the patient tells Healthengine.
fn told((known, says): &Case) -> Value {
    let mut told: Value = FIELDS
        .iter()
        .zip(known.split(','))
        .map(|((_, name), value)| (*name, value))
        .collect();
    // Healthengine writes the day first.
    let mut born = told["dob"].as_str().unwrap().split('-').collect::<Vec<_>>();
    born.reverse();
    told["dob"] = born.join("-").into();
    let says: Value = serde_json::from_str(says).unwrap();
    for (name, value) in says.as_object().unwrap() {
        told[name] = value.clone();
    }
    told
}

#[test]
fn an_existing_patient_is_found_with_changed_odd_or_misspelt_details_and_a_relative_is_kept_apart()
{
    let town = Town::new(FAST);
    let practice = include_str!("swan.toml");
    let patients = [tables(&THE_SAME, "known"), tables(&ANOTHER, "other")].join("\n");
    town.import("swan", &format!("{practice}{patients}"));
    town.add(&SWAN);
    let daemon = town.run();
    town.published(&SWAN, 1, SOON);
    let offers = town.offers(&SWAN, "cleo", "first-visit", town.date(&SWAN, 2));
    let cases = THE_SAME.iter().chain(&ANOTHER);
    let bookings: Vec<i64> = cases
        .zip(offers.iter().step_by(2))
        .map(|(case, offer)| {
            let wish = json!({
                "resource": "cleo", "type": "first-visit", "start": offer.start, "patient": told(case),
            });
            let made = town.post(&format!("practices/{}/bookings", SWAN.id), &wish);
            made["booking"].as_i64().unwrap()
        })
        .collect();
    assert_eq!(bookings.len(), THE_SAME.len() + ANOTHER.len());
    for booking in &bookings {
        assert_eq!(town.answered(&SWAN, *booking, SOON), "confirmed");
    }
    let patient_of = |number: usize| {
        let entry = town.entry(&SWAN, bookings[number]);
        entry["pms_patient_id"].as_str().unwrap().to_owned()
    };
    for (number, (_, says)) in THE_SAME.iter().enumerate() {
        assert_eq!(patient_of(number), format!("known-{number}"), "{says}");
    }
    for (number, (_, says)) in ANOTHER.iter().enumerate() {
        let patient = patient_of(THE_SAME.len() + number);
        assert!(patient.starts_with("patient-"), "{patient}: {says}");
    }
    // One new record for each of the others, and the twin's is to be compared by a person.
    let records = town.diary(&["patients", "--database", "swan.db", "--json"]);
    let records: Value = serde_json::from_str(&records).unwrap();
    assert_eq!(
        records.as_array().unwrap().len(),
        THE_SAME.len() + 2 * ANOTHER.len()
    );
    let status = town.status(&daemon, &SWAN);
    assert!(!status["items"].as_array().unwrap().is_empty(), "{status}");
    town.is_settled(&[&SWAN]);
}
