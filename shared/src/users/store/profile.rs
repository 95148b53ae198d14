//! SQL of profiles, and the profile as clients see it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::db::Tx;
use crate::fields::{Fields, MAX_PHONE, Request};
use crate::ids::UserId;

/// The profile of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Profile {
    /// Name of the person for parcels and bills, or blank.
    #[schema(example = "Ana Berg")]
    pub name: String,
    /// Phone number, or blank.
    #[schema(example = "+49 40 123456")]
    pub phone: String,
}

/// Maximum number of characters of a name.
const MAX_NAME: usize = 150;

/// The whole profile of a user.
#[derive(Debug, Request)]
#[request(update = UpdateProfile)]
pub struct ReplaceProfile {
    /// Name of the person, or blank.
    #[field(max = MAX_NAME, blank)]
    #[schema(example = "Ana Berg")]
    pub name: String,
    /// Phone number, or blank: digits, spaces and `+-().`
    #[field(max = MAX_PHONE, blank, with = Fields::phone)]
    #[schema(example = "+49 40 123456")]
    pub phone: String,
}

/// Returns the profile of an account; `None` if the account was deleted.
pub async fn find(tx: &mut Tx, user: UserId) -> sqlx::Result<Option<Profile>> {
    sqlx::query_as!(Profile, "select name, phone from users where id = $1", user as _).fetch_optional(&mut *tx).await
}

/// Changes the profile of an account and returns it; `None` if the account was deleted.
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
