//! Which commit this is and when it was built, for `/version`. Without git it says "unknown".

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=.git/HEAD");
    println!("cargo:rerun-if-changed=.git/refs/heads");
    for (name, program, arguments) in [
        ("USHER_COMMIT", "git", ["rev-parse", "--short=12", "HEAD"].as_slice()),
        ("USHER_BUILT_AT", "date", ["-u", "+%Y-%m-%dT%H:%M:%SZ"].as_slice()),
    ] {
        if let Some(answer) = ask(program, arguments) {
            println!("cargo:rustc-env={name}={answer}");
        }
    }
}

fn ask(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let answer = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !answer.is_empty()).then_some(answer)
}
