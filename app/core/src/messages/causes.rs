//! Why texts of an event failed or were not sent, one line for each cause.

use super::meant::{Meant, base, based};
use super::{Outcome, Purpose, Status, retry_refusal};
use crate::counters::{Count, Totals};
use crate::error::Error;
use crate::store::{Tx, on_tx};

/// Texts that did not arrive for one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Twilio's code; 0 where none came.
    pub error_code: i64,
    /// Why we did not send them.
    pub reason: Option<String>,
    /// How many.
    pub texts: i64,
    /// To how many people.
    pub people: i64,
    /// How many of them a person may send again, as far as code, purpose and tries tell.
    pub can_retry: i64,
}

/// Why texts did not arrive, most frequent first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Causes {
    /// Twilio or a carrier refused them.
    pub failed: Vec<Cause>,
    /// We did not send them.
    pub not_sent: Vec<Cause>,
}

/// Texts that failed for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Twilio's code; 0 where none came.
    pub error_code: i64,
    /// How many.
    pub texts: i64,
}

/// The causes of what the filter finds.
pub(super) async fn causes(tx: &mut Tx, base: &Meant<'_>, totals: &Totals) -> Result<Causes, Error> {
    Ok(Causes {
        failed: of(tx, base, Outcome::Failed, totals).await?,
        not_sent: of(tx, base, Outcome::NotSent, totals).await?,
    })
}

#[derive(sqlx::FromRow)]
struct Counted {
    error_code: Option<i64>,
    reason: Option<String>,
    purpose: Purpose,
    status: Status,
    chain_position: i64,
    texts: i64,
}

async fn of(tx: &mut Tx, base: &Meant<'_>, outcome: Outcome, totals: &Totals) -> Result<Vec<Cause>, Error> {
    if totals.of_outcome(outcome) == 0 {
        return Ok(Vec::new());
    }
    let meant = base.with_outcome(outcome);
    // Outcomes and ids are compared so that no index is used but that of causes, which has the groups in order.
    let sql = base!(
        tx,
        meant,
        "m.outcome in ('failed', 'not_sent') and m.outcome = $6",
        "coalesce(m.id, m.id) < $3 and coalesce(m.id, m.id) >= $4",
        "select m.error_code, m.reason, m.purpose, m.status, m.chain_position, count(*) as texts from messages m",
        "group by m.error_code, m.reason, m.purpose, m.status, m.chain_position"
    );
    let counted: Vec<Counted> = on_tx!(tx, |ex| based!(sqlx::query_as(sql), meant).fetch_all(ex).await)?;
    let sql = base!(
        tx,
        meant,
        "m.outcome in ('failed', 'not_sent') and m.outcome = $6",
        "coalesce(m.id, m.id) < $3 and coalesce(m.id, m.id) >= $4",
        "select m.error_code, m.reason, count(distinct m.contact_id) as people from messages m",
        "group by m.error_code, m.reason"
    );
    let people: Vec<(Option<i64>, Option<String>, i64)> =
        on_tx!(tx, |ex| based!(sqlx::query_as(sql), meant).fetch_all(ex).await)?;
    Ok(gathered(counted, people))
}

fn gathered(counted: Vec<Counted>, people: Vec<(Option<i64>, Option<String>, i64)>) -> Vec<Cause> {
    let cause = |(code, reason, people): (Option<i64>, Option<String>, i64)| Cause {
        error_code: code.unwrap_or_default(),
        reason,
        texts: 0,
        people,
        can_retry: 0,
    };
    let mut causes: Vec<Cause> = people.into_iter().map(cause).collect();
    for count in counted {
        let (code, reason) = (count.error_code, count.reason.as_deref());
        let same =
            |cause: &&mut Cause| cause.error_code == code.unwrap_or_default() && cause.reason == count.reason;
        if let Some(cause) = causes.iter_mut().find(same) {
            cause.texts += count.texts;
            let refusal = retry_refusal(count.purpose, count.status, code, reason, count.chain_position);
            cause.can_retry += if refusal.is_none() { count.texts } else { 0 };
        }
    }
    causes.sort_by(|a, b| {
        b.texts.cmp(&a.texts).then_with(|| (a.error_code, &a.reason).cmp(&(b.error_code, &b.reason)))
    });
    causes
}

/// Why texts failed, from the counters alone, most frequent first.
pub(super) fn reasons(counts: &[Count]) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = Vec::new();
    for count in counts.iter().filter(|count| count.status.outcome() == Some(Outcome::Failed)) {
        match reasons.iter_mut().find(|reason| reason.error_code == count.error_code) {
            Some(reason) => reason.texts += count.texts,
            None => reasons.push(Reason { error_code: count.error_code, texts: count.texts }),
        }
    }
    reasons.sort_by_key(|reason| (-reason.texts, reason.error_code));
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_grouped_across_purposes_and_sorted_by_how_many() {
        let count = |purpose, status, error_code, texts| Count { purpose, status, error_code, texts };
        let counts = [
            count(Purpose::Invitation, Status::Undelivered, 30006, 1),
            count(Purpose::Invitation, Status::Undelivered, 30003, 1),
            count(Purpose::MatchReveal, Status::Failed, 30003, 2),
            count(Purpose::MatchReveal, Status::Delivered, 0, 40),
        ];
        let reasons: Vec<(i64, i64)> =
            reasons(&counts).into_iter().map(|reason| (reason.error_code, reason.texts)).collect();
        assert_eq!(reasons, [(30003, 3), (30006, 1)]);
    }

    #[test]
    fn a_cause_knows_how_many_of_its_texts_can_be_sent_again() {
        let counted = |error_code, purpose, chain_position, texts| Counted {
            error_code: Some(error_code),
            reason: None,
            purpose,
            status: Status::Undelivered,
            chain_position,
            texts,
        };
        let causes = gathered(
            vec![
                counted(30003, Purpose::Invitation, 0, 5),
                counted(30003, Purpose::Invitation, 3, 2),
                counted(30003, Purpose::Otp, 0, 1),
                counted(30006, Purpose::Invitation, 0, 9),
            ],
            vec![(Some(30003), None, 7), (Some(30006), None, 9)],
        );
        let seen: Vec<(i64, i64, i64, i64)> = causes
            .iter()
            .map(|cause| (cause.error_code, cause.texts, cause.people, cause.can_retry))
            .collect();
        assert_eq!(seen, [(30006, 9, 9, 0), (30003, 8, 7, 5)]);
    }
}
