//! One text and its attempts in memory, and what a fact does to them. No SQL here: the desk
//! reads the text, applies every fact that waits, and writes the difference.

use chrono::{DateTime, Utc};

use super::{CallEnded, End, Receipt};
use crate::counters::Belonging;
use crate::ids::{AccountId, AttemptId, ContactId, EventId, MessageId, OrgId, SendId};
use crate::lookups::Patience;
use crate::messages::{Kind, KnownBy, NewStep, Purpose, Standing, Status};

/// Why a waiting retry was stopped.
const DELIVERED_AFTER_ALL: &str = "delivered_after_all";

/// A text as the desk reads and writes it.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub(super) struct Text {
    pub id: MessageId,
    pub org_id: OrgId,
    pub event_id: Option<EventId>,
    pub send_id: Option<SendId>,
    pub contact_id: ContactId,
    pub purpose: Purpose,
    pub to_phone: String,
    pub from_phone: Option<String>,
    pub status: Status,
    pub hold: Option<String>,
    pub reason: Option<String>,
    pub error_code: Option<i64>,
    pub final_by: Option<KnownBy>,
    pub counts: bool,
    pub chain_id: uuid::Uuid,
    pub due_at: DateTime<Utc>,
    pub tries: i64,
    pub segments: i64,
    pub price: Option<String>,
    pub price_unit: Option<String>,
    pub sent_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub final_at: Option<DateTime<Utc>>,
    #[sqlx(skip)]
    pub steps: i64,
}

/// One try of a text, as the desk reads and writes it.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub(super) struct Attempt {
    pub id: AttemptId,
    pub message_id: MessageId,
    pub account_id: AccountId,
    pub sender: String,
    pub ended_at: Option<DateTime<Utc>>,
    pub result: Option<String>,
    pub http_status: Option<i64>,
    pub exclusive: bool,
    pub sid: Option<String>,
    pub status: Option<Status>,
    pub error_code: Option<i64>,
    pub known_by: Option<KnownBy>,
    pub known_at: Option<DateTime<Utc>>,
    pub first_known_at: Option<DateTime<Utc>>,
    pub started_at: DateTime<Utc>,
    pub next_lookup_at: Option<DateTime<Utc>>,
    pub lookups: i64,
}

/// A text with all its attempts, and the steps that facts added.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub text: Text,
    pub attempts: Vec<Attempt>,
    pub steps: Vec<NewStep>,
}

impl Attempt {
    fn standing(&self) -> Option<Standing> {
        Some(Standing {
            status: self.status?,
            error_code: self.error_code,
            known_by: self.known_by?,
            known_at: self.known_at?,
        })
    }

    fn set_standing(&mut self, standing: Standing) {
        self.status = Some(standing.status);
        self.error_code = standing.error_code;
        self.known_by = Some(standing.known_by);
        self.known_at = Some(standing.known_at);
    }

    /// When to ask Twilio next: by the plan while nothing final is known, then no more.
    fn plan_look_up(&mut self, receipt: &Receipt, patience: &Patience) {
        if receipt.known_by == KnownBy::LookUp {
            self.lookups += 1;
        }
        let awaited = !self.status.is_some_and(Status::is_final);
        self.next_lookup_at =
            awaited.then(|| patience.next_look_up(self.started_at, self.lookups, receipt.at));
    }

    /// Open: its call runs, or its outcome is unknown.
    fn is_open(&self) -> bool {
        self.sid.is_none() && matches!(self.result.as_deref(), None | Some("unknown"))
    }
}

impl Text {
    /// Where it belongs.
    pub(super) fn belonging(&self) -> Belonging {
        Belonging {
            org_id: self.org_id,
            event_id: self.event_id,
            send_id: self.send_id,
            contact_id: self.contact_id,
            purpose: self.purpose,
        }
    }
}

impl Case {
    /// The attempt that a receipt is about: by sid, by the attempt it names, or as the only open
    /// attempt of the text it names.
    pub(super) fn find(&self, receipt: &Receipt) -> Option<AttemptId> {
        let by_sid = self.attempts.iter().find(|attempt| attempt.sid.as_deref() == Some(&receipt.sid));
        let by_name = || self.attempts.iter().find(|attempt| Some(attempt.id) == receipt.attempt);
        let by_text = || {
            let mut open = self.attempts.iter().filter(|attempt| attempt.is_open());
            let only =
                open.next().filter(|_| Some(self.text.id) == receipt.message && receipt.attempt.is_none());
            only.filter(|_| open.next().is_none())
        };
        by_sid.or_else(by_name).or_else(by_text).map(|attempt| attempt.id)
    }

