//! `GET /auth/users/me/export/`: all that is kept of oneself, as one document.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use serde::Serialize;
use shared::addresses::{self, Address};
use shared::app::App;
use shared::app::db::{KeysetBounds, Tx};
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, CurrentUser, Problems, RetryAfter, Unauthorized};
use shared::ids::UserId;
use shared::throttles::{self, Limit, Subject};
use shared::time::Timestamp;
use shared::users::ClientInfo;
use shared::users::kept::{
    ExportedAccount, ExportedApiKey, ExportedAuditEntry, ExportedCart, ExportedLink, ExportedMail, ExportedOrder,
    ExportedSignIn, ExportedStockNotice,
};
use shared::users::store::export;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AuthState;

/// How long each list is at most: together less than the 6 MB that a Lambda may answer.
const MOST: usize = 500;

/// Every route of exports.
pub(crate) fn router() -> OpenApiRouter<AuthState> {
    OpenApiRouter::new().routes(routes!(export_me))
}

/// All that is kept of somebody.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountExport {
    /// When.
    pub exported_at: Timestamp,
    /// The account and the profile.
    pub account: ExportedAccount,
    /// The addresses in the profile.
    pub addresses: Vec<Address>,
    /// The carts.
    pub carts: List<ExportedCart>,
    /// The orders.
    pub orders: List<ExportedOrder>,
    /// The sign-ins, those that have ended too.
    pub sign_ins: List<ExportedSignIn>,
    /// The mails.
    pub mails: List<ExportedMail>,
    /// The links in mails.
    pub links: List<ExportedLink>,
    /// The mails that one asked for when something is in stock again.
    pub stock_notices: List<ExportedStockNotice>,
    /// The keys for programs that one made.
    pub api_keys: List<ExportedApiKey>,
    /// The lines of the audit log.
    pub audit: List<ExportedAuditEntry>,
}

/// The exported things of one kind, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct List<T> {
    /// Whether there is more than this.
    pub truncated: bool,
    /// The newest 500.
    pub results: Vec<T>,
}

impl<T> From<Vec<T>> for List<T> {
    /// Of a list that is one too long there is more.
    fn from(mut results: Vec<T>) -> Self {
        let truncated = results.len() > MOST;
        results.truncate(MOST);
        Self { truncated, results }
    }
}

/// Export all that is kept of oneself
///
/// Five times an hour. No password, code or key is in it.
#[utoipa::path(
    get,
    path = "/auth/users/me/export/",
    tag = "auth",
    operation_id = "export_me",
    security(("bearer" = [])),
    responses((status = 200, body = AccountExport, description = "All that is kept, to be saved as a file."), Problems)
)]
pub(crate) async fn export_me(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    client_info: ClientInfo,
) -> Result<impl IntoResponse, ApiError> {
    let (user, now) = (account.id, app.clock.now());
    let mut tx = app.db.begin().await?;
    if let Some(wait) = throttles::store::count(&mut tx, Limit::Export, &Subject::user(user), now).await? {
        return Err(ApiError::Throttled(RetryAfter(wait)));
    }
    tx.commit().await?;
    let mut tx = app.db.begin().await?;
    let data = collect(&mut tx, user, now).await?.ok_or(Unauthorized::UserNotFound)?;
    audit::store::record(&mut tx, AuditRecord::by_owner(Kind::Exported, user), &client_info, now).await?;
    tx.commit().await?;
    let headers = [
        (CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"personal-data.json\"")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, Json(data)))
}

async fn collect(tx: &mut Tx, user: UserId, now: Timestamp) -> sqlx::Result<Option<AccountExport>> {
    let one_too_many = i64::try_from(MOST).unwrap_or(i64::MAX).saturating_add(1);
    let Some(account) = export::account(tx, user).await? else { return Ok(None) };
    Ok(Some(AccountExport {
        exported_at: now,
        account,
        addresses: addresses::store::list(tx, user, KeysetBounds::first(addresses::MOST)).await?,
        carts: export::carts(tx, user, one_too_many).await?.into(),
        orders: export::orders(tx, user, one_too_many).await?.into(),
        sign_ins: export::sign_ins(tx, user, one_too_many).await?.into(),
        mails: export::mails(tx, user, one_too_many).await?.into(),
        links: export::links(tx, user, one_too_many).await?.into(),
        stock_notices: export::stock_notices(tx, user, one_too_many).await?.into(),
        api_keys: export::api_keys(tx, user, one_too_many).await?.into(),
        audit: export::audit(tx, user, one_too_many).await?.into(),
    }))
}
