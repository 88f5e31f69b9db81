//! What the check page shows: who gets a text and who does not, each text as it will be, what it
//! costs and what holds it. Nothing is written here.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use super::audience::Recipient;
use super::lately::{Before, newcomers, same_words, same_words_today};
use super::limited::{Limited, limited};
use super::look::says_stop;
use super::names::Unmatched;
use super::plan::{Fate, NewSend, Plan, planned};
use super::typed::Typed;
use crate::error::Error;
use crate::events::{self, Event};
use crate::holds;
use crate::ids::{AttendeeId, ContactId, EventId, OrgId};
use crate::messages::same_words::fold;
use crate::orgs::{self, Settings};
use crate::people::Person;
use crate::search::Wanted;
use crate::service::Service;
use crate::store::Tx;
use crate::twilio::segments::{self, Encoding};

/// Names that are told of each reason for which people are skipped.
pub(super) const TOLD: usize = 100;

/// Whose text is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// One that takes the most segments.
    #[default]
    Longest,
    /// The one at this place, from 1.
    Place(i64),
    /// The first whose name or number has these words in it.
    Found(String),
}

/// A text as one person will get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Its place, from 1.
    pub place: i64,
    /// Who.
    pub attendee_id: AttendeeId,
    /// What an organizer calls them.
    pub name: String,
    /// E.164.
    pub phone: String,
    /// The text.
    pub text: String,
    /// How many segments it takes.
    pub segments: u32,
}

/// People who get no text for one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// How many.
    pub people: i64,
    /// The first of them.
    pub names: Vec<(AttendeeId, String)>,
}

/// People whose texts quiet hours hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Where they are.
    pub zone: Tz,
    /// When quiet hours end there.
    pub until: DateTime<Utc>,
    /// How many.
    pub people: i64,
}

/// How many segments texts take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// The shortest text's.
    pub least: u32,
    /// The longest text's.
    pub most: u32,
    /// Texts that plain characters would make cheaper.
    pub dear: i64,
    /// Segments of all if their characters were plain.
    pub plain: i64,
    /// Characters outside plain GSM text, from words and names, in order of appearance.
    pub costly: Vec<char>,
}

/// Everything to know before confirming.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The event.
    pub event: Event,
    /// What was asked for.
    pub new: NewSend,
    /// What it would do.
    pub plan: Plan,
    /// Stands for exactly this: other people, words or times have another.
    pub fingerprint: String,
    /// How long the texts are.
    pub sizes: Sizes,
    /// The text to look at; `None` if nobody gets one, or nobody is found.
    pub preview: Option<Preview>,
    /// The place of the longest text.
    pub longest: i64,
    /// Whom quiet hours hold, and until when.
    pub held: Vec<Held>,
    /// Whom the limit for one person holds.
    pub limited: Limited,
    /// Who gets no text, by reason.
    pub left: BTreeMap<String, Left>,
    /// Lines of a pasted list that name nobody.
    pub unmatched: Vec<Unmatched>,
    /// Chosen people who have left the list since.
    pub gone: usize,
    /// People who were never texted by this organization.
    pub newcomers: i64,
    /// The words tell how to stop.
    pub says_stop: bool,
    /// The same words went to this event today.
    pub before: Option<Before>,
    /// People who would get words that they were sent in the last 24 hours.
    pub same_words: i64,
    /// What limits and the sender's pace are.
    pub settings: Settings,
    /// Why no text of this organization can go at all.
    pub trouble: Option<&'static str>,
}

