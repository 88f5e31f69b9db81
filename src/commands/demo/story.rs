//! What the demo's organization has done in the last weeks: its events, and what it texted on which day.

use usher_core::messages::Purpose;

/// An event, and who is on its list.
pub(super) struct Plot {
    pub name: &'static str,
    pub kind: &'static str,
    /// Days from today; negative is past.
    pub day: i64,
    /// When it starts, in the organization's zone.
    pub hour: &'static str,
    pub location: &'static str,
    pub host: &'static str,
    pub people: People,
}

/// Who is on the list of an event.
pub(super) enum People {
    /// Those with a name of their own.
    Regulars(usize),
    /// So many of the crowd, from the first of these numbers to before the second.
    Crowd(usize, usize),
}

/// The event of the other texts in the README and in the journeys.
pub(super) const NO_EDGES: usize = 0;
const GALA: usize = 2;
const COACHING: usize = 3;
const MARKET: usize = 4;
/// Its people were never texted in a send: they booked.
pub(super) const TABLE: usize = 5;

pub(super) const EVENTS: &[Plot] = &[
    Plot {
        name: "No Edges: Building at the Speed of Thought",
        kind: "gathering",
        day: 8,
        hour: "19:00",
        location: "The Foundry, Brooklyn",
        host: "Ana Lima",
        people: People::Regulars(20),
    },
    Plot {
        name: "Founders’ Supper",
        kind: "gathering",
        day: 15,
        hour: "20:00",
        location: "Table 9, Red Hook",
        host: "Ana Lima",
        people: People::Regulars(3),
    },
    Plot {
        name: "Harbor Lights Gala",
        kind: "gathering",
        day: -9,
        hour: "18:30",
        location: "Pier 17, Manhattan",
        host: "Ben Okafor",
        people: People::Crowd(0, 640),
    },
    Plot {
        name: "Pricing clinic with Mira",
        kind: "coaching session",
        day: -3,
        hour: "10:00",
        location: "Room 4, The Foundry",
        host: "Mira Novak",
        people: People::Crowd(20, 68),
    },
    Plot {
        name: "Makers’ Market",
        kind: "gathering",
        day: 5,
        hour: "11:00",
        location: "Industry City, Courtyard 5",
        host: "Ana Lima",
        people: People::Crowd(460, 880),
    },
    Plot {
        name: "Sunday ramen table",
        kind: "table",
        day: 2,
        hour: "18:00",
        location: "Kitchen counter, Red Hook",
        host: "Yuki Sato",
        people: People::Crowd(70, 78),
    },
];

/// One send of the past.
pub(super) struct Sent {
    pub days_ago: i64,
    /// Which of the events.
    pub event: usize,
    pub purpose: Purpose,
    pub body: &'static str,
}

const fn sent(days_ago: i64, event: usize, purpose: Purpose, body: &'static str) -> Sent {
    Sent { days_ago, event, purpose, body }
}

/// Oldest first.
pub(super) const SENDS: &[Sent] = &[
    sent(
        27,
        GALA,
        Purpose::Invitation,
        "Hi {{first_name}}, you are invited to the Harbor Lights Gala at Pier 17. RSVP: usher.example/e/harbor Reply STOP to opt out.",
    ),
    sent(
        20,
        COACHING,
        Purpose::Invitation,
        "Hi {{first_name}}, your seat at the pricing clinic with Mira is held. Confirm: usher.example/e/pricing Reply STOP to opt out.",
    ),
    sent(
        14,
        MARKET,
        Purpose::Invitation,
        "{{first_name}}, the Makers’ Market is back at Industry City. Come early for dumplings: usher.example/e/makers Reply STOP to opt out.",
    ),
    sent(
        10,
        GALA,
        Purpose::EventReminder,
        "Hi {{first_name}}, the Harbor Lights Gala is tomorrow, doors 6:30 PM, Pier 17. Show this text at the door.",
    ),
    sent(
        8,
        GALA,
        Purpose::FeedbackRequest,
        "Thank you for last night, {{first_name}}! How was it? Two questions: usher.example/f/harbor",
    ),
    sent(
        5,
        NO_EDGES,
        Purpose::Invitation,
        "You’re invited to No Edges: Building at the Speed of Thought. RSVP: usher.example/e/noedges Reply STOP to opt out.",
    ),
    sent(
        4,
        COACHING,
        Purpose::SessionReminder,
        "Hi {{first_name}}, the pricing clinic is tomorrow at 10 AM, Room 4. Bring one price you are unsure about.",
    ),
    sent(
        3,
        NO_EDGES,
        Purpose::MatchReveal,
        "Your matches for No Edges are ready! See them before Thursday: usher.example/m/1Qx",
    ),
    sent(
        2,
        COACHING,
        Purpose::FeedbackRequest,
        "{{first_name}}, what will you change about your price? One line back to us is enough.",
    ),
    sent(
        1,
        NO_EDGES,
        Purpose::NewRsvps,
        "15 more people RSVP’d for No Edges. See who’s coming: usher.example/n/8Kd",
    ),
    sent(
        1,
        MARKET,
        Purpose::RsvpReminder,
        "{{first_name}}, are you coming to the Makers’ Market? Tap to tell us: usher.example/e/makers",
    ),
];

/// What people wrote back: days ago, the crowd's number of whoever wrote, and the words.
pub(super) const REPLIES: &[(i64, usize, &str)] = &[
    (27, 2, "Wouldn’t miss it!"),
    (27, 31, "Who is this?"),
    (14, 470, "Yes please 🥟🥟"),
    (14, 515, "STOP"),
    (10, 11, "شكرا، سأكون هناك في السابعة"),
    (10, 64, "Can I bring my sister?"),
    (10, 96, "CANCEL"),
    (8, 4, "Best night of the year. The band!!"),
    (2, 25, "I will double it and see who leaves"),
    (1, 481, "can you take me off this list?"),
    (1, 530, "Is there parking?"),
    (1, 611, "STOP"),
];

/// Words that the organization uses again and again: name, purpose, words.
pub(super) const TEMPLATES: &[(&str, Purpose, &str)] = &[
    (
        "Invitation",
        Purpose::Invitation,
        "Hi {{first_name}}, you are invited to {{event}}. Reply YES or NO. Reply STOP to opt out.",
    ),
    (
        "Day before",
        Purpose::EventReminder,
        "Hi {{first_name}}, {{event}} is tomorrow at {{time}}, {{location}}. See you there!",
    ),
    (
        "Thank you",
        Purpose::FeedbackRequest,
        "Thank you for coming, {{first_name}}! How was {{event}}? Reply with a word or two.",
    ),
];

/// Texts that the booking program sent through the API, some of them to numbers that nobody knew: days
/// ago, number, purpose, words, and whether they belong to the table.
pub(super) const BOOKINGS: &[(i64, &str, Purpose, &str, bool)] = &[
    (
        3,
        "+12125550147",
        Purpose::TableBookingConfirmation,
        "Your two seats at the Sunday ramen table are booked, 6 PM. Bring nothing but hunger.",
        true,
    ),
    (
        2,
        "+16465550182",
        Purpose::TableBookingConfirmation,
        "Your seat at the Sunday ramen table is booked, 6 PM. Bring nothing but hunger.",
        true,
    ),
    (
        1,
        "+13475550113",
        Purpose::Parking,
        "Spot 14 in the Harbor lot is yours from 5 to 11 PM. Gate code comes an hour before.",
        false,
    ),
];