    /// Adds a receipt to one of this text's attempts.
    pub(super) fn receive(&mut self, id: AttemptId, receipt: &Receipt, patience: &Patience) {
        // A text of this chain that we sent again because this attempt seemed lost: now there are
        // two on the phone.
        let sent_again = self.attempts.iter().any(|other| other.id != id && other.sid.is_some());
        let status = Status::from_twilio(&receipt.word);
        let kind = match receipt.known_by {
            KnownBy::ApiAnswer => Kind::Answered,
            KnownBy::LookUp | KnownBy::Timeout => Kind::LookedUp,
            KnownBy::Callback => Kind::Callback,
        };
        let Some(attempt) = self.attempts.iter_mut().find(|attempt| attempt.id == id) else {
            return;
        };
        // A second sid for one attempt is a second text on the phone: kept and shown, counted by
        // the step's kind, never mixed into the first one's status.
        let doubled = attempt.sid.as_ref().is_some_and(|sid| *sid != receipt.sid);
        let second = attempt.sid.is_none() && sent_again;
        if !doubled {
            attempt.sid = Some(receipt.sid.clone());
            attempt.result = Some("accepted".into());
            attempt.ended_at = attempt.ended_at.or(Some(receipt.at));
            attempt.exclusive = false;
            if let Some(status) = status {
                // Twilio can leave an old code on a text that did arrive.
                let failed = matches!(status, Status::Failed | Status::Undelivered | Status::Canceled);
                let standing = Standing::after(
                    attempt.standing(),
                    Standing {
                        status,
                        error_code: receipt.error_code.filter(|_| failed),
                        known_by: receipt.known_by,
                        known_at: receipt.at,
                    },
                );
                attempt.set_standing(standing);
            }
            attempt.plan_look_up(receipt, patience);
            attempt.first_known_at = attempt.first_known_at.min(Some(receipt.at)).or(Some(receipt.at));
            self.text.from_phone = receipt.from.clone().or(self.text.from_phone.take());
            self.text.segments = receipt.segments.unwrap_or(self.text.segments);
            self.text.price = receipt.price.clone().or(self.text.price.take());
            self.text.price_unit = receipt.price_unit.clone().or(self.text.price_unit.take());
        }
        // Twilio's record repeats the body, code and all.
        let payload = match self.text.purpose.holds_secret() {
            true => without_body(&receipt.payload),
            false => Some(receipt.payload.clone()),
        };
        let note = match (doubled, status) {
            (true, _) => Some(format!("a second text, {}", receipt.sid)),
            (false, None) => Some(format!("Twilio says “{}”", receipt.word)),
            (false, Some(_)) => None,
        };
        if second {
            self.step(Kind::Doubled, id, receipt.at, |step| {
                step.note = Some(format!("a second text, {}", receipt.sid));
            });
        }
        self.step(if doubled { Kind::Doubled } else { kind }, id, receipt.at, |step| {
            step.status = status;
            step.error_code = receipt.error_code;
            step.note = note;
            step.payload = payload;
        });
    }

    /// Notes how the call of an attempt ended. What a callback has proved meanwhile stands.
    pub(super) fn end_call(&mut self, ended: &CallEnded) {
        if matches!(ended.end, End::Lost { .. } | End::NoReceipt) {
            return self.give_up(ended);
        }
        let newest = self.attempts.last().map(|attempt| attempt.id);
        let Some(attempt) = self.attempts.iter_mut().find(|attempt| attempt.id == ended.attempt) else {
            return;
        };
        // Told before: facts may come twice.
        if matches!(attempt.result.as_deref(), Some("refused" | "not_sent" | "lost"))
            || (attempt.result.is_some() && matches!(ended.end, End::Unknown { .. }))
        {
            return;
        }
        let proved = attempt.sid.is_some();
        // Of an older attempt it says nothing about the text: that is in other hands by now.
        let current = !proved && newest == Some(ended.attempt) && self.text.status == Status::Sending;
        attempt.ended_at = attempt.ended_at.or(Some(ended.at));
        let (kind, note) = match &ended.end {
            End::Refused { http_status, error_code } => {
                attempt.http_status = Some(*http_status);
                if !proved {
                    attempt.result = Some("refused".into());
                    attempt.error_code = *error_code;
                    attempt.exclusive = false;
                    attempt.next_lookup_at = None;
                }
                if current {
                    self.text.status = Status::Failed;
                    self.text.error_code = *error_code;
                    self.text.hold = None;
                    self.text.final_by = Some(KnownBy::ApiAnswer);
                    self.text.final_at = Some(ended.at);
                }
                (Kind::Refused, Some(format!("HTTP {http_status}")))
            }
            End::NotSent { why, hold, due_at, consumes_try, .. } => {
                if !proved {
                    attempt.result = Some("not_sent".into());
                    attempt.exclusive = false;
                    attempt.next_lookup_at = None;
                }
                if current {
                    self.text.status = Status::Scheduled;
                    self.text.hold = Some((*hold).into());
                    self.text.due_at = *due_at;
                    self.text.tries += i64::from(*consumes_try);
                }
                (Kind::NotSent, Some(why.clone()))
            }
            End::Unknown { why } => {
                if !proved {
                    attempt.result = Some("unknown".into());
                    attempt.next_lookup_at = Some(ended.at);
                }
                (Kind::OutcomeUnknown, Some(why.clone()))
            }
            End::Lost { .. } | End::NoReceipt => return,
        };
        let error_code = match &ended.end {
            End::Refused { error_code, .. } => *error_code,
            _ => None,
        };
        self.step(kind, ended.attempt, ended.at, |step| {
            step.error_code = error_code;
            step.note = note;
            step.payload.clone_from(&ended.payload);
        });
    }

