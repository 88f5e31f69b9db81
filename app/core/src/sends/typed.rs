//! A send as an organizer types it: kept as it is in a draft, so that nothing typed is lost, and read
//! into a [`NewSend`] when it is checked.

use serde::{Deserialize, Serialize};

use super::audience::{self, Audience, Walk};
use super::names::{Book, Unmatched};
use super::plan::NewSend;
use crate::attendees::{Filter, Last, Reach, Rsvp};
use crate::error::{Error, Problems, clean};
use crate::events::{self, Event};
use crate::ids::{AttendeeId, OrgId};
use crate::messages::{Outcome, Purpose};
use crate::service::Service;
use crate::templates;

/// What a form for a send holds, as typed. Ticked boxes hold `on`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// Which kind of audience: `rsvp`, `failed`, `filter`, `chosen` or `list`.
    pub who: String,
    /// Everybody who is invited and has not answered, for `rsvp`; so the four that follow.
    pub invited: String,
    /// Everybody who confirmed.
    pub confirmed: String,
    /// Everybody who declined.
    pub declined: String,
    /// Everybody on the waiting list.
    pub waitlisted: String,
    /// Everybody who came off the list.
    pub canceled: String,
    /// An answer, for `filter`; empty for any.
    pub rsvp: String,
    /// What became of the last text, for `filter`: one of [`Last`]'s words; empty for any.
    pub outcome: String,
    /// Whether texts reach the number, for `filter`; empty for any.
    pub reach: String,
    /// A purpose that they have had no text for, for `filter`; empty for any.
    pub without: String,
    /// Words of a name or number, for `filter`.
    pub find: String,
    /// Ids of attendees with commas between, for `chosen`.
    pub attendees: String,
    /// Names and numbers, one a line, for `list`.
    pub list: String,
    /// Why.
    pub purpose: String,
    /// The template that is picked, whether or not its words are in use.
    pub template: String,
    /// The template that the words came from, and its version: `id:3`.
    pub linked: String,
    /// The words.
    pub body: String,
    /// The words that a template's, or plain ones, took the place of.
    pub before: String,
    /// `now` or `later`.
    pub when: String,
    /// Local time at the event, for `later`.
    pub send_at: String,
    /// Not to those who were sent the same words lately: ticked on the check page.
    pub only_new_words: String,
}

/// What was typed, understood.
pub(super) struct Read {
    pub new: NewSend,
    /// Lines of the list that name nobody.
    pub unmatched: Vec<Unmatched>,
    /// Chosen people who have left the list of the event since.
    pub gone: usize,
    /// What needs mending.
    pub problems: Problems,
}

impl Typed {
    /// The answers that are ticked.
    #[must_use]
    pub fn answers(&self) -> Vec<Rsvp> {
        let ticked = |rsvp: &Rsvp| self.ticks().iter().any(|(answer, tick)| answer == rsvp && *tick == "on");
        Rsvp::ALL.into_iter().filter(ticked).collect()
    }

    fn ticks(&self) -> [(Rsvp, &str); 5] {
        [
            (Rsvp::Invited, &self.invited),
            (Rsvp::Confirmed, &self.confirmed),
            (Rsvp::Declined, &self.declined),
            (Rsvp::Waitlisted, &self.waitlisted),
            (Rsvp::Canceled, &self.canceled),
        ]
    }

    /// Ticks or unticks an answer.
    pub fn tick(&mut self, rsvp: Rsvp) {
        let tick = match rsvp {
            Rsvp::Invited => &mut self.invited,
            Rsvp::Confirmed => &mut self.confirmed,
            Rsvp::Declined => &mut self.declined,
            Rsvp::Waitlisted => &mut self.waitlisted,
            Rsvp::Canceled => &mut self.canceled,
        };
        "on".clone_into(tick);
    }

    /// The chosen attendees.
    #[must_use]
    pub fn chosen(&self) -> Vec<AttendeeId> {
        self.attendees.split(',').filter_map(|id| AttendeeId::parse(id.trim())).collect()
    }

    /// Takes a template's words, and its purpose; what stood there can be brought back.
    pub fn take_words_of(&mut self, template: &templates::Template) {
        self.replace(template.body.clone());
        self.linked = format!("{}:{}", template.id, template.version);
        self.template = template.id.to_string();
        template.purpose.as_str().clone_into(&mut self.purpose);
    }

    /// Other words; what stood there can be brought back.
    pub fn replace(&mut self, words: String) {
        if words != self.body {
            self.before = std::mem::replace(&mut self.body, words);
        }
    }

    /// Brings back what stood there before.
    pub fn undo(&mut self) {
        std::mem::swap(&mut self.body, &mut self.before);
    }

    /// Whom it is for, in a few words.
    #[must_use]
    pub fn audience_words(&self) -> String {
        match self.who.as_str() {
            "failed" => "people whose last text failed".into(),
            "filter" => "people found by a filter".into(),
            "chosen" => "chosen people".into(),
            "list" => "a pasted list".into(),
            _ => self.answers().into_iter().map(Rsvp::as_str).collect::<Vec<_>>().join(", "),
        }
    }

