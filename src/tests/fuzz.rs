//! A short run of the fuzzer; `cargo run --bin fuzz` runs it for as long as one likes.

use std::process::Command;

#[test]
fn bad_requests_find_no_fault_in_a_few_seconds() {
    // The time as seed: each run tries something new, and a failure names its seed.
    let seed = usher_core::clock::Clock::System.now().timestamp();
    let output = Command::new(env!("CARGO_BIN_EXE_fuzz"))
        .args(["--seconds", "3", "--seed", &seed.to_string()])
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("SQLite") && said.contains("inputs"), "{said}");
}
