//! Accounts in SQL.

use crate::app::db::{Call, Db};
use crate::ids::UserId;

/// Who somebody is, as every request of theirs needs it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Account {
    /// Which account.
    pub id: UserId,
    /// Where their mail goes.
    pub email: String,
    /// What they are called.
    pub username: String,
    /// Whether they may sign in.
    pub is_active: bool,
    /// Whether they work here.
    pub is_staff: bool,
}

/// The account a token speaks of; `None` where it is gone. One exchange, in a transaction of its own.
pub async fn account(db: &Db, user: UserId) -> sqlx::Result<Option<Account>> {
    let rows = db.call(Call::new("account").bigint(user.0)).await?;
    Ok(rows.into_iter().next())
}
