//! Our books against Twilio's own log, text by text.

use std::collections::HashMap;

use usher::simulator::{CallbackOutcome, Sent};
use usher_core::ids::MessageId;
use usher_core::messages::Status;
use uuid::Uuid;

use super::books::{Attempt, Row};
use super::{faults, phones};

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Fault {
    /// We say that Twilio has it, and it does not; or the row itself is gone.
    Lost,
    /// Twilio has it twice, or one request made two.
    Doubled,
    /// Status, code or SID is not Twilio's.
    Wrong,
    /// It never came to an end.
    Stuck,
}

/// One text, send or run that is not as it should be.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) fault: Fault,
    /// Nil for a text that only Twilio has.
    pub(crate) id: Uuid,
    pub(crate) why: String,
}

/// Both sides of one text.
struct Pair<'a> {
    ours: &'a Row,
    sids: Vec<&'a str>,
    theirs: Vec<&'a Sent>,
}

/// Holds every text of ours against Twilio's log.
pub(crate) fn judge(rows: &[Row], attempts: &[Attempt], log: &[Sent]) -> Vec<Finding> {
    let mut theirs: HashMap<String, Vec<&Sent>> = HashMap::new();
    for sent in log {
        theirs.entry(named_in(sent).unwrap_or_default().to_owned()).or_default().push(sent);
    }
    let mut sids: HashMap<MessageId, Vec<&str>> = HashMap::new();
    for attempt in attempts {
        sids.entry(attempt.message_id).or_default().extend(attempt.sid.as_deref());
    }
    let mut findings = Vec::new();
    for ours in rows {
        let theirs = theirs.remove(&ours.id.to_string()).unwrap_or_default();
        let pair = Pair { ours, sids: sids.remove(&ours.id).unwrap_or_default(), theirs };
        findings.extend(pair.fault().map(|(fault, why)| Finding { fault, id: ours.id.0, why }));
    }
    // Whatever is left at Twilio names no text of ours.
    for (name, sent) in theirs {
        let why = format!("Twilio has {} for the text “{name}”, which we do not have", sent.len());
        findings.push(Finding { fault: Fault::Lost, id: Uuid::nil(), why });
    }
    findings
}

/// The id of our text in the callback's address.
pub(crate) fn named_in(sent: &Sent) -> Option<&str> {
    let query = sent.status_callback.as_deref()?.split_once("?m=")?.1;
    query.split(['&', '#']).next()
}

impl Pair<'_> {
    fn fault(&self) -> Option<(Fault, String)> {
        let Some(status) = Status::parse(&self.ours.status) else {
            return Some((Fault::Wrong, format!("“{}” is no status", self.ours.status)));
        };
        match self.theirs.as_slice() {
            [] => self.not_at_twilio(status),
            [only] => self.at_twilio(status, only),
            several => {
                let sids: Vec<&str> = several.iter().map(|sent| sent.sid.as_str()).collect();
                Some((Fault::Doubled, format!("Twilio has {}; we say {}", sids.join(", "), self.ours.status)))
            }
        }
    }

    fn not_at_twilio(&self, status: Status) -> Option<(Fault, String)> {
        let refused = phones::refused_with(&self.ours.to_phone);
        let code = self.ours.error_code;
        match status {
            Status::Failed if code.is_some() && code == refused => None,
            Status::Failed if code == Some(i64::from(faults::FOR_GOOD)) && refused.is_none() => None,
            // After one refusal nothing more is sent to such a phone.
            Status::Blocked if refused.is_some() => None,
            // Its send was canceled, or the text that it repeats arrived after all.
            Status::Canceled
                if matches!(self.ours.reason.as_deref(), Some("send_canceled" | "delivered_after_all")) =>
            {
                None
            }
            Status::Failed | Status::Blocked | Status::Canceled => {
                let why = format!("we say {} {code:?} {:?}", self.ours.status, self.ours.reason);
                Some((Fault::Wrong, format!("{why}, Twilio never had it")))
            }
            Status::Scheduled | Status::Queued | Status::Sending => {
                Some((Fault::Stuck, format!("still {}, Twilio never had it", self.ours.status)))
            }
            _ => Some((Fault::Lost, format!("we say {}, Twilio never had it", self.ours.status))),
        }
    }

    fn at_twilio(&self, status: Status, theirs: &Sent) -> Option<(Fault, String)> {
        let expected = truths(theirs);
        let right = expected.iter().any(|(truth, code)| {
            let ends = truth.is_final();
            // What has no final status at Twilio is unconfirmed in the end, and waits until then.
            (status == *truth && (!ends || self.ours.error_code == *code))
                || (!ends && status == Status::Unconfirmed)
        });
        let ours = format!("we say {} {:?}", self.ours.status, self.ours.error_code);
        if !right {
            let fault = if status.is_final() { Fault::Wrong } else { Fault::Stuck };
            return Some((fault, format!("{ours}, Twilio says {expected:?} of {}", theirs.sid)));
        }
        if self.sids != [theirs.sid.as_str()] {
            let why = format!("{ours} of {:?}, at Twilio it is {}", self.sids, theirs.sid);
            return Some((Fault::Wrong, why));
        }
        (!status.is_final() && !phones::never_ends(&self.ours.to_phone)).then_some((Fault::Stuck, ours))
    }
}

/// What we may say of a text: the highest status it had at Twilio. Where two final ones disagree,
/// the highest that we were told of will do, since a final text is not asked about again.
fn truths(theirs: &Sent) -> Vec<(Status, Option<i64>)> {
    let code = theirs.error_code.map(i64::from);
    let ours = |status: &usher::simulator::Status| Status::from_twilio(status.as_str());
    let highest = theirs.trail.iter().filter_map(|(status, _)| ours(status)).max();
    let mut truths: Vec<_> = highest.map(|status| (status, code)).into_iter().collect();
    let finals = theirs.trail.iter().filter(|(status, _)| status.is_final()).count();
    let deaf = theirs.callbacks.iter().filter(|callback| !was_heard(callback.outcome));
    if finals > 1 && deaf.filter_map(|callback| ours(&callback.status)).max() == highest {
        // The simulator's one contradiction.
        truths.push((Status::Undelivered, Some(30_003)));
    }
    truths
}

fn was_heard(outcome: CallbackOutcome) -> bool {
    matches!(outcome, CallbackOutcome::Answered(200..=299))
}
