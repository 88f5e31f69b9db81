//! Usher: texts for events, with proof of delivery. This crate is the program: commands,
//! configuration, routes and workers around `usher-core` and `usher-ui`.

pub mod commands;
pub mod config;
pub mod http;
pub mod logging;
pub mod program;
mod relay;
pub mod simulator;
