//! Every setting wrong, half-given or missing in turn.

use super::*;

const AC: &str = "AC00000000000000000000000000000001";
const SK: &str = "SK00000000000000000000000000000001";
const MG: &str = "MG00000000000000000000000000000001";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// A complete configuration, with some settings changed.
fn with(changes: &[(&str, &str)]) -> Config {
    let mut config = Config {
        database_url: "postgres://usher@localhost/usher".into(),
        bind: "127.0.0.1:3000".into(),
        public_url: "https://usher.example.com".into(),
        twilio_api_base: TWILIO.into(),
        twilio_account_sid: AC.into(),
        twilio_auth_token: TOKEN.into(),
        twilio_phone_number: "+15551234567".into(),
        secret_key: KEY.into(),
        log: "info".into(),
        log_format: "pretty".into(),
        ..Config::default()
    };
    for (name, value) in changes {
        let field = match *name {
            "DATABASE_URL" => &mut config.database_url,
            "BIND" => &mut config.bind,
            "PUBLIC_URL" => &mut config.public_url,
            "TWILIO_ACCOUNT_SID" => &mut config.twilio_account_sid,
            "TWILIO_AUTH_TOKEN" => &mut config.twilio_auth_token,
            "TWILIO_AUTH_TOKEN_PREVIOUS" => &mut config.twilio_auth_token_previous,
            "TWILIO_API_KEY_SID" => &mut config.twilio_api_key_sid,
            "TWILIO_API_KEY_SECRET" => &mut config.twilio_api_key_secret,
            "TWILIO_PHONE_NUMBER" => &mut config.twilio_phone_number,
            "TWILIO_MESSAGING_SERVICE_SID" => &mut config.twilio_messaging_service_sid,
            "TWILIO_API_BASE" => &mut config.twilio_api_base,
            "RESEND_AFTER" => &mut config.resend_after,
            "LOOKUP_AT" => &mut config.lookup_at,
            "UNCONFIRMED_AFTER" => &mut config.unconfirmed_after,
            "TWILIO_IN_FLIGHT" => &mut config.twilio_in_flight,
            "SECRET_KEY" => &mut config.secret_key,
            "SECRET_KEY_PREVIOUS" => &mut config.secret_key_previous,
            other => panic!("no setting {other}"),
        };
        *field = (*value).to_owned();
    }
    config
}

#[test]
fn a_complete_configuration_is_accepted() {
    let checked = with(&[]).check(&Random::System).expect("accepted");
    assert!(checked.set_up_problem.is_none() && checked.settings.status_callbacks);
    assert_eq!(checked.settings.in_flight, 20);
    let busy = with(&[("TWILIO_IN_FLIGHT", "80")]).check(&Random::System).expect("accepted");
    assert_eq!(busy.settings.in_flight, 80);
    let service = [("TWILIO_PHONE_NUMBER", ""), ("TWILIO_MESSAGING_SERVICE_SID", MG)];
    assert!(with(&service).check(&Random::System).is_ok());
    let key = [("TWILIO_API_KEY_SID", SK), ("TWILIO_API_KEY_SECRET", "secret")];
    assert!(with(&key).check(&Random::System).is_ok());
}

/// What the sentence begins with, and the settings that bring it about.
type Case = (&'static str, &'static [(&'static str, &'static str)]);

