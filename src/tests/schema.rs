//! Both engines have the same tables and columns, and a schema that lacks one is named.

use crate::harness::places;

#[tokio::test]
async fn both_engines_end_with_the_same_tables_and_columns() {
    let mut schemas = Vec::new();
    for place in places().await {
        let store = place.location().open_migrated().await.expect("a store");
        schemas.push(store.columns().await.expect("columns"));
        store.close().await;
        place.remove().await;
    }
    assert!(schemas[0].iter().any(|(table, column)| table == "messages" && column == "status"));
    for schema in &schemas[1..] {
        assert_eq!(schema, &schemas[0]);
    }
}

#[tokio::test]
async fn many_processes_may_migrate_at_once() {
    for place in places().await {
        let starts = (0..4).map(|_| {
            let location = place.location();
            tokio::task::spawn(async move { location.open_migrated().await })
        });
        for start in futures::future::join_all(starts).await {
            start.expect("no panic").expect("a store").close().await;
        }
        place.remove().await;
    }
}
