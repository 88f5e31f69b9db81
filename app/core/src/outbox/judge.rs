//! What is to be done with a due text. Everything is looked at again: much can happen between a
//! text's row and its turn.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::claim::Due;
use crate::accounts;
use crate::error::Error;
use crate::holds::limits::{self, Hours, Reach};
use crate::holds::pace::{Lanes, Load, Sender};
use crate::holds::{self, Plan, Wish};
use crate::ids::{AccountId, OrgId};
use crate::messages::{Purpose, REPLY};
use crate::orgs::{self, Settings};
use crate::sends::State;
use crate::service::Service;
use crate::store::Tx;
use crate::suppressions::Source;

/// So long the texts of an organization wait whose settings cannot be read.
const UNREADABLE: TimeDelta = TimeDelta::minutes(10);

/// What is to be done with a due text.
pub(super) enum Verdict {
    /// It goes; Twilio may try until then, if that is given.
    Send { account: AccountId, sender: String, until: Option<DateTime<Utc>> },
    /// It waits on.
    Hold { hold: &'static str, until: DateTime<Utc> },
    /// It never goes: we refuse.
    Block(&'static str),
    /// It never goes: plans have changed.
    Cancel(&'static str),
}

/// Everything that decides about one batch of due texts, held until its transaction ends.
pub(super) struct Judge<'a> {
    service: &'a Service,
    now: DateTime<Utc>,
    settings: BTreeMap<OrgId, Settings>,
    texted: HashMap<Reach, Vec<DateTime<Utc>>>,
    hours: Hours,
    lanes: Lanes,
}

impl<'a> Judge<'a> {
    /// Reads what decides about these texts.
    pub(super) async fn open(
        tx: &mut Tx,
        service: &'a Service,
        due: &[Due],
        now: DateTime<Utc>,
    ) -> Result<Self, Error> {
        let mut judge = Self {
            service,
            now,
            settings: BTreeMap::new(),
            texted: HashMap::new(),
            hours: Hours::default(),
            lanes: Lanes::default(),
        };
        if due.is_empty() {
            return Ok(judge);
        }
        let orgs: BTreeSet<OrgId> = due.iter().map(|text| text.belonging.org_id).collect();
        judge.settings = orgs::settings_of(tx, orgs).await?;
        let limited = due.iter().filter(|text| {
            judge.of(text).is_some_and(|settings| settings.texts_per_contact_per_day.is_some())
        });
        let people: Vec<Reach> =
            limited.filter_map(|text| Some(reach(text, sender(service, text)?.0))).collect();
        judge.texted = limits::texted(tx, &people, now).await?;
        let per_hour =
            judge.settings.iter().filter_map(|(org, settings)| Some((*org, settings.texts_per_hour?)));
        judge.hours = Hours::open(tx, &per_hour.collect(), now).await?;
        let paced = due
            .iter()
            .filter(|text| judge.of(text).is_some_and(|settings| settings.segments_per_second.is_some()));
        let senders: Vec<Sender> = paced.filter_map(|text| sender(service, text)).collect();
        judge.lanes = Lanes::open(tx, senders, now).await?;
        Ok(judge)
    }

    /// The settings of its organization; `None` if they cannot be read.
    fn of(&self, text: &Due) -> Option<Settings> {
        self.settings.get(&text.belonging.org_id).cloned()
    }

    /// What is to be done with one of the texts.
    pub(super) fn verdict(&mut self, text: &Due) -> Verdict {
        let Some(settings) = self.of(text) else {
            return Verdict::Hold { hold: "backoff", until: self.now + UNREADABLE };
        };
        let never = never(text, &settings);
        if let Some(reason) = never {
            return Verdict::Block(reason);
        }
        if let Some(reason) = no_longer_wanted(text) {
            return Verdict::Cancel(reason);
        }
        let Some((account, sender)) = sender(self.service, text) else {
            return Verdict::Block("not_configured");
        };
        let wish = wish(text, self.now);
        let until = match holds::plan(&wish, settings.quiet_hours, self.now) {
            Plan::Now { until } => until,
            Plan::Later { at, hold } => return Verdict::Hold { hold, until: at },
            Plan::Never(reason) => return Verdict::Block(reason),
        };
        if let Some(free_at) = self.limit(text, &wish, &settings, account) {
            // By then it may be night where the person is, or too late.
            return match holds::plan(&Wish { send_at: free_at, ..wish }, settings.quiet_hours, self.now) {
                Plan::Later { at, hold: "quiet_hours" } => Verdict::Hold { hold: "quiet_hours", until: at },
                Plan::Never(reason) => Verdict::Block(reason),
                Plan::Later { at, .. } => Verdict::Hold { hold: "limit", until: at },
                Plan::Now { .. } => Verdict::Hold { hold: "limit", until: free_at },
            };
        }
        if let Some(per_second) = settings.segments_per_second {
            let load = Load {
                segments: text.segments,
                per_second,
                has_waited: text.hold.as_deref() == Some("limit"),
                goes_first: text.belonging.purpose == Purpose::Otp,
            };
            if let Some(turn) = self.lanes.take(&(account, sender.clone()), load, self.now) {
                return Verdict::Hold { hold: "limit", until: turn };
            }
        }
        self.hours.take(text.belonging.org_id);
        Verdict::Send { account, sender, until }
    }

    /// When the limits of the person and of the organization let it go; `None` for now.
    fn limit(
        &self,
        text: &Due,
        wish: &Wish,
        settings: &Settings,
        account: AccountId,
    ) -> Option<DateTime<Utc>> {
        if !wish.limits_hold_it(self.now) {
            return None;
        }
        let of_person = settings.texts_per_contact_per_day.and_then(|limit| {
            let texted = self.texted.get(&reach(text, account))?;
            limits::free_again(texted, limit)
        });
        of_person.max(self.hours.free_again(text.belonging.org_id))
    }

    /// Writes what was handed out.
    pub(super) async fn close(self, tx: &mut Tx) -> Result<(), sqlx::Error> {
        self.hours.close(tx).await?;
        self.lanes.close(tx).await
    }
}

/// Why a text never goes, whatever the time; `None` if it may.
fn never(text: &Due, settings: &Settings) -> Option<&'static str> {
    match text.suppressed.filter(|_| !text.confirms_opt_out) {
        Some(Source::Dead) => Some("dead_number"),
        Some(Source::Stop | Source::TwilioOptOut | Source::Staff) => Some("opted_out"),
        None if !settings.sending => Some("switched_off"),
        None => None,
    }
}

/// Why plans have changed since it was recorded; `None` if they have not.
fn no_longer_wanted(text: &Due) -> Option<&'static str> {
    if !text.counts {
        // The text that it repeats arrived while this one was on its way.
        return Some("delivered_after_all");
    }
    if text.send_state == Some(State::Canceled) && !text.is_retry {
        return Some("send_canceled");
    }
    (is_for_somebody_who_declined_since(text) || is_for_somebody_who_has_left(text)).then_some("declined")
}

