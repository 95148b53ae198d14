//! The `admin` Lambda.
fn main() {}
