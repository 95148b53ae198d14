//! Whose account one may see, change or end: one's own, and with the permission `customers` everybody's.

use shared::app::db::Tx;
use shared::audit::{AuditRecord, Kind};
use shared::http::ApiError;
use shared::ids::UserId;
use shared::users::Permission;
use shared::users::store::Account;
use shared::users::store::accounts::{self, AccountSummary};

/// What is to be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Look at it.
    See,
    /// Give it another name.
    Change,
    /// End it.
    Delete,
}

/// The account of this id, if the caller may do that with it. Somebody else's is hidden, as Djoser does it: 404 in other words
/// than where there is none, and 403 for who would end it.
pub(super) async fn account(
    tx: &mut Tx,
    caller: &Account,
    id: UserId,
    deed: Access,
) -> Result<AccountSummary, ApiError> {
    let account = accounts::find(tx, id).await?.ok_or(ApiError::NoSuch("User"))?;
    if id == caller.id {
        return Ok(account);
    }
    if !caller.permissions.has(Permission::Customers) {
        return Err(match deed {
            Access::See | Access::Change => ApiError::NotFound,
            Access::Delete => ApiError::Forbidden,
        });
    }
    // Whoever may look after customers may not make themselves, through another's account, who hands out permissions.
    let is_of_staff = account.is_staff || account.is_superuser;
    if is_of_staff && deed != Access::See && !caller.is_superuser {
        return Err(ApiError::Forbidden);
    }
    Ok(account)
}

/// The line in the audit log: by its owner, or by one of the staff.
pub(super) fn entry(kind: Kind, caller: UserId, user: UserId) -> AuditRecord {
    if caller == user { AuditRecord::by_owner(kind, user) } else { AuditRecord::by_staff(kind, caller, Some(user)) }
}
