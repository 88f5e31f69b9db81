//! Every text that a filter finds, in pages for a file: never all in memory, however many there are.

use chrono::{DateTime, Utc};
use tokio::task::JoinHandle;

use super::filter::Filter;
use super::meant::{Meant, bound, filtered};
use super::{KnownBy, Purpose, Status};
use crate::error::Error;
use crate::ids::{EventId, MessageId, OrgId};
use crate::service::Service;
use crate::store::on_tx;

/// How many texts are read at once.
const PAGE: i64 = 1_000;

/// One text in the file.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Exported {
    /// Its id.
    pub id: MessageId,
    /// Empty until somebody gives it.
    pub name: String,
    /// The number it went to.
    pub to_phone: String,
    /// The number it came from, once known.
    pub from_phone: Option<String>,
    /// Why it was sent.
    pub purpose: Purpose,
    /// What the phone shows; secrets masked.
    pub body: String,
    /// What became of it.
    pub status: Status,
    /// Why it was blocked or canceled.
    pub reason: Option<String>,
    /// Twilio's code.
    pub error_code: Option<i64>,
    /// How we know a final status.
    pub final_by: Option<KnownBy>,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When Twilio first told of it.
    pub sent_at: Option<DateTime<Utc>>,
    /// When the phone confirmed it.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When its outcome was known.
    pub final_at: Option<DateTime<Utc>>,
    /// Segments it was billed, or will probably be.
    pub segments: i64,
    /// What Twilio billed, negative as Twilio has it.
    pub price: Option<String>,
    /// Its currency.
    pub price_unit: Option<String>,
    /// Its place in the chain of retries, from 0.
    pub chain_position: i64,
    /// Twilio's id of its newest attempt.
    pub sid: Option<String>,
}

/// Some of the texts, and when they were read.
pub type Piece = (DateTime<Utc>, Vec<Exported>);

/// A file that is being written. One piece is read ahead while the one before is written.
pub struct Export {
    next: Next,
}

enum Next {
    Asked(JoinHandle<Result<(Option<Piece>, Reader), Error>>),
    NotAsked(Reader),
    Nothing,
}

struct Reader {
    service: Service,
    org: OrgId,
    event: EventId,
    filter: Filter,
    done: bool,
}

impl Export {
    /// Every text that the filter finds and that is recorded by now.
    #[must_use]
    pub fn new(service: &Service, org: OrgId, event: EventId, filter: &Filter) -> Self {
        let newest = MessageId(service.clock.new_id());
        let filter = Filter { before: Some(newest), ..filter.clone() };
        Self { next: Next::NotAsked(Reader { service: service.clone(), org, event, filter, done: false }) }
    }

    /// The next texts, newest first, and when they were read; `None` after the last. No connection is
    /// held in between: whoever fetches the file may be slow, or gone.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn next(&mut self) -> Result<Option<Piece>, Error> {
        let (piece, reader) = match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::Asked(reading) => reading.await.map_err(|error| Error::Broken(error.to_string()))??,
            Next::NotAsked(reader) => reader.read().await?,
            Next::Nothing => return Ok(None),
        };
        if !reader.done {
            self.next = Next::Asked(tokio::spawn(reader.read()));
        }
        Ok(piece)
    }
}

impl Reader {
    async fn read(mut self) -> Result<(Option<Piece>, Self), Error> {
        let mut tx = self.service.store.begin_read().await?;
        let meant = Meant::of(&mut tx, self.org, self.event, &self.filter).await?;
        let sql = filtered!(
            &mut tx,
            meant,
            "select m.id, c.name, m.to_phone, m.from_phone, m.purpose, m.body, m.status, m.reason, m.error_code,
               m.final_by, m.created_at, m.sent_at, m.delivered_at, m.final_at, m.segments, m.price, m.price_unit,
               m.chain_position, (select t.sid from attempts t where t.message_id = m.id order by t.number desc limit 1) as sid
             from (select m.* from messages m",
            "order by m.id desc limit $13) m join contacts c on c.id = m.contact_id order by m.id desc"
        );
        let texts: Vec<Exported> =
            on_tx!(tx, |ex| bound!(sqlx::query_as(sql), meant).bind(PAGE).fetch_all(ex).await)?;
        tx.commit().await?;
        let at = self.service.clock.now();
        self.done = i64::try_from(texts.len()).unwrap_or(PAGE) < PAGE;
        let Some(last) = texts.last() else { return Ok((None, self)) };
        self.filter.before = Some(last.id);
        Ok((Some((at, texts)), self))
    }
}
