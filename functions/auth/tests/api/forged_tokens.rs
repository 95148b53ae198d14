//! Forged tokens, sent to `GET /auth/users/me/` and to `POST /auth/jwt/verify/`.

use ring::hmac;
use serde_json::{Value, json};
use shared::ids::UserId;
use shared::testing::{START, TestApp};
use shared::users::AuthOptions;
use sqlx::PgPool;

use crate::register;
use crate::signing_keys::{Key, claims, part, service_with_keys};

/// A service with all its keys, the private ones included.
struct Forger {
    app: TestApp,
    ours: Key,
    /// A second key that the service accepts but does not sign with.
    other: Key,
    ana: UserId,
}

impl Forger {
    async fn new(db: PgPool) -> Self {
        let (ours, other) = (Key::new(), Key::new());
        let app = service_with_keys(db, &ours, &[&ours, &other], AuthOptions::default());
        let ana = register(&app, "ana").await;
        app.token(ana).await;
        Self { app, ours, other, ana }
    }

    /// Returns the claims of a valid token with some changes; null removes a claim.
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

    /// Returns a correctly signed token with these changes.
    fn signed_token(&self, changes: Value) -> String {
        self.ours.sign(&self.ours.header(), &self.claims_with(changes))
    }

    /// Returns the answer of each endpoint to the token: 200, or the error message.
    async fn answers(&self, token: &str) -> [String; 2] {
        let me = self.app.anonymous().bearer(token).get("/auth/users/me/").await;
        assert!(matches!(me.status, 200 | 401), "{}", me.text);
        let message = me.body["messages"][0]["message"].as_str().or(me.body["detail"].as_str()).unwrap_or("200");
        let verified = self.app.anonymous().post("/auth/jwt/verify/", json!({"token": token})).await;
        assert!(verified.status == 200 || verified.body["code"] == "token_not_valid", "{}", verified.text);
        let detail = verified.body["detail"].as_str().unwrap_or("200").to_owned();
        [message.to_owned(), detail]
    }

