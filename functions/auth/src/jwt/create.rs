//! `POST /auth/jwt/create/`: log in.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::app::App;
use shared::http::{ApiError, Body, Fields, FromFields, PublicProblems, Unauthorized};
use shared::ids::{SignInId, UserId};
use shared::users::store::sign_ins::{self, NewRefreshToken, NewSignIn};
use shared::users::store::{self, Credentials};
use shared::users::tokens::{Claims, TokenType};
use shared::users::{Origin, passwords};
use utoipa::ToSchema;

use super::{TokenRefusal, sha256};
use crate::Auth;
use crate::totp::{CODE_MAX, second_factor};

/// Who wants to log in.
#[derive(ToSchema)]
pub(crate) struct Login {
    /// The account's address.
    #[schema(format = "email", example = "ana@example.com")]
    pub email: String,
    /// Its password.
    #[schema(format = "password", write_only, example = "a quiet harbour")]
    pub password: String,
    /// A code of the account's second factor, or a recovery code; only where the answer without one was `otp_required`.
    #[schema(value_type = String, required = false, write_only, max_length = 40, example = "123456")]
    pub otp: Option<String>,
}

/// A sign-in.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenPair {
    /// Gets new access tokens at `/auth/jwt/refresh/`, again and again until it ends: after two weeks, unless the shop says otherwise.
    pub refresh: String,
    /// Opens the API: `Authorization: Bearer …`. It ends after a quarter of an hour, unless the shop
    /// says otherwise.
    pub access: String,
}

impl FromFields for Login {
    fn read(fields: &mut Fields) -> Option<Self> {
        let email = fields.text("email", 254);
        let password = fields.secret("password", passwords::COMPARED_MAX);
        let otp = fields.filter("otp", |fields, name| fields.text(name, CODE_MAX));
        Some(Self { email: email?, password: password?, otp: otp? })
    }
}

/// Log in
#[utoipa::path(
    post,
    path = "/auth/jwt/create/",
    tag = "auth",
    operation_id = "create_token",
    request_body = Login,
    responses(
        (status = 200, body = TokenPair, description = "The account's tokens."),
        PublicProblems,
        (status = 401, body = TokenRefusal, description = "No active account has this address and this password, or a code is wanted."),
    )
)]
pub(crate) async fn create_token(
    State(auth): State<Auth>,
    origin: Origin,
    Body(mut login): Body<Login>,
) -> Result<Json<TokenPair>, ApiError> {
    let otp = login.otp.take();
    let user = authenticate(&auth.app, login).await?.ok_or_else(refused)?;
    second_factor(&auth.app, user, otp.as_deref(), &origin).await?;
    let sign_in = SignInId(auth.app.ambient.random_uuid());
    let (refresh_token, refresh) = refresh_token(&auth, user, sign_in)?;
    let access = access_token(&auth, user, sign_in)?;
    let (created_at, expires_at) = (refresh_token.issued_at, refresh_token.expires_at);
    let mut tx = auth.app.db.begin().await?;
    // Between the look at the password and now the account may have been switched off or deleted.
    if !store::note_login(&mut tx, user, created_at).await? {
        return Err(refused());
    }
    sign_ins::insert(&mut tx, NewSignIn { id: sign_in, user, created_at, expires_at }, &origin).await?;
    sign_ins::insert_token(&mut tx, refresh_token).await?;
    tx.commit().await?;
    Ok(Json(TokenPair { refresh, access }))
}

/// Who that is. Nobody and a wrong password are the same, also in the time they take.
async fn authenticate(app: &App, login: Login) -> Result<Option<UserId>, ApiError> {
    let mut tx = app.db.read().await?;
    let found = store::credentials(&mut tx, &login.email).await?;
    tx.commit().await?;
    let (active, kept) = match found {
        Some(Credentials { id, password_hash, is_active }) => (is_active.then_some(id), Some(password_hash)),
        None => (None, None),
    };
    let fits = passwords::verify(login.password, kept).await?;
    Ok(active.filter(|_| fits))
}

fn refused() -> ApiError {
    Unauthorized::Other { detail: "No active account found with the given credentials".to_owned(), code: None }.into()
}

/// A new access token.
pub(super) fn access_token(auth: &Auth, user: UserId, sign_in: SignInId) -> anyhow::Result<String> {
    let ambient = &auth.app.ambient;
    let claims = Claims::new(TokenType::Access, user, ambient.random_uuid(), ambient.now(), auth.lifetimes.access);
    auth.signer.sign(&claims.of_sign_in(sign_in))
}

fn refresh_token(auth: &Auth, user: UserId, sign_in: SignInId) -> anyhow::Result<(NewRefreshToken, String)> {
    let (id, issued_at, lifetime) = (auth.app.ambient.random_uuid(), auth.app.ambient.now(), auth.lifetimes.refresh);
    let claims = Claims::new(TokenType::Refresh, user, id, issued_at, lifetime);
    let token = auth.signer.sign(&claims.of_sign_in(sign_in))?;
    let expires_at = issued_at.plus_seconds(lifetime);
    Ok((NewRefreshToken { id, sign_in, user, sha256: sha256(&token)?, issued_at, expires_at }, token))
}
