//! What the page shows, and what it never lets through.

use chrono::TimeDelta;

use super::*;

fn row(name: &str, condition: Condition) -> Row {
    let mut status = PracticeStatus::starting();
    status.condition = condition;
    Row {
        name: name.to_owned(),
        id: format!("id-{name}"),
        zone: "Australia/Sydney",
        status: Arc::new(status),
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

fn shown(rows: Vec<Row>, search: &str, page: usize) -> String {
    let wanted = Wanted {
        search: search.to_owned(),
        page,
    };
    overview_page(rows, &wanted, "0.1.0", now())
}

#[test]
fn who_needs_a_person_stands_first() {
    let page = shown(
        vec![
            row("alpha", Condition::Healthy),
            row("beta", Condition::ConsentNeeded),
            row("gamma", Condition::Healthy),
        ],
        "",
        0,
    );
    let place = |name: &str| page.find(&format!("/practices/{name}")).unwrap();
    assert!(place("beta") < place("alpha"));
    assert!(place("alpha") < place("gamma"));
    assert!(page.contains("1 consent needed"), "{page}");
}

#[test]
fn ten_thousand_practices_are_paged_and_searched() {
    let many = || {
        (0..10_000)
            .map(|number| row(&format!("practice-{number:05}"), Condition::Healthy))
            .collect()
    };
    let first = shown(many(), "", 0);
    assert!(first.contains("practice-00099") && !first.contains("practice-00100"));
    assert!(first.contains("Page 1 of 100"));
    let last = shown(many(), "", usize::MAX);
    assert!(last.contains("practice-09999") && last.contains("Page 100 of 100"));
    let found = shown(many(), " PRACTICE-0012", 1);
    assert!(found.contains("10 of 10000 practices"), "{found}");
    assert!(shown(many(), "no such thing", 1).contains("0 of 10000 practices"));
}

#[test]
fn a_text_from_outside_stays_a_text() {
    let hostile = "<script>alert('x')</script>\" onload=\"y & z";
    let mut status = PracticeStatus::starting();
    status.sentence = hostile.to_owned();
    status.remedy = Some(hostile.to_owned());
    status.items = vec![ItemShown {
        kind: hostile.to_owned(),
        subject: hostile.to_owned(),
        sentence: hostile.to_owned(),
        raised_at: DateTime::UNIX_EPOCH,
    }];
    status.last_error = Some(hostile.to_owned());
    status.not_answered = vec![crate::practice::status::NotAnswered {
        kind: hostile.to_owned(),
        sentence: hostile.to_owned(),
        first_seen: DateTime::UNIX_EPOCH,
        since: DateTime::UNIX_EPOCH,
        polls: 1,
        waits: true,
    }];
    status.availability_refused = vec![crate::practice::status::RefusedDay {
        resource: hostile.to_owned(),
        date: hostile.to_owned(),
        error: hostile.to_owned(),
    }];
    let row = || Row {
        name: hostile.to_owned(),
        id: hostile.to_owned(),
        zone: "Australia/Sydney",
        status: Arc::new(status.clone()),
    };
    for page in [
        shown(vec![row()], "", 1),
        shown(vec![row()], hostile, 1),
        practice_page(&row(), hostile, now()),
    ] {
        assert!(!page.contains("<script"), "{page}");
        assert!(!page.contains("\" onload"), "{page}");
        assert!(page.contains("&lt;script&gt;"), "{page}");
    }
}

#[test]
fn a_remedy_is_on_the_overview_and_times_read_as_distances() {
    let mut status = PracticeStatus::starting();
    status.condition = Condition::ConsentNeeded;
    status.remedy = Some("Grant consent in the portal".to_owned());
    status.last_poll = Some(now() - TimeDelta::minutes(5));
    let page = shown(
        vec![Row {
            name: "harbour".to_owned(),
            id: "1".to_owned(),
            zone: "Australia/Sydney",
            status: Arc::new(status),
        }],
        "",
        1,
    );
    assert!(page.contains("<strong>Grant consent in the portal</strong>"));
    assert!(page.contains("<td>5 min ago</td>"), "{page}");
}
