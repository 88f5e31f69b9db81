//! What a send would do: who gets a text, who does not and why, and what it costs. Nothing is
//! written here.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::audience::{Audience, Recipient, Walk};
use super::cost::{self, Money};
use super::variables::{OfEvent, tells_of_event, unknown};
use crate::error::{Error, Problems};
use crate::events::{self, Event};
use crate::ids::{AttendeeId, ContactId, EventId, OrgId, TemplateId};
use crate::messages::render::Words;
use crate::messages::same_words::{fold, sent_lately};
use crate::messages::{LONGEST_BODY, Purpose};
use crate::service::Service;
use crate::store::Tx;
use crate::suppressions::Source;
use crate::twilio::segments::{self, Segments};

/// A text may be planned so far ahead.
const FURTHEST: TimeDelta = TimeDelta::days(366);
/// People that one send may be for.
const MOST: usize = 200_000;

/// A send, as a person or a program asks for it.
#[derive(Clone, Debug)]
pub struct NewSend {
    /// Why.
    pub purpose: Purpose,
    /// The words, with variables.
    pub body: String,
    /// The template and version that the words come from.
    pub template: Option<(TemplateId, i64)>,
    /// Whom it is for.
    pub audience: Audience,
    /// When; at once if not given.
    pub send_at: Option<DateTime<Utc>>,
    /// Not to those who were sent these same words in the last 24 hours.
    pub only_new_words: bool,
}

/// Somebody in the audience who gets no text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Who.
    pub attendee_id: AttendeeId,
    /// `opted_out`, `dead_number`, `same_number`, `missing:first_name`, `not_attending`, `same_words`.
    pub reason: String,
}

/// What a send would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How many get a text.
    pub total: i64,
    /// Who does not.
    pub skipped: Vec<Skipped>,
    /// Segments of all texts.
    pub segments: i64,
    /// What they will probably cost; `None` while there is nothing to tell by.
    pub estimated_cost: Option<Money>,
    /// Everybody who gets a row, in order: those who get a text, and those who opted out.
    pub(super) audience: Vec<AttendeeId>,
    /// What the event was when this was planned.
    pub(super) event: OfEvent,
    /// Stands for every text and the number it goes to.
    pub(super) texts: Vec<u8>,
}

/// Words and event, ready to be rendered for anybody.
pub(super) struct Renderer<'a> {
    words: Words<'a>,
    event: OfEvent,
}

/// Why somebody has no text of this send.
pub(super) enum NoText {
    Missing(String),
    TooLong(usize),
}

impl<'a> Renderer<'a> {
    /// Takes the words apart.
    ///
    /// # Errors
    /// A sentence for the organizer.
    pub(super) fn new(body: &'a str, event: &Event) -> Result<Self, String> {
        Self::of(body, OfEvent::new(event))
    }

    /// As [`Renderer::new`], with what an event gave once.
    pub(super) fn of(body: &'a str, event: OfEvent) -> Result<Self, String> {
        let words = Words::parse(body).map_err(|bad| bad.to_string())?;
        if let Some(unknown) = words.variables().into_iter().find_map(unknown) {
            return Err(unknown);
        }
        Ok(Self { words, event })
    }

    /// What the words are filled in with.
    pub(super) fn event(&self) -> &OfEvent {
        &self.event
    }

    /// Whether the words use anything of the event.
    pub(super) fn tells_of_event(&self) -> bool {
        tells_of_event(&self.words)
    }

    /// What the words tell of the event that was otherwise before, in a word each.
    pub(super) fn differs_from(&self, before: &OfEvent) -> Vec<&'static str> {
        before.differs_in(&self.event, &self.words.variables())
    }

    /// The text for one person.
    pub(super) fn render(&self, recipient: &Recipient) -> Result<String, NoText> {
        self.render_for(&recipient.name)
    }

    /// The text for a person of this name.
    pub(super) fn render_for(&self, name: &str) -> Result<String, NoText> {
        let text = self.words.render(|variable| self.event.value(name, variable));
        let text = text.map_err(|missing| NoText::Missing(missing.0))?;
        match text.chars().count() {
            length if length > LONGEST_BODY => Err(NoText::TooLong(length)),
            _ => Ok(text),
        }
    }
}

/// What becomes of somebody in the audience.
pub(super) enum Fate<'a> {
    /// They get this text.
    Text(&'a str, &'a Segments),
    /// They get none, and why.
    Skipped(&'a str),
}

