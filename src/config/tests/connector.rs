//! The connector's own settings.

use std::time::Duration;

use secrecy::ExposeSecret;

use super::{API_KEY, CONNECTOR, Setup};
use crate::config::Environment;
use crate::telemetry::{LogFormat, LogLevel};

#[test]
fn what_is_not_written_has_its_default() {
    let setup = Setup::sound();
    let settings = setup.load();
    assert_eq!(
        settings.identity.user_agent(),
        "Acme Dental Cloud (integrations@acme.example) UAT"
    );
    let healthengine = &settings.healthengine;
    assert_eq!(
        healthengine.base_url.as_str(),
        "https://healthengine.com.au/pms-api/v1"
    );
    assert_eq!(healthengine.api_key.expose_secret(), API_KEY);
    assert_eq!(healthengine.extra_ca, None);
    assert_eq!(settings.schedule.poll_interval, Duration::from_secs(5));
    assert_eq!(settings.schedule.full_availability_at.to_string(), "02:30");
    assert_eq!(
        settings.ledger.file,
        setup.folder.path().join("data/ledger.db")
    );
    assert_eq!(settings.server.listen.to_string(), "127.0.0.1:8472");
    assert_eq!(settings.telemetry.format, LogFormat::Text);
    assert!(settings.warnings.is_empty(), "{:?}", settings.warnings);
}

#[test]
fn the_file_overrides_the_default_and_the_environment_overrides_the_file() {
    let mut setup = Setup::sound();
    setup.connector("[schedule]\npoll_interval = \"4s\"\nchange_scan_interval = \"30s\"\n");
    setup.set("CONNECTOR__SCHEDULE__POLL_INTERVAL", "250ms");
    setup.set("CONNECTOR__HEALTHENGINE__CALLS_AT_ONCE", "7");
    setup.set("CONNECTOR__IDENTITY__ENVIRONMENT", "PROD");
    setup.set("CONNECTOR__TELEMETRY__LEVEL", "debug");
    setup.set("CONNECTOR_OTHER", "not ours");
    let settings = setup.load();
    assert_eq!(settings.schedule.poll_interval, Duration::from_millis(250));
    assert_eq!(
        settings.schedule.change_scan_interval,
        Duration::from_secs(30)
    );
    assert_eq!(settings.healthengine.limits.calls_at_once, 7);
    assert_eq!(settings.identity.environment, Environment::Prod);
    assert_eq!(settings.telemetry.level, LogLevel::Debug);
}

#[test]
fn everything_can_come_from_the_environment() {
    let mut setup = Setup::sound();
    std::fs::remove_file(setup.folder.path().join("config/connector.toml")).unwrap();
    setup.set("CONNECTOR__IDENTITY__VENDOR_NAME", "1234");
    setup.set("CONNECTOR__IDENTITY__VENDOR_EMAIL", "a@b.example");
    setup.set("CONNECTOR__IDENTITY__ENVIRONMENT", "UAT");
    setup.set("CONNECTOR__RESIDENCY__REGION", "australiaeast");
    setup.set("CONNECTOR__HEALTHENGINE__API_KEY__ENV", "API_KEY");
    setup.set("API_KEY", "from the environment".replace(' ', "-").as_str());
    let settings = setup.load();
    assert_eq!(settings.identity.vendor_name, "1234");
    let key = settings.healthengine.api_key.expose_secret();
    assert_eq!(key, "from-the-environment");
}

#[test]
fn a_file_that_is_missing_or_unreadable_is_named_with_what_to_do() {
    let setup = Setup::sound();
    let file = setup.folder.path().join("config/connector.toml");
    std::fs::remove_file(&file).unwrap();
    let report = setup.report();
    let first = "config/connector.toml\n  there is no such file; copy config/example.toml there";
    assert!(report.starts_with(first), "{report}");
    assert!(
        report.contains("residency.region: this is missing"),
        "{report}"
    );
    std::fs::create_dir(&file).unwrap();
    let problems = setup.problems();
    assert_eq!(problems.len(), 1, "{problems:?}");
}

