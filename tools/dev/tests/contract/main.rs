//! What holds for the shop as a whole and no function can see alone: its API description, its routes, its events, its borders,
//! and how it is deployed.
#![expect(clippy::unwrap_used, clippy::panic, reason = "clippy.toml's leave for tests does not reach what they share")]

mod borders;
mod credentials;
mod deployment;
mod document;
mod escalation;
mod events;
mod functions;
mod policies;
mod routes;
mod template;
mod variables;
mod watch;
mod words;
