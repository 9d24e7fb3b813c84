//! What holds for every pair of records, however strange.

use proptest::prelude::*;
use proptest::test_runner::Config;

use super::*;

fn field() -> impl Strategy<Value = Option<String>> {
    let names = [
        "Testa",
        "Testo",
        "Sample",
        "Sample-17",
        "van der Test",
        "O'Test",
        "J",
        "Liz",
        "Elizabeth",
    ];
    prop_oneof![
        2 => Just(None),
        4 => proptest::sample::select(names.to_vec()).prop_map(|name| Some(name.to_owned())),
        1 => any::<String>().prop_map(Some),
        1 => "[0-9+ /@.a-z-]{0,24}".prop_map(Some),
    ]
}

fn anybody() -> impl Strategy<Value = Patient> {
    let fields = proptest::collection::vec(field(), 8);
    let birth = proptest::option::of((1901_i32..2026, 1_u32..13, 1_u32..29));
    let gender = proptest::option::of(proptest::sample::select(vec![
        Gender::Male,
        Gender::Female,
        Gender::Other,
    ]));
    let medicare = proptest::option::of(("[0-9]{0,11}", proptest::option::of("[1-9]")));
    (fields, birth, gender, medicare).prop_map(|(fields, birth, gender, medicare)| {
        let mut fields = fields.into_iter().map(|field| field.map(Redacted::new));
        let mut next = || fields.next().flatten();
        Patient {
            given_name: next(),
            surname: next(),
            phone: next(),
            email: next(),
            street: next(),
            suburb: next(),
            state: next(),
            postcode: next(),
            date_of_birth: birth.map(|(year, month, day)| {
                Redacted::new(chrono::NaiveDate::from_ymd_opt(year, month, day).unwrap())
            }),
            gender: gender.map(Redacted::new),
            medicare: medicare.and_then(|(number, reference)| card(&number, reference.as_deref())),
        }
    })
}

proptest! {
    #![proptest_config(Config::with_cases(300))]

    #[test]
    fn a_pair_is_judged_the_same_either_way_round(one in anybody(), other in anybody()) {
        let forth = decide(&one, &[record("x", other.clone())]);
        let back = decide(&other, &[record("x", one.clone())]);
        prop_assert_eq!(forth, back);
    }

    #[test]
    fn the_order_of_the_candidates_does_not_matter(
        incoming in anybody(),
        known in proptest::collection::vec(anybody(), 0..6),
        turn in 0_usize..6,
    ) {
        let mut records: Vec<PatientRecord> = known
            .into_iter()
            .enumerate()
            .map(|(n, details)| record(&format!("p{n}"), details))
            .collect();
        let decided = decide(&incoming, &records);
        prop_assert_eq!(&decided, &decide(&incoming, &records));
        let turn = turn.min(records.len());
        records.rotate_left(turn);
        prop_assert_eq!(&decided, &decide(&incoming, &records));
        records.reverse();
        prop_assert_eq!(&decided, &decide(&incoming, &records));
    }

    #[test]
    fn who_has_names_and_a_birthday_is_the_same_as_their_own_record(
        mut person in anybody(),
        given in "[A-Z][a-z]{2,9}",
        surname in "[A-Z][a-z]{2,12}",
        year in 1901_i32..2026,
    ) {
        person.given_name = text(&given);
        person.surname = text(&surname);
        let birth = chrono::NaiveDate::from_ymd_opt(year, 7, 14).unwrap();
        person.date_of_birth = Some(Redacted::new(birth));
        prop_assert_eq!(against(&person, &person), "same");
    }

    #[test]
    fn another_given_name_is_never_the_same_person(
        mut person in anybody(),
        twins in proptest::sample::select(vec![("Lucas", "Thomas"), ("Emma", "Zoe"), ("Ava", "Ruby")]),
    ) {
        person.given_name = text(twins.0);
        let mut twin = person.clone();
        twin.given_name = text(twins.1);
        prop_assert_ne!(against(&twin, &person), "same");
    }

    #[test]
    fn a_list_reads_whatever_is_written(fields in proptest::collection::vec(any::<String>(), 10)) {
        let written = Written {
            given_name: &fields[0],
            surname: &fields[1],
            date_of_birth: &fields[2],
            phone: &fields[3],
            email: &fields[4],
            street: &fields[5],
            suburb: &fields[6],
            postcode: &fields[7],
            state: &fields[8],
            medicare_number: &fields[9],
        };
        let mut list = PatientList::default();
        list.add(PmsPatientId::parse("x").unwrap(), Person::written(&written));
        for population in [Population::Families, Population::Alone] {
            list.decide(&Person::written(&written), population);
        }
    }
}
