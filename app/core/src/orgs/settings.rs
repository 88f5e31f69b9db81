//! What an organization lets be sent, and when. Each setting is a row of its own; one that was
//! never set has its default, and one that cannot be read fails loudly.

use std::collections::BTreeMap;

use chrono::NaiveTime;
use serde::{Deserialize, Serialize};

use crate::audit::{self, Deed};
use crate::error::{Error, Problems};
use crate::holds::QuietHours;
use crate::ids::OrgId;
use crate::live::Changed;
use crate::messages::Author;
use crate::service::Service;
use crate::store::{Store, Tx, as_ids, as_parameter, on_store, on_tx, rows};

/// The settings that decide whether and when a text may go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// False: nothing is sent, texts are `blocked: switched_off`.
    pub sending: bool,
    /// When nobody is texted, in the recipient's zone; `None` for never.
    pub quiet_hours: Option<QuietHours>,
    /// Texts that one person gets in 24 hours; `None` for any number.
    pub texts_per_contact_per_day: Option<u32>,
    /// Texts that the organization sends in an hour of the clock; `None` for any number.
    pub texts_per_hour: Option<u32>,
    /// Segments a second that leave the organization's sender; `None` leaves the pace to Twilio.
    pub segments_per_second: Option<u32>,
}

impl Default for Settings {
    /// Quiet from nine in the evening to eight in the morning, as the law of the United States has
    /// it for telemarketing (47 CFR 64.1200(c)(1)); limits that only a runaway program meets.
    fn default() -> Self {
        Self {
            sending: true,
            quiet_hours: Some(QuietHours::usual()),
            texts_per_contact_per_day: Some(20),
            texts_per_hour: Some(100_000),
            segments_per_second: None,
        }
    }
}

impl Change {
    /// Texts go at any hour and in any number: for demonstrations and tests.
    #[must_use]
    pub fn nothing_holds() -> Self {
        Self {
            sending: Some(true),
            quiet_hours: Some(None),
            texts_per_contact_per_day: Some(None),
            texts_per_hour: Some(None),
            segments_per_second: Some(None),
        }
    }
}

/// Changed settings; `None` leaves one as it is, `Some(None)` switches it off.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Change {
    /// Whether anything is sent.
    pub sending: Option<bool>,
    /// From and to, as `21:00` and `08:00`.
    pub quiet_hours: Option<Option<(String, String)>>,
    /// At least 1.
    pub texts_per_contact_per_day: Option<Option<u32>>,
    /// At least 1.
    pub texts_per_hour: Option<Option<u32>>,
    /// At least 1.
    pub segments_per_second: Option<Option<u32>>,
}

const OFF: &str = "off";

impl Settings {
    fn read(values: &BTreeMap<String, String>) -> Result<Self, Error> {
        let usual = Self::default();
        Ok(Self {
            sending: values.get("sending").map_or(usual.sending, |value| value != OFF),
            quiet_hours: one(values, "quiet_hours", usual.quiet_hours, |text| {
                let (from, to) = text.split_once('-')?;
                QuietHours::between(time_of_day(from)?, time_of_day(to)?)
            })?,
            texts_per_contact_per_day: one(
                values,
                "texts_per_contact_per_day",
                usual.texts_per_contact_per_day,
                number,
            )?,
            texts_per_hour: one(values, "texts_per_hour", usual.texts_per_hour, number)?,
            segments_per_second: one(values, "segments_per_second", usual.segments_per_second, number)?,
        })
    }

    fn written(&self) -> [(&'static str, String); 5] {
        let or_off = |value: Option<u32>| value.map_or(OFF.to_owned(), |value| value.to_string());
        [
            ("sending", if self.sending { "on" } else { OFF }.to_owned()),
            ("quiet_hours", self.quiet_hours.map_or(OFF.to_owned(), |quiet| quiet.to_string())),
            ("texts_per_contact_per_day", or_off(self.texts_per_contact_per_day)),
            ("texts_per_hour", or_off(self.texts_per_hour)),
            ("segments_per_second", or_off(self.segments_per_second)),
        ]
    }
}

/// One stored value: its default where it was never set, `None` where it was switched off.
fn one<T>(
    values: &BTreeMap<String, String>,
    name: &str,
    usual: Option<T>,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Error> {
    match values.get(name).map(String::as_str) {
        None => Ok(usual),
        Some(OFF) => Ok(None),
        Some(text) => {
            read(text).map(Some).ok_or_else(|| Error::Broken(format!("the setting {name} is {text:?}")))
        }
    }
}

fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number| *number > 0)
}

fn time_of_day(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text.trim(), "%H:%M").ok()
}

/// The settings of an organization.
///
/// # Errors
/// If the database fails.
pub async fn settings(store: &Store, org: OrgId) -> Result<Settings, Error> {
    let sql = "select name, value from settings where org_id = $1";
    let rows: Vec<(String, String)> =
        on_store!(read store, |ex| sqlx::query_as(sql).bind(org).fetch_all(ex).await)?;
    Settings::read(&rows.into_iter().collect())
}

