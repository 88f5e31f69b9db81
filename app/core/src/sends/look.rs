//! What is said of words while they are written: how long they are, what makes them expensive, which
//! variables nobody knows, and how the longest text will read.

use std::collections::BTreeMap;

use super::audience::Walk;
use super::check::Left;
use super::plan::NewSend;
use super::typed::Typed;
use super::variables::{OfEvent, unknown};
use crate::attendees::{self, Filter, Last, Rsvp};
use crate::error::{Error, FieldError, Problems, clean};
use crate::events;
use crate::ids::{AttendeeId, EventId, OrgId};
use crate::messages::render::Words;
use crate::messages::{LONGEST_BODY, Outcome};
use crate::people::Person;
use crate::service::Service;
use crate::store::{Store, on_tx};
use crate::twilio::segments::{self, Segments};

/// People whose names are tried while somebody types.
const TRIED: usize = 5_000;
/// Names that are told.
const TOLD: usize = 5;
/// Who gets a template's text where no person is chosen.
pub const SAMPLE_NAME: &str = "John Smith";

/// Whom a text is shown for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// What an organizer calls them.
    pub name: String,
    /// The text as they get it.
    pub text: String,
    /// How it travels.
    pub size: Segments,
}

/// What there is to say of words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Characters as typed, variables by their names.
    pub characters: usize,
    /// Characters beyond what a text may have.
    pub too_many: usize,
    /// What is wrong with a variable.
    pub problem: Option<String>,
    /// The event whose people these are; `None` for a sample.
    pub event: Option<EventId>,
    /// The variables in use.
    pub variables: Vec<String>,
    /// How many are in the audience; `None` where there is none to tell.
    pub people: Option<i64>,
    /// Only the first so many of them were tried.
    pub tried: Option<i64>,
    /// The fewest segments anybody's text takes.
    pub least: u32,
    /// The longest text.
    pub longest: Option<Reader>,
    /// Characters of the words themselves that are not plain.
    pub costly: Vec<char>,
    /// Segments of the longest text if the words were plain, where that is fewer.
    pub plain: Option<u32>,
    /// Plain characters can take the place of some.
    pub can_be_plain: bool,
    /// People whose name alone makes their text expensive.
    pub by_name: Left,
    /// Who has no value for a variable.
    pub missing: BTreeMap<String, Left>,
    /// Nothing in the words says how to stop.
    pub says_no_stop: bool,
    /// What else needs mending: whom it is for, when it goes.
    pub problems: Vec<FieldError>,
}

impl Look {
    fn of(body: &str) -> Self {
        let characters = body.chars().count();
        let body = segments::normalize(body);
        let plain = segments::plain(&body);
        Self {
            characters,
            too_many: characters.saturating_sub(LONGEST_BODY),
            costly: segments::costly_characters(&body),
            can_be_plain: plain != body
                && segments::costly_characters(&plain).len() < segments::costly_characters(&body).len(),
            says_no_stop: !says_stop(&body),
            ..Self::default()
        }
    }

    /// Looks at one person's text.
    fn add(
        &mut self,
        words: &Words<'_>,
        plain: &Words<'_>,
        event: &OfEvent,
        name: &str,
        id: AttendeeId,
        shown: &str,
    ) {
        let text = match words.render(|variable| event.value(name, variable)) {
            Ok(text) => segments::normalize(&text),
            Err(missing) => return add_to(self.missing.entry(missing.0).or_default(), id, shown),
        };
        let size = segments::count(&text);
        self.least = if self.least == 0 { size.segments } else { self.least.min(size.segments) };
        if self.costly.is_empty() && !segments::costly_characters(&text).is_empty() {
            add_to(&mut self.by_name, id, shown);
        }
        if self.longest.as_ref().is_none_or(|longest| {
            size.segments > longest.size.segments
                || (size.segments == longest.size.segments && size.units > longest.size.units)
        }) {
            let cheaper = plain.render(|variable| event.value(name, variable)).ok();
            let cheaper = cheaper.map(|text| segments::count(&segments::normalize(&text)).segments);
            self.plain = cheaper.filter(|cheaper| *cheaper < size.segments);
            self.longest = Some(Reader { name: shown.to_owned(), text, size });
        }
    }
}

