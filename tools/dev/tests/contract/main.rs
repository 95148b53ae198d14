//! Rules for the whole shop that no function can check alone: its API description, its routes, its events, its boundaries and its
//! deployment.
#![expect(clippy::unwrap_used, clippy::panic, reason = "clippy.toml allows them in tests, not in their helpers")]

mod actors;
mod borders;
mod credentials;
mod deployment;
mod document;
mod escalation;
mod events;
mod functions;
mod headers;
mod hostile;
mod limits;
mod policies;
mod routes;
mod template;
mod variables;
mod watch;
mod words;
