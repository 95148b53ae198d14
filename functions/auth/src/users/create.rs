//! Registers an account: `POST /auth/users/`.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{AcceptLanguage, ApiError, Body, Fields, MaybeBearer, PublicProblems, Request};
use shared::locale::Locale;
use shared::outbox::EventKind;
use shared::throttles::{self, Limit, Subject};
use shared::users::store::registrations::{self, NewRegistration};
use shared::users::store::{NewUser, insert, taken};
use shared::users::{AuthOptions, ClientInfo, MAX_USERNAME, Taken, normalize_email, passwords, read_username};

use super::confirm::check_confirmation;
use super::credentials::{fail_on_problems, hash_password};
use super::{User, limits, taken_error};
use crate::{AuthState, events};

/// An account to register.
#[derive(Request)]
#[request(options = AuthOptions, ignore_unknown)]
pub(crate) struct CreateUser {
    /// Email address, with which you log in. An address belongs to one account, whatever its case.
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
/// The account can log in at once, unless the shop confirms email addresses (`SEND_ACTIVATION_EMAIL`). Then the account exists as soon as the owner
/// of the address opens the link in a mail, within seven days; a later registration with the address replaces this one. The response is the same
/// if the address has an account, whose owner gets a mail about it. Without that option, an address that has an account is refused with 400.
/// Mails to the account are in the language of the shop that `Accept-Language` prefers, otherwise in English.
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
    let new = fields.read_as(|fields| CreateUser::read(fields, &auth.app.auth_options))?;
    let from = Subject::client(&client_info);
    limits::count(&auth.app, &[(Limit::MailFrom, from.clone())]).await?;
    // The password is judged before the address is looked for: a request that is refused for its password tells nothing about the address, and
    // one that does costs a hash.
    check_new_password(&auth.app, &new).await?;
    if !auth.app.auth_options.send_activation_email {
        limits::count(&auth.app, &[(Limit::FailedRegistration, from)]).await?;
    }
    let password_hash = hash_password(&auth.app, new.password.clone()).await?;
    let user = if auth.app.auth_options.send_activation_email {
        register(&auth, new, password_hash, locale, &client_info).await?
    } else {
        create_account(&auth.app, new, password_hash, locale, &client_info).await?
    };
    Ok((StatusCode::CREATED, Json(user)))
}

/// Stores the registration, whether or not the address has an account; `notifications` decides which mail its owner gets.
async fn register(
    auth: &AuthState,
    CreateUser { email, username, .. }: CreateUser,
    password_hash: String,
    locale: Locale,
    client_info: &ClientInfo,
) -> Result<User, ApiError> {
    let (app, now) = (&auth.app, auth.app.clock.now());
    let new = NewRegistration {
        email: email.clone(),
        username: username.clone(),
        password_hash,
        locale,
        network: client_info.network(),
    };
    let mut tx = app.db.begin().await?;
    // In the transaction of the registration: a request that is refused sends no mail, and must not use up those of the owner of the address.
    throttles::count_or_refuse(&mut tx, Limit::MailTo, &Subject::mail("registered", &email), now).await?;
    let id = match registrations::insert(&mut tx, new, now).await {
        Ok(inserted) => inserted.map_err(|taken| taken_error(&[taken]))?,
        Err(error) => return Err(taken_error(&[Taken::from_error(&error).ok_or(error)?])),
    };
    audit::store::record(&mut tx, AuditRecord::by_owner(Kind::Registered, id), client_info, now).await?;
    let event = events::record(&mut tx, app, EventKind::Registered { email: email.clone() }).await?;
    tx.commit().await?;
    events::publish(auth, &event, client_info).await;
    Ok(User { username, email, id })
}

/// Creates an account that can log in at once.
async fn create_account(
    app: &App,
    CreateUser { email, username, .. }: CreateUser,
    password_hash: String,
    locale: Locale,
    client_info: &ClientInfo,
) -> Result<User, ApiError> {
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
    let from = Subject::client(client_info);
    throttles::store::take_back(&mut tx, Limit::FailedRegistration, &from, now).await?;
    tx.commit().await?;
    Ok(User { username, email, id })
}

/// Fails with 400 if the password is not acceptable or differs from its confirmation; or if the username is taken, which Djoser reports first.
async fn check_new_password(app: &App, new: &CreateUser) -> Result<(), ApiError> {
    let checked = fail_on_problems("password", passwords::problems(&new.password, &new.username, &new.email))
        .and_then(|()| check_confirmation("password", &new.password, new.re_password.as_deref()));
    let Err(refusal) = checked else { return Ok(()) };
    let taken = find_taken(app, &new.username, &new.email).await?;
    Err(if taken.contains(&Taken::Username) { taken_error(&[Taken::Username]) } else { refusal })
}

async fn find_taken(app: &App, username: &str, email: &str) -> Result<Vec<Taken>, ApiError> {
    let mut tx = app.db.read().await?;
    let taken = taken(&mut tx, username, email).await?;
    tx.commit().await?;
    Ok(taken)
}