fn add_to(left: &mut Left, id: AttendeeId, shown: &str) {
    left.people += 1;
    if left.names.len() < TOLD {
        left.names.push((id, shown.to_owned()));
    }
}

/// Whether words tell how to opt out: the keywords that carriers know, in capitals as they are written.
pub(super) fn says_stop(body: &str) -> bool {
    let words = body.split(|c: char| !c.is_alphabetic());
    let lower = body.to_lowercase();
    words.into_iter().any(|word| matches!(word, "STOP" | "UNSUBSCRIBE" | "ARRET" | "PARAR" | "STOPP"))
        || lower.contains("opt out")
        || lower.contains("opt-out")
}

/// Looks at what somebody is typing for an event.
///
/// # Errors
/// [`Error::NotFound`] for a strange event; what was typed is never an error here.
pub async fn look(service: &Service, person: &Person, event: EventId, typed: &Typed) -> Result<Look, Error> {
    let event = events::find(&service.store, person.org_id, event).await?;
    let read = typed.read(service, person.org_id, &event).await?;
    let NewSend { body, audience, .. } = read.new;
    let mut look = Look { event: Some(event.id), ..Look::of(&body) };
    if let Err(Error::Invalid(problems)) = Problems::none(read.problems) {
        look.problems = problems;
    }
    let plain = segments::plain(&body);
    let parsed = look.parse(&body, &plain);
    // Whom it is for cannot be told yet.
    let nobody = look.problems.iter().any(|problem| problem.field.starts_with("audience"));
    let of_event = OfEvent::new(&event);
    // Whoever pauses while typing must not keep connections from others.
    let permit = service.planning.acquire().await;
    let _planning = permit.map_err(|_| Error::Broken("nobody may plan any more".into()))?;
    let (mut people, mut tried) = (0_usize, 0_usize);
    let mut walk = Walk::new(&audience, person.org_id, event.id);
    let mut tx = service.store.begin_read().await?;
    while !nobody && let Some(piece) = walk.next(&mut tx).await? {
        people += piece.len();
        let Some((words, plain)) = &parsed else { continue };
        for person in piece.iter().filter(|person| person.suppressed.is_none()).take(TRIED - tried) {
            tried += 1;
            look.add(words, plain, &of_event, &person.name, person.attendee_id, &person.shown());
        }
    }
    tx.commit().await?;
    look.people = (!nobody).then_some(i64::try_from(people).unwrap_or(i64::MAX));
    look.tried = (people > TRIED).then_some(i64::try_from(TRIED).unwrap_or(i64::MAX));
    if let Some((words, plain)) = parsed.as_ref().filter(|_| look.longest.is_none()) {
        look.add(words, plain, &of_event, SAMPLE_NAME, AttendeeId(uuid::Uuid::nil()), SAMPLE_NAME);
    }
    Ok(look)
}

/// Looks at the words of a template, for a sample or for somebody at an event.
///
/// # Errors
/// [`Error::NotFound`] for a strange event or attendee.
pub async fn look_at_template(
    service: &Service,
    person: &Person,
    body: &str,
    reader: Option<(EventId, AttendeeId)>,
) -> Result<Look, Error> {
    let body = clean(body);
    let mut look = Look::of(&body);
    let plain = segments::plain(&body);
    let Some((words, plain)) = look.parse(&body, &plain) else { return Ok(look) };
    let (event, name, id, shown) = match reader {
        Some((event, attendee)) => {
            let event = events::find(&service.store, person.org_id, event).await?;
            let who = crate::attendees::find(&service.store, person.org_id, event.id, attendee).await?;
            look.event = Some(event.id);
            let shown = if who.name.is_empty() { crate::phones::shown(&who.phone) } else { who.name.clone() };
            (OfEvent::new(&event), who.name, who.id, shown)
        }
        None => {
            let nobody = AttendeeId(uuid::Uuid::nil());
            (OfEvent::sample(), SAMPLE_NAME.to_owned(), nobody, SAMPLE_NAME.to_owned())
        }
    };
    look.add(&words, &plain, &event, &name, id, &shown);
    Ok(look)
}