/// The settings of several organizations, read in the caller's transaction. One that cannot be read is
/// left out, so that it stops nobody else.
pub(crate) async fn settings_of(
    tx: &mut Tx,
    orgs: impl IntoIterator<Item = OrgId>,
) -> Result<BTreeMap<OrgId, Settings>, Error> {
    let mut values: BTreeMap<OrgId, BTreeMap<String, String>> =
        orgs.into_iter().map(|org| (org, BTreeMap::new())).collect();
    let sql =
        rows!(id uuid => "select s.org_id, s.name, s.value from input i join settings s on s.org_id = i.id")
            .text(tx);
    let ids = as_ids(values.keys().copied())?;
    let rows: Vec<(OrgId, String, String)> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(ids).fetch_all(ex).await)?;
    for (org, name, value) in rows {
        values.entry(org).or_default().insert(name, value);
    }
    let read = |(org, values): (OrgId, BTreeMap<String, String>)| match Settings::read(&values) {
        Ok(settings) => Some((org, settings)),
        Err(error) => {
            tracing::error!(%error, %org, "the settings of an organization cannot be read; its texts wait");
            None
        }
    };
    Ok(values.into_iter().filter_map(read).collect())
}

/// The settings of one organization, read in the caller's transaction.
///
/// # Errors
/// [`Error::Broken`] if one cannot be read: its default may be the opposite of what somebody chose.
pub(crate) async fn settings_in(tx: &mut Tx, org: OrgId) -> Result<Settings, Error> {
    let sql = "select name, value from settings where org_id = $1";
    let rows: Vec<(String, String)> = on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).fetch_all(ex).await)?;
    Settings::read(&rows.into_iter().collect())
}

/// Changes settings; they hold from the next text on, also for those that wait already.
///
/// # Errors
/// [`Error::Invalid`] with a message per field.
pub async fn change(
    service: &Service,
    org: OrgId,
    author: &Author,
    change: &Change,
) -> Result<Settings, Error> {
    #[derive(Serialize)]
    struct Row {
        name: &'static str,
        value: String,
    }
    let mut tx = service.store.begin().await?;
    // Two changes at once must not undo each other.
    if let Tx::Postgres(tx) = &mut tx {
        let sql = "select id from organizations where id = $1 for update";
        sqlx::query(sql).bind(org).execute(&mut **tx).await?;
    }
    let mut settings = settings_in(&mut tx, org).await?;
    let mut problems = Problems::default();
    if let Some(sending) = change.sending {
        settings.sending = sending;
    }
    if let Some(quiet) = &change.quiet_hours {
        settings.quiet_hours = quiet.as_ref().and_then(|(from, to)| {
            let hours =
                time_of_day(from).zip(time_of_day(to)).and_then(|(from, to)| QuietHours::between(from, to));
            problems.take(
                "quiet_hours",
                hours.ok_or("Give two times of day such as 21:00 and 08:00 that leave at least an hour."),
            )
        });
    }
    let mut limit = |name: &str, change: Option<Option<u32>>, setting: &mut Option<u32>| match change {
        Some(Some(0)) => problems.add(name, "Use a number from 1, or switch the limit off."),
        Some(wanted) => *setting = wanted,
        None => {}
    };
    limit(
        "texts_per_contact_per_day",
        change.texts_per_contact_per_day,
        &mut settings.texts_per_contact_per_day,
    );
    limit("texts_per_hour", change.texts_per_hour, &mut settings.texts_per_hour);
    limit("segments_per_second", change.segments_per_second, &mut settings.segments_per_second);
    problems.none()?;
    let rows: Vec<Row> = settings.written().into_iter().map(|(name, value)| Row { name, value }).collect();
    let sql = rows!(name text, value text =>
        "insert into settings (org_id, name, value, updated_by, updated_at)
         select $2, name, value, $3, $4 from input where true
         on conflict (org_id, name) do update set value = excluded.value, updated_by = excluded.updated_by,
           updated_at = excluded.updated_at")
    .text(&tx);
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(as_parameter(&rows)?)
        .bind(org)
        .bind(author.user)
        .bind(service.clock.now())
        .execute(ex)
        .await
        .map(drop))?;
    let subject =
        rows.iter().map(|row| format!("{}: {}", row.name, row.value)).collect::<Vec<_>>().join(", ");
    let deed = Deed {
        org: Some(org),
        user: author.user,
        actor: &author.name,
        action: "change settings",
        subject: &subject,
    };
    audit::write_in(&mut tx, service, &deed).await?;
    tx.commit().await?;
    service.hub.tell(Changed { ids: [org.0].into(), outbox: true, anything: false });
    Ok(settings)
}