/// Somebody who was taken off the list while the send was being written is spared it, announcements excepted.
fn is_for_somebody_who_has_left(text: &Due) -> bool {
    text.belonging.purpose != Purpose::Announcement && text.has_left
}

/// Whoever declines is not to be reminded of what they declined. What is announced they still hear,
/// and so what was written to them knowing it. When a text was recorded is known to the millisecond.
fn is_for_somebody_who_declined_since(text: &Due) -> bool {
    text.belonging.purpose != Purpose::Announcement
        && text.declined_at.is_some_and(|declined_at| declined_at.trunc_subsecs(3) > text.created_at)
}

fn sender(service: &Service, text: &Due) -> Option<Sender> {
    accounts::sender_for(service, (text.account_id, text.sender.clone()))
}

fn reach(text: &Due, account_id: AccountId) -> Reach {
    Reach { org_id: text.belonging.org_id, account_id, phone: text.to_phone.clone() }
}

fn wish(text: &Due, now: DateTime<Utc>) -> Wish {
    let zone = holds::zone_of(text.contact_zone.as_deref(), text.event_zone.as_deref(), &text.org_zone);
    Wish {
        purpose: text.belonging.purpose,
        asked_at: text.created_at,
        send_at: now,
        expires_at: text.expires_at,
        zone,
        // Its time has come: there is nothing earlier than now.
        automatic: false,
        one_of_many: text.belonging.send_id.is_some() || text.is_retry,
        confirms_opt_out: text.confirms_opt_out,
        is_reply: text.created_via == REPLY,
    }
}
