use super::*;

const EXAMPLES: [(&str, &str); 3] = [
    (
        "harbour-dental",
        include_str!("../../../../config/diaries/harbour-dental.toml"),
    ),
    (
        "wattle-street",
        include_str!("../../../../config/diaries/wattle-street.toml"),
    ),
    (
        "two-rivers",
        include_str!("../../../../config/diaries/two-rivers.toml"),
    ),
];

#[test]
fn the_examples_are_read() {
    for (name, text) in EXAMPLES {
        let plan = Plan::parse(text);
        assert!(plan.is_ok(), "{name}: {plan:?}");
    }
}

#[test]
fn the_example_on_the_modules_page_is_read() {
    let page = include_str!("../plan.rs");
    let example: Vec<&str> = page
        .lines()
        .skip_while(|line| *line != "//! ```toml")
        .skip(1)
        .take_while(|line| !line.starts_with("//! ```"))
        .map(|line| line.trim_start_matches("//!"))
        .collect();
    let plan = Plan::parse(&example.join("\n")).unwrap();
    assert_eq!(plan.resources[0].name, "Dr Ada Sample");
    assert_eq!(plan.resources[0].week[5].len(), 1);
    assert_eq!(plan.types[0].offers["ada-general"], Some(45));
    assert!(plan.exceptions.values().all(|it| it.hours.is_empty()));
    assert_eq!(plan.patients.len(), 1);
}

#[test]
fn every_problem_is_listed_at_once_with_its_place_and_remedy() {
    let text = r#"
        slot_minutes = 0
        colour = "blue"
        [[location]]
        id = "a"
        name = "A"
        [[location]]
        id = "a"
        name = "A again"
        [[resource]]
        id = "r"
        location = "nowhere"
        practitioner = "nobody"
        hours = { monday = ["12:00-09:00"], mnday = [], tuesday = ["09:00-12:00", "11:00-13:00"] }
        [[type]]
        id = "t:1"
        name = "T"
        resources = ["x"]
        [[exception]]
        date = "yesterday"
        [[patient]]
        id = "patient-1"
        gender = "unsure"
    "#;
    let problems = Plan::parse(text).unwrap_err();
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    for expected in [
        "the file, `slot_minutes`",
        "the file, `colour`",
        "location \"a\", `id`",
        "resource \"r\", `location`",
        "resource \"r\", `practitioner`",
        "resource \"r\", `slot_minutes`",
        "resource \"r\", hours, `monday`",
        "resource \"r\", hours, `mnday`",
        "resource \"r\", hours, `tuesday`",
        "type \"t:1\", `id`",
        "type \"t:1\", `resources`",
        "exception 1, `date`",
        "patient \"patient-1\", `id`",
        "patient \"patient-1\", `gender`",
    ] {
        let count = lines
            .iter()
            .filter(|line| line.starts_with(expected))
            .count();
        assert_eq!(count, 1, "{expected} in {lines:#?}");
    }
    assert_eq!(lines.len(), 14, "{lines:#?}");
}

#[test]
fn broken_toml_is_shown_by_its_line_and_without_the_file() {
    let text = "[[patient]]\nid = \"S-1\"\nsurname = \"Sample-17\"\nphone = \n";
    let problems = Plan::parse(text).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].key, "line 4");
    assert!(!format!("{problems:?}").contains("Sample-17"));
}

#[test]
fn an_exception_that_names_resources_goes_before_one_for_everybody() {
    let text = r#"
        slot_minutes = 15
        [[location]]
        id = "a"
        name = "A"
        [[resource]]
        id = "one"
        [[resource]]
        id = "two"
        [[exception]]
        date = 2026-12-24
        resources = ["one"]
        hours = ["09:00-10:00"]
        [[exception]]
        date = 2026-12-24
        until = 2026-12-26
    "#;
    let plan = Plan::parse(text).unwrap();
    let open: Vec<_> = plan
        .exceptions
        .iter()
        .filter(|(_, it)| !it.hours.is_empty())
        .map(|((id, date), _)| format!("{id} {date}"))
        .collect();
    assert_eq!(plan.exceptions.len(), 6);
    assert_eq!(open, ["one 2026-12-24"]);
}