    /// Reads what was typed, as far as it can be.
    pub(super) async fn read(&self, service: &Service, org: OrgId, event: &Event) -> Result<Read, Error> {
        let mut problems = Problems::default();
        let purpose = Purpose::parse(self.purpose.trim()).filter(|purpose| !purpose.holds_secret());
        let purpose = problems.take("purpose", purpose.ok_or("Choose what the texts are about."));
        let (audience, unmatched, gone) = self.audience(service, org, event, &mut problems).await?;
        let body = clean(&self.body);
        let new = NewSend {
            purpose: purpose.unwrap_or(Purpose::Announcement),
            template: templates::linked(&service.store, org, &self.linked, &body).await?,
            body,
            audience,
            send_at: self.time(service, event, &mut problems),
            only_new_words: self.only_new_words == "on",
        };
        Ok(Read { new, unmatched, gone, problems })
    }

    fn time(
        &self,
        service: &Service,
        event: &Event,
        problems: &mut Problems,
    ) -> Option<chrono::DateTime<chrono::Utc>> {
        if self.when != "later" {
            return None;
        }
        let zone = event.zone();
        let at = problems.take("send_at", events::local_time(&self.send_at, zone))?;
        let now = service.clock.now();
        if at <= now {
            let now = now.with_timezone(&zone).format("%-I:%M %p %Z");
            problems.add(
                "send_at",
                format!("That time has passed: it is {now}. Choose a later one, or send now."),
            );
        }
        Some(at)
    }

    async fn audience(
        &self,
        service: &Service,
        org: OrgId,
        event: &Event,
        problems: &mut Problems,
    ) -> Result<(Audience, Vec<Unmatched>, usize), Error> {
        let filter = |people| (Audience::Filter(people), Vec::new(), 0);
        Ok(match self.who.as_str() {
            "failed" => filter(Filter { last: Some(Last::Ended(Outcome::Failed)), ..Filter::default() }),
            "filter" => filter(self.filter(problems)),
            "chosen" => {
                let ids = self.chosen();
                let mut tx = service.store.begin_read().await?;
                let mut here = Vec::with_capacity(ids.len());
                for piece in ids.chunks(audience::PIECE) {
                    let people = audience::chosen(&mut tx, org, event.id, piece).await?;
                    here.extend(people.into_iter().map(|person| person.attendee_id));
                }
                tx.commit().await?;
                let gone = ids.len() - here.len();
                (Audience::Attendees(here), Vec::new(), gone)
            }
            "list" => {
                let (people, unmatched) = self.listed(service, org, event).await?;
                if people.is_empty() {
                    problems.add("audience", nobody_listed(&unmatched));
                }
                (Audience::Attendees(people), unmatched, 0)
            }
            _ => (Audience::Rsvp(self.answers()), Vec::new(), 0),
        })
    }

    /// The filter; what cannot be read must not widen it.
    fn filter(&self, problems: &mut Problems) -> Filter {
        let mut part = |of: &str, word: &str, is_known: bool| {
            if !word.trim().is_empty() && !is_known {
                let word: String = word.chars().take(40).collect();
                problems.add(
                    "audience",
                    format!("“{word}” is no choice for {of}. Choose again from the filter."),
                );
            }
        };
        let filter = Filter {
            rsvp: Rsvp::parse(self.rsvp.trim()),
            reach: Reach::parse(self.reach.trim()),
            last: Last::parse(self.outcome.trim()),
            without: Purpose::parse(self.without.trim()),
            find: clean(&self.find),
        };
        part("the answer", &self.rsvp, filter.rsvp.is_some());
        part("the number", &self.reach, filter.reach.is_some());
        part("the last text", &self.outcome, filter.last.is_some());
        part("what they have not had", &self.without, filter.without.is_some());
        filter
    }

    /// Whom the pasted list names.
    async fn listed(
        &self,
        service: &Service,
        org: OrgId,
        event: &Event,
    ) -> Result<(Vec<AttendeeId>, Vec<Unmatched>), Error> {
        let mut book = Book::default();
        let everybody = Audience::Filter(Filter::default());
        let permit = service.planning.acquire().await;
        let _planning = permit.map_err(|_| Error::Broken("nobody may plan any more".into()))?;
        let mut walk = Walk::new(&everybody, org, event.id);
        let mut tx = service.store.begin_read().await?;
        while let Some(people) = walk.next(&mut tx).await? {
            for person in people {
                book.add(person.attendee_id, &person.name, &person.phone);
            }
        }
        tx.commit().await?;
        Ok(book.read(&self.list))
    }
}

fn nobody_listed(unmatched: &[Unmatched]) -> &'static str {
    if unmatched.is_empty() {
        "Paste names or numbers, one a line."
    } else {
        "No line of the list names somebody on this event’s list. Add people on the Attendees page first."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_were_replaced_can_be_brought_back() {
        let mut typed = Typed { body: "mine".into(), ..Typed::default() };
        typed.replace("yours".into());
        assert_eq!((typed.body.as_str(), typed.before.as_str()), ("yours", "mine"));
        typed.undo();
        assert_eq!(typed.body, "mine");
    }

    #[test]
    fn a_draft_of_an_older_program_is_still_read() {
        let typed: Typed = serde_json::from_str(r#"{"body": "Hi", "unheard_of": "x"}"#).expect("a draft");
        assert_eq!(typed.body, "Hi");
    }
}
