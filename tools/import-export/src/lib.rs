//! Files into a shop's database and out of it: products, categories and accounts, and the sample catalogue.

pub mod export;
pub mod import;
pub mod import_users;
pub mod sample;
