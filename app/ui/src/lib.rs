//! The pages of Usher, rendered on the server by Leptos, and the server functions their forms
//! post to. A server function parses, calls one core function, and redirects.

#![recursion_limit = "256"]

mod app;
mod export;
mod flash;
mod form;
mod left_out;
mod look;
mod pages;
mod parts;
mod paths;
mod plain;
mod render;
mod trouble;
mod visit;

pub use export::{Csv, csv};
pub use left_out::left_out;
pub use look::look;
pub use pages::import::{UPLOAD, upload};
pub use plain::error_page;
pub use render::{act, page, routes};
pub use visit::{IDLE_SESSION, Ui, Visitor, visitor};
