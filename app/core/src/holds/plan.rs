//! When a text may go that is about to be recorded.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::QuietHours;
use crate::messages::Purpose;

/// For so long after it was asked for, a text that answers somebody passes quiet hours: they have
/// just pressed a button and wait for it.
const JUST_NOW: TimeDelta = TimeDelta::minutes(5);
/// A text needs some time from here to the phone: one that would leave this shortly before quiet
/// hours waits them out.
const WAY_TO_THE_PHONE: TimeDelta = TimeDelta::seconds(60);

/// A text and when somebody would like it to go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    pub purpose: Purpose,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// Not before; at once if that has passed.
    pub send_at: DateTime<Utc>,
    /// Of no use from then on.
    pub expires_at: Option<DateTime<Utc>>,
    /// The recipient's.
    pub zone: Tz,
    /// Rather earlier than never: reminders and the like.
    pub automatic: bool,
    /// One of many, or sent again: its recipient has not just asked for it, whatever its purpose.
    pub one_of_many: bool,
    /// It answers what they have just texted us.
    pub is_reply: bool,
    /// It answers an opt-out, and nothing may keep it.
    pub confirms_opt_out: bool,
}

/// When a text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// As soon as the worker has it. Twilio may try until then, if that is given.
    Now { until: Option<DateTime<Utc>> },
    /// Later, and why.
    Later { at: DateTime<Utc>, hold: &'static str },
    /// Never, and why.
    Never(&'static str),
}

/// When a text may go, by its own times and the quiet hours where its recipient is.
pub(crate) fn plan(wish: &Wish, quiet: Option<QuietHours>, now: DateTime<Utc>) -> Plan {
    let wanted = wish.send_at.max(now);
    let quiet = quiet.filter(|_| !wish.is_waited_for(wanted));
    // Shortly before quiet hours counts as quiet.
    let held_until = quiet.and_then(|quiet| quiet.end_after(wanted + WAY_TO_THE_PHONE, wish.zone));
    let at = held_until.unwrap_or(wanted);
    match wish.expires_at.filter(|expires_at| *expires_at <= at) {
        None if at > now => {
            let hold = if held_until.is_some() { "quiet_hours" } else { "chosen_time" };
            Plan::Later { at, hold }
        }
        None => {
            let quiet_from = quiet.map(|quiet| quiet.start_after(now, wish.zone));
            Plan::Now { until: quiet_from.into_iter().chain(wish.expires_at).min() }
        }
        Some(expires_at) if expires_at <= now => Plan::Never("expired"),
        Some(_) => match quiet.filter(|_| wish.automatic && held_until.is_some()) {
            Some(quiet) => {
                let last = quiet.start_before(wanted + WAY_TO_THE_PHONE, wish.zone) - WAY_TO_THE_PHONE;
                if last > now {
                    Plan::Later { at: last, hold: "chosen_time" }
                } else {
                    Plan::Never("no_time_left")
                }
            }
            None => Plan::Never("no_time_left"),
        },
    }
}

impl Wish {
    /// Whether its recipient waits for it at this time.
    fn is_waited_for(&self, at: DateTime<Utc>) -> bool {
        self.confirms_opt_out
            || self.purpose == Purpose::Otp
            || ((self.is_reply || self.purpose.answers_somebody())
                && !self.one_of_many
                && at <= self.asked_at + JUST_NOW)
    }

    /// Whether limits hold it at this time: a code, and what answers somebody now, is refused at once
    /// instead.
    pub(crate) fn limits_hold_it(&self, now: DateTime<Utc>) -> bool {
        !self.is_waited_for(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    /// An invitation to New York, asked for at this time.
    fn wish(asked_at: &str) -> Wish {
        Wish {
            purpose: Purpose::Invitation,
            asked_at: at(asked_at),
            send_at: at(asked_at),
            expires_at: None,
            zone: chrono_tz::America::New_York,
            automatic: false,
            one_of_many: false,
            is_reply: false,
            confirms_opt_out: false,
        }
    }

    fn plan_at_once(wish: &Wish) -> Plan {
        plan(wish, Some(QuietHours::usual()), wish.asked_at)
    }

    const NOON: &str = "2026-06-01T16:00:00Z";
    const NIGHT: &str = "2026-06-02T03:00:00Z";
    const EVENING: &str = "2026-06-02T01:00:00Z";
    const MORNING: &str = "2026-06-02T12:00:00Z";

    #[test]
    fn by_day_a_text_goes_now_and_twilio_tries_until_quiet_hours() {
        assert_eq!(plan_at_once(&wish(NOON)), Plan::Now { until: Some(at(EVENING)) });
    }

    #[test]
    fn by_night_it_waits_for_the_morning() {
        assert_eq!(plan_at_once(&wish(NIGHT)), Plan::Later { at: at(MORNING), hold: "quiet_hours" });
    }

    #[test]
    fn a_minute_before_quiet_hours_is_too_late_to_reach_the_phone() {
        assert!(matches!(plan_at_once(&wish("2026-06-02T00:58:59Z")), Plan::Now { .. }));
        assert!(matches!(plan_at_once(&wish("2026-06-02T00:59:30Z")), Plan::Later { .. }));
    }

    #[test]
    fn codes_and_what_somebody_waits_for_pass_the_night() {
        for purpose in [Purpose::Otp, Purpose::BookingConfirmation] {
            let plan = plan_at_once(&Wish { purpose, ..wish(NIGHT) });
            assert_eq!(plan, Plan::Now { until: None });
        }
        let many = Wish { purpose: Purpose::BookingConfirmation, one_of_many: true, ..wish(NIGHT) };
        assert_eq!(plan_at_once(&many), Plan::Later { at: at(MORNING), hold: "quiet_hours" }, "nobody asked");
        assert!(many.limits_hold_it(many.asked_at));
        assert!(matches!(plan_at_once(&Wish { is_reply: true, ..wish(NIGHT) }), Plan::Now { .. }));
        let stale = Wish { purpose: Purpose::BookingConfirmation, ..wish(NIGHT) };
        let later = plan(&stale, Some(QuietHours::usual()), at("2026-06-02T04:00:00Z"));
        assert_eq!(later, Plan::Later { at: at(MORNING), hold: "quiet_hours" }, "an hour later nobody waits");
    }

    #[test]
    fn a_chosen_time_in_the_night_becomes_the_morning_after() {
        let by_day = Wish { send_at: at("2026-06-01T20:00:00Z"), ..wish(NOON) };
        assert_eq!(plan_at_once(&by_day), Plan::Later { at: by_day.send_at, hold: "chosen_time" });
        let by_night = Wish { send_at: at(NIGHT), ..wish(NOON) };
        assert_eq!(plan_at_once(&by_night), Plan::Later { at: at(MORNING), hold: "quiet_hours" });
    }

    #[test]
    fn what_has_no_use_in_the_morning_is_not_sent_unless_it_may_go_earlier() {
        let before_breakfast = Some(at("2026-06-02T11:00:00Z"));
        let asked = Wish { expires_at: before_breakfast, send_at: at(NIGHT), ..wish(NOON) };
        assert_eq!(plan_at_once(&asked), Plan::Never("no_time_left"));
        let reminder = Wish { automatic: true, ..asked };
        let last = at(EVENING) - WAY_TO_THE_PHONE;
        assert_eq!(plan_at_once(&reminder), Plan::Later { at: last, hold: "chosen_time" });
        let too_late = Wish { asked_at: at(NIGHT), ..reminder };
        assert_eq!(plan_at_once(&too_late), Plan::Never("no_time_left"));
    }

    #[test]
    fn what_has_expired_is_not_sent() {
        let expired = Wish { expires_at: Some(at(NOON)), ..wish(NOON) };
        assert_eq!(plan_at_once(&expired), Plan::Never("expired"));
    }

    #[test]
    fn twilio_tries_no_longer_than_the_text_is_of_use() {
        let soon = at("2026-06-01T17:00:00Z");
        let wish = Wish { expires_at: Some(soon), ..wish(NOON) };
        assert_eq!(plan_at_once(&wish), Plan::Now { until: Some(soon) });
        assert_eq!(plan(&Wish { expires_at: None, ..wish }, None, wish.asked_at), Plan::Now { until: None });
    }
}
