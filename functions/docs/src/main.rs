//! The `docs` Lambda.
fn main() {}
