//! Status callbacks.

use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use usher_core::Service;
use usher_core::error::clean;
use usher_core::ids::{AccountId, AttemptId, MessageId};
use usher_core::messages::KnownBy;
use usher_core::receipts::{self, Fact, Receipt, Recorded};

use super::{Params, Refusal, Webhook, check, first, is_plausible_sid, one, payload};
use crate::http::App;

/// `POST /api/webhooks/twilio/status`.
pub(in crate::http) async fn status(State(app): State<App>, request: Request) -> StatusCode {
    match receive(app.service(), request).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(refusal) => {
            tracing::warn!(?refusal, "a status callback was refused");
            refusal.count(app.service(), "status");
            refusal.status()
        }
    }
}

async fn receive(service: &Service, request: Request) -> Result<(), Refusal> {
    let Webhook { account_id, uri, params } = check(service, request).await?;
    let attempt = hint(&uri, "a").and_then(|id| AttemptId::parse(&id));
    let parsed = parse(&params);
    if let (Err(_), Some(attempt)) = (&parsed, attempt) {
        // Whose text it is comes before what is wrong with the form.
        let owner = receipts::account_of(service, attempt).await.map_err(|_| Refusal::Unavailable)?;
        if owner.is_some_and(|owner| owner != account_id) {
            return Err(Refusal::OtherAccount);
        }
    }
    let mut receipt = parsed?;
    receipt.account_id = account_id;
    receipt.attempt = attempt;
    receipt.message = hint(&uri, "m").and_then(|id| MessageId::parse(&id));
    receipt.at = service.clock.now();
    match service.receipts.record(Fact::Receipt(receipt)).await {
        Ok(Recorded::Stored) => Ok(()),
        Ok(Recorded::OtherAccount) => Err(Refusal::OtherAccount),
        Err(_) => Err(Refusal::Unavailable),
    }
}

fn parse(params: &Params) -> Result<Receipt, Refusal> {
    one(params, "AccountSid")?;
    let sid = one(params, "MessageSid")?.filter(|sid| is_plausible_sid(sid)).ok_or(Refusal::Contradiction)?;
    let word = one(params, "MessageStatus")?.unwrap_or_default();
    Ok(Receipt {
        account_id: AccountId(uuid::Uuid::nil()),
        sid: sid.to_owned(),
        attempt: None,
        message: None,
        word: clean(word).chars().take(40).collect(),
        // 0 is how some of Twilio's callbacks say that there is none.
        error_code: first(params, "ErrorCode").and_then(|code| code.parse().ok()).filter(|code| *code != 0),
        from: first(params, "From").map(|from| clean(&from)).filter(|from| is_plausible_number(from)),
        segments: None,
        price: None,
        price_unit: None,
        known_by: KnownBy::Callback,
        at: chrono::DateTime::UNIX_EPOCH,
        payload: payload(params),
    })
}

/// A text may also come from a name or another kind of address, which is no number to show.
fn is_plausible_number(from: &str) -> bool {
    from.starts_with('+') && from.len() <= 20
}

/// One of our own ids in the callback's address; it is covered by the signature.
fn hint(uri: &Uri, name: &str) -> Option<String> {
    let query = uri.query()?;
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(pairs: &[(&str, &str)]) -> Params {
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    #[test]
    fn a_repeat_is_fine_and_a_contradiction_is_not() {
        let sid = ("MessageSid", "SM00000000000000000000000000000001");
        assert!(parse(&params(&[sid, ("MessageStatus", "sent"), ("MessageStatus", "sent")])).is_ok());
        assert!(parse(&params(&[sid, ("To", "+1"), ("To", "+2")])).is_ok());
        for contradiction in [
            params(&[sid, ("MessageStatus", "sent"), ("MessageStatus", "failed")]),
            params(&[sid, ("MessageSid", "SM2")]),
            params(&[sid, ("AccountSid", "AC1"), ("AccountSid", "AC2")]),
            params(&[("MessageStatus", "sent")]),
            params(&[("MessageSid", ""), ("MessageStatus", "sent")]),
            params(&[("MessageSid", "SM\u{0}"), ("MessageStatus", "sent")]),
        ] {
            assert_eq!(parse(&contradiction).err(), Some(Refusal::Contradiction), "{contradiction:?}");
        }
    }

    #[test]
    fn the_payload_keeps_every_parameter() {
        let payload = payload(&params(&[("A", "1"), ("B", "\u{0}"), ("A", "2"), ("A", "3")]));
        assert_eq!(payload, r#"{"A":["1","2","3"],"B":"\u0000"}"#);
    }
}
