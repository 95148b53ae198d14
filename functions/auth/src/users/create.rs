//! `POST /auth/users/`: register.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, Fields, MaybeBearer, PublicProblems};
use shared::outbox::{Event, EventKind};
use shared::throttles::{Limit, Subject};
use shared::users::store::{NewUser, accounts, insert, taken};
use shared::users::{ClientInfo, MAX_USERNAME, Taken, kept_address, passwords};
use utoipa::ToSchema;

use super::confirm::Typed;
use super::credentials::{accepted, hashed};
use super::{User, already_exist, limits};
use crate::{AuthState, news};

/// Who wants an account.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only tells the document what is read")]
pub(crate) struct CreateUser {
    /// Where their mail goes, and what they log in with. Nobody else may have it, whatever its capitals.
    #[schema(format = "email", max_length = 254, example = "ana@example.com")]
    pub email: String,
    /// What they are called. Nobody else may be.
    #[schema(min_length = 1, max_length = 150, example = "ana")]
    pub username: String,
    /// Not common, not only digits, and not like the name or the address.
    #[schema(format = "password", write_only, min_length = 8, max_length = 128, example = "a quiet harbour")]
    pub password: String,
    /// The same again, where the shop wants it (`USER_CREATE_PASSWORD_RETYPE`).
    #[schema(value_type = String, required = false, format = "password", write_only)]
    pub re_password: Option<String>,
}

/// Who wants an account, as it was read.
struct Registrant {
    email: String,
    username: String,
    password: Typed,
}

impl Registrant {
    fn read(fields: &mut Fields, is_twice: bool) -> Option<Self> {
        let email = fields.email("email");
        let username = fields.text("username", MAX_USERNAME);
        let password = Typed::password(fields, "password", is_twice);
        Some(Self { email: kept_address(&email?), username: username?, password: password? })
    }
}

/// Register
///
/// The account can log in at once, unless the shop wants addresses to be proven (`SEND_ACTIVATION_EMAIL`): then once its owner has
/// opened the link in a mail.
#[utoipa::path(
    post,
    path = "/auth/users/",
    tag = "auth",
    operation_id = "create_user",
    request_body = CreateUser,
    responses((status = 201, body = User, description = "The account."), PublicProblems)
)]
pub(crate) async fn create_user(
    State(auth): State<AuthState>,
    MaybeBearer(_): MaybeBearer, // nobody need be signed in, but a token that is not good is said to be so
    client_info: ClientInfo,
    Body(fields): Body<Fields>,
) -> Result<(StatusCode, Json<User>), ApiError> {
    let registrant = fields.read_as(|fields| Registrant::read(fields, auth.options.user_create_password_retype))?;
    let mut tries = vec![(Limit::MailFrom, Subject::client_info(&client_info))];
    if auth.options.send_activation_email {
        tries.push((Limit::MailTo, Subject::mail("registered", &registrant.email)));
    }
    limits::count(&auth.app, &tries).await?;
    let (user, event) = register(&auth, registrant, &client_info).await?;
    if let Some(event) = event {
        news::send(&auth, &event, &client_info).await;
    }
    Ok((StatusCode::CREATED, Json(user)))
}

async fn register(
    auth: &AuthState,
    Registrant { email, username, password }: Registrant,
    client_info: &ClientInfo,
) -> Result<(User, Option<Event>), ApiError> {
    let app = &auth.app;
    let password = match judged(password, &username, &email) {
        Ok(password) => password,
        Err(refusal) => {
            // Clients know the password to be judged last, so a name that has an owner is said instead.
            let taken = who_has(app, &username, &email).await?;
            return Err(if taken.is_empty() { refusal } else { already_exist(&taken) });
        }
    };
    let password_hash = hashed(app, password).await?;
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
            let judged = Taken::of(&error).ok_or(error)?;
            // A Lambda has one connection, and the next look needs it.
            drop(tx);
            // The database names one of the two; the other may have an owner too, and a client hears everything at once.
            let also = who_has(app, &username, &email).await?.into_iter().filter(|taken| *taken != judged);
            return Err(already_exist(&also.chain([judged]).collect::<Vec<_>>()));
        }
    };
    audit::store::record(&mut tx, AuditRecord::by_owner(Kind::Registered, id), client_info, now).await?;
    let mut event = None;
    if auth.options.send_activation_email {
        accounts::await_activation(&mut tx, id).await?;
        event = Some(news::write(&mut tx, app, EventKind::ActivationAsked { email: email.clone() }).await?);
    }
    tx.commit().await?;
    Ok((User { username, email, id }, event))
}

/// The password, if it will do and was the same both times.
fn judged(password: Typed, username: &str, email: &str) -> Result<String, ApiError> {
    accepted("password", passwords::problems(&password.once, username, email))?;
    password.agreed("password")
}

async fn who_has(app: &App, username: &str, email: &str) -> Result<Vec<Taken>, ApiError> {
    let mut tx = app.db.read().await?;
    let taken = taken(&mut tx, username, email).await?;
    tx.commit().await?;
    Ok(taken)
}
