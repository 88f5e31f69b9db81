//! Texts. A text is a row before it is a request: whoever wants one sent inserts it here, in the
//! transaction of its own change, and only the outbox hands it to Twilio.

mod at_once;
mod bars;
mod causes;
mod dashboard;
mod enqueue;
mod export;
mod filter;
mod history;
mod meant;
mod pace;
mod post;
mod purpose;
pub mod render;
mod retry;
pub(crate) mod same_words;
mod secret;
mod send_one;
mod sensible;
mod series;
mod status;
mod stop;
mod summary;
mod tally;
mod text;
pub(crate) mod trail;
mod unfilled;
pub(crate) mod waiting;
mod when;
mod whole;
mod wording;

pub use causes::{Cause, Causes, Reason};
pub use dashboard::{Dashboard, PAGE as LIST_PAGE, Row, dashboard};
pub use enqueue::Author;
pub(crate) use enqueue::{Effects, NewText, REPLY, enqueue, secret_place, why_nothing_goes};
pub use export::{Export, Exported};
pub use filter::Filter;
pub use history::{History, history, history_of, texts_of};
pub use pace::Pace;
pub use post::{Post, Recipient, post};
pub use purpose::Purpose;
use retry::LONGEST_CHAIN;
pub(crate) use retry::{RETRY_ARCHIVED, lock as lock_originals, repeat, retry_one};
pub use retry::{retry, retry_at, retry_once, retry_refusal, retry_refusal_to};
pub use same_words::SameWords;
pub use send_one::{Made, OfForm, Recorded, TextToOne, send_from_form, send_one};
pub use sensible::{may_pass_with_time, sensible_time};
pub use series::{Bar, SAMPLE as SERIES_SAMPLE, Series};
pub use status::{KnownBy, Outcome, Standing, Status};
pub use stop::{Stopped, stop};
pub use summary::{Summary, summary};
pub(crate) use text::find_in;
pub use text::{Entry, Text, Wanted, find, list};
pub use trail::{Kind, Step};
pub(crate) use trail::{NewStep, write as write_trail};
pub use unfilled::forget_unfilled_words;
pub use when::{Goes, when_it_goes};
pub use whole::{Around, Attempt, Whole, whole};
pub use wording::Words;

/// Twilio refuses a longer body (error 21617).
pub const LONGEST_BODY: usize = 1_600;
