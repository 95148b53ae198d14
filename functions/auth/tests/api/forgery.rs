//! Tokens that are nearly good, through an endpoint that opens an account and through `POST /auth/jwt/verify/`.

use auth::Options;
use ring::hmac;
use serde_json::{Value, json};
use shared::ids::UserId;
use shared::testing::{START, TestApp};
use sqlx::PgPool;

use crate::keys::{Key, claims, part, service_with_keys};
use crate::register;

/// A stage with everything that a forger may know, and more.
struct Stage {
    app: TestApp,
    ours: Key,
    /// Known too, and never signed with.
    other: Key,
    ana: UserId,
}

impl Stage {
    async fn set(db: PgPool) -> Self {
        let (ours, other) = (Key::new(), Key::new());
        let app = service_with_keys(db, &ours, &[&ours, &other], Options::default());
        let ana = register(&app, "ana").await;
        Self { app, ours, other, ana }
    }

    /// The claims of a good token with some changes; null takes one away.
    fn claims_with(&self, changes: Value) -> String {
        let mut claims = claims(self.ana);
        let all = claims.as_object_mut().unwrap();
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                all.remove(name)
            } else {
                all.insert(name.clone(), value.clone())
            };
        }
        claims.to_string()
    }

    /// A token that is well signed and says this.
    fn saying(&self, changes: Value) -> String {
        self.ours.sign(&self.ours.header(), &self.claims_with(changes))
    }

    /// What each of the two says to it: 200, or the message of the refusal.
    async fn heard(&self, token: &str) -> [String; 2] {
        let me = self.app.anonymous().bearer(token).get("/auth/users/me/").await;
        assert!(matches!(me.status, 200 | 401), "{}", me.text);
        let message = me.body["messages"][0]["message"].as_str().or(me.body["detail"].as_str()).unwrap_or("200");
        let verified = self.app.anonymous().post("/auth/jwt/verify/", json!({"token": token})).await;
        assert!(verified.status == 200 || verified.body["code"] == "token_not_valid", "{}", verified.text);
        let detail = verified.body["detail"].as_str().unwrap_or("200").to_owned();
        [message.to_owned(), detail]
    }

    async fn is_invalid(&self, what: &str, token: &str) {
        assert_eq!(self.heard(token).await, ["Token is invalid"; 2], "{what}: {token}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_a_good_token_may_say_otherwise_is_taken(db: PgPool) {
    let stage = Stage::set(db).await;
    let now = START.seconds();
    for changes in [
        json!({}),
        json!({"user_id": stage.ana.0}),
        json!({"nbf": now}),
        json!({"iat": now + 5, "nbf": now + 5}),
        json!({"sid": "00000000000000000000000000000000"}),
        json!({"name": "another issuer's own"}),
    ] {
        assert_eq!(stage.heard(&stage.saying(changes.clone())).await, ["200"; 2], "{changes}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_our_algorithm_with_the_key_that_is_named_is_taken(db: PgPool) {
    let stage = Stage::set(db).await;
    let Stage { ours, other, .. } = &stage;
    let good = stage.claims_with(json!({}));
    let with = |name: &str, value: Value| {
        let mut header = ours.header();
        header[name] = value;
        header
    };
    for algorithm in ["none", "None", "NONE", "nOnE", "", "HS256", "ES256", "RS256", "ED25519", "eddsa"] {
        let header = with("alg", json!(algorithm));
        stage.is_invalid(algorithm, &ours.sign(&header, &good)).await;
        stage.is_invalid(algorithm, &format!("{}.{}.", part(header.to_string()), part(&good))).await;
    }
    for algorithm in ["HS256", "HS384", "HS512"] {
        let message = format!("{}.{}", part(with("alg", json!(algorithm)).to_string()), part(&good));
        for secret in [ours.public(), part(ours.public()).into_bytes()] {
            let kind = match algorithm {
                "HS256" => hmac::HMAC_SHA256,
                "HS384" => hmac::HMAC_SHA384,
                _ => hmac::HMAC_SHA512,
            };
            let signature = hmac::sign(&hmac::Key::new(kind, &secret), message.as_bytes());
            stage.is_invalid("keyed with what is public", &format!("{message}.{}", part(signature))).await;
        }
    }
    let nobody = Key::new();
    stage.is_invalid("a key of nobody", &nobody.sign(&nobody.header(), &good)).await;
    stage.is_invalid("a key of nobody by our name", &nobody.sign(&ours.header(), &good)).await;
    stage.is_invalid("our key by the name of another of ours", &ours.sign(&other.header(), &good)).await;
    for kid in [json!(null), json!(""), json!(1), json!([ours.id()]), json!(nobody.id())] {
        stage.is_invalid("kid", &ours.sign(&with("kid", kid), &good)).await;
    }
    stage.is_invalid("no kid", &ours.sign(&json!({"alg": "EdDSA"}), &good)).await;
    let embedded = json!({"kty": "OKP", "crv": "Ed25519", "x": part(nobody.public())});
    stage.is_invalid("a key in the token", &nobody.sign(&with("jwk", embedded), &good)).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn claims_that_do_not_hold_are_refused_however_well_signed(db: PgPool) {
    let stage = Stage::set(db).await;
    let now = START.seconds();
    for changes in [
        json!({"iat": now + 6}),
        json!({"iat": null}),
        json!({"nbf": now + 6}),
        json!({"nbf": "now"}),
        json!({"exp": null}),
        json!({"exp": (now + 60).to_string()}),
        json!({"exp": 1e300}),
        json!({"exp": -1}),
        json!({"token_type": null}),
        json!({"token_type": "admin"}),
        json!({"aud": "another shop"}),
        json!({"aud": ["shop"]}),
        json!({"aud": ["another shop", "shop"]}),
        json!({"aud": null}),
        json!({"iss": "another shop"}),
        json!({"iss": ["shop"]}),
        json!({"iss": null}),
        json!({"sid": "ana"}),
        json!({"user_id": [1]}),
        json!({"user_id": 1.5}),
    ] {
        stage.is_invalid(&changes.to_string(), &stage.saying(changes.clone())).await;
    }
    for exp in [now - 5, 0] {
        assert_eq!(stage.heard(&stage.saying(json!({"exp": exp}))).await, ["Token is expired"; 2], "{exp}");
    }
    // One that was never handed out, so it is not good where refresh tokens are.
    let refresh = stage.saying(json!({"token_type": "refresh"}));
    assert_eq!(stage.heard(&refresh).await, ["Token has wrong type", "Token is invalid"]);
    let nobodys = "Token contained no recognizable user identification";
    for changes in [json!({"user_id": null}), json!({"user_id": "ana"}), json!({"user_id": "9223372036854775808"})] {
        assert_eq!(stage.heard(&stage.saying(changes)).await, [nobodys; 2]);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_claim_that_comes_twice_is_refused(db: PgPool) {
    let stage = Stage::set(db).await;
    let good = stage.claims_with(json!({}));
    for twice in [r#""user_id":"1""#, r#""exp":99999999999"#, r#""token_type":"access""#, r#""aud":"shop""#] {
        let claims = good.replacen('{', &format!("{{{twice},"), 1);
        stage.is_invalid(twice, &stage.ours.sign(&stage.ours.header(), &claims)).await;
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn not_a_bit_of_a_token_can_be_changed(db: PgPool) {
    let stage = Stage::set(db).await;
    let good = stage.saying(json!({}));
    assert_eq!(stage.heard(&good).await, ["200"; 2]);
    let [header, payload, signature] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let bytes = stage.ours.pair.sign(format!("{header}.{payload}").as_bytes()).as_ref().to_vec();
    for (at, bit) in (0..64).map(|at| (at, at % 8)) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << bit;
        stage.is_invalid("a bit of the signature", &format!("{header}.{payload}.{}", part(flipped))).await;
    }
    let others = part(stage.claims_with(json!({"user_id": (stage.ana.0 + 1).to_string()})));
    stage.is_invalid("somebody else's claims", &format!("{header}.{others}.{signature}")).await;
    // The last letter carries two bits of the signature; the other four must be as they were written.
    let (rest, last) = good.split_at(good.len() - 1);
    for letter in ["A", "B", "Q", "R", "g", "h", "w", "x", "=", "+"].into_iter().filter(|letter| *letter != last) {
        stage.is_invalid("the last letter", &format!("{rest}{letter}")).await;
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn garbage_and_giants_are_invalid(db: PgPool) {
    let stage = Stage::set(db).await;
    let good = stage.saying(json!({}));
    let [header, payload, signature] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    for garbage in [
        "x",
        "..",
        "...",
        "a.b.c",
        "null.null.null",
        &good[1..],
        &format!("{good}."),
        &format!("{good}.{signature}"),
        &format!(".{good}"),
        &format!("{header}.{payload}"),
        &format!("{header}.{payload}."),
        &format!("{header}..{signature}"),
        &format!("{header}.{payload}.{signature}=="),
        &good.replace('.', "%2E"),
        &format!("{}.{payload}.{signature}", part("[]")),
        &stage.ours.sign(&stage.ours.header(), "[]"),
        &stage.ours.sign(&stage.ours.header(), "{"),
        &stage.ours.sign(&stage.ours.header(), "null"),
    ] {
        stage.is_invalid("garbage", garbage).await;
    }
    stage.is_invalid("a giant that says what is true", &stage.saying(json!({"name": "a".repeat(100_000)}))).await;
    stage.is_invalid("a giant that says nothing", &"a".repeat(100_000)).await;
    stage.is_invalid("a giant of dots", &".".repeat(100_000)).await;
}
