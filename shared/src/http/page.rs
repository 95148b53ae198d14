//! Lists, one page at a time, by keyset: a cursor names the row where a page ends, so page 1,000 costs what page 1 does.
//!
//! A list endpoint is a query and a mapping: [`PageRequest::read`] takes the store function that reads the rows, the one that counts them,
//! and the key of a row, and makes the page with its links.

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequestParts, OriginalUri};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::Uri;
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{ApiError, BaseUrl, Query};
use crate::app::App;
use crate::app::db::{KeysetBounds, Tx};
use crate::fields::Request;

/// Number of rows on a page if the client does not name one.
const DEFAULT_SIZE: i32 = 20;
/// Maximum number of rows on a page.
const MAX_SIZE: i32 = 100;
/// Maximum number of characters of a cursor.
const MAX_CURSOR: usize = 1000;

/// One page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// Number of rows in the whole list; missing unless you send `count=true`. Lists that are always one page never have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, required = false)]
    pub count: Option<i64>,
    /// URL of the next page; null on the last page.
    #[schema(format = "uri")]
    pub next: Option<String>,
    /// URL of the previous page; null on the first page.
    #[schema(format = "uri")]
    pub previous: Option<String>,
    /// The rows of this page.
    pub results: Vec<T>,
}

/// The page of a list that is requested.
#[derive(Clone, Debug, Request)]
#[request(query)]
pub struct PageQuery {
    /// Number of rows on a page.
    #[field(min = 1, max = MAX_SIZE, default = DEFAULT_SIZE)]
    pub page_size: i32,
    /// Cursor of the page, taken from `next` or `previous` of another page.
    #[field(max = MAX_CURSOR)]
    pub cursor: Option<String>,
    /// True to count the rows of the whole list.
    #[field(default = false)]
    pub count: bool,
}

/// A request for a page: the page's place in the list, and the URL from which links to other pages are made.
#[derive(Debug)]
pub struct PageRequest {
    base: BaseUrl,
    uri: Uri,
    query: PageQuery,
}

impl<S: Send + Sync> FromRequestParts<S> for PageRequest
where
    App: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let base = BaseUrl::from_request_parts(parts, state).await?;
        let Ok(OriginalUri(uri)) = OriginalUri::from_request_parts(parts, state).await;
        let Query(query) = Query::from_request_parts(parts, state).await?;
        Ok(Self::new(base, uri, query))
    }
}

impl PageRequest {
    /// Makes a request for a page whose query was read together with the filters of the list.
    pub const fn new(base: BaseUrl, uri: Uri, query: PageQuery) -> Self {
        Self { base, uri, query }
    }

    /// Reads the page. `list` reads the rows within the bounds, `count` counts the whole list if the client asks for it, and `key` returns the part
    /// of a row that a cursor stores. Answers 400 if the cursor does not belong to this list.
    pub async fn read<T, K: Clone + Serialize + DeserializeOwned>(
        &self,
        tx: &mut Tx,
        list: impl AsyncFnOnce(&mut Tx, KeysetBounds<K>) -> sqlx::Result<Vec<T>>,
        count: impl AsyncFnOnce(&mut Tx) -> sqlx::Result<i64>,
        key: impl Fn(&T) -> K,
    ) -> Result<Page<T>, ApiError> {
        let bounds = self.bounds()?;
        let rows = list(tx, bounds.clone()).await?;
        let count = if self.counts() { Some(count(tx).await?) } else { None };
        Ok(Page { count, ..self.page(rows, &bounds, key) })
    }

    /// Returns the bounds of the rows to read. Answers 400 if the cursor does not belong to this list.
    pub fn bounds<K: Serialize + DeserializeOwned>(&self) -> Result<KeysetBounds<K>, ApiError> {
        let bounds = KeysetBounds::first(i64::from(self.query.page_size) + 1);
        let Some(text) = &self.query.cursor else { return Ok(bounds) };
        match Cursor::parse(text) {
            Some(Cursor { direction: Direction::Next, key }) => Ok(KeysetBounds { after: Some(key), ..bounds }),
            Some(Cursor { direction: Direction::Previous, key }) => Ok(KeysetBounds { before: Some(key), ..bounds }),
            None => Err(ApiError::field("cursor", "Invalid cursor.")),
        }
    }

    /// Makes the page of rows that were read within `bounds`. The row beyond the size of the page only shows that there are more.
    pub fn page<T, K: Serialize>(&self, mut rows: Vec<T>, bounds: &KeysetBounds<K>, key: impl Fn(&T) -> K) -> Page<T> {
        let has_more = rows.len() > self.size();
        rows.truncate(self.size());
        let (has_previous, has_next) = match bounds {
            KeysetBounds { before: Some(_), .. } => {
                rows.reverse();
                (has_more, true)
            }
            KeysetBounds { after, .. } => (after.is_some(), has_more),
        };
        let link = |direction, row: &T| self.with_cursor(&Cursor { direction, key: key(row) });
        let next = rows.last().filter(|_| has_next).map(|row| link(Direction::Next, row));
        let previous = rows.first().filter(|_| has_previous).map(|row| link(Direction::Previous, row));
        Page { count: None, next, previous, results: rows }
    }

