//! `POST /auth/users/{id}/deactivate/` and `…/reactivate/`: an account is switched off, and on again.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, PathId, Problem, Requires, StaffProblems};
use shared::ids::UserId;
use shared::staff::store::{self, members};
use shared::users::links::Purpose;
use shared::users::permissions::Customers;
use shared::users::store::links;
use shared::users::store::sign_ins::{EndReason, end_all};
use shared::users::{Actor, ClientInfo, Permission};

use super::begin_change;

/// Switch an account off
///
/// Every sign-in ends and nobody logs in until it is switched on again. One of the staff's, only by a superuser; nobody their own.
#[utoipa::path(
    post,
    path = "/auth/users/{id}/deactivate/",
    tag = "auth",
    operation_id = "deactivate_user",
    security(("bearer" = ["customers"]), ("api_key" = ["customers"])),
    params(("id" = UserId, Path)),
    responses(
        (status = 204, description = "It is off."),
        (status = 403, body = Problem, description = "It is one's own, or one of the staff's and one is no superuser."),
        (status = 404, body = Problem, description = "There is no such account."),
        StaffProblems
    )
)]
pub(crate) async fn deactivate_user(
    State(app): State<App>,
    Requires(actor, _): Requires<Customers>,
    PathId(user): PathId<UserId>,
    client_info: ClientInfo,
) -> Result<StatusCode, ApiError> {
    switch(&app, &actor, user, false, &client_info).await
}

/// Switch an account on again
#[utoipa::path(
    post,
    path = "/auth/users/{id}/reactivate/",
    tag = "auth",
    operation_id = "reactivate_user",
    security(("bearer" = ["customers"]), ("api_key" = ["customers"])),
    params(("id" = UserId, Path)),
    responses(
        (status = 204, description = "It is on."),
        (status = 403, body = Problem, description = "It is one of the staff's and one is no superuser."),
        (status = 404, body = Problem, description = "There is no such account."),
        StaffProblems
    )
)]
pub(crate) async fn reactivate_user(
    State(app): State<App>,
    Requires(actor, _): Requires<Customers>,
    PathId(user): PathId<UserId>,
    client_info: ClientInfo,
) -> Result<StatusCode, ApiError> {
    switch(&app, &actor, user, true, &client_info).await
}

async fn switch(
    app: &App,
    actor: &Actor,
    user: UserId,
    is_active: bool,
    client_info: &ClientInfo,
) -> Result<StatusCode, ApiError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let is_superuser = match actor {
        Actor::Account(author) => begin_change(&mut tx, author, Permission::Customers).await?.is_superuser,
        Actor::ApiKey(_) => {
            store::begin_change(&mut tx).await?;
            false
        }
    };
    let standing = members::lock(&mut tx, user).await?.ok_or(ApiError::NotFound)?;
    let is_own = actor.account().is_some_and(|author| author.id == user);
    if is_own || ((standing.is_staff || standing.is_superuser) && !is_superuser) {
        return Err(ApiError::Forbidden);
    }
    // One that waits for its owner to open a link is off already, and is to stay so.
    let is_news = standing.is_active != is_active || (!is_active && !members::was_switched_off(&mut tx, user).await?);
    if is_news {
        members::set_active(&mut tx, user, is_active).await?;
        if !is_active {
            end_all(&mut tx, user, None, EndReason::Deactivated, now).await?;
            // Or a link that was mailed before would switch the account on again, or hand it to whoever has the mailbox by then.
            for purpose in [Purpose::ActivateUser, Purpose::PasswordReset, Purpose::EmailReset] {
                links::call_back(&mut tx, user, purpose).await?;
            }
        }
        let kind = if is_active { Kind::Reactivated } else { Kind::Deactivated };
        audit::store::record(&mut tx, AuditRecord::by(kind, actor, Some(user)), client_info, now).await?;
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
