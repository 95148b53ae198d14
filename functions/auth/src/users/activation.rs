//! `POST /auth/users/activation/`: switch a new account on, by the link in its mail.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, MaybeBearer, Problem, PublicProblems, Request};
use shared::users::ClientInfo;
use shared::users::links::{Purpose, user_of_uid};
use shared::users::store::{accounts, links};

use super::link::{MAX_HALF, no_such_user, not_good};

/// The link in the mail.
#[derive(Request)]
pub(crate) struct ActivateUser {
    /// Id of the account, as the link has it.
    #[field(max = MAX_HALF)]
    #[schema(example = "Mg")]
    pub uid: String,
    /// Token of the link.
    #[field(max = MAX_HALF)]
    #[schema(write_only)]
    pub token: String,
}

/// Why an account is not switched on.
enum ActivationError {
    /// There is none.
    NoSuchUser,
    /// The link is not good; or the account is one that the staff have switched off.
    NotGood,
    /// It was on already, and whoever has this link may know it.
    Stale,
    /// Something else.
    Other(ApiError),
}

/// Activate an account
///
/// By the link in the mail, which is good once.
#[utoipa::path(
    post,
    path = "/auth/users/activation/",
    tag = "auth",
    operation_id = "activate_user",
    request_body = ActivateUser,
    responses(
        (status = 204, description = "The account is active and can log in."),
        (status = 403, body = Problem, description = "It was active already."),
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
        Err(ActivationError::NotGood) => Err(not_good()),
        Err(ActivationError::Stale) => Err(ApiError::Refused("Stale token for given user.", "stale_token")),
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
    // Locks the account where it is there, so what is read next is how it is.
    let was_good = links::redeem(&mut tx, user, purpose, &token, now).await?;
    let account = accounts::find(&mut tx, user).await?.ok_or(ActivationError::NoSuchUser)?;
    if account.is_active {
        let is_known = was_good || links::was_used(&mut tx, user, purpose, &token).await?;
        tx.commit().await?;
        return Err(if is_known { ActivationError::Stale } else { ActivationError::NotGood });
    }
    if !was_good || !accounts::activate(&mut tx, user).await? {
        return Err(ActivationError::NotGood);
    }
    // Of several links that were asked for, the others are of no use any more.
    links::call_back(&mut tx, user, purpose).await?;
    audit::store::record(&mut tx, AuditRecord::by_owner(Kind::Activated, user), client_info, now).await?;
    tx.commit().await?;
    Ok(())
}

impl<E: Into<ApiError>> From<E> for ActivationError {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}