    /// Ends the wait for an attempt: it was never accepted, or no receipt came in time.
    fn give_up(&mut self, ended: &CallEnded) {
        let newest = self.attempts.last().map(|attempt| attempt.id);
        let current = newest == Some(ended.attempt) && self.text.status == Status::Sending;
        let Some(attempt) = self.attempts.iter_mut().find(|attempt| attempt.id == ended.attempt) else {
            return;
        };
        attempt.next_lookup_at = None;
        let unconfirmed = Standing {
            status: Status::Unconfirmed,
            error_code: None,
            known_by: KnownBy::Timeout,
            known_at: ended.at,
        };
        let (kind, note) = match &ended.end {
            // Proved meanwhile, already given up, or in other hands: nothing was lost.
            End::Lost { .. } if !attempt.is_open() || !current => return,
            End::Lost { again: true } => {
                attempt.result = Some("lost".into());
                attempt.exclusive = false;
                self.text.status = Status::Queued;
                self.text.hold = None;
                self.text.due_at = ended.at;
                (Kind::NotSent, "Twilio has no such text; it is sent again")
            }
            End::Lost { again: false } => {
                attempt.exclusive = false;
                attempt.set_standing(Standing::after(attempt.standing(), unconfirmed));
                self.text.reason = Some("outcome_unknown".into());
                (Kind::LookedUp, "Twilio has no such text, and its time is over")
            }
            _ if attempt.status.is_some_and(Status::is_final) => return,
            _ => {
                attempt.set_standing(Standing::after(attempt.standing(), unconfirmed));
                self.text.reason = Some("no_receipt".into());
                (Kind::LookedUp, "no receipt in time")
            }
        };
        self.step(kind, ended.attempt, ended.at, |step| {
            step.status = (kind == Kind::LookedUp).then_some(Status::Unconfirmed);
            step.note = Some(note.into());
        });
    }

    /// Derives the text's status from its attempts: the highest receipt of all of them. Without
    /// any receipt our own word stands.
    pub(super) fn settle(&mut self) {
        let known = self.attempts.iter().filter_map(Attempt::standing).reduce(Standing::join);
        let Some(known) = known else { return };
        let first_known = self.attempts.iter().filter_map(|attempt| attempt.first_known_at).min();
        let text = &mut self.text;
        text.status = known.status;
        text.error_code = known.error_code;
        text.hold = None;
        if known.status != Status::Unconfirmed {
            text.reason = None;
        }
        text.sent_at = text.sent_at.or(first_known);
        text.final_by = known.status.is_final().then_some(known.known_by);
        text.final_at = known.status.is_final().then_some(known.known_at);
        text.delivered_at = (known.status == Status::Delivered).then_some(known.known_at);
    }

    /// An earlier text of the chain was delivered: this one counts no more, and if it still waits
    /// it is stopped.
    pub(super) fn stop_counting(&mut self, now: DateTime<Utc>) {
        self.text.counts = false;
        if matches!(self.text.status, Status::Scheduled | Status::Queued) {
            self.text.status = Status::Canceled;
            self.text.hold = None;
            self.text.reason = Some(DELIVERED_AFTER_ALL.into());
            self.text.final_at = Some(now);
            self.text.steps += 1;
            let mut step = NewStep::new(self.text.org_id, self.text.id, self.text.steps, Kind::Canceled, now);
            step.note = Some("delivered after all".into());
            self.steps.push(step);
        }
    }

    fn step(&mut self, kind: Kind, attempt: AttemptId, at: DateTime<Utc>, fill: impl FnOnce(&mut NewStep)) {
        let seq = self.text.steps + 1;
        self.text.steps = seq;
        let mut step = NewStep::new(self.text.org_id, self.text.id, seq, kind, at);
        step.attempt_id = Some(attempt);
        fill(&mut step);
        self.steps.push(step);
    }
}

/// A payload without the text's body; `None` if it cannot be told where in it the body is.
fn without_body(payload: &str) -> Option<String> {
    let mut fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(payload).ok()?;
    fields.retain(|name, _| !name.eq_ignore_ascii_case("body"));
    serde_json::to_string(&fields).ok()
}

#[cfg(test)]
mod tests {
    use super::without_body;

    #[test]
    fn the_body_of_a_code_is_not_kept_in_its_trail() {
        let payload = r#"{"sid":"SM1","body":"Your code is 123456","status":"queued"}"#;
        assert_eq!(without_body(payload).as_deref(), Some(r#"{"sid":"SM1","status":"queued"}"#));
        assert_eq!(without_body("Your code is 123456"), None);
    }
}
