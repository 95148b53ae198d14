//! Keyset paging: a page begins next to a row, which is named by its sort key, so page 1,000 costs what page 1 does.

/// The rows of a list that make up a page: at most `limit` of those after one key or before another; without either, the first rows.
///
/// A store function answers with the rows after `after` in the order of the list, and with those before `before` in the opposite order,
/// so that the nearest come first in both directions. One statement does both, because PostgreSQL plans it with its arguments:
/// a condition on a null argument vanishes, and so does an order by one.
///
/// ```sql
/// where ($1::bigint is null or id > $1) and ($2::bigint is null or id < $2)
/// order by case when $2::bigint is null then id end, id desc
/// limit $3
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeysetBounds<K> {
    /// Key of the row that the page follows.
    pub after: Option<K>,
    /// Key of the row that the page precedes; never together with `after`.
    pub before: Option<K>,
    /// Maximum number of rows to read: one more than the page shows, which tells whether another page follows.
    pub limit: i64,
}

impl<K> KeysetBounds<K> {
    /// The first rows of a list.
    pub const fn first(limit: i64) -> Self {
        Self { after: None, before: None, limit }
    }

    /// The same page with keys of another type.
    pub fn try_map<T, E>(&self, change: impl Fn(&K) -> Result<T, E>) -> Result<KeysetBounds<T>, E> {
        let after = self.after.as_ref().map(&change).transpose()?;
        let before = self.before.as_ref().map(&change).transpose()?;
        Ok(KeysetBounds { after, before, limit: self.limit })
    }

    /// The same page of a list that is only read forwards: the direction of the cursor is ignored.
    #[must_use]
    pub fn forwards(self) -> Self {
        Self { after: self.after.or(self.before), before: None, limit: self.limit }
    }
}
