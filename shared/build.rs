//! `sqlx::migrate!` reads the migrations while it compiles, but does not tell Cargo that they are an input.
fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
