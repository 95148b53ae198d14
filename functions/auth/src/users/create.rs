//! Registers an account: `POST /auth/users/`.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, Fields, MaybeBearer, PublicProblems};
use shared::outbox::{Event, EventKind};
use shared::throttles::{Limit, Subject};
use shared::users::store::{NewUser, accounts, insert, taken};
use shared::users::{ClientInfo, MAX_USERNAME, Taken, normalize_email, passwords};
use utoipa::ToSchema;

use super::confirm::Typed;
use super::credentials::{fail_on_problems, hash_password};
use super::{User, already_exist, limits};
use crate::{AuthState, events};

/// An account to register.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only tells the document what is read")]
pub(crate) struct CreateUser {
    /// Email address, with which you log in. It must not belong to another account; case is ignored.
    #[schema(format = "email", max_length = 254, example = "ana@example.com")]
    pub email: String,
    /// Username. It must not belong to another account.
    #[schema(min_length = 1, max_length = 150, example = "ana")]
    pub username: String,
    /// Password. It must not be common, consist of digits only, or resemble the username or the email address.
    #[schema(format = "password", write_only, min_length = 8, max_length = 128, example = "a quiet harbour")]
    pub password: String,
    /// Password again. Required if the shop has `USER_CREATE_PASSWORD_RETYPE`, otherwise ignored.
    #[schema(value_type = String, required = false, format = "password", write_only)]
    pub re_password: Option<String>,
}

/// The account to register, as it was read.
struct Registrant {
    email: String,
    username: String,
    password: Typed,
}

impl Registrant {
    fn read(fields: &mut Fields, with_confirmation: bool) -> Option<Self> {
        let email = fields.email("email");
        let username = fields.text("username", MAX_USERNAME);
        let password = Typed::password(fields, "password", with_confirmation);
        Some(Self { email: normalize_email(&email?), username: username?, password: password? })
    }
}

/// Register an account
///
/// The account can log in at once, unless the shop confirms email addresses (`SEND_ACTIVATION_EMAIL`): then its owner first has to open the
/// link in a mail.
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
    client_info: ClientInfo,
    Body(fields): Body<Fields>,
) -> Result<(StatusCode, Json<User>), ApiError> {
    let registrant = fields.read_as(|fields| Registrant::read(fields, auth.options.user_create_password_retype))?;
    let mut mails = vec![(Limit::MailFrom, Subject::client_info(&client_info))];
    if auth.options.send_activation_email {
        mails.push((Limit::MailTo, Subject::mail("registered", &registrant.email)));
    }
    limits::count(&auth.app, &mails).await?;
    let (user, event) = register(&auth, registrant, &client_info).await?;
    if let Some(event) = event {
        events::publish(&auth, &event, &client_info).await;
    }
    Ok((StatusCode::CREATED, Json(user)))
}

async fn register(
    auth: &AuthState,
    Registrant { email, username, password }: Registrant,
    client_info: &ClientInfo,
) -> Result<(User, Option<Event>), ApiError> {
    let app = &auth.app;
    let password = match checked_password(password, &username, &email) {
        Ok(password) => password,
        Err(refusal) => {
            // Djoser checks the password last, so a taken name is reported first.
            let taken = find_taken(app, &username, &email).await?;
            return Err(if taken.is_empty() { refusal } else { already_exist(&taken) });
        }
    };
    let password_hash = hash_password(app, password).await?;
    let new = NewUser {
        email: email.clone(),
        username: username.clone(),
        password_hash,
        is_staff: false,
        is_superuser: false,
    };
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let id = match insert(&mut tx, new, now).await {
        Ok(id) => id,
        Err(error) => {
            let first = Taken::of(&error).ok_or(error)?;
            // A Lambda has one connection, and the next query needs it.
            drop(tx);
            // The database names one of the two; the other may be taken as well, and a client gets all errors at once.
            let also = find_taken(app, &username, &email).await?.into_iter().filter(|taken| *taken != first);
            return Err(already_exist(&also.chain([first]).collect::<Vec<_>>()));
        }
    };
    audit::store::record(&mut tx, AuditRecord::by_owner(Kind::Registered, id), client_info, now).await?;
    let mut event = None;
    if auth.options.send_activation_email {
        accounts::await_activation(&mut tx, id).await?;
        event = Some(events::record(&mut tx, app, EventKind::ActivationAsked { email: email.clone() }).await?);
    }
    tx.commit().await?;
    Ok((User { username, email, id }, event))
}

/// Returns the password if it is acceptable and equals its confirmation.
fn checked_password(password: Typed, username: &str, email: &str) -> Result<String, ApiError> {
    fail_on_problems("password", passwords::problems(&password.value, username, email))?;
    password.confirmed("password")
}

async fn find_taken(app: &App, username: &str, email: &str) -> Result<Vec<Taken>, ApiError> {
    let mut tx = app.db.read().await?;
    let taken = taken(&mut tx, username, email).await?;
    tx.commit().await?;
    Ok(taken)
}
