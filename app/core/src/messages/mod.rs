//! Texts. A text is a row before it is a request: whoever wants one sent inserts it here, in the
//! transaction of its own change, and only the outbox hands it to Twilio.

mod dashboard;
mod enqueue;
mod history;
mod purpose;
mod retry;
mod status;
pub(crate) mod trail;

pub use dashboard::{Dashboard, Filter, Reason, Row, dashboard};
pub(crate) use enqueue::{Author, enqueue};
pub use enqueue::{TextToOne, send_one};
pub use history::{Entry, History, Text, history};
pub use purpose::Purpose;
pub use retry::{retry, retry_refusal};
pub use status::{KnownBy, Outcome, Standing, Status};
pub use trail::{Kind, Step};
pub(crate) use trail::{NewStep, write as write_trail};

/// Twilio refuses a longer body (error 21617).
pub const LONGEST_BODY: usize = 1_600;