const WRONG: &[Case] = &[
    ("DATABASE_URL", &[("DATABASE_URL", "mysql://localhost")]),
    ("DATABASE_URL", &[("DATABASE_URL", "sqlite://")]),
    ("DATABASE_URL", &[("DATABASE_URL", "postgres://localhost:port/usher")]),
    ("BIND", &[("BIND", "3000")]),
    ("PUBLIC_URL", &[("PUBLIC_URL", "usher.example.com")]),
    ("PUBLIC_URL", &[("PUBLIC_URL", "https://usher.example.com/?x=1")]),
    ("TWILIO_API_BASE", &[("TWILIO_API_BASE", "ftp://api.twilio.com")]),
    ("TWILIO_ACCOUNT_SID", &[("TWILIO_ACCOUNT_SID", "AC123")]),
    ("TWILIO_ACCOUNT_SID is missing", &[("TWILIO_ACCOUNT_SID", "")]),
    ("TWILIO_AUTH_TOKEN is missing", &[("TWILIO_AUTH_TOKEN", "")]),
    ("TWILIO_AUTH_TOKEN", &[("TWILIO_AUTH_TOKEN", "short")]),
    (
        "TWILIO_AUTH_TOKEN is missing",
        &[
            ("TWILIO_ACCOUNT_SID", ""),
            ("TWILIO_AUTH_TOKEN", ""),
            ("TWILIO_PHONE_NUMBER", ""),
            ("TWILIO_AUTH_TOKEN_PREVIOUS", TOKEN),
        ],
    ),
    ("TWILIO_API_KEY_SECRET is missing", &[("TWILIO_API_KEY_SID", SK)]),
    ("TWILIO_API_KEY_SID is missing", &[("TWILIO_API_KEY_SECRET", "secret")]),
    ("TWILIO_API_KEY_SID", &[("TWILIO_API_KEY_SID", "SK1"), ("TWILIO_API_KEY_SECRET", "secret")]),
    ("TWILIO_PHONE_NUMBER is missing", &[("TWILIO_PHONE_NUMBER", "")]),
    ("TWILIO_PHONE_NUMBER", &[("TWILIO_PHONE_NUMBER", "555-1234")]),
    ("TWILIO_PHONE_NUMBER and TWILIO_MESSAGING_SERVICE_SID", &[("TWILIO_MESSAGING_SERVICE_SID", MG)]),
    ("TWILIO_MESSAGING_SERVICE_SID", &[("TWILIO_PHONE_NUMBER", ""), ("TWILIO_MESSAGING_SERVICE_SID", "MG1")]),
    ("TWILIO_ACCOUNT_SID is missing", &[("TWILIO_ACCOUNT_SID", ""), ("TWILIO_AUTH_TOKEN", "")]),
    ("RESEND_AFTER", &[("RESEND_AFTER", "two minutes")]),
    ("LOOKUP_AT", &[("LOOKUP_AT", "5m,1m")]),
    ("UNCONFIRMED_AFTER", &[("UNCONFIRMED_AFTER", "0h")]),
    ("TWILIO_IN_FLIGHT", &[("TWILIO_IN_FLIGHT", "0")]),
    ("TWILIO_IN_FLIGHT", &[("TWILIO_IN_FLIGHT", "many")]),
    ("SECRET_KEY is missing", &[("SECRET_KEY", "")]),
    ("SECRET_KEY", &[("SECRET_KEY", "not a key")]),
    ("SECRET_KEY_PREVIOUS", &[("SECRET_KEY_PREVIOUS", "AAAA")]),
];

#[test]
fn a_wrong_or_half_given_setting_is_named() {
    for (named, changes) in WRONG {
        let error =
            with(changes).check(&Random::System).err().unwrap_or_else(|| panic!("{changes:?} was accepted"));
        let sentence = error.to_string();
        assert!(sentence.starts_with(named), "{changes:?}: {sentence}");
        assert!(sentence.ends_with('.') && !sentence.contains(TOKEN), "{sentence}");
    }
}

#[test]
fn without_an_account_it_starts_and_says_what_it_cannot_do() {
    let none = [("TWILIO_ACCOUNT_SID", ""), ("TWILIO_AUTH_TOKEN", ""), ("TWILIO_PHONE_NUMBER", "")];
    let checked = with(&none).check(&Random::System).expect("it starts");
    assert!(checked.set_up_problem.is_some_and(|problem| problem.contains("TWILIO_ACCOUNT_SID")));
}

#[test]
fn an_address_that_twilio_cannot_reach_is_said_and_not_handed_to_it() {
    for address in
        ["http://localhost:3000", "http://usher.example.com", "https://10.0.0.7", "https://usher.local"]
    {
        let checked = with(&[("PUBLIC_URL", address)]).check(&Random::System).expect("it starts");
        assert!(!checked.settings.status_callbacks, "{address}");
        assert!(checked.set_up_problem.is_some_and(|problem| problem.contains("PUBLIC_URL")), "{address}");
    }
    let simulator = [("PUBLIC_URL", "http://localhost:3000"), ("TWILIO_API_BASE", "http://127.0.0.1:3001")];
    assert!(with(&simulator).check(&Random::System).expect("it starts").settings.status_callbacks);
}

#[test]
fn the_key_beside_an_embedded_database_is_made_once_and_for_nobody_else() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("usher.db.key");
    let first = key_file(&path, &Random::System).expect("made");
    assert_eq!(key_file(&path, &Random::System).expect("read").trim(), first);
    let mode = std::fs::metadata(&path).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