/// Checks a send before it is confirmed.
///
/// # Errors
/// [`Error::Invalid`] for what was typed, [`Error::NotFound`] for a strange event,
/// [`Error::NotAllowed`] for a role that may not send.
pub async fn check(
    service: &Service,
    person: &Person,
    event: EventId,
    typed: &Typed,
    show: &Show,
) -> Result<Checked, Error> {
    if !person.role.may_send() {
        return Err(Error::NotAllowed("Your role can look at sends, but not make any. Ask an organizer."));
    }
    let org = person.org_id;
    let event = events::find(&service.store, org, event).await?;
    let read = typed.read(service, org, &event).await?;
    let mut tx = service.store.begin_read().await?;
    let settings = orgs::settings_in(&mut tx, org).await?;
    let trouble = match event.archived_at {
        Some(_) => Some(events::ARCHIVED),
        None => crate::messages::why_nothing_goes(&mut tx, service, org).await?,
    };
    tx.commit().await?;
    let now = service.clock.now();
    let mut look = Look::new(&read.new, &event, &person.org_timezone, &settings, show, now);
    let plan = planned(service, org, &event, &read.new, read.problems, &mut |person, fate| {
        look.at(person, &fate);
    })
    .await?;
    let mut tx = service.store.begin_read().await?;
    let newcomers = newcomers(&mut tx, org, &look.contacts).await?;
    let same_words = same_words(&mut tx, org, &look.contacts, now).await?;
    let limited = match settings.texts_per_contact_per_day {
        Some(limit) => {
            let at = read.new.send_at.unwrap_or(now);
            limited(&mut tx, service, (org, event.id), &look.texted, (limit, at)).await?
        }
        None => Limited::default(),
    };
    let before = same_words_today(&mut tx, org, &event, &read.new.body, now).await?;
    let Look { sizes, longest, preview, held, mut left, .. } = look;
    name_the_doubled(&mut tx, org, event.id, &plan, &mut left).await?;
    tx.commit().await?;
    let held =
        held.into_iter().map(|((until, name), people)| Held { zone: events::zone(name), until, people });
    Ok(Checked {
        fingerprint: fingerprint(&read.new, &plan),
        says_stop: says_stop(&read.new.body),
        longest: longest.as_ref().map_or(1, |preview| preview.place),
        preview: if *show == Show::Longest { longest } else { preview },
        held: held.collect(),
        limited,
        event,
        new: read.new,
        plan,
        sizes,
        left,
        unmatched: read.unmatched,
        gone: read.gone,
        newcomers,
        before,
        same_words,
        settings,
        trouble,
    })
}

/// What a look at everybody's text finds.
struct Look<'a> {
    new: &'a NewSend,
    event: &'a Event,
    org_timezone: &'a str,
    settings: &'a Settings,
    show: &'a Show,
    wanted: Option<Wanted>,
    now: DateTime<Utc>,
    place: i64,
    sizes: Sizes,
    longest: Option<Preview>,
    preview: Option<Preview>,
    held: BTreeMap<(DateTime<Utc>, &'static str), i64>,
    left: BTreeMap<String, Left>,
    /// Who gets a text, and its words, folded.
    contacts: Vec<(ContactId, u64)>,
    texted: Vec<(AttendeeId, String)>,
}

impl<'a> Look<'a> {
    fn new(
        new: &'a NewSend,
        event: &'a Event,
        org_timezone: &'a str,
        settings: &'a Settings,
        show: &'a Show,
        now: DateTime<Utc>,
    ) -> Self {
        let wanted = if let Show::Found(words) = show { Wanted::person(words) } else { None };
        Self {
            new,
            event,
            org_timezone,
            settings,
            show,
            wanted,
            now,
            place: 0,
            sizes: Sizes::default(),
            longest: None,
            preview: None,
            held: BTreeMap::new(),
            left: BTreeMap::new(),
            contacts: Vec::new(),
            texted: Vec::new(),
        }
    }

    fn at(&mut self, person: &Recipient, fate: &Fate<'_>) {
        match fate {
            Fate::Skipped(reason) => {
                let left = self.left.entry((*reason).to_owned()).or_default();
                left.people += 1;
                if left.names.len() < TOLD {
                    left.names.push((person.attendee_id, person.shown()));
                }
            }
            Fate::Text(text, count) => self.at_text(person, text, count),
        }
    }