#[test]
fn a_secret_in_the_environment_replaces_the_one_in_the_file_whole() {
    let mut setup = Setup::sound();
    setup.set("CONNECTOR__HEALTHENGINE__API_KEY__ENV", "API_KEY");
    setup.set("API_KEY", "other");
    let settings = setup.load();
    assert_eq!(settings.healthengine.api_key.expose_secret(), "other");
}

#[test]
fn a_variable_that_names_no_setting_is_refused() {
    for name in [
        "CONNECTOR__",
        "CONNECTOR__SCHEDULE",
        "CONNECTOR__SCHEDULE__",
        "CONNECTOR____POLL_INTERVAL",
        "CONNECTOR__PRACTICES__HARBOUR__ENABLED",
        "CONNECTOR__SCHEDULE__POLL.INTERVAL",
        "CONNECTOR__schedule__poll_interval",
        "CONNECTOR__SCHEDULE__POLL_INTERVAL__MS",
    ] {
        let mut setup = Setup::sound();
        setup.set(name, "x");
        let problems = setup.problems();
        assert_eq!(problems.len(), 1, "{name}: {problems:?}");
        assert_eq!(problems[0].origin, format!("environment {name}"));
    }
}

#[test]
fn a_length_of_time_stays_within_its_bounds() {
    for (key, text, fits) in [
        ("schedule.poll_interval", "100ms", true),
        ("schedule.poll_interval", "99ms", false),
        ("schedule.poll_interval", "5s", true),
        ("schedule.poll_interval", "5001ms", false),
        ("schedule.poll_interval_outside_live_hours", "10m", true),
        ("schedule.poll_interval_outside_live_hours", "601s", false),
        ("schedule.full_availability_jitter", "0s", true),
        ("schedule.full_availability_jitter", "13h", false),
        ("pms.write_timeout", "14s", true),
        ("pms.write_timeout", "15s", false),
        ("pms.read_timeout", "121s", false),
        ("healthengine.connect_timeout", "50ms", false),
        ("healthengine.total_timeout", "61s", false),
        ("ledger.retention", "1d", true),
        ("ledger.retention", "23h", false),
        ("shutdown.grace", "11m", false),
        ("schedule.change_scan_interval", "2h", false),
        ("schedule.unauthorised_probe_interval", "2h", false),
    ] {
        let mut setup = Setup::sound();
        let variable = key.to_uppercase().replace('.', "__");
        setup.set(&format!("CONNECTOR__{variable}"), text);
        match crate::config::load(&setup.sources()) {
            Ok(_) => assert!(fits, "{key} = {text}"),
            Err(problems) => {
                assert!(!fits, "{problems:?}");
                assert_eq!(problems.len(), 1, "{problems:?}");
                assert_eq!(problems[0].key, key);
            }
        }
    }
}

#[test]
fn keys_that_depend_on_each_other_are_checked_together() {
    for (more, key) in [
        (
            "[healthengine]\napi_key = { file = \"secrets/api-key\" }\nconnect_timeout = \"9s\"\ntotal_timeout = \"8s\"",
            "healthengine.connect_timeout",
        ),
        (
            "[schedule]\npoll_interval_outside_live_hours = \"4s\"",
            "schedule.poll_interval_outside_live_hours",
        ),
        ("[shutdown]\ngrace = \"19s\"", "shutdown.grace"),
    ] {
        let setup = Setup::sound();
        let base = CONNECTOR.replace(
            "[healthengine]\napi_key = { file = \"secrets/api-key\" }\n",
            "",
        );
        let api_key = if more.contains("[healthengine]") {
            ""
        } else {
            "[healthengine]\napi_key = { file = \"secrets/api-key\" }\n"
        };
        setup.write("config/connector.toml", &format!("{base}{api_key}{more}\n"));
        let wrong = setup.wrong();
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert_eq!(wrong[0].0, key);
    }
}