/// Who looks on while a send is planned.
pub(super) type Watch<'a> = &'a mut (dyn FnMut(&Recipient, Fate<'_>) + Send);

/// What a send would do.
///
/// # Errors
/// [`Error::Invalid`] for what was asked, [`Error::NotFound`] for a strange event.
pub async fn plan(service: &Service, org: OrgId, event: EventId, new: &NewSend) -> Result<Plan, Error> {
    let event = events::find_open(&service.store, org, event).await?;
    planned(service, org, &event, new, Problems::default(), &mut |_, _| ()).await
}

/// As [`plan`], for a caller who wants to see everybody's text; `problems` may already hold what
/// they could not read.
pub(super) async fn planned(
    service: &Service,
    org: OrgId,
    event: &Event,
    new: &NewSend,
    mut problems: Problems,
    watch: Watch<'_>,
) -> Result<Plan, Error> {
    let now = service.clock.now();
    let body = check(new, event, now, &mut problems);
    if !problems.is_empty() {
        note_strangers(service, org, event.id, &new.audience, &mut problems).await?;
        std::mem::take(&mut problems).none()?;
    }
    let renderer = Renderer::new(&body, event).map_err(Error::Broken)?;
    // Reading 100,000 people takes a while: a few at once, so that many plans leave connections to others.
    let permit = service.planning.acquire().await;
    let _planning = permit.map_err(|_| Error::Broken("nobody may plan any more".into()))?;
    let mut tx = service.store.begin_read().await?;
    let mut draft = Draft::default();
    let mut walk = Walk::new(&new.audience, org, event.id);
    while let Some(people) = walk.next(&mut tx).await? {
        let had = if new.only_new_words {
            had_same_words(&mut tx, org, &renderer, &people, now).await?
        } else {
            HashSet::new()
        };
        draft.add(&renderer, people, &had, &mut problems, watch);
    }
    walk.note_strangers(&mut problems);
    problems.none()?;
    let again = walk.again.into_iter();
    draft.skipped.extend(again.map(|attendee_id| Skipped { attendee_id, reason: "same_number".into() }));
    let estimated_cost = draft.segments.cost(&mut tx, org, now).await?;
    tx.commit().await?;
    if draft.audience.len() > MOST {
        return Err(Error::invalid("audience", format!("Choose at most {MOST} people.")));
    }
    Ok(Plan {
        total: draft.total,
        skipped: draft.skipped,
        segments: draft.segments.total(),
        estimated_cost,
        audience: draft.audience,
        event: renderer.event,
        texts: draft.texts.finalize().to_vec(),
    })
}

/// Those of these people who were sent in the last 24 hours what they would get now.
async fn had_same_words(
    tx: &mut Tx,
    org: OrgId,
    renderer: &Renderer<'_>,
    people: &[Recipient],
    now: DateTime<Utc>,
) -> Result<HashSet<ContactId>, Error> {
    let texts = people.iter().filter_map(|person| Some((person.contact_id, renderer.render(person).ok()?)));
    let folded: Vec<(ContactId, u64)> =
        texts.map(|(contact, text)| (contact, fold(&segments::normalize(&text)))).collect();
    sent_lately(tx, org, &folded, now).await
}

/// Notes those of a chosen audience who do not attend the event.
async fn note_strangers(
    service: &Service,
    org: OrgId,
    event: EventId,
    audience: &Audience,
    problems: &mut Problems,
) -> Result<(), Error> {
    if !matches!(audience, Audience::Attendees(ids) if ids.len() <= MOST) {
        return Ok(());
    }
    let mut walk = Walk::new(audience, org, event);
    let mut tx = service.store.begin_read().await?;
    while walk.next(&mut tx).await?.is_some() {}
    tx.commit().await?;
    walk.note_strangers(problems);
    Ok(())
}

/// The words; what is wrong with them and with what else was asked is noted.
fn check(new: &NewSend, event: &Event, now: DateTime<Utc>, problems: &mut Problems) -> String {
    let body = problems.required("body", &new.body, LONGEST_BODY, "Write the text.");
    problems.take("body", Renderer::new(&body, event).map(drop));
    if new.purpose.holds_secret() {
        problems.add("purpose", "Codes go to one person. Choose another purpose.");
    }
    if new.send_at.is_some_and(|send_at| send_at > now + FURTHEST) {
        problems.add("send_at", "Choose a time within a year.");
    }
    match &new.audience {
        Audience::Rsvp(answers) if answers.is_empty() => {
            problems.add("audience", "Choose at least one group.");
        }
        Audience::Attendees(ids) if ids.is_empty() => problems.add("audience", "Choose at least one person."),
        Audience::Attendees(ids) if ids.len() > MOST => {
            problems.add("audience", format!("Choose at most {MOST} people."));
        }
        _ => {}
    }
    body
}

#[derive(Default)]
struct Draft {
    total: i64,
    skipped: Vec<Skipped>,
    segments: cost::Segments,
    audience: Vec<AttendeeId>,
    texts: Sha256,
}

impl Draft {
    fn add(
        &mut self,
        renderer: &Renderer<'_>,
        people: Vec<Recipient>,
        had: &HashSet<ContactId>,
        problems: &mut Problems,
        watch: Watch<'_>,
    ) {
        for person in people {
            match (renderer.render(&person), person.suppressed) {
                (Err(NoText::TooLong(length)), _) => {
                    let why = format!(
                        "For {} the text would have {length} characters; {LONGEST_BODY} are the most.",
                        person.shown()
                    );
                    problems.add("body", why);
                }
                (Err(NoText::Missing(variable)), _) => {
                    self.skip(&person, format!("missing:{variable}"), watch);
                }
                (Ok(_), Some(source)) => {
                    let reason = if source == Source::Dead { "dead_number" } else { "opted_out" };
                    self.skip(&person, reason.into(), watch);
                    self.audience.push(person.attendee_id);
                }
                (Ok(_), None) if had.contains(&person.contact_id) => {
                    self.skip(&person, "same_words".into(), watch);
                }
                (Ok(text), None) => {
                    let text = segments::normalize(&text);
                    let count = segments::count(&text);
                    self.segments.add(&person.phone, i64::from(count.segments));
                    self.total += 1;
                    self.audience.push(person.attendee_id);
                    for part in [&person.phone, &text] {
                        self.texts.update(part.len().to_be_bytes());
                        self.texts.update(part.as_bytes());
                    }
                    watch(&person, Fate::Text(&text, &count));
                }
            }
        }
    }

    fn skip(&mut self, person: &Recipient, reason: String, watch: Watch<'_>) {
        watch(person, Fate::Skipped(&reason));
        self.skipped.push(Skipped { attendee_id: person.attendee_id, reason });
    }
}
