//! Replacements of AWS services on a laptop. `cargo dev` serves the shop on the queue, the mailbox and the storage of this crate; the end-to-end
//! test and the benchmarks run the release binaries on its runtime API and on moto.

pub mod http_client;
pub mod mailbox;
pub mod moto;
pub mod page;
pub mod pump;
pub mod queue;
pub mod runtime_api;
pub mod stack;
pub mod storage;
