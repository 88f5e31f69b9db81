//! The API's description, held against every answer that a test gets.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Value, json};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let text = usher::http::api::description().expect("a description");
    serde_json::from_str(text).expect("JSON")
});

/// The whole document.
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// A call as the document describes it.
pub struct Operation {
    pointer: String,
}

/// The call behind a method and path; `None` if the document has none.
pub fn operation(method: &str, path: &str) -> Option<Operation> {
    let path = path.split('?').next().unwrap_or_default();
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let template = paths.keys().find(|template| fits(template, path))?;
    let pointer = format!("/paths/{}/{method}", template.replace('/', "~1"));
    DOCUMENT.pointer(&pointer)?;
    Some(Operation { pointer })
}

fn fits(template: &str, path: &str) -> bool {
    let (parts, segments): (Vec<&str>, Vec<&str>) =
        (template.split('/').collect(), path.split('/').collect());
    parts.len() == segments.len()
        && parts
            .iter()
            .zip(&segments)
            .all(|(part, segment)| if part.starts_with('{') { !segment.is_empty() } else { part == segment })
}

impl Operation {
    /// The answer must be one that the document promises.
    pub fn check_answer(&self, status: u16, kind: &str, body: &Value) {
        let responses = format!("{}/responses", self.pointer);
        let exact = format!("{responses}/{status}");
        let pointer = match DOCUMENT.pointer(&exact) {
            Some(_) => exact,
            None => {
                assert!(status >= 400, "{}: {status} is not described", self.pointer);
                let named = &DOCUMENT.pointer(&format!("{responses}/default")).expect("a default")["$ref"];
                named.as_str().expect("a reference").trim_start_matches('#').to_owned()
            }
        };
        let content = format!("{pointer}/content/{}/schema", kind.replace('/', "~1"));
        assert!(DOCUMENT.pointer(&content).is_some(), "{}: {status} is no {kind}", self.pointer);
        check(&content, body);
    }

    /// A request that was taken must be one that the document allows.
    pub fn check_request(&self, body: &Value) {
        let inline = format!("{}/requestBody", self.pointer);
        let named = DOCUMENT.pointer(&inline).and_then(|request| request["$ref"].as_str());
        let request = named.map_or(inline.as_str(), |named| named.trim_start_matches('#'));
        let content = format!("{request}/content/application~1json/schema");
        assert!(DOCUMENT.pointer(&content).is_some(), "{} takes no body", self.pointer);
        check(&content, body);
    }
}

/// Any error must be a problem as the document describes it.
pub fn check_problem(body: &Value) {
    check("/components/schemas/Problem", body);
}

fn check(pointer: &str, value: &Value) {
    static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let validator = {
        let mut known = KNOWN.lock().expect("no panic");
        Arc::clone(known.entry(pointer.to_owned()).or_insert_with(|| Arc::new(validator(pointer))))
    };
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{pointer}: {errors:#?} in {value:#}");
}

fn validator(pointer: &str) -> Validator {
    let mut schema = DOCUMENT.clone();
    schema["$ref"] = json!(format!("#{pointer}").replace('{', "%7B").replace('}', "%7D"));
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema")
}
