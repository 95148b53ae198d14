//! The second factor in SQL.

use crate::app::db::{Call, Db, Tx};
use crate::ids::UserId;
use crate::time::Timestamp;

/// Whether somebody logs in with a code. One exchange, in a transaction of its own.
pub async fn is_needed(db: &Db, user: UserId) -> sqlx::Result<bool> {
    let rows: Vec<(bool,)> = db.call(Call::new("has_second_factor").bigint(user.0)).await?;
    Ok(rows.first().is_some_and(|row| row.0))
}

/// How many recovery codes somebody has left.
pub async fn recovery_codes_left(tx: &mut Tx, user: UserId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "left!" from recovery_codes where user_id = $1 and used_at is null"#,
        user as _
    )
    .fetch_one(&mut *tx)
    .await
}

/// A device that makes codes.
pub struct Device {
    /// What the codes are made of.
    pub secret: Vec<u8>,
    /// Whether it is in force.
    pub is_confirmed: bool,
    /// The step of the last code that was taken.
    pub last_step: i64,
}

/// Offers a device, in the place of another that was offered; `false` where one is in force.
pub async fn offer(tx: &mut Tx, user: UserId, secret: &[u8], now: Timestamp) -> sqlx::Result<bool> {
    sqlx::query!(
        "insert into totp_devices as d (user_id, secret, created_at) values ($1, $2, $3)
         on conflict (user_id) do update set secret = excluded.secret, created_at = excluded.created_at, last_step = 0
          where d.confirmed_at is null",
        user as _,
        secret,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Somebody's device, locked until the transaction ends: of two who come with one code, the second finds it used.
pub async fn lock_device(tx: &mut Tx, user: UserId) -> sqlx::Result<Option<Device>> {
    sqlx::query_as!(
        Device,
        r#"select secret, confirmed_at is not null as "is_confirmed!", last_step
             from totp_devices where user_id = $1 for update"#,
        user as _
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Notes that the code of this step was taken: it is not good again, nor is any before it. The device is locked.
pub async fn take_step(tx: &mut Tx, user: UserId, step: i64) -> sqlx::Result<()> {
    sqlx::query!("update totp_devices set last_step = $2 where user_id = $1", user as _, step)
        .execute(&mut *tx)
        .await
        .map(drop)
}

/// Puts the device in force that was offered. It is locked.
pub async fn confirm(tx: &mut Tx, user: UserId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("update totp_devices set confirmed_at = $2 where user_id = $1", user as _, now as _)
        .execute(&mut *tx)
        .await
        .map(drop)
}

/// Gives somebody these recovery codes, by their digests, and no others.
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

/// Uses a recovery code up, if somebody has it left; whether they had.
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

/// Removes somebody's device and what stands in for it.
pub async fn remove(tx: &mut Tx, user: UserId) -> sqlx::Result<()> {
    sqlx::query!("delete from recovery_codes where user_id = $1", user as _).execute(&mut *tx).await?;
    sqlx::query!("delete from totp_devices where user_id = $1", user as _).execute(&mut *tx).await.map(drop)
}
