//! Two people are never made one, however much their household shares.

use super::*;

/// Pairs of given names that are two people's, however near.
const TWINS: [(&str, &str); 16] = [
    ("Jayden", "Hayden"),
    ("Emma", "Ella"),
    ("Anna", "Hannah"),
    ("Tim", "Tom"),
    ("Maria", "Mario"),
    ("Daniel", "Daniella"),
    ("Jack", "Jacob"),
    ("Mia", "Pia"),
    ("Olivia", "Oliver"),
    ("Mary Anne", "Mary Jane"),
    ("Thanh", "Thinh"),
    ("Testa", "Testo"),
    ("Christian", "Christina"),
    ("Georgia", "Georgina"),
    ("Lucas", "Thomas"),
    ("J", "John"),
];

fn of(given: &str, birth: &str) -> Patient {
    let mut patient = known();
    patient.given_name = text(given);
    patient.date_of_birth = Some(Redacted::new(birth.parse().unwrap()));
    patient
}

#[test]
fn twins_are_never_merged() {
    for (one, other) in TWINS {
        for births in [("2015-06-01", "2015-06-01"), ("2015-06-01", "2015-06-02")] {
            let (a, b) = (of(one, births.0), of(other, births.1));
            assert_ne!(against(&a, &b), "same", "{one} and {other}");
            assert_ne!(against(&b, &a), "same", "{other} and {one}");
            if one != "J" {
                // And each is still found beside the other.
                let both = [record("a", a.clone()), record("b", b.clone())];
                let Match::Same(found) = decide(&b, &both) else {
                    panic!("{other} was not found beside {one}");
                };
                assert_eq!(found.id.as_str(), "b");
            }
        }
    }
}

#[test]
fn a_father_and_a_son_of_one_name_are_never_merged() {
    for (father, son) in [
        ("1955-04-02", "1984-03-12"),
        ("1955-03-12", "1984-03-12"),
        ("1954-03-12", "1984-03-12"),
        ("1920-03-12", "1984-03-12"),
    ] {
        let (a, b) = (of("John", father), of("John", son));
        assert_ne!(against(&a, &b), "same", "{father}");
        assert_ne!(against(&b, &a), "same", "{father}");
        let mut junior = b.clone();
        junior.surname = text("Smith Jr");
        assert_ne!(against(&junior, &a), "same", "{father}");
    }
}

#[test]
fn a_father_and_a_son_are_not_merged_where_a_birthday_is_not_known() {
    let mut unknown = of("John", "1955-04-02");
    unknown.date_of_birth = None;
    assert_ne!(against(&of("John", "1984-03-12"), &unknown), "same");
    let placeholder = of("John", "1900-01-01");
    assert_ne!(against(&of("John", "1984-03-12"), &placeholder), "same");
}

#[test]
fn a_couple_that_shares_everything_but_names_and_birthdays_is_two_people() {
    let wife = of("Elizabeth", "1984-03-12");
    for (given, birth) in [
        ("Peter", "1982-11-30"),
        ("Elise", "1983-03-12"),
        ("Eli", "1984-12-03"),
    ] {
        assert_ne!(against(&of(given, birth), &wife), "same", "{given}");
    }
    // Nothing for staff to look at in every family: only a stranger's record is made.
    assert_eq!(against(&of("Peter", "1982-11-30"), &wife), "new");
}

#[test]
fn people_who_share_a_phone_or_an_e_mail_alone_are_two_people() {
    let mut other = patient(["Peter", "Exampleton", "1971-05-09", "", "", "", "", "", ""]);
    other.phone = known().phone;
    assert_eq!(against(&other, &known()), "new");
    other.email = known().email;
    assert_eq!(against(&other, &known()), "new");
}

#[test]
fn strangers_of_one_common_name_and_birthday_are_two_people() {
    let mut stranger = patient([
        "Elizabeth",
        "Smith",
        "1984-03-12",
        "0491 571 804",
        "esmith84@example.org",
        "7 Nowhere Avenue",
        "Farplace",
        "6999",
        "WA",
    ]);
    assert_eq!(against(&stranger, &known()), "doubtful");
    stranger.email = None;
    assert_eq!(against(&stranger, &known()), "doubtful");
}

#[test]
fn a_medicare_card_is_a_familys_and_its_reference_one_persons() {
    let with_card = |mut patient: Patient, reference: Option<&str>| {
        patient.medicare = card("2999999999", reference);
        patient
    };
    let mother = with_card(of("Elizabeth", "1984-03-12"), Some("1"));
    let child = with_card(of("Lucas", "2015-06-01"), Some("3"));
    assert_eq!(against(&child, &mother), "new");
    let twin = with_card(of("Thomas", "2015-06-01"), Some("4"));
    assert_ne!(against(&twin, &child), "same");
    let namesake = with_card(of("Elizabeth", "1984-03-12"), Some("2"));
    assert_ne!(against(&namesake, &mother), "same");
    let same = with_card(of("Liz", "1984-03-12"), Some("1"));
    assert_eq!(against(&same, &mother), "same");
}

#[test]
fn a_clash_of_genders_leaves_a_near_name_to_a_person() {
    let gendered = |given: &str, gender| {
        let mut patient = of(given, "2015-06-01");
        patient.gender = Some(Redacted::new(gender));
        patient
    };
    let boy = gendered("Alex", Gender::Male);
    let girl = gendered("Alexandra", Gender::Female);
    assert_eq!(against(&girl, &boy), "doubtful");
}

#[test]
fn two_who_look_the_same_are_left_to_a_person() {
    let (one, other) = (record("1", known()), record("2", known()));
    let Match::Doubtful(alike) = decide(&known(), &[one, other]) else {
        panic!("one of two equals was chosen");
    };
    assert_eq!(alike.len(), 2);
}

#[test]
fn of_two_namesakes_the_one_who_shares_the_contacts_wins() {
    let mut stranger = known();
    stranger.phone = text("0491 571 804");
    stranger.email = text("other@example.org");
    stranger.street = text("7 Nowhere Avenue");
    let both = [record("near", known()), record("far", stranger)];
    let Match::Same(found) = decide(&known(), &both) else {
        panic!("not found");
    };
    assert_eq!(found.id.as_str(), "near");
}
