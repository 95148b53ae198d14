//! A shop under faults: buyers and staff use it while connections break, PostgreSQL crashes, SQS and SES fail and consumers die. Afterwards each
//! check of [`checks`] looks for what was lost, sold twice or sent twice.

pub mod actors;
pub mod checks;
pub mod client;
pub mod consumer;
pub mod faults;
pub mod line;
pub mod mailbox;
pub mod queue;
pub mod record;
pub mod run;
pub mod seeded;
pub mod stage;