#[test]
fn an_address_is_https_unless_its_host_is_this_machine() {
    for (address, fits) in [
        ("https://healthengine.com.au/pms-api/v1", true),
        ("https://healthengine.com.au/pms-api/v1/", true),
        ("http://127.0.0.1:8080/pms-api/v1", true),
        ("http://127.8.9.1:8080", true),
        ("http://localhost:8080/pms-api/v1", true),
        ("http://[::1]:8080/pms-api/v1", true),
        ("http://healthengine.com.au/pms-api/v1", false),
        ("http://localhost.example/pms-api/v1", false),
        ("http://10.0.0.1/pms-api/v1", false),
        ("ftp://healthengine.com.au", false),
        ("https://user:hunter2@healthengine.com.au/", false),
        ("https://healthengine.com.au/pms-api/v1?x=hunter2", false),
        ("healthengine.com.au", false),
        ("data:hunter2", false),
        ("", false),
    ] {
        let mut setup = Setup::sound();
        setup.set("CONNECTOR__HEALTHENGINE__BASE_URL", address);
        if let Ok(settings) = crate::config::load(&setup.sources()) {
            assert!(fits, "{address}");
            let url = settings.healthengine.base_url;
            assert!(!url.path().ends_with("v1/"), "{url}");
        } else {
            assert!(!fits, "{address}");
            assert!(!setup.report().contains("hunter2"), "{}", setup.report());
        }
    }
}

#[test]
fn a_ledger_is_a_file_in_sqlite() {
    for (url, file) in [
        ("sqlite:data/x.db", Some("data/x.db")),
        ("sqlite://data/x.db", Some("data/x.db")),
        ("sqlite:///var/lib/x.db", Some("/var/lib/x.db")),
        ("sqlite:", None),
        ("sqlite::memory:", None),
        ("sqlite:data/", None),
        ("sqlite:x.db?mode=ro", None),
        ("postgres://user:hunter2@host/db", None),
        ("data/x.db", None),
    ] {
        let mut setup = Setup::sound();
        setup.set("CONNECTOR__LEDGER__URL", url);
        match (crate::config::load(&setup.sources()), file) {
            (Ok(settings), Some(file)) => {
                assert_eq!(settings.ledger.file, setup.folder.path().join(file));
            }
            (Err(_), None) => assert!(!setup.report().contains("hunter2")),
            (outcome, _) => panic!("{url}: {outcome:?}"),
        }
    }
}

#[test]
fn a_page_that_others_can_reach_is_refused() {
    let mut setup = Setup::sound();
    for address in ["0.0.0.0:8472", "192.0.2.1:8472", "[::]:8472"] {
        setup.set("CONNECTOR__SERVER__LISTEN", address);
        assert_eq!(setup.wrong()[0].0, "server.listen");
    }
    setup.set("CONNECTOR__SERVER__LISTEN", "[::1]:8472");
    assert_eq!(setup.load().server.listen.to_string(), "[::1]:8472");
}

#[test]
fn a_certificate_file_holds_a_certificate() {
    let mut setup = Setup::sound();
    setup.set("CONNECTOR__HEALTHENGINE__EXTRA_CA_FILE", "ca.pem");
    assert_eq!(setup.wrong()[0].0, "healthengine.extra_ca_file");
    setup.write("ca.pem", "not a certificate");
    assert_eq!(setup.wrong()[0].0, "healthengine.extra_ca_file");
    setup.write("ca.pem", "-----BEGIN CERTIFICATE-----\n");
    let extra = setup.load().healthengine.extra_ca.unwrap();
    assert_eq!(extra, setup.folder.path().join("ca.pem"));
}

#[test]
fn where_the_server_is_can_be_read_without_practices_and_secrets() {
    let mut setup = Setup::sound();
    std::fs::remove_dir_all(setup.folder.path().join("secrets")).unwrap();
    std::fs::remove_dir_all(setup.folder.path().join("config/practices")).unwrap();
    setup.connector("[schedul]\n[server]\nlisten = \"127.0.0.1:9\"\n");
    let server = crate::config::load_server(&setup.sources()).unwrap();
    assert_eq!(server.listen.to_string(), "127.0.0.1:9");
    setup.set("CONNECTOR__SERVER__LISTENS", "127.0.0.1:10");
    assert!(crate::config::load_server(&setup.sources()).is_err());
    setup.connector("[server\n");
    assert!(crate::config::load_server(&setup.sources()).is_err());
}
