//! The product as a whole, from outside: real HTTP, real SQLite and real PostgreSQL, and a Twilio
//! that speaks the real protocol. Each test runs on both engines.

#![expect(clippy::expect_used, reason = "a test that cannot go on says why and fails")]

mod api;
mod attendees_page;
mod audit;
mod broken_off;
mod callbacks;
mod circuits;
mod command_line;
mod dashboard;
mod dead_numbers;
mod doubles;
mod events_pages;
mod exports;
mod failures;
mod fuzz;
mod harness;
mod histories;
mod holds;
mod home;
mod imports;
mod inbound;
mod inbox;
mod looking_up;
mod lookups;
mod merges;
mod numbers;
mod opt_outs;
mod outage;
mod outbox;
mod pages;
mod past_events;
mod people;
mod plans;
mod prices;
mod processes;
mod queries;
mod reads;
mod receipts;
mod retries;
mod retry_all;
mod rewrites;
mod same_words;
mod schema;
mod search;
mod send_forms;
mod send_pages;
mod sends;
mod settings_pages;
mod silence;
mod template_pages;
mod tenants;
mod unlinked;
mod walks;
