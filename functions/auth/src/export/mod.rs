//! Exports the caller's personal data as one document: `GET /auth/users/me/export/`.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::header::CONTENT_DISPOSITION;
use serde::Serialize;
use shared::addresses::{self, Address};
use shared::app::App;
use shared::app::db::{KeysetBounds, Tx};
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, CurrentUser, Problems, Unauthorized};
use shared::ids::UserId;
use shared::throttles::{self, Limit, Subject};
use shared::time::Timestamp;
use shared::users::ClientInfo;
use shared::users::personal_data::{
    ExportedAccount, ExportedApiKey, ExportedAuditEntry, ExportedBackInStockSubscription, ExportedCart, ExportedLink,
    ExportedMail, ExportedOrder, ExportedSignIn,
};
use shared::users::store::export::{self, Newest};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AuthState;

/// Maximum number of rows of each list. All lists together stay below the 6 MB that a Lambda may return.
const MAX_ROWS: usize = 500;

/// Returns the route of the export.
pub(crate) fn router() -> OpenApiRouter<AuthState> {
    OpenApiRouter::new().routes(routes!(export_me))
}

/// The personal data of an account.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountExport {
    /// Time of the export.
    pub exported_at: Timestamp,
    /// Your account and profile.
    pub account: ExportedAccount,
    /// Addresses of your profile.
    pub addresses: Vec<Address>,
    /// Your carts: those that are open, and those that were ordered in the last week.
    pub carts: List<ExportedCart>,
    /// Your orders with their history.
    pub orders: List<ExportedOrder>,
    /// Your sign-ins, including those that have ended.
    pub sign_ins: List<ExportedSignIn>,
    /// Mails that were sent to you.
    pub mails: List<ExportedMail>,
    /// Links in mails that were sent to you.
    pub links: List<ExportedLink>,
    /// Your subscriptions to back-in-stock mails.
    pub back_in_stock_subscriptions: List<ExportedBackInStockSubscription>,
    /// API keys that you created.
    pub api_keys: List<ExportedApiKey>,
    /// Entries of the audit log about you or your actions.
    pub audit: List<ExportedAuditEntry>,
}

/// Exported rows of one kind, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct List<T> {
    /// True if there are more rows than in `results`.
    pub truncated: bool,
    /// The newest rows, at most 500; of carts and of orders also at most so many that they have 10,000 lines together.
    pub results: Vec<T>,
}

impl<T> From<Vec<T>> for List<T> {
    /// Keeps the first [`MAX_ROWS`] rows. Up to one row more is read, which shows that the list is truncated.
    fn from(mut results: Vec<T>) -> Self {
        let truncated = results.len() > MAX_ROWS;
        results.truncate(MAX_ROWS);
        Self { truncated, results }
    }
}

impl<T> From<Newest<T>> for List<T> {
    fn from(Newest { rows, is_cut }: Newest<T>) -> Self {
        let Self { truncated, results } = Self::from(rows);
        Self { truncated: truncated || is_cut, results }
    }
}

/// Export your personal data
///
/// You can do this five times an hour. The export contains no password, code or key. What was left under your email address without an account is
/// included after you have proven the address by a link in a mail, such as one to reset your password.
#[utoipa::path(
    get,
    path = "/auth/users/me/export/",
    tag = "auth",
    operation_id = "export_me",
    security(("bearer" = [])),
    responses((status = 200, body = AccountExport, description = "Your personal data, to be saved as a file."), Problems)
)]
pub(crate) async fn export_me(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    client_info: ClientInfo,
) -> Result<impl IntoResponse, ApiError> {
    let (user, now) = (account.id, app.clock.now());
    let mut tx = app.db.begin().await?;
    throttles::count_or_refuse(&mut tx, Limit::Export, &Subject::user(user), now).await?;
    tx.commit().await?;
    let mut tx = app.db.begin().await?;
    let data = collect(&mut tx, user, now).await?.ok_or(Unauthorized::UserNotFound)?;
    audit::store::record(&mut tx, AuditRecord::by_owner(Kind::Exported, user), &client_info, now).await?;
    tx.commit().await?;
    let headers = [(CONTENT_DISPOSITION, "attachment; filename=\"personal-data.json\"")];
    Ok((headers, Json(data)))
}

async fn collect(tx: &mut Tx, user: UserId, now: Timestamp) -> sqlx::Result<Option<AccountExport>> {
    let limit = i64::try_from(MAX_ROWS).unwrap_or(i64::MAX).saturating_add(1);
    let Some(account) = export::account(tx, user).await? else { return Ok(None) };
    Ok(Some(AccountExport {
        exported_at: now,
        account,
        addresses: addresses::store::list(tx, user, KeysetBounds::first(addresses::MAX_ADDRESSES)).await?,
        carts: export::carts(tx, user, limit).await?.into(),
        orders: export::orders(tx, user, limit).await?.into(),
        sign_ins: export::sign_ins(tx, user, limit).await?.into(),
        mails: export::mails(tx, user, limit).await?.into(),
        links: export::links(tx, user, limit).await?.into(),
        back_in_stock_subscriptions: export::back_in_stock_subscriptions(tx, user, limit).await?.into(),
        api_keys: export::api_keys(tx, user, limit).await?.into(),
        audit: export::audit(tx, user, limit).await?.into(),
    }))
}
