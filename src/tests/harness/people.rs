//! People behind the product's back.

use usher_core::ids::ContactId;
use usher_core::store::Store;

use super::TestApp;

impl TestApp {
    /// The one contact there is.
    pub async fn only_contact(&self) -> ContactId {
        let sql = "select id from contacts";
        match &self.service.store {
            Store::Sqlite(_) => {
                let pool = sqlx::SqlitePool::connect(&self.database_url()).await.expect("the file");
                let id = sqlx::query_scalar(sql).fetch_one(&pool).await.expect("a contact");
                pool.close().await;
                id
            }
            Store::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.expect("a contact"),
        }
    }

    /// Gives whoever has this number another name, and lets it be folded anew.
    pub async fn db_name(&self, phone: &str, name: &str) {
        let sql = "update contacts set name = $2, search = null where phone = $1";
        match &self.service.store {
            Store::Sqlite(_) => {
                let pool = sqlx::SqlitePool::connect(&self.database_url()).await.expect("the file");
                sqlx::query(sql).bind(phone).bind(name).execute(&pool).await.expect("named");
                pool.close().await;
            }
            Store::Postgres(pool) => {
                sqlx::query(sql).bind(phone).bind(name).execute(pool).await.expect("named");
            }
        }
        self.db_fold().await;
    }

    /// Folds the names of guests who were written behind the product's back.
    pub async fn db_fold(&self) {
        self.location().open_migrated().await.expect("a store").close().await;
    }
}

impl super::Browser {
    /// Sends the form that takes in a list: a file, or what was pasted.
    pub async fn upload(
        &self,
        path: &str,
        event: &str,
        file: Option<(&str, &[u8])>,
        paste: &str,
    ) -> super::browser::Answer {
        const EDGE: &str = "edge-of-a-part";
        let part = |head: &str, bytes: &[u8]| {
            let head = format!("--{EDGE}\r\nContent-Disposition: form-data; {head}\r\n\r\n");
            [head.as_bytes(), bytes, b"\r\n"].concat()
        };
        let (name, bytes) = file.unwrap_or(("", b""));
        let body = [
            part("name=\"event\"", event.as_bytes()),
            part(&format!("name=\"file\"; filename=\"{name}\""), bytes),
            part("name=\"paste\"", paste.as_bytes()),
            format!("--{EDGE}--\r\n").into_bytes(),
        ];
        self.post_body(path, &format!("multipart/form-data; boundary={EDGE}"), body.concat()).await
    }
}
