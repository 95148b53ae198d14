//! Profiles in SQL.

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::db::Tx;
use crate::fields::{Fields, MAX_PHONE, Request};
use crate::ids::UserId;

/// What a buyer tells of themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Profile {
    /// What they are called, or blank. The username is what they are known by here; this one goes on parcels.
    #[schema(example = "Ana Berg")]
    pub name: String,
    /// Their telephone number, or blank.
    #[schema(example = "+49 40 123456")]
    pub phone: String,
}

/// Characters of the longest name.
const MAX_NAME: usize = 150;

/// The whole profile of a user.
#[derive(Debug, Request)]
#[request(update = UpdateProfile)]
pub struct ReplaceProfile {
    /// Name of the person, or blank.
    #[field(max = MAX_NAME, blank)]
    #[schema(example = "Ana Berg")]
    pub name: String,
    /// Telephone number, or blank: digits, spaces and `+-().`
    #[field(max = MAX_PHONE, blank, with = Fields::phone)]
    #[schema(example = "+49 40 123456")]
    pub phone: String,
}

/// Somebody's profile; `None` where the account is gone.
pub async fn find(tx: &mut Tx, user: UserId) -> sqlx::Result<Option<Profile>> {
    sqlx::query_as!(Profile, "select name, phone from users where id = $1", user as _).fetch_optional(&mut *tx).await
}

/// Changes somebody's profile; what it is now, or `None` where the account is gone.
pub async fn update(tx: &mut Tx, user: UserId, change: UpdateProfile) -> sqlx::Result<Option<Profile>> {
    sqlx::query_as!(
        Profile,
        "update users set name = coalesce($2, name), phone = coalesce($3, phone) where id = $1 returning name, phone",
        user as _,
        change.name,
        change.phone
    )
    .fetch_optional(&mut *tx)
    .await
}