    fn at_text(&mut self, person: &Recipient, text: &str, count: &segments::Segments) {
        self.place += 1;
        self.contacts.push((person.contact_id, fold(text)));
        self.texted.push((person.attendee_id, person.phone.clone()));
        self.sizes.add(text, count);
        let longer = self.longest.as_ref().is_none_or(|longest| count.segments > longest.segments);
        let wanted = self.preview.is_none()
            && match (self.show, &self.wanted) {
                (Show::Place(place), _) => *place == self.place,
                (_, Some(wanted)) => wanted.fits(&person.name, &person.phone),
                _ => false,
            };
        if longer || wanted {
            let preview = Preview {
                place: self.place,
                attendee_id: person.attendee_id,
                name: person.shown(),
                phone: person.phone.clone(),
                text: text.to_owned(),
                segments: count.segments,
            };
            if wanted {
                self.preview = Some(preview.clone());
            }
            if longer {
                self.longest = Some(preview);
            }
        }
        let zone = holds::zone_of(person.timezone.as_deref(), Some(&self.event.timezone), self.org_timezone);
        let wish = holds::Wish {
            purpose: self.new.purpose,
            asked_at: self.now,
            send_at: self.new.send_at.unwrap_or(self.now),
            expires_at: None,
            zone,
            automatic: false,
            one_of_many: true,
            is_reply: false,
            confirms_opt_out: false,
        };
        if let holds::Plan::Later { at, hold: "quiet_hours" } =
            holds::plan(&wish, self.settings.quiet_hours, self.now)
        {
            *self.held.entry((at, zone.name())).or_default() += 1;
        }
    }
}

impl Sizes {
    fn add(&mut self, text: &str, count: &segments::Segments) {
        self.least = if self.least == 0 { count.segments } else { self.least.min(count.segments) };
        self.most = self.most.max(count.segments);
        let mut plain = count.segments;
        if count.encoding == Encoding::Ucs2 {
            for character in segments::costly_characters(text) {
                if self.costly.len() < 20 && !self.costly.contains(&character) {
                    self.costly.push(character);
                }
            }
            plain = segments::count(&segments::smart_encode(text)).segments.min(count.segments);
            self.dear += i64::from(plain < count.segments);
        }
        self.plain += i64::from(plain);
    }
}

/// Whoever was chosen twice was never looked at: the plan alone knows them.
async fn name_the_doubled(
    tx: &mut Tx,
    org: OrgId,
    event: EventId,
    plan: &Plan,
    left: &mut BTreeMap<String, Left>,
) -> Result<(), Error> {
    let doubled = || plan.skipped.iter().filter(|skipped| skipped.reason == "same_number");
    let some: Vec<AttendeeId> = doubled().take(TOLD).map(|skipped| skipped.attendee_id).collect();
    if !some.is_empty() {
        let people = super::audience::chosen(tx, org, event, &some).await?;
        let names = people.into_iter().map(|person| (person.attendee_id, person.shown())).collect();
        let people = i64::try_from(doubled().count()).unwrap_or(i64::MAX);
        left.insert("same_number".into(), Left { people, names });
    }
    Ok(())
}

/// Stands for what was checked.
pub(super) fn fingerprint(new: &NewSend, plan: &Plan) -> String {
    let mut hash = Sha256::new();
    for id in &plan.audience {
        hash.update(id.0.as_bytes());
    }
    for skipped in &plan.skipped {
        hash.update(skipped.attendee_id.0.as_bytes());
        hash.update(skipped.reason.as_bytes());
    }
    // A person who is called otherwise or has another number, or an event at another time, was not checked.
    hash.update(&plan.texts);
    let send_at = new.send_at.map(|at| at.timestamp_micros()).unwrap_or_default();
    for part in [new.purpose.as_str(), &new.body, &send_at.to_string(), &plan.segments.to_string()] {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
