//! SQL of uploads.

use super::{ImageType, Refusal, StoredImage, Upload, UploadState};
use crate::app::db::Tx;
use crate::ids::{ApiKeyId, UploadId, UserId};
use crate::time::Timestamp;
use crate::users::Actor;

/// Seconds after which an unfinished upload is deleted. Its file is deleted after a day.
const UNFINISHED_KEPT_SECONDS: i64 = 7 * 24 * 60 * 60;

/// An upload to insert.
#[derive(Clone, Copy, Debug)]
pub struct NewUpload {
    /// Id of the upload.
    pub id: UploadId,
    /// Declared type of the image.
    pub image_type: ImageType,
    /// Declared size in bytes.
    pub bytes: u64,
}

/// Inserts an upload, and deletes a few old ones that were not finished.
pub async fn insert(tx: &mut Tx, new: NewUpload, by: &Actor, now: Timestamp) -> sqlx::Result<()> {
    let (user, api_key): (Option<UserId>, Option<ApiKeyId>) = match by {
        Actor::Account(account) => (Some(account.id), None),
        Actor::ApiKey(key) => (None, Some(key.id)),
    };
    sqlx::query!(
        "with deleted as (
             delete from uploads where id in (
                 select id from uploads where status <> 'finished' and created_at < $7
                  order by created_at limit 100 for update skip locked))
         insert into uploads (id, created_by, created_by_api_key, created_at, content_type, bytes)
         values ($1, $2, $3, $4, $5, $6)",
        new.id as _,
        user as _,
        api_key as _,
        now as _,
        new.image_type.as_str(),
        i64::try_from(new.bytes).unwrap_or(i64::MAX),
        now.plus_seconds(-UNFINISHED_KEPT_SECONDS) as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Finds one upload.
pub async fn find(tx: &mut Tx, id: UploadId) -> sqlx::Result<Option<Upload>> {
    let row = sqlx::query!(
        r#"select u.id, u.created_at, u.content_type, u.bytes, u.refusal,
                  f.url as "url?", f.width as "width?", f.height as "height?",
                  f.list_url as "list_url?", f.page_url as "page_url?", f.zoom_url as "zoom_url?"
             from uploads u left join image_files f on f.url = u.image_url
            where u.id = $1"#,
        id as _
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let image = match (row.url, row.width, row.height, row.list_url, row.page_url, row.zoom_url) {
        (Some(url), Some(width), Some(height), Some(list_url), Some(page_url), Some(zoom_url)) => {
            Some(StoredImage { url, width, height, list_url, page_url, zoom_url })
        }
        _ => None,
    };
    let state = match (image, row.refusal.as_deref().and_then(|code| code.parse::<Refusal>().ok())) {
        (Some(image), _) => UploadState::Finished(image),
        (None, Some(refusal)) => UploadState::Refused(refusal),
        (None, None) => UploadState::Waiting,
    };
    let image_type = row
        .content_type
        .parse::<ImageType>()
        .map_err(|_| sqlx::Error::Decode(format!("unknown image type {}", row.content_type).into()))?;
    let bytes = u64::try_from(row.bytes).map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(Some(Upload { id: row.id, created_at: row.created_at, image_type, bytes, state }))
}

/// Finishes an upload with its image. Returns false if the upload was no longer waiting; the caller must then roll back.
pub async fn finish(tx: &mut Tx, id: UploadId, image: &StoredImage, now: Timestamp) -> sqlx::Result<bool> {
    // The same file is the same image with the same URL.
    sqlx::query!(
        "insert into image_files (url, width, height, list_url, page_url, zoom_url, created_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (url) do nothing",
        image.url,
        image.width,
        image.height,
        image.list_url,
        image.page_url,
        image.zoom_url,
        now as _
    )
    .execute(&mut *tx)
    .await?;
    let done = sqlx::query!(
        "update uploads set status = 'finished', image_url = $2, ended_at = $3 where id = $1 and status = 'waiting'",
        id as _,
        image.url,
        now as _
    )
    .execute(&mut *tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Refuses an upload; returns false if it was no longer waiting.
pub async fn refuse(tx: &mut Tx, id: UploadId, refusal: Refusal, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update uploads set status = 'refused', refusal = $2, ended_at = $3 where id = $1 and status = 'waiting'",
        id as _,
        refusal.as_str(),
        now as _
    )
    .execute(&mut *tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
