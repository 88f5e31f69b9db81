//! Speaks the language of the product, so that a test is: who, does what, sees what. Helpers that
//! begin with `db_` go behind the product's back; every other one goes through its front door.

mod api;
mod app;
mod browser;
mod bulk;
mod callback;
mod database;
mod engines;
mod openapi;
mod outage;
mod people;
mod writer;

pub use api::Api;
pub use app::{ACCOUNT, Gala, NUMBER, TestApp};
pub use browser::{Answer, Browser};
pub use bulk::{announcement, author};
pub use callback::Callback;
pub use engines::{each_engine, each_engine_that_can_be_taken_away, places};
pub use openapi::{document, operation};
pub use writer::{DOORS, Writer, form, send_id, to_confirmed};
