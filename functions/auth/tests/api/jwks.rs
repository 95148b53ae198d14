//! Get the public keys: `GET /auth/jwks.json`.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::{Value, json};
use shared::users::AuthOptions;
use sqlx::PgPool;

use crate::signing_keys::{Key, service_with_keys};
use crate::{register, tokens};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_published_key_suffices_to_verify_a_token(db: PgPool) {
    let key = Key::new();
    let app = service_with_keys(db, &key, &[&key], AuthOptions::default());
    register(&app, "ana").await;
    let token = tokens(&app, "ana").await.access;

    let answer = app.anonymous().get("/auth/jwks.json").await.expect(200);

    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    let (message, signature) = token.rsplit_once('.').unwrap();
    let decode = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).unwrap();
    let header: Value = serde_json::from_slice(&decode(message.split('.').next().unwrap())).unwrap();
    let published = &answer.body["keys"][0];
    let x = published["x"].as_str().unwrap();
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": header["kid"], "alg": header["alg"], "use": "sig"});
    assert_eq!(answer.body, json!({"keys": [jwk]}), "there is no private part");
    UnparsedPublicKey::new(&ED25519, decode(x)).verify(message.as_bytes(), &decode(signature)).unwrap();
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn tokens_are_valid_while_their_key_is_published(db: PgPool) {
    let (old, new) = (Key::new(), Key::new());
    let before = service_with_keys(db.clone(), &old, &[&old], AuthOptions::default());
    register(&before, "ana").await;
    let olds = tokens(&before, "ana").await;

    let during = service_with_keys(db.clone(), &new, &[&new, &old], AuthOptions::default());
    let published = during.anonymous().get("/auth/jwks.json").await.expect(200).body;
    assert_eq!(published["keys"].as_array().unwrap().len(), 2);
    during.anonymous().bearer(&olds.access).get("/auth/users/me/").await.expect(200);
    let body = json!({"refresh": olds.refresh});
    let renewed = during.anonymous().post("/auth/jwt/refresh/", body.clone()).await.expect(200).body;

    let after = service_with_keys(db, &new, &[&new], AuthOptions::default());
    after.anonymous().bearer(renewed["access"].as_str().unwrap()).get("/auth/users/me/").await.expect(200);
    after.anonymous().bearer(&olds.access).get("/auth/users/me/").await.expect(401);
    let refused = after.anonymous().post("/auth/jwt/refresh/", body).await.expect(401).body;
    assert_eq!(refused, json!({"detail": "Token is invalid", "code": "token_not_valid"}));
}
