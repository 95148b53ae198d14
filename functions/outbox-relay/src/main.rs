//! The `outbox-relay` Lambda.
fn main() {}
