//! The `notifications` Lambda.
fn main() {}
