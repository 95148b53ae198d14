//! SQL of the second factor.

use crate::app::db::{Call, Db, Tx};
use crate::ids::UserId;
use crate::time::Timestamp;

/// Returns true if the account needs a code to log in. One round trip, in its own transaction.
pub async fn is_enabled(db: &Db, user: UserId) -> sqlx::Result<bool> {
    let rows: Vec<(bool,)> = db.call(Call::new("has_second_factor").bigint(user.0)).await?;
    Ok(rows.first().is_some_and(|row| row.0))
}

/// Counts the unused recovery codes of an account.
pub async fn recovery_codes_left(tx: &mut Tx, user: UserId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "left!" from recovery_codes where user_id = $1 and used_at is null"#,
        user as _
    )
    .fetch_one(&mut *tx)
    .await
}

/// The secret from which a device computes its codes, encrypted by `auth`.
#[derive(Clone, Debug)]
pub struct EncryptedSecret {
    /// Version of the key.
    pub key_version: i16,
    /// Nonce, encrypted secret and tag.
    pub bytes: Vec<u8>,
}

/// A device that generates codes.
pub struct Device {
    /// Its encrypted secret.
    pub secret: EncryptedSecret,
    /// True if log-ins require its codes.
    pub is_confirmed: bool,
    /// Step of the last code that was accepted.
    pub last_step: i64,
}

/// Stores an unconfirmed device, in place of an earlier unconfirmed one. Returns false if a confirmed one exists.
pub async fn replace_unconfirmed(
    tx: &mut Tx,
    user: UserId,
    secret: &EncryptedSecret,
    now: Timestamp,
) -> sqlx::Result<bool> {
    sqlx::query!(
        "insert into totp_devices as d (user_id, secret, key_version, created_at) values ($1, $2, $3, $4)
         on conflict (user_id) do update
            set secret = excluded.secret, key_version = excluded.key_version, created_at = excluded.created_at, last_step = 0
          where d.confirmed_at is null",
        user as _,
        secret.bytes,
        secret.key_version,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Returns the device of an account and locks it until the transaction ends: of two requests with the same code, the second finds it used.
pub async fn lock_device(tx: &mut Tx, user: UserId) -> sqlx::Result<Option<Device>> {
    let row = sqlx::query!(
        r#"select secret, key_version, confirmed_at is not null as "is_confirmed!", last_step
             from totp_devices where user_id = $1 for update"#,
        user as _
    )
    .fetch_optional(&mut *tx)
    .await?;
    Ok(row.map(|row| Device {
        secret: EncryptedSecret { key_version: row.key_version, bytes: row.secret },
        is_confirmed: row.is_confirmed,
        last_step: row.last_step,
    }))
}

/// Stores the secret of a device that was encrypted again. The device must be locked.
pub async fn replace_secret(tx: &mut Tx, user: UserId, secret: &EncryptedSecret) -> sqlx::Result<()> {
    sqlx::query!(
        "update totp_devices set secret = $2, key_version = $3 where user_id = $1",
        user as _,
        secret.bytes,
        secret.key_version
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Records the step of an accepted code, so that this code and earlier ones are refused. The device must be locked.
pub async fn record_step(tx: &mut Tx, user: UserId, step: i64) -> sqlx::Result<()> {
    sqlx::query!("update totp_devices set last_step = $2 where user_id = $1", user as _, step)
        .execute(&mut *tx)
        .await
        .map(drop)
}

/// Confirms the device, which must be locked.
pub async fn confirm(tx: &mut Tx, user: UserId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("update totp_devices set confirmed_at = $2 where user_id = $1", user as _, now as _)
        .execute(&mut *tx)
        .await
        .map(drop)
}

/// Replaces the recovery codes of an account by these, given as digests.
pub async fn replace_recovery_codes(
    tx: &mut Tx,
    user: UserId,
    digests: &[Vec<u8>],
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!("delete from recovery_codes where user_id = $1", user as _).execute(&mut *tx).await?;
    sqlx::query!(
        "insert into recovery_codes (code_sha256, user_id, created_at) select code, $1, $3 from unnest($2::bytea[]) code",
        user as _,
        digests,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Uses up a recovery code; returns false if the account has no such unused code.
pub async fn use_recovery_code(tx: &mut Tx, user: UserId, digest: &[u8], now: Timestamp) -> sqlx::Result<bool> {
    sqlx::query!(
        "update recovery_codes set used_at = $3 where code_sha256 = $2 and user_id = $1 and used_at is null",
        user as _,
        digest,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Removes the device and the recovery codes of an account.
pub async fn remove(tx: &mut Tx, user: UserId) -> sqlx::Result<()> {
    sqlx::query!("delete from recovery_codes where user_id = $1", user as _).execute(&mut *tx).await?;
    sqlx::query!("delete from totp_devices where user_id = $1", user as _).execute(&mut *tx).await.map(drop)
}
