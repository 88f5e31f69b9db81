//! The few texts that get an answer of ours. To its own words Twilio answers itself, except on a
//! short code that is in no Messaging Service; of the phrases that only we read as STOP it knows
//! nothing, so their one confirmation is ours to send.

use chrono::{DateTime, TimeDelta, Utc};

use super::Inbound;
use super::obey::Obeyed;
use super::wish::{Wish, read};
use crate::error::Error;
use crate::ids::{ContactId, OrgId};
use crate::messages::{Author, Effects, NewText, Purpose, REPLY, enqueue};
use crate::service::Service;
use crate::store::{Tx, on_tx};

/// The FCC allows one confirmation of an opt-out, within five minutes.
const IN_TIME: TimeDelta = TimeDelta::minutes(5);

/// What is to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    OptedOut,
    BackAgain,
    Help,
}

impl Answer {
    /// Plain characters, so that each fits into one segment with a usual name.
    fn words(self, organization: &str) -> String {
        match self {
            Self::OptedOut => format!(
                "{organization}: you are opted out and get no more texts from us. Reply START to get them again."
            ),
            Self::BackAgain => format!("{organization}: you get our texts again. Reply STOP to opt out."),
            Self::Help => format!(
                "{organization}: texts about our events. Msg & data rates may apply. Reply STOP to opt out."
            ),
        }
    }
}

/// Records the answer to a text, if it gets one.
pub(super) async fn answer(
    tx: &mut Tx,
    service: &Service,
    (org, contact): (OrgId, ContactId),
    text: &Inbound,
    obeyed: &Obeyed,
    now: DateTime<Utc>,
) -> Result<Effects, Error> {
    let mut effects = Effects::default();
    let wish = read(&text.body, text.opt_out_type.as_deref());
    let Some(answer) = choose(wish, text, obeyed, org) else { return Ok(effects) };
    let name = "select name from organizations where id = $1";
    let name: String = on_tx!(tx, |ex| sqlx::query_scalar(name).bind(org).fetch_one(ex).await)?;
    let author = Author { user: None, name: "Usher".into(), via: REPLY };
    let reply = NewText {
        expires_at: Some(now + IN_TIME),
        confirms_opt_out: answer == Answer::OptedOut,
        ..NewText::new(contact, Purpose::Custom, answer.words(&name))
    };
    enqueue(tx, service, org, &author, vec![reply], &mut effects).await?;
    Ok(effects)
}

/// One answer for each suppression that came or went: who says STOP twice is left alone.
fn choose(wish: Wish, text: &Inbound, obeyed: &Obeyed, org: OrgId) -> Option<Answer> {
    let unanswered = text.messaging_service.is_none() && is_short_code(&text.to);
    match wish {
        Wish::Stop { by_phrase } if by_phrase || unanswered => {
            obeyed.suppressed.contains(&org).then_some(Answer::OptedOut)
        }
        Wish::Start { .. } if unanswered => obeyed.lifted.contains(&org).then_some(Answer::BackAgain),
        Wish::Help if unanswered => Some(Answer::Help),
        _ => None,
    }
}

/// Three to eight digits and no country code.
fn is_short_code(number: &str) -> bool {
    (3..=8).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::AccountId;
    use crate::twilio::segments;

    const ORG: OrgId = OrgId(Uuid::nil());

    fn chosen(body: &str, to: &str, service: Option<&str>, opt_out_type: Option<&str>) -> Option<Answer> {
        let text = Inbound {
            account_id: AccountId(Uuid::nil()),
            sid: "SM1".into(),
            from: "+15552340500".into(),
            to: to.into(),
            messaging_service: service.map(str::to_owned),
            body: body.into(),
            opt_out_type: opt_out_type.map(str::to_owned),
            payload: "{}".into(),
        };
        let obeyed = Obeyed { suppressed: vec![ORG], lifted: vec![ORG] };
        choose(read(body, opt_out_type), &text, &obeyed, ORG)
    }

    #[test]
    fn twilio_answers_its_own_words_and_we_our_phrases() {
        for (body, kind) in [
            ("STOP", None),
            ("help", None),
            ("START", None),
            ("Bye", Some("STOP")),
            ("stop please", Some("STOP")),
        ] {
            assert_eq!(chosen(body, "+15550100199", None, kind), None, "{body}");
        }
        assert_eq!(chosen("Please stop", "+15550100199", None, None), Some(Answer::OptedOut));
        assert_eq!(chosen("See you", "12345", None, None), None);
    }

    #[test]
    fn a_short_code_outside_a_messaging_service_answers_all_three() {
        for (body, answer) in
            [("STOP", Answer::OptedOut), ("Start", Answer::BackAgain), ("HELP", Answer::Help)]
        {
            assert_eq!(chosen(body, "12345", None, None), Some(answer), "{body}");
            assert_eq!(chosen(body, "12345", Some("MG1"), None), None, "{body} in a Messaging Service");
        }
    }

    #[test]
    fn each_answer_fits_into_one_segment() {
        for answer in [Answer::OptedOut, Answer::BackAgain, Answer::Help] {
            assert_eq!(segments::count(&answer.words("The Foundry, Brooklyn")).segments, 1, "{answer:?}");
        }
    }
}
