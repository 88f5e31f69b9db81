//! How a text looks on the wire.

use serde_json::{Value, json};
use usher_core::messages::{KnownBy, Outcome, Status, Step, Text};

use super::wire;

/// A text as a person's history shows it.
pub(super) fn in_history(text: &Text) -> Value {
    let failed = text.status.outcome() == Some(Outcome::Failed);
    let price = text.price.as_deref().zip(text.price_unit.as_deref());
    json!({
        "id": wire::id(text.id),
        "direction": text.direction,
        "event_id": wire::maybe_id(text.event_id),
        "purpose": text.purpose.as_str(),
        "purpose_label": text.purpose.label(),
        "body": text.body,
        "status": text.status.as_str(),
        "outcome": text.status.outcome().map(Outcome::as_str),
        "error": (failed || text.error_code.is_some()).then(|| wire::reason(text.error_code)),
        "from": text.from_phone,
        "to": text.to_phone,
        "segments": text.segments,
        // Twilio writes what we pay as a negative number.
        "price": price.map(|(amount, currency)| json!({
            "amount": amount.trim_start_matches('-'),
            "currency": currency,
        })),
        "created_at": wire::time(text.created_at),
        "sent_at": wire::maybe_time(text.sent_at),
        "delivered_at": wire::maybe_time(text.delivered_at),
        "final_by": text.final_by.map(KnownBy::as_str),
        "retry_of": wire::maybe_id(text.retry_of),
        "retried_by": wire::maybe_id(text.retried_by),
    })
}

/// A text by itself: with whom it belongs to, and why and until when it waits.
pub(super) fn whole(text: &Text) -> Value {
    let related = text.related_type.as_ref().zip(text.related_id.as_ref());
    let more = json!({
        "contact_id": wire::id(text.contact_id),
        "attendee_id": wire::maybe_id(text.attendee_id),
        "send_id": wire::maybe_id(text.send_id),
        "template": wire::maybe_id(text.template_id),
        "template_version": text.template_version,
        "related": related.map(|(kind, id)| json!({ "type": kind, "id": id })),
        "hold": text.hold,
        "reason": text.reason,
        "due_at": text.hold.as_ref().map(|_| wire::time(text.due_at)),
        "send_at": wire::maybe_time(text.send_at),
        "expires_at": wire::maybe_time(text.expires_at),
        "final_at": wire::maybe_time(text.final_at),
    });
    let mut whole = in_history(text);
    if let (Some(whole), Value::Object(more)) = (whole.as_object_mut(), more) {
        whole.extend(more);
    }
    whole
}

/// One step of a text's trail, with what was received where the reader may see it.
pub(super) fn step(step: &Step, with_payload: bool) -> Value {
    let received = step.payload.as_deref().filter(|_| with_payload);
    // As it came: JSON from Twilio, or else its words.
    let received = received.map(|text| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)));
    json!({
        "seq": step.seq,
        "at": wire::time(step.at),
        "kind": step.kind,
        "status": step.status.map(Status::as_str),
        "error_code": step.error_code,
        "actor": step.actor,
        "note": step.note,
        "payload": received,
    })
}
