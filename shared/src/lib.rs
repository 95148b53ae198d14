//! The library of all functions.
//!
//! It has a module for each business noun, with its rules in `mod.rs` and its SQL in `store.rs`, and the plumbing around them: [`app`] runs
//! a function, [`http`] serves clients, [`aws`] calls Amazon. Nouns know ids, money, the fields of requests
//! and other nouns, never the plumbing.

// `#[derive(Request)]` writes paths from the root, here too.
extern crate self as shared;

mod environment;

pub mod app;
pub mod aws;
pub mod http;

pub mod addresses;
pub mod audit;
pub mod carts;
pub mod catalogue;
pub mod idempotency_keys;
pub mod mail;
pub mod orders;
pub mod outbox;
pub mod patch;
pub mod shop;
pub mod staff;
pub mod stock;
pub mod throttles;
pub mod transfers;
pub mod uploads;
pub mod users;

pub mod fields;
pub mod ids;
pub mod locale;
pub mod money;
pub mod storage;
pub mod time;
pub mod trace;

#[cfg(feature = "testing")]
pub mod testing;
