//! Registers an account: `POST /auth/users/`.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{AcceptLanguage, ApiError, Body, Fields, MaybeBearer, PublicProblems, Request};
use shared::locale::Locale;
use shared::outbox::{Event, EventKind};
use shared::throttles::{Limit, Subject};
use shared::users::store::{NewUser, accounts, insert, taken};
use shared::users::{ClientInfo, MAX_USERNAME, Taken, normalize_email, passwords, read_username};

use super::confirm::check_confirmation;
use super::credentials::{fail_on_problems, hash_password};
use super::{User, limits, taken_error};
use crate::{AuthState, Options, events};

/// An account to register.
#[derive(Request)]
#[request(options = Options, ignore_unknown)]
pub(crate) struct CreateUser {
    /// Email address, with which you log in. It must not belong to another account; case is ignored.
    #[field(email, map = |email| normalize_email(&email))]
    #[schema(example = "ana@example.com")]
    pub email: String,
    /// Username. It must not belong to another account; case is ignored. It has no invisible characters and does not mix Latin, Greek and Cyrillic
    /// letters.
    #[field(max = MAX_USERNAME, with = read_username)]
    #[schema(example = "ana")]
    pub username: String,
    /// Password. It must not be common, consist of digits only, or resemble the username or the email address.
    #[field(secret, max = passwords::MAX)]
    #[schema(min_length = 8, example = "a quiet harbour")]
    pub password: String,
    /// Password again. Required if the shop has `USER_CREATE_PASSWORD_RETYPE`, otherwise ignored.
    #[field(secret, max = passwords::MAX_COMPARED, required_if = user_create_password_retype)]
    pub re_password: Option<String>,
}

/// Register an account
///
/// The account can log in at once, unless the shop confirms email addresses (`SEND_ACTIVATION_EMAIL`): then its owner first has to open the
/// link in a mail. Mails to the account are in the language of the shop that `Accept-Language` prefers, otherwise in English.
#[utoipa::path(
    post,
    path = "/auth/users/",
    tag = "auth",
    operation_id = "create_user",
    request_body = CreateUser,
    responses((status = 201, body = User, description = "The new account."), PublicProblems)
)]
pub(crate) async fn create_user(
    State(auth): State<AuthState>,
    MaybeBearer(_): MaybeBearer, // no token is needed, but an invalid one is refused
    AcceptLanguage(locale): AcceptLanguage,
    client_info: ClientInfo,
    Body(fields): Body<Fields>,
) -> Result<(StatusCode, Json<User>), ApiError> {
    let new = fields.read_as(|fields| CreateUser::read(fields, &auth.options))?;
    let mut attempts = vec![(Limit::MailFrom, Subject::client(&client_info))];
    if auth.options.send_activation_email {
        attempts.push((Limit::MailTo, Subject::mail("registered", &new.email)));
    }
    limits::count(&auth.app, &attempts).await?;
    let (user, event) = register(&auth, new, locale, &client_info).await?;
    if let Some(event) = event {
        events::publish(&auth, &event, &client_info).await;
    }
    Ok((StatusCode::CREATED, Json(user)))
}

async fn register(
    auth: &AuthState,
    new: CreateUser,
    locale: Locale,
    client_info: &ClientInfo,
) -> Result<(User, Option<Event>), ApiError> {
    let app = &auth.app;
    if let Err(refusal) = check_new_password(&new) {
        // Djoser checks the password last, so a taken name is reported first.
        let taken = find_taken(app, &new.username, &new.email).await?;
        return Err(if taken.is_empty() { refusal } else { taken_error(&taken) });
    }
    let CreateUser { email, username, password, .. } = new;
    let password_hash = hash_password(app, password).await?;
    let row = NewUser {
        email: email.clone(),
        username: username.clone(),
        password_hash,
        is_staff: false,
        is_superuser: false,
        locale,
    };
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let id = match insert(&mut tx, row, now).await {
        Ok(id) => id,
        Err(error) => {
            let first = Taken::from_error(&error).ok_or(error)?;
            // A Lambda has one connection, and the next query needs it.
            drop(tx);
            // The database names one of the two values; the other may be taken as well, and clients get all errors at once.
            let others = find_taken(app, &username, &email).await?.into_iter().filter(|taken| *taken != first);
            return Err(taken_error(&others.chain([first]).collect::<Vec<_>>()));
        }
    };
    audit::store::record(&mut tx, AuditRecord::by_owner(Kind::Registered, id), client_info, now).await?;
    let mut event = None;
    if auth.options.send_activation_email {
        accounts::await_activation(&mut tx, id).await?;
        event = Some(events::record(&mut tx, app, EventKind::ActivationRequested { email: email.clone() }).await?);
    }
    tx.commit().await?;
    Ok((User { username, email, id }, event))
}

/// Fails with 400 if the password is not acceptable or differs from its confirmation.
fn check_new_password(new: &CreateUser) -> Result<(), ApiError> {
    fail_on_problems("password", passwords::problems(&new.password, &new.username, &new.email))?;
    check_confirmation("password", &new.password, new.re_password.as_deref())
}

async fn find_taken(app: &App, username: &str, email: &str) -> Result<Vec<Taken>, ApiError> {
    let mut tx = app.db.read().await?;
    let taken = taken(&mut tx, username, email).await?;
    tx.commit().await?;
    Ok(taken)
}
