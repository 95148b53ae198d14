//! The `migrate` Lambda.
fn main() {}
