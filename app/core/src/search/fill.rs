//! Fills what people and events are found by.

use serde::Serialize;
use uuid::Uuid;

use super::{of_contact, of_event};
use crate::store::{Rows, Store, as_parameter, hex, on_tx, rows};

/// How many rows one statement folds.
const PIECE: i64 = 1_000;

#[derive(Serialize)]
struct Folded {
    #[serde(serialize_with = "hex")]
    id: Uuid,
    search: String,
}

/// Fills `search` of people and events that were written before there was one, or by an older program beside
/// this one. The engines cannot: only Rust folds alike on both.
pub(crate) async fn fill(store: &Store) -> Result<(), sqlx::Error> {
    let people = "select id, name, phone, '' from contacts where search is null order by id limit $1";
    let folded = rows!(id uuid, search text => "update contacts set search = input.search from input
         where contacts.id = input.id and contacts.search is null");
    fill_with(store, people, &folded, |name, phone, _| of_contact(name, phone)).await?;
    let events = "select id, name, location, host_name from events where search is null order by id limit $1";
    let folded = rows!(id uuid, search text => "update events set search = input.search from input
         where events.id = input.id and events.search is null");
    fill_with(store, events, &folded, of_event).await
}

async fn fill_with(
    store: &Store,
    unfolded: &'static str,
    write: &Rows,
    fold: impl Fn(&str, &str, &str) -> String,
) -> Result<(), sqlx::Error> {
    loop {
        let mut tx = store.begin().await?;
        let found: Vec<(Uuid, String, String, String)> =
            on_tx!(tx, |ex| sqlx::query_as(unfolded).bind(PIECE).fetch_all(ex).await)?;
        if found.is_empty() {
            return tx.commit().await;
        }
        let folded: Vec<Folded> =
            found.iter().map(|(id, a, b, c)| Folded { id: *id, search: fold(a, b, c) }).collect();
        let sql = write.text(&tx);
        on_tx!(tx, |ex| sqlx::query(sql).bind(as_parameter(&folded)?).execute(ex).await.map(drop))?;
        tx.commit().await?;
    }
}
