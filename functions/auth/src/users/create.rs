//! `POST /auth/users/`: register.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::http::{ApiError, Body, FieldErrors, Fields, FromFields, MaybeBearer, PublicProblems};
use shared::users::store::{NewUser, insert, taken};
use shared::users::{Taken, USERNAME_MAX, kept_address, passwords};
use utoipa::ToSchema;

use super::{User, already_exist};

/// Who wants an account.
#[derive(ToSchema)]
pub(crate) struct Registration {
    /// Where their mail goes, and what they log in with. Nobody else may have it, whatever its capitals.
    #[schema(format = "email", max_length = 254, example = "ana@example.com")]
    pub email: String,
    /// What they are called. Nobody else may be.
    #[schema(min_length = 1, max_length = 150, example = "ana")]
    pub username: String,
    /// Not common, not only digits, and not like the name or the address.
    #[schema(format = "password", write_only, min_length = 8, max_length = 128, example = "a quiet harbour")]
    pub password: String,
}

impl FromFields for Registration {
    fn read(fields: &mut Fields) -> Option<Self> {
        let email = fields.email("email");
        let username = fields.text("username", USERNAME_MAX);
        let password = fields.secret("password", passwords::MAX);
        Some(Self { email: kept_address(&email?), username: username?, password: password? })
    }
}

/// Why there is no new account.
enum RegisterError {
    /// The name, the address or both have an owner.
    Taken(Vec<Taken>),
    /// The password will not do, for these reasons.
    Password(Vec<String>),
    /// Something else.
    Other(ApiError),
}

/// Register
#[utoipa::path(
    post,
    path = "/auth/users/",
    tag = "auth",
    operation_id = "create_user",
    request_body = Registration,
    responses((status = 201, body = User, description = "The account; it can log in at once."), PublicProblems)
)]
pub(crate) async fn create_user(
    State(app): State<App>,
    MaybeBearer(_): MaybeBearer, // nobody need be signed in, but a token that is not good is said to be so
    Body(registration): Body<Registration>,
) -> Result<(StatusCode, Json<User>), ApiError> {
    match register(&app, registration).await {
        Ok(user) => Ok((StatusCode::CREATED, Json(user))),
        Err(RegisterError::Taken(taken)) => Err(already_exist(&taken)),
        Err(RegisterError::Password(problems)) => {
            let mut errors = FieldErrors::default();
            problems.into_iter().for_each(|problem| errors.add("password", problem));
            Err(errors.into())
        }
        Err(RegisterError::Other(error)) => Err(error),
    }
}

async fn register(app: &App, registration: Registration) -> Result<User, RegisterError> {
    let Registration { email, username, password } = registration;
    let problems = passwords::problems(&password, &username, &email);
    if !problems.is_empty() {
        // Clients know the password to be judged last, so a name that has an owner is said instead.
        let taken = who_has(app, &username, &email).await?;
        return Err(if taken.is_empty() { RegisterError::Password(problems) } else { RegisterError::Taken(taken) });
    }
    let password_hash = passwords::hash(password, app.ambient.random_uuid().into_bytes()).await?;
    let new = NewUser {
        email: email.clone(),
        username: username.clone(),
        password_hash,
        is_staff: false,
        is_superuser: false,
    };
    let mut tx = app.db.begin().await?;
    match insert(&mut tx, new, app.ambient.now()).await {
        Ok(id) => {
            tx.commit().await?;
            Ok(User { username, email, id })
        }
        Err(error) => {
            let judged = Taken::of(&error).ok_or(error)?;
            // A Lambda has one connection, and the next look needs it.
            drop(tx);
            // The database names one of the two; the other may have an owner too, and a client hears everything at once.
            let also = who_has(app, &username, &email).await?.into_iter().filter(|taken| *taken != judged);
            Err(RegisterError::Taken(also.chain([judged]).collect()))
        }
    }
}

async fn who_has(app: &App, username: &str, email: &str) -> Result<Vec<Taken>, ApiError> {
    let mut tx = app.db.read().await?;
    let taken = taken(&mut tx, username, email).await?;
    tx.commit().await?;
    Ok(taken)
}

impl<E: Into<ApiError>> From<E> for RegisterError {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}
