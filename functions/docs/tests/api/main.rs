//! Tests of the documentation, without a database.

mod page;
mod schema;

use shared::testing::{Client, a_client_without_database};

fn a_reader() -> Client {
    a_client_without_database(docs::router())
}