impl Look {
    /// Takes words apart, as typed and in plain characters; notes what is wrong with them.
    fn parse<'w>(&mut self, body: &'w str, plain: &'w str) -> Option<(Words<'w>, Words<'w>)> {
        let words = match Words::parse(body) {
            Ok(words) => words,
            Err(bad) => {
                self.problem = Some(bad.to_string());
                return None;
            }
        };
        self.variables = words.variables().into_iter().map(str::to_owned).collect();
        self.problem = words.variables().into_iter().find_map(unknown);
        if self.problem.is_some() || body.is_empty() {
            return None;
        }
        Some((words, Words::parse(plain).ok()?))
    }
}

/// How many people each choice of an audience has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headcounts {
    /// By their answer.
    pub by_rsvp: BTreeMap<&'static str, i64>,
    /// Whose last text failed.
    pub failed: i64,
}

impl Headcounts {
    /// Those with this answer.
    #[must_use]
    pub fn of(&self, rsvp: Rsvp) -> i64 {
        self.by_rsvp.get(rsvp.as_str()).copied().unwrap_or_default()
    }
}

/// How many people there are to choose from at an event.
///
/// # Errors
/// If the database fails. A strange event has none.
pub async fn headcounts(store: &Store, org: OrgId, event: EventId) -> Result<Headcounts, Error> {
    let sql = "select rsvp, count(*) from attendees where org_id = $1 and event_id = $2 group by rsvp";
    let mut tx = store.begin_read().await?;
    let found: Vec<(Rsvp, i64)> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(event).fetch_all(ex).await)?;
    let failed = Filter { last: Some(Last::Ended(Outcome::Failed)), ..Filter::default() };
    let failed = attendees::found(&mut tx, org, event, &failed).await?;
    tx.commit().await?;
    let by_rsvp = found.into_iter().map(|(rsvp, people)| (rsvp.as_str(), people)).collect();
    Ok(Headcounts { by_rsvp, failed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_tell_how_to_stop_are_known() {
        for body in ["Reply STOP to opt out.", "Text STOP", "UNSUBSCRIBE: reply", "To opt out, reply S"] {
            assert!(says_stop(body), "{body}");
        }
        for body in ["The bus stops here", "Stop by at 7", ""] {
            assert!(!says_stop(body), "{body}");
        }
    }

    #[test]
    fn one_costly_character_is_named_with_what_the_text_costs_without_it() {
        let body = format!("{} don’t", "a".repeat(100));
        let mut look = Look::of(&body);
        let plain = segments::plain(&body);
        let (words, plain) = look.parse(&body, &plain).expect("words");
        look.add(&words, &plain, &OfEvent::sample(), "Ana", AttendeeId(uuid::Uuid::nil()), "Ana");
        assert_eq!((look.costly.as_slice(), look.plain), (['’'].as_slice(), Some(1)));
        assert_eq!(look.longest.map(|reader| reader.size.segments), Some(2));
        assert!(look.can_be_plain && look.by_name.people == 0);
    }

    #[test]
    fn a_name_alone_can_make_a_text_expensive() {
        let mut look = Look::of("Hi {{first_name}}");
        let (words, plain) = look.parse("Hi {{first_name}}", "Hi {{first_name}}").expect("words");
        let event = OfEvent::sample();
        look.add(&words, &plain, &event, "Łukasz", AttendeeId(uuid::Uuid::nil()), "Łukasz");
        look.add(&words, &plain, &event, "", AttendeeId(uuid::Uuid::nil()), "+1 555");
        assert_eq!((look.by_name.people, look.missing["first_name"].people), (1, 1));
    }
}
