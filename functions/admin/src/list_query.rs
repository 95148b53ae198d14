//! The query of a list (search text and cursor), and the page of rows that it requests. Links lead to the next page and to the first; the
//! browser's back button leads to the previous one.

use axum::extract::FromRequestParts;
use http::Uri;
use http::request::Parts;
use maud::{Markup, html};
use shared::app::App;
use shared::app::db::KeysetBounds;
use shared::http::{BaseUrl, Page, PageQuery, PageRequest, Query};

use crate::error::PageError;

/// Maximum number of characters of a search text.
const MAX_SEARCH: usize = 200;

/// The search text and the position that a list page was requested with.
#[derive(Debug)]
pub(crate) struct ListQuery {
    /// Text to search for.
    pub search: Option<String>,
    request: PageRequest,
    uri: Uri,
}

/// The rows of one page, with the links to the next page and to the first.
#[derive(Debug)]
pub(crate) struct Rows<T> {
    pub rows: Vec<T>,
    /// URL of the next page; `None` on the last page.
    next: Option<String>,
    /// URL of the first page; `None` on the first page.
    first: Option<String>,
}

/// The position of a row in its list, as stored in a cursor.
pub(crate) trait Key: serde::Serialize + serde::de::DeserializeOwned {}

impl<K: serde::Serialize + serde::de::DeserializeOwned> Key for K {}

impl FromRequestParts<App> for ListQuery {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageError> {
        let Query(query) = Query::<PageQuery>::from_request_parts(parts, app).await?;
        let search = search_text(&parts.uri);
        if search.as_deref().is_some_and(|text| text.contains('\0') || text.chars().count() > MAX_SEARCH) {
            return Err(PageError::Unreadable);
        }
        // The base URL is empty, because links within the pages need no host.
        let request = PageRequest::new(BaseUrl(String::new()), parts.uri.clone(), query);
        Ok(Self { search, request, uri: parts.uri.clone() })
    }
}

impl ListQuery {
    /// Returns the bounds of the rows to read. Refuses a cursor for an earlier page, because no page has such a link.
    pub(crate) fn bounds<K: Key>(&self) -> Result<KeysetBounds<K>, PageError> {
        let bounds = self.request.bounds()?;
        if bounds.before.is_some() { Err(PageError::Unreadable) } else { Ok(bounds) }
    }

    /// Makes the page of these rows, which were read within `bounds`.
    pub(crate) fn rows<T, K: Key>(&self, rows: Vec<T>, bounds: &KeysetBounds<K>, key: impl Fn(&T) -> K) -> Rows<T> {
        let first = bounds.after.is_some().then(|| self.first());
        let Page { next, results, .. } = self.request.page(rows, bounds, key);
        Rows { rows: results, next, first }
    }

    /// Renders the search form of this list.
    pub(crate) fn search_form(&self, label: &str) -> Markup {
        html! {
            form.row role="search" {
                label { (label) input type="search" name="q" value=[&self.search] maxlength=(MAX_SEARCH) size="32"; }
                button { "Search" }
                @if self.search.is_some() { a href=(self.uri.path()) { "Show all" } }
            }
        }
    }

    /// Returns the URL of the first page, with the search.
    fn first(&self) -> String {
        let search = self.search.as_ref().map(|text| ("q", text));
        match serde_urlencoded::to_string(search.as_slice()) {
            Ok(query) if !query.is_empty() => format!("{}?{query}", self.uri.path()),
            Ok(_) | Err(_) => self.uri.path().to_owned(),
        }
    }
}

impl<T> Rows<T> {
    /// Renders the rows as a table, or a message if there is no row, and below it the links to other pages. A column has a CSS class and a
    /// heading.
    pub(crate) fn table(&self, columns: &[(&str, &str)], empty_message: &str, cells: impl Fn(&T) -> Markup) -> Markup {
        html! {
            div.scroll {
                @if self.rows.is_empty() {
                    p.empty { (empty_message) }
                } @else {
                    table {
                        thead { tr { @for (class, name) in columns { th scope="col" class=(class) { (name) } } } }
                        tbody { @for row in &self.rows { tr { (cells(row)) } } }
                    }
                }
            }
            @if self.first.is_some() || self.next.is_some() {
                nav.pages aria-label="Pages" {
                    @if let Some(first) = &self.first { a href=(first) { "First page" } }
                    @if let Some(next) = &self.next { a href=(next) rel="next" { "Next page" } }
                }
            }
        }
    }
}

/// Returns the trimmed text of `?q=`; `None` if it is missing or blank.
fn search_text(uri: &Uri) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(uri.query().unwrap_or_default()).unwrap_or_default();
    let text = pairs.into_iter().rev().find_map(|(name, value)| (name == "q").then_some(value))?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
