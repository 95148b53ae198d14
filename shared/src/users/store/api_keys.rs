//! SQL of API keys, as every request with a key needs it.

use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use crate::app::db::{Call, Db};
use crate::ids::ApiKeyId;
use crate::time::Timestamp;
use crate::users::api_keys::UnverifiedKey;
use crate::users::{AuthOptions, Permissions};

/// A valid API key.
#[derive(Clone, Copy, Debug)]
pub struct ValidApiKey {
    /// Id of the key.
    pub id: ApiKeyId,
    /// Permissions of the key.
    pub permissions: Permissions,
}

impl sqlx::FromRow<'_, PgRow> for ValidApiKey {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let scopes: String = row.try_get("scopes")?;
        Ok(Self { id: row.try_get("id")?, permissions: Permissions::from_names(scopes.split(',')) })
    }
}

/// Returns the valid key with this digest and records its use; `None` if the key is forged, revoked or expired, or if its creator does not have
/// all its permissions any more, or has no second factor where these options require one. One round trip, in its own transaction.
pub async fn record_use(
    db: &Db,
    key: &UnverifiedKey,
    options: AuthOptions,
    now: Timestamp,
) -> sqlx::Result<Option<ValidApiKey>> {
    let [first, second] = halves(key.sha256).map(Uuid::from_u128);
    let call = Call::new("use_api_key").uuid(key.id.0).uuid(first).uuid(second).bigint(now.micros());
    let call = call.boolean(options.staff_needs_second_factor);
    Ok(db.call(call).await?.into_iter().next())
}

/// Returns the two halves of a digest, because a call takes uuids but no bytes.
fn halves(sha256: [u8; 32]) -> [u128; 2] {
    let half = |from: usize| sha256.iter().skip(from).take(16).fold(0, |number, byte| number << 8 | u128::from(*byte));
    [half(0), half(16)]
}
