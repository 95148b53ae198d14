//! The whole shop on a laptop: the functions' own routers in one process, with a PostgreSQL, a queue and a mailbox of its own;
//! its tests, its benchmarks, and what is generated from the code.

pub mod bench;
pub mod cli;
pub mod database;
pub mod env_json;
pub mod export;
pub mod home;
pub mod import;
pub mod import_users;
pub mod lanes;
pub mod mailbox;
pub mod openapi;
pub mod pump;
pub mod queue;
pub mod runtime_api;
pub mod sample;
pub mod serve;
pub mod services;
pub mod shop;
pub mod storage;
pub mod superuser;
pub mod wire;

mod moto;
mod stack;
mod stop;
mod terminal;
