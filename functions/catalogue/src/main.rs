//! The `catalogue` Lambda.
fn main() {}