    async fn assert_invalid(&self, what: &str, token: &str) {
        assert_eq!(self.answers(token).await, ["Token is invalid"; 2], "{what}: {token}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn valid_variations_of_a_token_are_accepted(db: PgPool) {
    let forger = Forger::new(db).await;
    let now = START.seconds();
    for changes in [
        json!({}),
        json!({"user_id": forger.ana.0}),
        json!({"nbf": now}),
        json!({"iat": now + 5, "nbf": now + 5}),
        json!({"exp": now + 86_400}),
        json!({"name": "another issuer's own"}),
    ] {
        assert_eq!(forger.answers(&forger.signed_token(changes.clone())).await, ["200"; 2], "{changes}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_our_algorithm_with_the_named_key_is_accepted(db: PgPool) {
    let forger = Forger::new(db).await;
    let Forger { ours, other, .. } = &forger;
    let good = forger.claims_with(json!({}));
    let with = |name: &str, value: Value| {
        let mut header = ours.header();
        header[name] = value;
        header
    };
    for algorithm in ["none", "None", "NONE", "nOnE", "", "HS256", "ES256", "RS256", "ED25519", "eddsa"] {
        let header = with("alg", json!(algorithm));
        forger.assert_invalid(algorithm, &ours.sign(&header, &good)).await;
        forger.assert_invalid(algorithm, &format!("{}.{}.", part(header.to_string()), part(&good))).await;
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
            forger.assert_invalid("an HMAC with the public key", &format!("{message}.{}", part(signature))).await;
        }
    }
    let unknown = Key::new();
    forger.assert_invalid("an unknown key", &unknown.sign(&unknown.header(), &good)).await;
    forger.assert_invalid("an unknown key with the id of ours", &unknown.sign(&ours.header(), &good)).await;
    forger.assert_invalid("our key with the id of our other key", &ours.sign(&other.header(), &good)).await;
    for kid in [json!(null), json!(""), json!(1), json!([ours.id()]), json!(unknown.id())] {
        forger.assert_invalid("kid", &ours.sign(&with("kid", kid), &good)).await;
    }
    forger.assert_invalid("no kid", &ours.sign(&json!({"alg": "EdDSA"}), &good)).await;
    let embedded = json!({"kty": "OKP", "crv": "Ed25519", "x": part(unknown.public())});
    forger.assert_invalid("a key in the token", &unknown.sign(&with("jwk", embedded), &good)).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn invalid_claims_are_refused_in_a_correctly_signed_token(db: PgPool) {
    let forger = Forger::new(db).await;
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
        json!({"sid": null}),
        json!({"exp": now + 86_401}),
        json!({"exp": now + 315_360_000}),
        json!({"iat": i64::MIN, "exp": i64::MAX}),
        json!({"user_id": [1]}),
        json!({"user_id": 1.5}),
    ] {
        forger.assert_invalid(&changes.to_string(), &forger.signed_token(changes.clone())).await;
    }
    for exp in [now - 5, 0] {
        assert_eq!(forger.answers(&forger.signed_token(json!({"exp": exp}))).await, ["Token is expired"; 2], "{exp}");
    }
    // The service never issued this refresh token, so it is invalid as a refresh token too.
    let (mut header, refresh) = (forger.ours.header(), forger.claims_with(json!({"token_type": "refresh"})));
    header["typ"] = json!("JWT");
    let refresh = forger.ours.sign(&header, &refresh);
    assert_eq!(forger.answers(&refresh).await, ["Token has wrong type", "Token is invalid"]);
    let no_user = "Token contained no recognizable user identification";
    for changes in [
        json!({"user_id": null}),
        json!({"user_id": "ana"}),
        json!({"user_id": "9223372036854775808"}),
        json!({"user_id": format!("+{}", forger.ana)}),
    ] {
        assert_eq!(forger.answers(&forger.signed_token(changes)).await, [no_user; 2]);
    }
}

/// A service that checks `typ` takes no refresh token for an access token, and this service takes neither for the other.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_header_of_a_token_says_its_type(db: PgPool) {
    let forger = Forger::new(db).await;
    for typ in [json!("JWT"), json!("at+JWT"), json!("application/at+jwt"), json!(""), json!(null)] {
        let mut header = forger.ours.header();
        header["typ"] = typ.clone();
        forger.assert_invalid(&typ.to_string(), &forger.ours.sign(&header, &forger.claims_with(json!({})))).await;
    }
    let refresh = forger.signed_token(json!({"token_type": "refresh"}));
    forger.assert_invalid("a refresh token that says it is an access token", &refresh).await;
}

/// A thief of the key can sign a token, but not open a sign-in.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_token_needs_an_open_sign_in_of_its_account(db: PgPool) {
    let forger = Forger::new(db).await;
    let ben = register(&forger.app, "ben").await;
    forger.app.token(ben).await;
    for sign_in in [forger.app.random_uuid(), TestApp::sign_in_of(ben).0] {
        let token = forger.signed_token(json!({"sid": sign_in.simple().to_string()}));
        assert_eq!(forger.answers(&token).await, ["Token is blacklisted"; 2]);
    }
    let token = forger.signed_token(json!({}));
    assert_eq!(forger.answers(&token).await, ["200"; 2]);
    crate::sql(&forger.app, "update sign_ins set ended_at = now(), end_reason = 'logged_out'").await;
    assert_eq!(forger.answers(&token).await, ["Token is blacklisted"; 2]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_repeated_claim_is_refused(db: PgPool) {
    let forger = Forger::new(db).await;
    let good = forger.claims_with(json!({}));
    for twice in [r#""user_id":"1""#, r#""exp":99999999999"#, r#""token_type":"access""#, r#""aud":"shop""#] {
        let claims = good.replacen('{', &format!("{{{twice},"), 1);
        forger.assert_invalid(twice, &forger.ours.sign(&forger.ours.header(), &claims)).await;
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_token_with_one_changed_bit_is_refused(db: PgPool) {
    let forger = Forger::new(db).await;
    let good = forger.signed_token(json!({}));
    assert_eq!(forger.answers(&good).await, ["200"; 2]);
    let [header, payload, signature] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let bytes = forger.ours.pair.sign(format!("{header}.{payload}").as_bytes()).as_ref().to_vec();
    for (at, bit) in (0..64).map(|at| (at, at % 8)) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << bit;
        forger.assert_invalid("a bit of the signature", &format!("{header}.{payload}.{}", part(flipped))).await;
    }
    let others = part(forger.claims_with(json!({"user_id": (forger.ana.0 + 1).to_string()})));
    forger.assert_invalid("the claims of another user", &format!("{header}.{others}.{signature}")).await;
    // The last letter has two bits of the signature; its other four bits must be zero.
    let (rest, last) = good.split_at(good.len() - 1);
    for letter in ["A", "B", "Q", "R", "g", "h", "w", "x", "=", "+"].into_iter().filter(|letter| *letter != last) {
        forger.assert_invalid("the last letter", &format!("{rest}{letter}")).await;
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn malformed_and_oversized_tokens_are_refused(db: PgPool) {
    let forger = Forger::new(db).await;
    let good = forger.signed_token(json!({}));
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
        &forger.ours.sign(&forger.ours.header(), "[]"),
        &forger.ours.sign(&forger.ours.header(), "{"),
        &forger.ours.sign(&forger.ours.header(), "null"),
    ] {
        forger.assert_invalid("garbage", garbage).await;
    }
    forger
        .assert_invalid("a signed token that is too long", &forger.signed_token(json!({"name": "a".repeat(100_000)})))
        .await;
    forger.assert_invalid("a long text without dots", &"a".repeat(100_000)).await;
    forger.assert_invalid("a long text of dots", &".".repeat(100_000)).await;
}
