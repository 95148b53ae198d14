//! One page of a list: all lists of this function are read in the same way.

use axum::Json;
use http::Uri;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::app::db::Tx;
use shared::http::{ApiError, BaseUrl, Cursor, Direction, Links, Page, PageQuery};
use shared::transfers::Beside;

/// Which page is asked for, and by which URL.
pub(crate) struct Asked<'r> {
    pub(crate) base: &'r BaseUrl,
    pub(crate) uri: &'r Uri,
    pub(crate) query: &'r PageQuery,
}

/// Reads it: `list` has the rows beside a place, `count` says how many there are in all, and `key` what place a row has.
pub(crate) async fn page<K: Copy + Serialize + DeserializeOwned, T>(
    tx: &mut Tx,
    asked: Asked<'_>,
    list: impl AsyncFnOnce(&mut Tx, Beside<K>, i64) -> sqlx::Result<Vec<T>>,
    count: impl AsyncFnOnce(&mut Tx) -> sqlx::Result<i64>,
    key: impl Fn(&T) -> K,
) -> Result<Json<Page<T>>, ApiError> {
    let cursor: Option<Cursor<K>> = asked.query.cursor()?;
    let rows = list(tx, beside(cursor.as_ref()), asked.query.limit()).await?;
    let count = if asked.query.count { Some(count(tx).await?) } else { None };
    let links = Links::new(asked.base, asked.uri);
    let page = Page::from_rows(rows, asked.query.page_size, cursor.as_ref(), key, &links);
    Ok(Json(Page { count, ..page }))
}

/// Where a page begins.
fn beside<K: Copy>(cursor: Option<&Cursor<K>>) -> Beside<K> {
    match cursor {
        None => Beside::default(),
        Some(Cursor { direction: Direction::Next, key }) => Beside { after: Some(*key), before: None },
        Some(Cursor { direction: Direction::Previous, key }) => Beside { after: None, before: Some(*key) },
    }
}
