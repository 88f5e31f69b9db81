//! The parameters of a webhook, as Twilio posts them and as it never would.

use super::super::dice::Dice;
use super::super::scene::{ACCOUNT, Known, NUMBER};
use super::Params;

/// What Twilio says of a text, and what it does not.
const STATUSES: [&str; 22] = [
    "accepted",
    "scheduled",
    "queued",
    "sending",
    "sent",
    "delivered",
    "read",
    "undelivered",
    "partially_delivered",
    "failed",
    "canceled",
    "received",
    "receiving",
    "Delivered",
    "DELIVERED",
    "delivered ",
    "sent,delivered",
    "cancelled",
    "teleported",
    "unconfirmed",
    "blocked",
    "0",
];
const CODES: [&str; 14] = [
    "30003",
    "30005",
    "30006",
    "30007",
    "21610",
    "21211",
    "21614",
    "30034",
    "0",
    "-30003",
    "99999999999999999999",
    "9223372036854775807",
    "-9223372036854775808",
    "30003.0",
];
const SAID: [&str; 18] = [
    "STOP",
    "stop please",
    "START",
    "YES",
    "HELP",
    "Cancel",
    "See you there",
    "I can't stop",
    "",
    "🙂",
    "unsubscribe",
    "take me off this list",
    "OPTOUT",
    "unstop",
    "info",
    "\u{0}STOP\u{0}",
    "Ｓｔｏｐ",
    "stop\n\n\nstop",
];
const NAMES: [&str; 24] = [
    "MessageSid",
    "SmsSid",
    "SmsMessageSid",
    "MessageStatus",
    "SmsStatus",
    "AccountSid",
    "To",
    "From",
    "ErrorCode",
    "ErrorMessage",
    "ApiVersion",
    "MessagingServiceSid",
    "OptOutType",
    "Body",
    "NumMedia",
    "NumSegments",
    "Price",
    "PriceUnit",
    "RawDlrDoneDate",
    "ChannelPrefix",
    "messagesid",
    "MessageSid[]",
    "",
    "\u{0}",
];

/// A status callback.
pub(super) fn callback(dice: &mut Dice, known: &Known) -> Params {
    let usual = dice.percent(80);
    let status = dice.word(if usual { &STATUSES[..11] } else { &STATUSES });
    let mut params = pairs(&[
        ("MessageSid", &known.sid),
        ("SmsSid", &known.sid),
        ("MessageStatus", &status),
        ("SmsStatus", &status),
        ("AccountSid", ACCOUNT),
        ("To", &known.phone),
        ("From", NUMBER),
        ("ApiVersion", "2010-04-01"),
    ]);
    if status == "failed" || status == "undelivered" {
        params.push(("ErrorCode".into(), dice.word(&CODES)));
    }
    params
}

/// A text from a person.
pub(super) fn text(dice: &mut Dice, known: &Known) -> Params {
    // Some texts come twice, most do not.
    let few = dice.percent(20);
    let sid = format!("SM{:032x}", dice.below(if few { 50 } else { usize::MAX }));
    let mut params = pairs(&[
        ("MessageSid", &sid),
        ("SmsSid", &sid),
        ("AccountSid", ACCOUNT),
        ("From", &known.phone),
        ("To", NUMBER),
        ("NumMedia", "0"),
        ("SmsStatus", "received"),
        ("FromCity", ""),
    ]);
    params.push(("Body".into(), if dice.percent(60) { dice.word(&SAID) } else { dice.characters(200) }));
    if dice.percent(10) {
        params.push(("OptOutType".into(), dice.word(&["STOP", "START", "HELP", "stop", "", "\u{0}"])));
    }
    params
}

fn pairs(pairs: &[(&str, &str)]) -> Params {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Makes one thing wrong with the parameters.
pub(super) fn bend(dice: &mut Dice, params: &mut Params) {
    let at = dice.below(params.len());
    let Some((name, value)) = params.get(at).cloned() else { return };
    match dice.below(8) {
        0 => params.push((name, value)),
        1 => params.push((name, dice.horror())),
        2 => {
            params.remove(at);
        }
        3 | 4 => params[at].1 = dice.horror(),
        5 => {
            let name = if dice.percent(80) { dice.word(&NAMES) } else { dice.horror() };
            params.insert(at, (name, dice.horror()));
        }
        6 => {
            let other = dice.below(params.len());
            params.swap(at, other);
        }
        _ => {
            let times = dice.below(300);
            params.extend((0..times).map(|n| (format!("P{n}"), value.clone())));
        }
    }
}

/// A form as different programs would write it.
pub(super) fn encode(dice: &mut Dice, params: &Params) -> Vec<u8> {
    if dice.percent(80) {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        return form.extend_pairs(params).finish().into_bytes();
    }
    // Every byte escaped, in lower or upper case, or none but the separators.
    let style = dice.below(3);
    let escape = |text: &str| -> Vec<u8> {
        text.bytes()
            .flat_map(|byte| match style {
                0 => format!("%{byte:02x}").into_bytes(),
                1 => format!("%{byte:02X}").into_bytes(),
                _ if matches!(byte, b'%' | b'&' | b'=' | b'+') => format!("%{byte:02X}").into_bytes(),
                _ => vec![byte],
            })
            .collect()
    };
    params
        .iter()
        .map(|(name, value)| [escape(name), escape(value)].join(&b'='))
        .collect::<Vec<_>>()
        .join(&b'&')
}
