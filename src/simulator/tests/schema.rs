//! Twilio's API description as a JSON schema.

use std::{collections::BTreeSet, sync::LazyLock};

use chrono::DateTime;
use jsonschema::Validator;
use serde_json::{Value, json};

static OPENAPI: LazyLock<Value> = LazyLock::new(|| {
    let mut document: Value = serde_json::from_str(include_str!("../twilio_messages_openapi.json")).unwrap();
    to_json_schema(&mut document);
    document
});

const MESSAGE: &str = "/components/schemas/api.v2010.account.message";
const LIST: &str = "/paths/~12010-04-01~1Accounts~1{AccountSid}~1Messages.json/get/responses/200\
                    /content/application~1json/schema";

static MESSAGE_CHECK: LazyLock<Validator> = LazyLock::new(|| validator(MESSAGE));
static LIST_CHECK: LazyLock<Validator> = LazyLock::new(|| validator(LIST));

/// What an answer has to look like.
#[derive(Clone, Copy)]
pub(super) enum Schema {
    Message,
    List,
    Error,
    Anything,
}

impl Schema {
    pub(super) fn check(self, answer: &Value) {
        match self {
            Self::Message => conforms(answer, &MESSAGE_CHECK, MESSAGE),
            Self::List => {
                conforms(answer, &LIST_CHECK, LIST);
                for message in answer["messages"].as_array().unwrap() {
                    Self::Message.check(message);
                }
            }
            Self::Error => {
                let fields: BTreeSet<&str> = fields(answer);
                assert_eq!(fields, ["code", "message", "more_info", "status"].into());
                assert!(answer["code"].is_u64() && answer["status"].is_u64());
                assert!(answer["message"].is_string());
                let more = format!("https://www.twilio.com/docs/errors/{}", answer["code"]);
                assert_eq!(answer["more_info"], more);
            }
            Self::Anything => {}
        }
    }
}

/// Valid by the schema, and with exactly its fields: none missing, none of our own.
fn conforms(answer: &Value, check: &Validator, pointer: &str) {
    let errors: Vec<String> =
        check.iter_errors(answer).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?} in {answer:#}");
    let known = fields(&OPENAPI.pointer(pointer).unwrap()["properties"]);
    assert_eq!(fields(answer), known);
}

fn fields(object: &Value) -> BTreeSet<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

fn validator(pointer: &str) -> Validator {
    let mut document = OPENAPI.clone();
    document["$ref"] = json!(format!("#{pointer}").replace('{', "%7B").replace('}', "%7D"));
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .with_format("phone-number", |text: &str| text.starts_with('+'))
        .with_format("date-time-rfc-2822", |text: &str| {
            text.ends_with(" +0000") && DateTime::parse_from_rfc2822(text).is_ok()
        })
        .with_format("currency", |text: &str| text.len() == 3)
        .with_format("uri-map", |_: &str| true)
        .build(&document)
        .unwrap()
}

/// `OpenAPI` 3.0 says `nullable` where JSON Schema has a type; and Twilio calls a path a `uri`.
fn to_json_schema(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(to_json_schema),
        Value::Object(object) => {
            let nullable = object.remove("nullable") == Some(json!(true));
            if let Some(kind) = object.get("type").cloned().filter(|_| nullable) {
                object.insert("type".into(), json!([kind, "null"]));
            }
            if object.get("format") == Some(&json!("uri")) {
                object.insert("format".into(), json!("uri-reference"));
            }
            object.values_mut().for_each(to_json_schema);
        }
        _ => {}
    }
}

#[test]
fn the_check_itself_finds_what_is_wrong() {
    for wrong in [
        json!({ "num_segments": 1 }),
        json!({ "status": "unknown" }),
        json!({ "date_created": "2023-08-24T05:01:45Z" }),
        json!({ "sid": "SM1" }),
        json!({ "direction": "outbound" }),
    ] {
        assert!(!MESSAGE_CHECK.is_valid(&wrong), "{wrong}");
    }
    assert!(!LIST_CHECK.is_valid(&json!({ "messages": [{ "price": -0.1 }] })));
    assert!(MESSAGE_CHECK.is_valid(&json!({ "price": null, "error_code": null })));
}
