use super::*;
use serde_json::json;
use usher_core::Error;

fn told(read: impl FnOnce(&mut Fields<'_>), body: Value) -> Vec<(String, String)> {
    let mut problems = Problems::default();
    let mut fields = Fields::of(body, &mut problems);
    read(&mut fields);
    fields.done();
    match problems.none() {
        Err(Error::Invalid(errors)) => errors.into_iter().map(|e| (e.field, e.message)).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn all_that_is_wrong_is_told_at_once_with_its_path() {
    let read = |fields: &mut Fields<'_>| {
        assert_eq!(fields.text("name"), None);
        if let Some(mut audience) = fields.object("audience") {
            let words = audience.list("rsvp", |item| item.as_str().map(str::to_owned).ok_or("No.".into()));
            assert_eq!(words, Some(vec!["invited".into(), "confirmed".into()]));
            audience.done();
        }
    };
    let told = told(
        read,
        json!({ "name": 7, "audience": { "rsvp": ["invited", "confirmed", 3], "who": 1 }, "x": null }),
    );
    let fields: Vec<&str> = told.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["name", "audience.rsvp[2]", "audience.who", "x"]);
}

#[test]
fn control_characters_are_told_and_not_dropped() {
    let read = |fields: &mut Fields<'_>| {
        fields.text("name");
        fields.lines("body");
        fields.text("kind");
    };
    let told = told(read, json!({ "name": "A\u{0}na", "body": "one\r\ntwo\u{1b}", "kind": "a\nb" }));
    let messages: Vec<&str> = told.iter().map(|(_, message)| message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "Remove the control character U+0000.",
            "Remove the control character U+001B.",
            "Keep this on one line."
        ]
    );
}

#[test]
fn null_clears_and_absence_keeps() {
    let mut problems = Problems::default();
    let mut fields = Fields::of(json!({ "a": null, "b": "x" }), &mut problems);
    assert_eq!(fields.change("a", Fields::text), Change::Clear);
    assert_eq!(fields.change("b", Fields::text), Change::Set("x".into()));
    assert_eq!(fields.change("c", Fields::text), Change::Keep);
    fields.done();
    assert!(problems.none().is_ok());
}

#[test]
fn a_time_is_taken_with_any_offset_and_only_if_it_is_one() {
    let read = |text: &str| time(text).map(|time| time.to_rfc3339());
    assert_eq!(read("2027-02-26T19:00:00-05:00"), Ok("2027-02-27T00:00:00+00:00".into()));
    assert_eq!(read("2027-02-26T19:00:00.123456789Z"), Ok("2027-02-26T19:00:00.123456+00:00".into()));
    for wrong in ["2027-02-26", "2027-02-26T19:00:00", "2027-02-30T19:00:00Z", "9999-01-01T00:00:00Z", "now"]
    {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}
