//! The `usher` command as a person at the shell meets it.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// The program in an empty folder, with nothing but these settings.
fn usher(folder: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_usher"));
    command
        .current_dir(folder)
        .env_clear()
        .envs(settings.iter().copied())
        .args(arguments)
        .stdin(Stdio::null());
    command
}

fn run(folder: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> Output {
    usher(folder, settings, arguments).output().expect("it runs")
}

#[test]
fn every_command_explains_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let commands: [&[&str]; 10] = [
        &["--help"],
        &["demo", "--help"],
        &["serve", "--help"],
        &["migrate", "--help"],
        &["reconcile", "--help"],
        &["org", "create", "--help"],
        &["user", "create", "--help"],
        &["api-key", "create", "--help"],
        &["simulate-twilio", "--help"],
        &["--version"],
    ];
    for arguments in commands {
        let output = run(folder.path(), &[], arguments);
        assert!(output.status.success(), "{arguments:?}");
        assert!(output.stdout.len() > 10, "{arguments:?}");
    }
}

/// What is named, the settings, and what is said at the shell.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);

#[test]
fn a_broken_setting_stops_the_start_in_one_sentence_that_names_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let token = "0123456789abcdef0123456789abcdef";
    let cases: [Case; 9] = [
        ("DATABASE_URL", &[("DATABASE_URL", "mysql://here")], &["serve"]),
        (
            "DATABASE_URL",
            &[
                ("DATABASE_URL", "sqlite:///no/such/folder/usher.db"),
                ("SECRET_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
            ],
            &["serve"],
        ),
        ("SECRET_KEY", &[("DATABASE_URL", "postgres://localhost/usher")], &["serve"]),
        ("BIND", &[("BIND", "nowhere")], &["serve"]),
        ("PUBLIC_URL", &[("PUBLIC_URL", "nowhere")], &["serve"]),
        ("TWILIO_ACCOUNT_SID", &[("TWILIO_AUTH_TOKEN", token)], &["serve"]),
        ("LOG", &[("LOG", "loud")], &["serve"]),
        ("LOG_FORMAT", &[("LOG_FORMAT", "xml")], &["serve"]),
        ("--role", &[], &["serve", "--role", "worker"]),
    ];
    for (named, settings, arguments) in cases {
        let output = run(folder.path(), settings, arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{settings:?}: {said}");
        assert!(said.contains(named), "{settings:?}: {said}");
        assert_eq!(said.trim().lines().count(), 1, "{settings:?}: {said}");
        assert!(!said.contains(token), "a secret was shown: {said}");
    }
}

#[test]
fn a_second_serve_on_one_file_says_so_and_exits() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut first = usher(folder.path(), &[("BIND", "127.0.0.1:0")], &["serve"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    let out = first.stdout.take().expect("its output");
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).expect("a line");
    assert!(line.contains("/welcome/"), "{line}");
    let second = run(folder.path(), &[("BIND", "127.0.0.1:0")], &["serve"]);
    assert!(!second.status.success());
    assert!(String::from_utf8_lossy(&second.stderr).contains("Another usher already serves"));
    let other = run(folder.path(), &[], &["org", "create", "--name", "The Foundry"]);
    assert!(other.status.success(), "other commands may write meanwhile");
    Command::new("kill").args(["-TERM", &first.id().to_string()]).status().expect("kill");
    let ended = (0..100).find_map(|_| {
        std::thread::sleep(Duration::from_millis(100));
        first.try_wait().expect("its state")
    });
    assert!(ended.is_some_and(|status| status.success()), "it stops when told to");
}

#[test]
fn an_organization_a_person_and_a_key_are_made_at_the_shell() {
    let folder = tempfile::tempdir().expect("a folder");
    let json = |arguments: &[&str]| -> serde_json::Value {
        let output = run(folder.path(), &[], arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    };
    let org = json(&["org", "create", "--name", "The Foundry"])["org_id"].as_str().expect("an id").to_owned();
    let user = json(&["user", "create", "--org", &org, "--email", "ana@foundry.example", "--role", "owner"]);
    assert!(
        user["sign_in_link"]
            .as_str()
            .is_some_and(|link| link.starts_with("http://localhost:3000/sign-in/link/"))
    );
    assert_eq!(json(&["reconcile", "--older-than", "12h"])["looked_up"], 0);
    let key = json(&["api-key", "create", "--org", &org, "--name", "Ticket shop"]);
    assert!(key["api_key"].as_str().is_some_and(|key| key.starts_with("usher_") && key.len() > 40));
    for arguments in [
        ["user", "create", "--org", &org, "--email", "nobody", "--role", "owner"],
        ["user", "create", "--org", &org, "--email", "a@b.example", "--role", "king"],
        ["user", "create", "--org", "none", "--email", "a@b.example", "--role", "owner"],
        [
            "user",
            "create",
            "--org",
            "00000000-0000-0000-0000-000000000000",
            "--email",
            "a@b.example",
            "--role",
            "owner",
        ],
    ] {
        let output = run(folder.path(), &[], &arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr).trim().lines().count(), 1, "{arguments:?}");
    }
}
