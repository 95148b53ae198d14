//! The whole shop on a laptop: the functions' own routers in one process, with a PostgreSQL, a queue and a mailbox; its tests, and what
//! is generated from the code.

pub mod bench;
pub mod cli;
pub mod database;
pub mod e2e;
pub mod env_json;
pub mod home;
pub mod openapi;
pub mod serve;
pub mod services;
pub mod shop;
pub mod storm;
pub mod superuser;
pub mod test_runs;
