//! What the lists have in common: words to look for, and pages by keyset. Pages lead onwards; back is the browser's own button.

use axum::extract::FromRequestParts;
use http::Uri;
use http::request::Parts;
use maud::{Markup, html};
use shared::app::App;
use shared::http::{BaseUrl, Cursor, Direction, Links, Page, PageQuery, Query};

use crate::error::PageError;

/// A form takes no more.
const SEARCH_LENGTH: usize = 200;

/// What a list's URL says.
#[derive(Debug)]
pub(crate) struct ListQuery {
    /// What is looked for.
    pub search: Option<String>,
    pages: PageQuery,
    uri: Uri,
}

/// Rows, and where the rest of them is.
#[derive(Debug)]
pub(crate) struct Rows<T> {
    pub rows: Vec<T>,
    next: Option<String>,
    /// Where the list begins; `None` on its first page.
    first: Option<String>,
}

/// What a row is found again by, as a cursor keeps it.
pub(crate) trait Key: serde::Serialize + serde::de::DeserializeOwned {}

impl<K: serde::Serialize + serde::de::DeserializeOwned> Key for K {}

impl FromRequestParts<App> for ListQuery {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageError> {
        let Query(pages) = Query::<PageQuery>::from_request_parts(parts, app).await?;
        let search = search_words(&parts.uri);
        if search.as_deref().is_some_and(|words| words.contains('\0') || words.chars().count() > SEARCH_LENGTH) {
            return Err(PageError::Unreadable);
        }
        Ok(Self { search, pages, uri: parts.uri.clone() })
    }
}

impl ListQuery {
    /// The key of the row behind which this page begins.
    pub(crate) fn after<K: Key>(&self) -> Result<Option<K>, PageError> {
        match self.pages.cursor()? {
            None => Ok(None),
            Some(Cursor { direction: Direction::Next, key }) => Ok(Some(key)),
            Some(Cursor { direction: Direction::Previous, .. }) => Err(PageError::Unreadable),
        }
    }

    /// How many rows to read: one too many.
    pub(crate) fn limit(&self) -> i64 {
        self.pages.limit()
    }

    /// The page that these rows are.
    pub(crate) fn rows<T, K: Key>(&self, rows: Vec<T>, key: impl Fn(&T) -> K) -> Result<Rows<T>, PageError> {
        // Without a host: whoever reads the page has found it.
        let here = BaseUrl(String::new());
        let cursor: Option<Cursor<K>> = self.pages.cursor()?;
        let first = cursor.is_some().then(|| self.first());
        let Page { next, results, .. } =
            Page::from_rows(rows, self.pages.page_size, cursor.as_ref(), key, &Links::new(&here, &self.uri));
        Ok(Rows { rows: results, next, first })
    }

    /// A form that looks for something in this list.
    pub(crate) fn search_form(&self, label: &str) -> Markup {
        html! {
            form.row role="search" {
                label { (label) input type="search" name="q" value=[&self.search] maxlength=(SEARCH_LENGTH) size="32"; }
                button { "Search" }
                @if self.search.is_some() { a href=(self.uri.path()) { "Show all" } }
            }
        }
    }

    fn first(&self) -> String {
        let words = self.search.as_ref().map(|words| ("q", words));
        match serde_urlencoded::to_string(words.as_slice()) {
            Ok(query) if !query.is_empty() => format!("{}?{query}", self.uri.path()),
            Ok(_) | Err(_) => self.uri.path().to_owned(),
        }
    }
}

impl<T> Rows<T> {
    /// A table of the rows, with a line that says so where there are none.
    pub(crate) fn table(&self, heads: &[(&str, &str)], nothing: &str, cells: impl Fn(&T) -> Markup) -> Markup {
        html! {
            div.scroll {
                @if self.rows.is_empty() {
                    p.empty { (nothing) }
                } @else {
                    table {
                        thead { tr { @for (class, name) in heads { th scope="col" class=(class) { (name) } } } }
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

/// What `?q=` says; an empty form says nothing.
fn search_words(uri: &Uri) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(uri.query().unwrap_or_default()).unwrap_or_default();
    let words = pairs.into_iter().rev().find_map(|(name, value)| (name == "q").then_some(value))?;
    let words = words.trim();
    (!words.is_empty()).then(|| words.to_owned())
}
