//! Why a text was sent.

use serde::{Deserialize, Serialize};

macro_rules! purposes {
    ($($variant:ident $word:literal $label:literal),+ $(,)?) => {
        /// Why a text was sent: the notification type.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type, Serialize, Deserialize)]
        #[sqlx(rename_all = "snake_case", type_name = "text")]
        #[serde(rename_all = "snake_case")]
        pub enum Purpose {
            $(#[doc = $label] $variant,)+
        }

        impl Purpose {
            /// Every purpose.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stored and public word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The words an organizer reads.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }

            /// Reads the stored or public word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

purposes! {
    Invitation "invitation" "Invitation",
    RsvpReminder "rsvp_reminder" "RSVP reminder",
    MatchReveal "match_reveal" "Match reveal",
    EventReminder "event_reminder" "Event reminder",
    NewRsvps "new_rsvps" "New RSVPs update",
    QuestionSet "question_set" "Question set",
    BookingInitiation "booking_initiation" "Booking started",
    BookingConfirmation "booking_confirmation" "Booking confirmation",
    TableBookingConfirmation "table_booking_confirmation" "Table booking confirmation",
    PaymentConfirmation "payment_confirmation" "Payment confirmation",
    PrivateBooking "private_booking" "Private booking",
    Parking "parking" "Parking",
    SessionReminder "session_reminder" "Session reminder",
    FeedbackRequest "feedback_request" "Feedback request",
    Otp "otp" "One-time code",
    Announcement "announcement" "Announcement",
    Custom "custom" "Other",
}

impl Purpose {
    /// Texts whose body holds a secret: it is masked where shown, and they cannot be retried.
    #[must_use]
    pub fn holds_secret(self) -> bool {
        matches!(self, Self::Otp | Self::BookingInitiation)
    }

    /// Texts that answer what the recipient has just done, and that they wait for.
    #[must_use]
    pub fn answers_somebody(self) -> bool {
        matches!(
            self,
            Self::Otp
                | Self::BookingInitiation
                | Self::BookingConfirmation
                | Self::TableBookingConfirmation
                | Self::PaymentConfirmation
        )
    }

    /// Texts about an event that was, which go when it is over.
    #[must_use]
    pub fn looks_back(self) -> bool {
        self == Self::FeedbackRequest
    }

    /// Lower goes first: codes before what a person waits for before the rest.
    #[must_use]
    pub fn priority(self) -> i64 {
        match self {
            Self::Otp => 0,
            waited_for if waited_for.answers_somebody() => 1,
            _ => 2,
        }
    }

    /// What a person picks from when sending; codes and bookings are sent by the product itself.
    pub fn to_choose_from() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|purpose| !purpose.holds_secret())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_the_store() {
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::parse(purpose.as_str()), Some(*purpose));
            assert_eq!(serde_json::to_value(purpose).expect("JSON"), purpose.as_str());
        }
    }
}
