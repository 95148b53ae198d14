//! Activates a new account by the link in its mail: `POST /auth/users/activation/`.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, MaybeBearer, Problem, PublicProblems, Request};
use shared::users::ClientInfo;
use shared::users::links::{Purpose, user_of_uid};
use shared::users::store::{accounts, links};

use super::link::{MAX_PART, invalid_token, no_such_user};

/// The two parts of the link in the mail.
#[derive(Request)]
#[request(ignore_unknown)]
pub(crate) struct ActivateUser {
    /// First part of the link, which names the account.
    #[field(max = MAX_PART)]
    #[schema(example = "Mg")]
    pub uid: String,
    /// Second part of the link, the secret token.
    #[field(max = MAX_PART)]
    #[schema(write_only)]
    pub token: String,
}

/// Reasons why an account is not activated.
enum ActivationError {
    /// The account does not exist.
    NoSuchUser,
    /// The link is not valid, or staff have deactivated the account.
    InvalidToken,
    /// The account was active already. Only a caller with a real link learns this.
    Stale,
    /// Any other error.
    Other(ApiError),
}

/// Activate an account
///
/// Send the two parts of the link in the mail. A link works once and expires after three days.
#[utoipa::path(
    post,
    path = "/auth/users/activation/",
    tag = "auth",
    operation_id = "activate_user",
    request_body = ActivateUser,
    responses(
        (status = 204, description = "The account is active and can log in."),
        (status = 403, body = Problem, description = "The account was active already (`stale_token`)."),
        PublicProblems,
    )
)]
pub(crate) async fn activate_user(
    State(app): State<App>,
    MaybeBearer(_): MaybeBearer,
    client_info: ClientInfo,
    Body(activation): Body<ActivateUser>,
) -> Result<StatusCode, ApiError> {
    match activate(&app, activation, &client_info).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(ActivationError::NoSuchUser) => Err(no_such_user()),
        Err(ActivationError::InvalidToken) => Err(invalid_token()),
        Err(ActivationError::Stale) => Err(ApiError::ForbiddenBecause("Stale token for given user.", "stale_token")),
        Err(ActivationError::Other(error)) => Err(error),
    }
}

async fn activate(
    app: &App,
    ActivateUser { uid, token }: ActivateUser,
    client_info: &ClientInfo,
) -> Result<(), ActivationError> {
    let user = user_of_uid(&uid).ok_or(ActivationError::NoSuchUser)?;
    let (now, purpose) = (app.clock.now(), Purpose::ActivateUser);
    let mut tx = app.db.begin().await?;
    // Locks the account if it exists, so that the state read next is current.
    let was_valid = links::redeem(&mut tx, user, purpose, &token, now).await?;
    let account = accounts::find(&mut tx, user).await?.ok_or(ActivationError::NoSuchUser)?;
    if account.is_active {
        let is_real_link = was_valid || links::was_used(&mut tx, user, purpose, &token).await?;
        tx.commit().await?;
        return Err(if is_real_link { ActivationError::Stale } else { ActivationError::InvalidToken });
    }
    if !was_valid || !accounts::activate(&mut tx, user).await? {
        return Err(ActivationError::InvalidToken);
    }
    // Revokes the other links of the account, if several were requested.
    links::revoke(&mut tx, user, purpose).await?;
    audit::store::record(&mut tx, AuditRecord::by_owner(Kind::Activated, user), client_info, now).await?;
    tx.commit().await?;
    Ok(())
}

impl<E: Into<ApiError>> From<E> for ActivationError {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}
