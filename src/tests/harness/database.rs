//! Questions to the database, behind the product's back.

use usher_core::store::Store;

use super::TestApp;

impl TestApp {
    /// A number that a query answers.
    pub async fn db_number(&self, sql: &'static str) -> i64 {
        match &self.service.store {
            Store::Sqlite(_) => {
                let pool = sqlx::SqlitePool::connect(&self.config.database_url).await.expect("the file");
                let number = sqlx::query_scalar(sql).fetch_one(&pool).await.expect("a number");
                pool.close().await;
                number
            }
            Store::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.expect("a number"),
        }
    }

    /// Makes every attempt that waits for a look-up due now.
    pub async fn db_look_ups_are_due(&self) {
        self.db_run("update attempts set next_lookup_at = '2020-01-01T00:00:00+00:00' where next_lookup_at is not null")
            .await;
    }
}
