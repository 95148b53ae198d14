//! Lists, a page at a time, by keyset: a cursor names the row where a page ends, so page 1,000 costs what page 1 does.

use std::convert::Infallible;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::Uri;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{ApiError, BaseUrl, Fields, FromFields};

/// How many rows a page has where the client does not say.
const DEFAULT_SIZE: i32 = 20;
/// How many it may have.
const MAX_SIZE: i32 = 100;

/// One page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// How many rows the whole list has; only where `?count=true` asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// Where the next page is, or null.
    #[schema(format = "uri")]
    pub next: Option<String>,
    /// Where the page before is, or null.
    #[schema(format = "uri")]
    pub previous: Option<String>,
    /// The rows.
    pub results: Vec<T>,
}

/// Which page of a list is asked for.
#[derive(Clone, Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many rows: 1 to 100, 20 if not said.
    #[param(minimum = 1, maximum = 100, default = 20, required = false)]
    pub page_size: i32,
    /// Where to go on, from `next` or `previous` of another page.
    #[param(required = false)]
    pub cursor: Option<String>,
    /// Whether to count the whole list.
    #[param(default = false, required = false)]
    pub count: bool,
}

impl FromFields for PageQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        let page_size = fields.maybe("page_size", |fields, name| fields.small_integer(name, 1..=MAX_SIZE));
        let cursor = fields.maybe("cursor", |fields, name| fields.text(name, 1000));
        let count = fields.maybe("count", Fields::boolean);
        Some(Self { page_size: page_size?.unwrap_or(DEFAULT_SIZE), cursor: cursor?, count: count?.unwrap_or_default() })
    }
}

impl PageQuery {
    /// How many rows to read: one too many, which says whether there is more.
    pub fn limit(&self) -> i64 {
        i64::from(self.page_size) + 1
    }

    /// How many rows the page has, where there are enough.
    pub fn size(&self) -> usize {
        usize::try_from(self.page_size).unwrap_or_default()
    }

    /// The cursor, where one was sent. 400 where it is not one of this list's.
    pub fn cursor<K: Serialize + DeserializeOwned>(&self) -> Result<Option<Cursor<K>>, ApiError> {
        let Some(text) = &self.cursor else { return Ok(None) };
        Cursor::parse(text).map(Some).ok_or_else(|| ApiError::field("cursor", "Invalid cursor."))
    }
}

/// Which way to go from a cursor's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// To the rows after it.
    #[serde(rename = "n")]
    Next,
    /// To the rows before it.
    #[serde(rename = "p")]
    Previous,
}

/// A place in a list: the sort key and id of a row, and which way to go. Clients see it as an opaque text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cursor<K> {
    /// Which way.
    #[serde(rename = "d")]
    pub direction: Direction,
    /// What the list is sorted by, of that row, and its id.
    #[serde(rename = "k")]
    pub key: K,
}

impl<K: Serialize + DeserializeOwned> Cursor<K> {
    /// Reads what a client sent back; `None` where it is not ours. A cursor of another order than `K` is not ours either.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }

    fn to_text(&self) -> String {
        // A key is made of texts and numbers, which always become JSON.
        BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }
}

impl<T> Page<T> {
    /// Makes a page of up to `page_size + 1` rows, read in the cursor's direction from its row: the row too many only says
    /// that there is more. `key` is what a cursor keeps of a row.
    pub fn from_rows<K: Serialize + DeserializeOwned>(
        mut rows: Vec<T>,
        page_size: i32,
        cursor: Option<&Cursor<K>>,
        key: impl Fn(&T) -> K,
        links: &Links<'_>,
    ) -> Self {
        let size = usize::try_from(page_size).unwrap_or_default();
        let more = rows.len() > size;
        rows.truncate(size);
        let backwards = cursor.is_some_and(|cursor| cursor.direction == Direction::Previous);
        if backwards {
            rows.reverse();
        }
        let (before, after) = if backwards { (more, true) } else { (cursor.is_some(), more) };
        let link = |there: bool, row: Option<&T>, direction| {
            row.filter(|_| there).map(|row| links.with_cursor(&Cursor { direction, key: key(row) }.to_text()))
        };
        let next = link(after, rows.last(), Direction::Next);
        let previous = link(before, rows.first(), Direction::Previous);
        Self { count: None, next, previous, results: rows }
    }

    /// The same page with other rows: the second half of reading one.
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> Page<U> {
        let Ok(page) = self.try_map(|row| Ok::<_, Infallible>(change(row)));
        page
    }

    /// The same with a change that may fail.
    pub fn try_map<U, E>(self, change: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let Self { count, next, previous, results } = self;
        let results = results.into_iter().map(change).collect::<Result<_, _>>()?;
        Ok(Page { count, next, previous, results })
    }
}

/// Makes the links of a page: the request's own URL with another cursor.
#[derive(Debug)]
pub struct Links<'r> {
    base: &'r BaseUrl,
    uri: &'r Uri,
}

impl<'r> Links<'r> {
    /// Links from the request for `uri`.
    pub fn new(base: &'r BaseUrl, uri: &'r Uri) -> Self {
        Self { base, uri }
    }

    fn with_cursor(&self, cursor: &str) -> String {
        let query: Vec<(String, String)> =
            serde_urlencoded::from_str(self.uri.query().unwrap_or_default()).unwrap_or_default();
        let kept = query.into_iter().filter(|(name, _)| name != "cursor");
        let pairs: Vec<_> = kept.chain([("cursor".to_owned(), cursor.to_owned())]).collect();
        let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
        format!("{}{}?{query}", self.base.0, self.uri.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_lead_to_each_other_in_both_directions() {
        let (base, uri) = (BaseUrl("http://x".to_owned()), Uri::from_static("/list/?a=b&cursor=old"));
        let links = Links::new(&base, &uri);
        let page = |rows: Vec<i64>, cursor: Option<&Cursor<i64>>| Page::from_rows(rows, 2, cursor, |row| *row, &links);
        let cursor_in = |link: Option<String>| {
            let link = link.unwrap();
            let (start, cursor) = link.rsplit_once("cursor=").unwrap();
            assert_eq!(start, "http://x/list/?a=b&");
            Cursor::<i64>::parse(cursor).unwrap()
        };

        let first = page(vec![1, 2, 3], None);
        assert_eq!((first.results, first.previous), (vec![1, 2], None));
        let cursor = cursor_in(first.next);
        assert_eq!((cursor.direction, cursor.key), (Direction::Next, 2));

        let last = page(vec![3], Some(&cursor));
        assert_eq!((last.results, last.next), (vec![3], None));
        let cursor = cursor_in(last.previous);
        assert_eq!((cursor.direction, cursor.key), (Direction::Previous, 3));

        let back = page(vec![2, 1], Some(&cursor));
        assert_eq!((back.results, back.previous), (vec![1, 2], None));
        assert_eq!(cursor_in(back.next).key, 2);
    }

    #[test]
    fn a_cursor_that_is_not_ours_is_refused() {
        for text in ["", "%%%", "e30", "bm90IGpzb24"] {
            assert!(Cursor::<(String, i64)>::parse(text).is_none(), "{text}");
        }
    }
}
