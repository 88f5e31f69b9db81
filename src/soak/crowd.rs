//! Who is texted: an organization, its event, and many people on many kinds of phones.

use futures::stream::{self, StreamExt, TryStreamExt};
use usher_core::attendees::{self, NewAttendee};
use usher_core::events::{self, NewEvent};
use usher_core::ids::{AttendeeId, EventId};
use usher_core::messages::Author;
use usher_core::people::{self, NewUser, Person, Role};
use usher_core::{Service, orgs};

use super::error::{Doing, SoakError};
use super::phones;

/// Texts that one person gets, more or less.
const TEXTS_EACH: u64 = 5;
/// People added at once.
const AT_ONCE: usize = 8;

/// An event full of people, and its organizer.
pub(crate) struct Crowd {
    /// Who writes.
    pub(crate) organizer: Person,
    /// What for.
    pub(crate) event: EventId,
    /// To whom.
    pub(crate) attendees: Vec<AttendeeId>,
}

/// Gathers enough people for so many texts.
pub(crate) async fn gather(service: &Service, texts: u64) -> Result<Crowd, SoakError> {
    let organizer = organizer(service).await?;
    let event = NewEvent {
        name: "Soak".into(),
        starts_at: "2031-02-26T19:00".into(),
        timezone: "America/New_York".into(),
        location: "The Foundry".into(),
    };
    let event = events::create(service, organizer.org_id, &event).await.doing("making an event")?;
    let org = organizer.org_id;
    let attendees = stream::iter(phones::numbers(texts.div_ceil(TEXTS_EACH)).into_iter().enumerate())
        .map(|(n, phone)| async move {
            let person = NewAttendee { name: format!("Guest {n}"), phone, rsvp: "confirmed".into() };
            attendees::add(service, org, event, &person).await
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
        .doing("adding attendees")?;
    Ok(Crowd { organizer, event, attendees })
}

async fn organizer(service: &Service) -> Result<Person, SoakError> {
    let org = orgs::create(service, "Soak", "America/New_York").await.doing("making an organization")?;
    let author = Author::command_line();
    orgs::change(service, org, &author, &orgs::Change::nothing_holds()).await.doing("changing settings")?;
    let email = format!("{}@soak.example", service.clock.new_id().simple());
    let new = NewUser { email, name: "Ana".into(), role: Role::Owner };
    let user = people::create(service, org, &new).await.doing("making an organizer")?;
    let person = people::find_member(&service.store, user, org).await.doing("finding the organizer")?;
    person.ok_or_else(|| SoakError::new("finding the organizer", "it is not there"))
}
