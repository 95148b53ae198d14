//! The `auth` Lambda.
fn main() {}
