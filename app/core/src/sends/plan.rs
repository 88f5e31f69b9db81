//! What a send would do: who gets a text, who does not and why, and what it costs. Nothing is
//! written here.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::audience::{self, Audience, Recipient};
use super::cost::{Money, Segments};
use super::variables::{OfEvent, VARIABLES};
use crate::attendees::Rsvp;
use crate::error::{Error, Problems};
use crate::events::{self, Event};
use crate::ids::{AttendeeId, EventId, OrgId, TemplateId};
use crate::messages::render::Words;
use crate::messages::{LONGEST_BODY, Purpose};
use crate::service::Service;
use crate::store::Tx;
use crate::suppressions::Source;
use crate::twilio::segments;

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
}

/// Somebody in the audience who gets no text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Who.
    pub attendee_id: AttendeeId,
    /// `opted_out`, `dead_number`, `same_number`, `missing:first_name`, `not_attending`.
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
        let words = Words::parse(body).map_err(|bad| bad.to_string())?;
        for name in words.variables() {
            if !VARIABLES.iter().any(|variable| variable.name == name) {
                let known: Vec<&str> = VARIABLES.iter().map(|variable| variable.name).collect();
                return Err(format!(
                    "There is no variable {{{{{name}}}}}. You can use {}.",
                    known.join(", ")
                ));
            }
        }
        Ok(Self { words, event: OfEvent::new(event) })
    }

    /// The text for one person.
    pub(super) fn render(&self, recipient: &Recipient) -> Result<String, NoText> {
        let text = self.words.render(|variable| self.event.value(&recipient.name, variable));
        let text = text.map_err(|missing| NoText::Missing(missing.0))?;
        match text.chars().count() {
            length if length > LONGEST_BODY => Err(NoText::TooLong(length)),
            _ => Ok(text),
        }
    }
}

/// What a send would do.
///
/// # Errors
/// [`Error::Invalid`] for what was asked, [`Error::NotFound`] for a strange event.
pub async fn plan(service: &Service, org: OrgId, event: EventId, new: &NewSend) -> Result<Plan, Error> {
    let event = events::find(&service.store, org, event).await?;
    let now = service.clock.now();
    let mut problems = Problems::default();
    let body = problems.required("body", &new.body, LONGEST_BODY, "Write the text.");
    let renderer = problems.take("body", Renderer::new(&body, &event));
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
    problems.none()?;
    let renderer = renderer.ok_or_else(|| Error::Broken("a send without words passed its check".into()))?;
    // Reading 100,000 people takes a while: a few at once, so that many plans leave connections to others.
    let permit = service.planning.acquire().await;
    let _planning = permit.map_err(|_| Error::Broken("nobody may plan any more".into()))?;
    let mut tx = service.store.begin_read().await?;
    let mut draft = Draft::default();
    match &new.audience {
        Audience::Rsvp(answers) => {
            // Each answer once, whoever was named twice.
            for rsvp in Rsvp::ALL.into_iter().filter(|rsvp| answers.contains(rsvp)) {
                let mut after = AttendeeId(uuid::Uuid::nil());
                loop {
                    let people = audience::with_rsvp(&mut tx, org, event.id, rsvp, after).await?;
                    let Some(last) = people.last() else { break };
                    after = last.attendee_id;
                    draft.add(&renderer, people)?;
                }
            }
        }
        Audience::Attendees(ids) => draft.add_chosen(&mut tx, org, event.id, ids, &renderer).await?,
    }
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
    })
}

#[derive(Default)]
struct Draft {
    total: i64,
    skipped: Vec<Skipped>,
    segments: Segments,
    audience: Vec<AttendeeId>,
}

impl Draft {
    async fn add_chosen(
        &mut self,
        tx: &mut Tx,
        org: OrgId,
        event: EventId,
        ids: &[AttendeeId],
        renderer: &Renderer<'_>,
    ) -> Result<(), Error> {
        let (once, again) = audience::each_once(ids);
        for piece in once.chunks(audience::PIECE) {
            let people = audience::chosen(tx, org, event, piece).await?;
            if people.len() < piece.len() {
                let known: std::collections::HashSet<AttendeeId> =
                    people.iter().map(|person| person.attendee_id).collect();
                let strange = ids.iter().position(|id| piece.contains(id) && !known.contains(id));
                let field = format!("audience.attendee_ids[{}]", strange.unwrap_or_default());
                return Err(Error::invalid(&field, "This person does not attend this event."));
            }
            self.add(renderer, people)?;
        }
        self.skipped.extend(
            again.into_iter().map(|attendee_id| Skipped { attendee_id, reason: "same_number".into() }),
        );
        Ok(())
    }

    fn add(&mut self, renderer: &Renderer<'_>, people: Vec<Recipient>) -> Result<(), Error> {
        for person in people {
            let skip = |reason: String| Skipped { attendee_id: person.attendee_id, reason };
            match (renderer.render(&person), person.suppressed) {
                (Err(NoText::TooLong(length)), _) => {
                    let name = if person.name.is_empty() { &person.phone } else { &person.name };
                    let why = format!(
                        "For {name} the text would have {length} characters; {LONGEST_BODY} are the most."
                    );
                    return Err(Error::invalid("body", why));
                }
                (Err(NoText::Missing(variable)), _) => self.skipped.push(skip(format!("missing:{variable}"))),
                (Ok(_), Some(source)) => {
                    let reason = if source == Source::Dead { "dead_number" } else { "opted_out" };
                    self.skipped.push(skip(reason.into()));
                    self.audience.push(person.attendee_id);
                }
                (Ok(text), None) => {
                    let count = segments::count(&segments::normalize(&text));
                    self.segments.add(&person.phone, i64::from(count.segments));
                    self.total += 1;
                    self.audience.push(person.attendee_id);
                }
            }
        }
        Ok(())
    }
}
