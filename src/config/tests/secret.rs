//! Secrets: where they may stand, and that no message quotes one.

use secrecy::ExposeSecret;

use super::{CONNECTOR, PRACTICE, PRACTICE_KEY, Setup};

const PLACE: &str = r#"{ file = "secrets/practice.key" }"#;

#[test]
fn white_space_around_a_secret_is_dropped() {
    let settings = Setup::sound().load();
    let key = settings.practices[0].practice_key.expose_secret();
    assert_eq!(key, PRACTICE_KEY);
}

#[test]
fn a_secret_comes_from_a_file_the_environment_or_a_credential() {
    let mut setup = Setup::sound();
    setup.set("KEY_OF_HARBOUR", "from-env");
    setup.write("credentials/harbour.key", "from-credential\n");
    let credentials = setup.folder.path().join("credentials");
    setup.set("CREDENTIALS_DIRECTORY", credentials.to_str().unwrap());
    for (place, secret) in [
        (r#"{ file = "secrets/practice.key" }"#, PRACTICE_KEY),
        (r#"{ env = "KEY_OF_HARBOUR" }"#, "from-env"),
        (r#"{ credential = "harbour.key" }"#, "from-credential"),
    ] {
        setup.practice(&PRACTICE.replace(PLACE, place));
        let settings = setup.load();
        let key = settings.practices[0].practice_key.expose_secret();
        assert_eq!(key, secret);
    }
}

#[test]
fn a_plain_secret_is_accepted_in_dev_only() {
    for (environment, fits) in [("DEV", true), ("UAT", false), ("PROD", false)] {
        let mut setup = Setup::sound();
        setup.set("CONNECTOR__IDENTITY__ENVIRONMENT", environment);
        setup.practice(&PRACTICE.replace(PLACE, "\"planted-plain\""));
        if crate::config::load(&setup.sources()).is_ok() {
            assert!(fits);
        } else {
            assert!(!fits);
            let report = setup.report();
            assert!(
                report.contains("line 3: practice_key: a secret may stand"),
                "{report}"
            );
            assert!(!report.contains("planted"), "{report}");
        }
    }
}

#[test]
fn a_plain_secret_is_not_complained_of_where_the_environment_is_unknown() {
    let setup = Setup::sound();
    setup.write("config/connector.toml", &CONNECTOR.replace("UAT", "TEST"));
    setup.practice(&PRACTICE.replace(PLACE, "\"plain\""));
    let wrong = setup.wrong();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert_eq!(wrong[0].0, "identity.environment");
}

#[test]
fn a_secret_that_cannot_be_read_or_sent_is_a_problem_that_does_not_quote_it() {
    let mut setup = Setup::sound();
    setup.write_secret("secrets/empty", " \n");
    setup.write_secret("secrets/two-lines", "planted\nplanted\n");
    setup.write_secret("secrets/inner-space", "planted planted");
    setup.write_secret("secrets/umlaut", "plänted-planted");
    setup.write_secret("secrets/long", &"planted".repeat(1000));
    setup.set("EMPTY", "");
    for (place, said) in [
        (r#"{ file = "secrets/absent" }"#, "there is no file"),
        (r#"{ file = "secrets" }"#, "cannot be read"),
        (r#"{ file = "" }"#, "name is empty"),
        (r#"{ file = "secrets/empty" }"#, "the secret is empty"),
        (r#"{ file = "secrets/two-lines" }"#, "a line break"),
        (r#"{ file = "secrets/inner-space" }"#, "a space"),
        (r#"{ file = "secrets/umlaut" }"#, "beyond ASCII"),
        (r#"{ file = "secrets/long" }"#, "does not hold a key"),
        (r#"{ env = "ABSENT" }"#, "is not set"),
        (r#"{ env = "EMPTY" }"#, "the secret is empty"),
        (r#"{ credential = "x" }"#, "no credentials"),
        (r#"{ credential = "../x" }"#, "not a credential's name"),
        (r#"{ file = "a", env = "b" }"#, "more than one place"),
        ("{}", "does not say where"),
        ("\"\"", "may stand in the settings only"),
        ("12345678901", "expected { file"),
        ("1234.56789", "expected { file"),
        ("true", "expected { file"),
        (r#"["planted"]"#, "expected"),
        (r"{ file = 12345678901 }", "expected { file"),
        (r#"{ plain = "planted" }"#, "no such key"),
        ("2026-11-21", ""),
    ] {
        setup.practice(&PRACTICE.replace(PLACE, place));
        let report = setup.report();
        assert!(report.contains(said), "{place}: {report}");
        assert!(report.contains("practice_key"), "{place}: {report}");
        assert!(!report.contains("planted"), "{place}: {report}");
        assert!(!report.contains("12345678901"), "{place}: {report}");
        assert!(!report.contains("56789"), "{place}: {report}");
        assert!(!report.contains("is missing"), "{place}: {report}");
    }
}

#[test]
fn a_file_that_is_not_toml_is_not_quoted() {
    let setup = Setup::sound();
    for text in [
        "practice_key = \"planted\ntimezone = \"x\"\n",
        "practice_key = planted\n",
        "practice_key = \"planted\" \"planted\"\n",
        "practice_key = \"planted\"\npractice_key = \"planted\"\n",
        "practice_key : planted\n",
    ] {
        setup.practice(text);
        let report = setup.report();
        assert!(report.contains("line "), "{report}");
        assert!(report.contains("not TOML"), "{report}");
        assert!(!report.contains("planted"), "{report}");
    }
}

#[cfg(unix)]
#[test]
fn a_secret_that_everyone_can_read_is_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let setup = Setup::sound();
    let file = setup.folder.path().join("secrets/practice.key");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let warnings = setup.load().warnings;
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].remedy.contains("chmod 600"));
    assert!(!warnings[0].to_string().contains("planted"));
}
