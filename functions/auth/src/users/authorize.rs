//! Decides which accounts a caller may read, change or delete: their own, and with the permission `customers` all accounts.

use shared::app::db::Tx;
use shared::audit::{AuditRecord, Kind};
use shared::http::{ApiError, forbidden};
use shared::ids::UserId;
use shared::users::Permission;
use shared::users::store::Account;
use shared::users::store::accounts::{self, AccountSummary};

/// The kind of access that an operation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Reads the account.
    Read,
    /// Changes the username.
    Change,
    /// Deletes the account.
    Delete,
}

/// Returns the account with this id if the caller has this access to it. As in Djoser, reading or changing another person's account gives 404,
/// and deleting it gives 403. The text of that 404 is not the text for an unknown id.
pub(super) async fn account(
    tx: &mut Tx,
    caller: &Account,
    id: UserId,
    access: Access,
) -> Result<AccountSummary, ApiError> {
    let account = accounts::find(tx, id).await?.ok_or(ApiError::NoSuch("User"))?;
    if id == caller.id {
        return Ok(account);
    }
    if caller.second_factor_step.is_some() {
        return Err(forbidden(caller));
    }
    if !caller.permissions.has(Permission::Customers) {
        return Err(match access {
            Access::Read | Access::Change => ApiError::NotFound,
            Access::Delete => ApiError::Forbidden,
        });
    }
    // Otherwise a person with `customers` alone could take over the account of someone who assigns permissions.
    let is_staff = account.is_staff || account.is_superuser;
    if is_staff && access != Access::Read && !caller.is_superuser {
        return Err(ApiError::Forbidden);
    }
    Ok(account)
}

/// Returns the record for the audit log: by the owner, or by a member of the staff.
pub(super) fn audit_record(kind: Kind, caller: UserId, user: UserId) -> AuditRecord {
    if caller == user { AuditRecord::by_owner(kind, user) } else { AuditRecord::by_staff(kind, caller, Some(user)) }
}
