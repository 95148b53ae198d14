//! Superusers, API keys, second factors, and users whose sign-in has ended.

use uuid::Uuid;

use super::{Client, TestApp, TestUser};
use crate::app::Clock as _;
use crate::ids::{ApiKeyId, SignInId};
use crate::users::tokens::{Claims, TokenType};
use crate::users::{Permissions, api_keys};

impl TestApp {
    /// Inserts a superuser.
    pub async fn a_superuser(&self) -> TestUser {
        let user = self.insert_user(true).await;
        sqlx::query("update users set is_superuser = true where id = $1")
            .bind(user.id)
            .execute(&self.db)
            .await
            .unwrap();
        user
    }

    /// Gives this user a confirmed second factor. No app generates its codes.
    pub async fn confirm_device(&self, user: &TestUser) {
        sqlx::query(
            "insert into totp_devices (user_id, secret, key_version, created_at, confirmed_at)
             values ($1, substr(sha512(''), 1, 48), 1, $2, $2)",
        )
        .bind(user.id)
        .bind(self.clock.now())
        .execute(&self.db)
        .await
        .unwrap();
    }

    /// Records that this user has proven the second factor in the sign-in of their token.
    pub async fn use_second_factor(&self, user: &TestUser) {
        sqlx::query("update sign_ins set has_second_factor = true where id = $1")
            .bind(Self::sign_in_of(user.id))
            .execute(&self.db)
            .await
            .unwrap();
    }

    /// Inserts an API key that this user created.
    pub async fn an_api_key_of(&self, creator: &TestUser, scopes: Permissions) -> String {
        let mut secret = [0; 32];
        self.app.rng.fill_random(&mut secret);
        let id = ApiKeyId(self.ordered_uuid());
        let key = api_keys::format_key(id, secret);
        sqlx::query(
            "insert into api_keys (id, name, key_sha256, scopes, created_by, created_at) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id)
        .bind(format!("Key of {}", creator.id))
        .bind(&api_keys::sha256(&key)[..])
        .bind(scopes.names())
        .bind(creator.id)
        .bind(self.clock.now())
        .execute(&self.db)
        .await
        .unwrap();
        key
    }

    /// Returns a client with this API key.
    pub fn with_key(&self, key: &str) -> Client {
        self.anonymous().header("authorization", &format!("Api-Key {key}"))
    }

    /// Returns a token of a sign-in that has ended; the token itself is valid for an hour.
    pub async fn a_token_of_an_ended_sign_in(&self, user: &TestUser) -> String {
        let (sign_in, now) = (self.random_uuid(), self.clock.now());
        sqlx::query(
            "insert into sign_ins (id, user_id, created_at, last_used_at, expires_at, ended_at, end_reason)
             values ($1, $2, $3, $3, $4, $3, 'logged_out')",
        )
        .bind(sign_in)
        .bind(user.id)
        .bind(now)
        .bind(now.plus_seconds(3600))
        .execute(&self.db)
        .await
        .unwrap();
        let claims = Claims::new(TokenType::Access, user.id, Uuid::nil(), now, 3600).of_sign_in(SignInId(sign_in));
        self.signer.sign(&claims).unwrap()
    }
}
