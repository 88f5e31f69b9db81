//! What events are found by, for those that were written before there was a search.

use crate::ids::EventId;
use crate::search;
use crate::store::{Store, as_parameter, on_tx, rows};

/// How many events one statement folds.
const PIECE: i64 = 1_000;

/// Fills `search` of events that have none, as [`crate::contacts::fold_unfolded`] does of people.
pub(crate) async fn fold_unfolded(store: &Store) -> Result<(), sqlx::Error> {
    #[derive(serde::Serialize)]
    struct Folded {
        id: EventId,
        search: String,
    }
    loop {
        let mut tx = store.begin().await?;
        let sql =
            "select id, name, location, host_name from events where search is null order by id limit $1";
        let unfolded: Vec<(EventId, String, String, String)> =
            on_tx!(tx, |ex| sqlx::query_as(sql).bind(PIECE).fetch_all(ex).await)?;
        if unfolded.is_empty() {
            return tx.commit().await;
        }
        let folded: Vec<Folded> = unfolded
            .iter()
            .map(|(id, name, location, host)| Folded {
                id: *id,
                search: search::of_event(name, location, host),
            })
            .collect();
        let sql = rows!(id uuid, search text =>
            "update events set search = input.search from input where events.id = input.id and events.search is null")
        .text(&tx);
        on_tx!(tx, |ex| sqlx::query(sql).bind(as_parameter(&folded)?).execute(ex).await.map(drop))?;
        tx.commit().await?;
    }
}
