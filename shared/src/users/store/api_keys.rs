//! Keys for programs, in SQL, as every request with one needs them.

use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use crate::app::db::{Call, Db};
use crate::ids::ApiKeyId;
use crate::time::Timestamp;
use crate::users::Permissions;
use crate::users::api_keys::ShownKey;

/// A key that is good now.
#[derive(Clone, Copy, Debug)]
pub struct GoodKey {
    /// Which.
    pub id: ApiKeyId,
    /// What it carries.
    pub permissions: Permissions,
}

impl sqlx::FromRow<'_, PgRow> for GoodKey {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let scopes: String = row.try_get("scopes")?;
        Ok(Self { id: row.try_get("id")?, permissions: Permissions::of_names(scopes.split(',')) })
    }
}

/// The key that this one is, and that it was used; `None` where it is forged, called back or over, or its maker may not do all that
/// it carries. One exchange, in a transaction of its own.
pub async fn note_use(db: &Db, key: &ShownKey, now: Timestamp) -> sqlx::Result<Option<GoodKey>> {
    let whole = u128_pair(key.sha256).map(Uuid::from_u128);
    let call = Call::new("use_api_key").uuid(key.id.0).uuid(whole[0]).uuid(whole[1]).bigint(now.micros());
    Ok(db.call(call).await?.into_iter().next())
}

/// The two halves.
fn u128_pair(sha256: [u8; 32]) -> [u128; 2] {
    let half = |from: usize| sha256.iter().skip(from).take(16).fold(0, |number, byte| number << 8 | u128::from(*byte));
    [half(0), half(16)]
}
