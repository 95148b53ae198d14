//! An environment like that of a deployed function, and a client of the shop in it.

use std::sync::Arc;

use auth::Keys;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use dev::shop::{Parts, shop};
use orders::OrdersState;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use shared::app::db::Db;
use shared::app::{App, Environment};
use shared::aws::S3;
use shared::testing::{BrokenQueue, Client};
use shared::users::tokens::TokenSigner;
use uploads::Images;

use super::{AWS_SECRET, AWS_SESSION, EDGE_SECRET, Secrets};

/// Returns an environment like that of a deployed function. Its database is not used, because the test has its own.
pub(super) fn an_environment(secrets: &mut Secrets) -> Environment {
    let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let pair = Ed25519KeyPair::from_pkcs8(key.as_ref()).unwrap();
    let private = secrets.add("the signing key", BASE64_STANDARD.encode(key.as_ref()));
    secrets.add("the signing key as bytes", format!("{:?}", key.as_ref()));
    let public = TokenSigner::new(key.as_ref()).unwrap().public_key_text();
    assert_eq!(pair.public_key().as_ref().len(), 32);
    Environment::from_iter([
        ("TOKEN_SIGNING_KEY", private),
        ("TOTP_KEYS", format!("1:{}", secrets.add("the key for second factors", BASE64_STANDARD.encode([0xc5; 32])))),
        ("TOKEN_PUBLIC_KEYS", public),
        ("SHOP_CURRENCY", "EUR".to_owned()),
        ("EDGE_SECRET", secrets.add("the secret of the edge", EDGE_SECRET)),
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing".to_owned()),
        ("AWS_REGION", "eu-central-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", secrets.add("AWS's secret key", AWS_SECRET)),
        ("AWS_SESSION_TOKEN", secrets.add("AWS's session token", AWS_SESSION)),
        // Nothing listens on this port: each order is left to the relay, and the log says why.
        ("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:1".to_owned()),
        ("ORDER_EVENTS_QUEUE_URL", "http://127.0.0.1:1/order-events".to_owned()),
        // Nothing listens on this port, to which mails go.
        ("AWS_ENDPOINT_URL_SESV2", "http://127.0.0.1:1".to_owned()),
        ("MAIL_FROM", "shop@example.com".to_owned()),
        // Nothing listens on this port, to which files go.
        ("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1".to_owned()),
        ("UPLOADS_BUCKET", "uploads".to_owned()),
        ("IMAGES_BUCKET", "images".to_owned()),
    ])
}

/// Returns a client that reaches the shop through its edge.
pub(super) fn a_client(db: Db, environment: &Environment) -> Client {
    let app = App::from_environment(environment).unwrap().with_db(db);
    let keys = Keys::from_environment(environment).unwrap();
    let queue = OrdersState::from_environment(app.clone(), environment).unwrap().queue;
    let storage = Arc::new(S3::private_from_environment(environment).unwrap());
    let images = S3::images_from_environment(environment).unwrap();
    let images = Images { storage: Arc::new(images), url: "https://images.test".to_owned() };
    Client::new(shop(Parts { app, keys, queue, storage, images, jobs: Arc::new(BrokenQueue) }))
        .header("x-origin-verify", EDGE_SECRET)
}
