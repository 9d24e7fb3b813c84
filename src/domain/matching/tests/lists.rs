//! Over a whole list the candidates are found, and what a list of strangers allows is bounded.

use super::*;

/// Somebody whose every detail is their own.
fn stranger(n: usize) -> [String; 9] {
    let word = |n: usize| {
        let letters: Vec<char> = "bcdfghjklmnpqrstvwz".chars().collect();
        let vowels: Vec<char> = "aeiou".chars().collect();
        let mut left = n.wrapping_mul(7919).wrapping_add(13);
        let mut word = String::new();
        for _ in 0..4 {
            word.push(letters[left % letters.len()]);
            word.push(vowels[left / letters.len() % vowels.len()]);
            left = left / 3 + n;
        }
        word
    };
    [
        word(n),
        word(n + 50_000),
        format!("{}-{:02}-{:02}", 1930 + n % 80, 1 + n % 12, 1 + n % 28),
        String::new(),
        String::new(),
        format!("{} {} Street", 1 + n % 300, word(n + 90_000)),
        word(n % 40 + 7),
        format!("{}", 2000 + n % 900),
        "NSW".to_owned(),
    ]
}

fn person(fields: &[String; 9]) -> Person {
    let [
        given_name,
        surname,
        date_of_birth,
        phone,
        email,
        street,
        suburb,
        postcode,
        state,
    ] = fields;
    Person::written(&Written {
        given_name,
        surname,
        date_of_birth,
        phone,
        email,
        street,
        suburb,
        postcode,
        state,
        medicare_number: "",
    })
}

fn list_of(strangers: usize) -> PatientList {
    let mut list = PatientList::default();
    for n in 0..strangers {
        let id = PmsPatientId::parse(&n.to_string()).unwrap();
        list.add(id, person(&stranger(n)));
    }
    list
}

fn decided(list: &PatientList, fields: &[String; 9]) -> (&'static str, String) {
    let decision = list.decide(&person(fields), list.population());
    let id = match &decision {
        Match::Same(one) => one.id.to_string(),
        Match::New => String::new(),
        Match::Doubtful(alike) => alike[0].id.to_string(),
    };
    (word(&decision), id)
}

#[test]
fn a_list_is_one_of_families_until_it_is_long_and_shares_no_household() {
    assert_eq!(list_of(499).population(), Population::Families);
    assert_eq!(list_of(500).population(), Population::Alone);
    let mut list = list_of(500);
    for n in 0..10 {
        let mut member = stranger(n);
        member[0] = "Testa".to_owned();
        let id = PmsPatientId::parse(&format!("member-{n}")).unwrap();
        list.add(id, person(&member));
    }
    assert_eq!(list.population(), Population::Families);
}

#[test]
fn another_given_name_is_a_corrupted_record_only_where_nobody_shares_a_household() {
    let mut renamed = stranger(7);
    renamed[0] = "Testa".to_owned();
    let families = list_of(100);
    assert_eq!(decided(&families, &renamed), ("doubtful", "7".to_owned()));
    let alone = list_of(600);
    assert_eq!(decided(&alone, &renamed), ("same", "7".to_owned()));
}

#[test]
fn a_shared_phone_is_a_household_on_every_list() {
    let mut list = list_of(600);
    let mut known = stranger(900);
    known[3] = "0491 570 156".to_owned();
    list.add(PmsPatientId::parse("known").unwrap(), person(&known));
    assert_eq!(list.population(), Population::Alone);
    let mut twin = known.clone();
    twin[0] = "Testa".to_owned();
    assert_eq!(decided(&list, &twin), ("doubtful", "known".to_owned()));
    let mut son = known.clone();
    son[2] = "2019-05-05".to_owned();
    assert_eq!(decided(&list, &son), ("doubtful", "known".to_owned()));
    assert_eq!(decided(&list, &known), ("same", "known".to_owned()));
}

#[test]
fn each_is_found_by_what_is_left_of_their_details() {
    let list = list_of(600);
    let combinations: [&[usize]; 8] = [
        &[0],
        &[1],
        &[2],
        &[5],
        &[6, 7],
        &[0, 1],
        &[2, 5],
        &[0, 6, 7],
    ];
    for n in (0..600).step_by(37) {
        for lost in combinations {
            let mut fields = stranger(n);
            for field in lost {
                fields[*field].clear();
            }
            assert_eq!(decided(&list, &fields), ("same", n.to_string()), "{lost:?}");
        }
        let mut exchanged = stranger(n);
        exchanged.swap(0, 1);
        assert_eq!(decided(&list, &exchanged), ("same", n.to_string()));
    }
}

#[test]
fn a_date_that_is_no_day_of_the_calendar_is_still_compared() {
    let list = list_of(600);
    let mut fields = stranger(20);
    let (year, month_and_day) = fields[2].split_once('-').unwrap();
    let (_, day) = month_and_day.split_once('-').unwrap();
    fields[2] = format!("{year}-31-{day}");
    assert_eq!(decided(&list, &fields), ("same", "20".to_owned()));
}

#[test]
fn a_detail_that_all_share_does_not_make_everybody_a_candidate() {
    let mut list = PatientList::default();
    for n in 0..1000 {
        let mut fields = stranger(n);
        fields[2] = "1980-07-01".to_owned();
        list.add(
            PmsPatientId::parse(&n.to_string()).unwrap(),
            person(&fields),
        );
    }
    let mut fields = stranger(700);
    fields[2] = "1980-07-01".to_owned();
    assert_eq!(decided(&list, &fields), ("same", "700".to_owned()));
    let stranger = ["", "", "1980-07-01", "", "", "", "", "", ""].map(str::to_owned);
    assert_eq!(decided(&list, &stranger), ("new", String::new()));
}
