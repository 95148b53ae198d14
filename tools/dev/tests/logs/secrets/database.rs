//! A database that cannot be reached: its password, its IAM token and its URL.

use std::sync::Arc;

use auth::TotpKeys;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use migrate::Migrate;
use serde_json::json;
use shared::app::db::{Connector, Db};
use shared::app::{Environment, SystemClock, SystemRng};
use shared::users::tokens::TokenSigner;

use super::environment::a_client;
use super::{AWS_SECRET, AWS_SESSION, Secrets, migrate_fails};

const DATABASE_PASSWORD: &str = "opens-the-database";

/// Uses a database that does not answer, by a URL with a password and by an IAM token, and then a URL and a key that are not valid.
pub(super) async fn use_a_missing_database(environment: &Environment, secrets: &mut Secrets, access: &str) {
    let password = secrets.add("the database's password", DATABASE_PASSWORD);
    let url = format!("postgres://shop:{password}@127.0.0.1:1/shop?sslmode=disable");
    let by_password = Environment::from_iter([("DATABASE_URL", url)]);
    let iam = [
        ("DATABASE_HOST", "127.0.0.1"),
        ("DATABASE_PORT", "1"),
        ("DATABASE_USER", "shop_catalogue"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", AWS_SECRET),
        ("AWS_SESSION_TOKEN", AWS_SESSION),
    ];
    for reached in [by_password, Environment::from_iter(iam)] {
        let db = Db::from_environment(&reached).unwrap();
        tracing::error!(?db, "what a debug print of it shows");
        let client = a_client(db, environment).bearer(access);
        client.get("/api/v1/catalogue/products/").await.expect(503);
        client.get("/auth/users/me/").await.expect(503);
        let migrate = Migrate {
            connector: Connector::from_environment(&reached).unwrap(),
            currency: None,
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng),
        };
        migrate_fails(&migrate, json!({"action": "apply"})).await;
    }
    for (name, value) in [
        ("DATABASE_URL", format!("postgres://shop:{password}@[:x/")),
        ("TOKEN_SIGNING_KEY", BASE64_STANDARD.encode(&password)),
        ("TOTP_KEYS", format!("1:{password}")),
    ] {
        secrets.add(name, &value);
        let environment = Environment::from_iter([(name, value)]);
        let database = Connector::from_environment(&environment).map(drop);
        let signer = TokenSigner::from_environment(&environment).map(drop);
        let totp_keys = TotpKeys::from_environment(&environment).map(drop);
        tracing::error!(?database, ?signer, ?totp_keys, "what does not start");
    }
}
