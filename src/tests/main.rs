//! The product as a whole, from outside: real HTTP, real SQLite and real PostgreSQL, and a Twilio
//! that speaks the real protocol. Each test runs on both engines.

mod callbacks;
mod command_line;
mod doubles;
mod harness;
mod outbox;
mod pages;
mod people;
mod receipts;
mod retries;
mod schema;
mod tenants;
