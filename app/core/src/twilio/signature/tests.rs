use super::*;
use proptest::{collection, prelude::*};
use serde::Deserialize;
use std::collections::BTreeMap;

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    auth_token: String,
    url: String,
    form_body: Option<String>,
    body: Option<String>,
    signature: String,
    valid: bool,
    must_pass: bool,
    signature_settings_header: Option<String>,
}

impl Vector {
    fn matches(&self) -> Result<bool, FormError> {
        let params = parse_form(self.form_body.as_deref().unwrap_or_default().as_bytes())?;
        Ok(matches(&self.auth_token, &self.url, &params, &self.signature))
    }

    /// Whether it is of a kind that our webhooks refuse before they look at the signature: a JSON
    /// body is no form, and we have agreed on no shared key.
    fn is_of_a_kind_we_refuse(&self) -> bool {
        self.body.is_some() || self.signature_settings_header.is_some()
    }
}

fn vectors() -> serde_json::Result<Vec<Vector>> {
    let file: File = serde_json::from_str(include_str!("../signature_vectors.json"))?;
    Ok(file.vectors)
}

#[test]
fn every_vector_that_must_pass_passes() -> Outcome {
    let must_pass: Vec<_> = vectors()?.into_iter().filter(|vector| vector.must_pass).collect();
    let (refused, forms): (Vec<_>, Vec<_>) = must_pass.into_iter().partition(Vector::is_of_a_kind_we_refuse);
    assert_eq!((forms.len(), refused.len()), (148, 28));
    for vector in forms {
        assert_eq!(vector.matches()?, vector.valid, "{}", vector.id);
    }
    Ok(())
}

/// Where the official libraries disagree we may, too, but not without noticing.
#[test]
fn the_informative_vectors_that_we_answer_differently_are_known() -> Outcome {
    let mut different = Vec::new();
    for vector in vectors()?.into_iter().filter(|vector| !vector.is_of_a_kind_we_refuse()) {
        if vector.matches()? != vector.valid {
            different.push(vector.id);
        }
    }
    assert_eq!(different, ["query-only-question-mark", "scheme-upper-case"]);
    Ok(())
}

#[test]
fn an_empty_token_matches_nothing() {
    let url = "https://usher.example/hook";
    assert!(!matches("", url, &[], &sign("", url, &[])));
}

#[test]
fn a_form_keeps_order_repeats_and_empty_values() {
    let pairs = [("b", "2"), ("a", ""), ("b", "1 +"), ("", "x"), ("bare", "")];
    let expected = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(parse_form(b"b=2&a=&b=1+%2B&=x&&bare"), Ok(expected.to_vec()));
    assert_eq!(parse_form(b""), Ok(Vec::new()));
}

#[test]
fn a_form_with_a_malformed_escape_or_foreign_bytes_is_refused() {
    for body in [&b"a=%zz"[..], b"a=%4", b"a=%", b"%+1=a", b"a=100%"] {
        assert_eq!(parse_form(body), Err(FormError::Percent), "{body:?}");
    }
    for body in [&b"Body=Caf%E9"[..], b"Body=Caf\xe9", b"%ff=1", b"a=%ED%A0%80"] {
        assert_eq!(parse_form(body), Err(FormError::Utf8), "{body:?}");
    }
}

const URL: &str = "https?://[a-z]{1,9}\\.example(:[1-9][0-9]{0,3})?/[a-z/%]{0,9}(\\?[a-z=&]{1,9})?";

proptest! {
    #[test]
    fn parsing_any_bytes_never_panics(body: Vec<u8>) {
        if let Ok(params) = parse_form(&body) {
            prop_assert!(params.len() <= body.len());
        }
    }

    #[test]
    fn matching_any_request_never_panics(
        url: String, name: String, value: String, signature: String, token: String,
    ) {
        prop_assert!(!matches(&token, &url, &[(name, value)], &signature));
    }

    #[test]
    fn what_is_encoded_parses_to_itself(params: Vec<(String, String)>) {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&params)
            .finish();
        prop_assert_eq!(parse_form(body.as_bytes()), Ok(params));
    }

    #[test]
    fn what_is_signed_matches_in_any_order(
        token in ".{1,99}", url in URL, mut params: Vec<(String, String)>,
    ) {
        let signature = sign(&token, &url, &params);
        params.reverse();
        prop_assert!(matches(&token, &url, &params, &signature));
        params.extend(params.clone());
        prop_assert!(matches(&token, &url, &params, &signature));
        let (other_token, other_url) = (token.clone() + "x", url.clone() + "x");
        prop_assert!(!matches(&other_token, &url, &params, &signature));
        prop_assert!(!matches(&token, &other_url, &params, &signature));
    }

    #[test]
    fn a_changed_byte_of_a_value_does_not_match(
        names in collection::btree_map("[A-Za-z]{1,6}", "[ -~]{1,20}", 1..9),
        which: prop::sample::Index, at: prop::sample::Index, replacement in 32_u8..127,
    ) {
        let names: BTreeMap<String, String> = names;
        let mut params: Vec<_> = names.into_iter().collect();
        let url = "https://usher.example/hook?m=1";
        let signature = sign("token", url, &params);
        let which = which.index(params.len());
        let value = &mut params[which].1;
        let mut bytes = value.clone().into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != replacement);
        bytes[at] = replacement;
        *value = bytes.into_iter().map(char::from).collect();
        prop_assert!(!matches("token", url, &params, &signature));
    }
}