    /// Maximum number of rows on the page.
    pub fn size(&self) -> usize {
        usize::try_from(self.query.page_size).unwrap_or_default()
    }

    /// Returns true if the client asks for the number of rows in the whole list.
    pub const fn counts(&self) -> bool {
        self.query.count
    }

    /// Returns the URL of the request with another cursor.
    fn with_cursor<K: Serialize>(&self, cursor: &Cursor<K>) -> String {
        let query: Vec<(String, String)> =
            serde_urlencoded::from_str(self.uri.query().unwrap_or_default()).unwrap_or_default();
        let others = query.into_iter().filter(|(name, _)| name != "cursor");
        let pairs: Vec<_> = others.chain([("cursor".to_owned(), cursor.to_text())]).collect();
        let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
        format!("{}{}?{query}", self.base.0, self.uri.path())
    }
}

impl<T> Page<T> {
    /// Makes a page of a list that is never longer than one page.
    pub const fn single(results: Vec<T>) -> Self {
        Self { count: None, next: None, previous: None, results }
    }

    /// Converts each row of the page.
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> Page<U> {
        let Ok(page) = self.try_map(|row| Ok::<_, Infallible>(change(row)));
        page
    }

    /// Converts each row of the page with a function that may fail.
    pub fn try_map<U, E>(self, change: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let Self { count, next, previous, results } = self;
        let results = results.into_iter().map(change).collect::<Result<_, _>>()?;
        Ok(Page { count, next, previous, results })
    }
}

/// Direction in which a page lies from a cursor's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Direction {
    /// Towards the rows after it.
    #[serde(rename = "n")]
    Next,
    /// Towards the rows before it.
    #[serde(rename = "p")]
    Previous,
}

/// The key of a row and the direction in which to continue. Clients see it as an opaque text.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Cursor<K> {
    #[serde(rename = "d")]
    direction: Direction,
    /// Sort key of the row, and its id.
    #[serde(rename = "k")]
    key: K,
}

impl<K: DeserializeOwned> Cursor<K> {
    /// Reads what a client sent; `None` if this list did not make it, such as a cursor of another order.
    fn parse(text: &str) -> Option<Self> {
        let cursor: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        if has_nul(&cursor) { None } else { serde_json::from_value(cursor).ok() }
    }
}

impl<K: Serialize> Cursor<K> {
    fn to_text(&self) -> String {
        // A key is made of texts and numbers, which always become JSON.
        BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }
}

/// Returns true if a text contains a NUL, which PostgreSQL refuses.
fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(has_nul),
        Value::Object(fields) => fields.values().any(has_nul),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(cursor: Option<&str>) -> PageRequest {
        let query = PageQuery { page_size: 2, cursor: cursor.map(str::to_owned), count: false };
        PageRequest::new(BaseUrl("http://x".to_owned()), Uri::from_static("/list/?a=b&cursor=old"), query)
    }

    #[test]
    fn pages_lead_to_each_other_in_both_directions() {
        let page = |rows: Vec<i64>, cursor: Option<&str>| {
            let request = request(cursor);
            let bounds = request.bounds().unwrap();
            assert_eq!(bounds.limit, 3);
            request.page(rows, &bounds, |row| *row)
        };
        let cursor_in = |link: Option<String>| {
            let link = link.unwrap();
            let (start, cursor) = link.rsplit_once("cursor=").unwrap();
            assert_eq!(start, "http://x/list/?a=b&");
            cursor.to_owned()
        };
        let bounds_of = |cursor: &str| {
            let bounds = request(Some(cursor)).bounds::<i64>().unwrap();
            (bounds.after, bounds.before)
        };

        let first = page(vec![1, 2, 3], None);
        assert_eq!((first.results, first.previous), (vec![1, 2], None));
        let cursor = cursor_in(first.next);
        assert_eq!(bounds_of(&cursor), (Some(2), None));

        let last = page(vec![3], Some(&cursor));
        assert_eq!((last.results, last.next), (vec![3], None));
        let cursor = cursor_in(last.previous);
        assert_eq!(bounds_of(&cursor), (None, Some(3)));

        let back = page(vec![2, 1], Some(&cursor));
        assert_eq!((back.results, back.previous), (vec![1, 2], None));
        assert_eq!(bounds_of(&cursor_in(back.next)), (Some(2), None));
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        let of_numbers = Cursor { direction: Direction::Next, key: 1 }.to_text();
        for text in ["", "%%%", "e30", "bm90IGpzb24", &of_numbers] {
            assert!(request(Some(text)).bounds::<(String, i64)>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_cursor_with_a_nul_is_refused() {
        let cursor = |name: &str| Cursor { direction: Direction::Next, key: (name.to_owned(), 1) }.to_text();
        assert!(request(Some(&cursor("a\0"))).bounds::<(String, i64)>().is_err());
        assert!(request(Some(&cursor(r"a\u0000"))).bounds::<(String, i64)>().is_ok());
    }
}
