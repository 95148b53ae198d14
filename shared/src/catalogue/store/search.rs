//! Finds the words of a search.

use super::filter::SearchQuery;
use super::row::{CardRow, CursorKey, ListRow, ProductBounds};
use crate::app::db::{Array, Call, Db, Tx};
use crate::ids::ProductId;
use crate::time::Timestamp;

/// Maximum number of similar words that replace a mistyped one.
const ALTERNATIVES: usize = 3;

/// Builds the query for the products that have, for each word of the text, a word that begins with it. Matches nothing if the text has no
/// words.
pub async fn query(tx: &mut Tx, text: &str) -> sqlx::Result<SearchQuery> {
    search_query(tx, text, None).await
}

/// Builds the query for a text, or for the `tsquery` to which it was corrected.
async fn search_query(tx: &mut Tx, text: &str, corrected: Option<&str>) -> sqlx::Result<SearchQuery> {
    sqlx::query_as!(
        SearchQuery,
        r#"select coalesce(query::text, '') as "query!",
                  case when not is_common(query) then few_products_with(query) end as "candidates: Vec<ProductId>"
             from coalesce($2::text::tsquery, search_query($1)) as query"#,
        text,
        corrected
    )
    .fetch_one(&mut *tx)
    .await
}

/// Builds the query for a text that found nothing: similar words replace each word that no product has. Returns `None` if there is nothing
/// to correct or no similar word.
pub async fn corrected(tx: &mut Tx, text: &str) -> sqlx::Result<Option<SearchQuery>> {
    let words = sqlx::query_as!(
        Word,
        r#"select word as "word!", query as "query!", similar_words as "similar_words: Array<String>" from mistyped_words($1)"#,
        text
    )
    .fetch_all(&mut *tx)
    .await?;
    match correct(words) {
        Some(query) => search_query(tx, text, Some(&query)).await.map(Some),
        None => Ok(None),
    }
}

/// Lists a page of the products that shoppers see at this time and that `text` finds, the best first; the list is only read forwards. A
/// text that finds nothing is corrected as by [`corrected`]. One round trip, or three.
pub async fn search_everything(
    db: &Db,
    now: Timestamp,
    text: &str,
    bounds: ProductBounds,
) -> sqlx::Result<Vec<ListRow>> {
    let (rank, id) = match bounds.after {
        Some((CursorKey::Rank(rank), ProductId(id))) => (Some(rank), Some(id)),
        Some(_) | None => (None, None),
    };
    let search = async |query: Option<&str>| -> sqlx::Result<Vec<CardRow>> {
        let call = Call::new("search_cards").text(text).text(query).bigint(rank).bigint(id);
        db.call(call.bigint(bounds.limit).bigint(now.micros())).await
    };
    let mut rows = search(None).await?;
    if rows.is_empty() {
        let words = db.call(Call::new("mistyped_words").text(text)).await?;
        if let Some(query) = correct(words) {
            rows = search(Some(&query)).await?;
        }
    }
    rows.into_iter().map(ListRow::try_from).collect()
}

/// A word of a search text.
#[derive(sqlx::FromRow)]
struct Word {
    word: String,
    query: String,
    /// Words that resemble it, if no product has it.
    similar_words: Option<Array<String>>,
}

fn correct(words: Vec<Word>) -> Option<String> {
    let mut changed = false;
    let mut parts = Vec::with_capacity(words.len());
    for word in words {
        let Some(Array(similar)) = word.similar_words else {
            parts.push(word.query);
            continue;
        };
        let corrections = corrections(&word.word, similar);
        if corrections.is_empty() {
            return None;
        }
        changed = true;
        parts.push(format!("({})", corrections.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" | ")));
    }
    changed.then(|| parts.join(" & "))
}

/// Quotes a word for a `tsquery` that finds all words that begin with it.
fn quoted(word: &str) -> String {
    format!("'{}':*", word.replace('\\', "\\\\").replace('\'', "''"))
}

/// Returns the similar words that a client who typed `typed` most likely meant, the likeliest first. A word may be typed in part, so the
/// distance between the text and the beginning of a word decides.
fn corrections(typed: &str, similar: Vec<String>) -> Vec<String> {
    let typed: Vec<char> = typed.chars().collect();
    let allowed = match typed.len() {
        0..=3 => return Vec::new(),
        4..=5 => 1,
        _ => 2,
    };
    let mut near: Vec<_> = similar
        .into_iter()
        .map(|word| {
            let (beginning, whole) = distances(&typed, &word.chars().collect::<Vec<_>>());
            (beginning, whole, word)
        })
        .filter(|(beginning, ..)| *beginning <= allowed)
        .collect();
    near.sort();
    let nearest = near.first().map(|(beginning, ..)| *beginning);
    near.into_iter()
        .filter(|(beginning, ..)| Some(*beginning) == nearest)
        .map(|(.., word)| word)
        .take(ALTERNATIVES)
        .collect()
}

/// Returns the number of mistyped letters (replaced, added, missing, swapped with the next): if the nearest beginning of the word was
/// meant, and if the whole word was.
fn distances(typed: &[char], word: &[char]) -> (usize, usize) {
    // The table of Damerau and Levenshtein, row by row; swapped letters need the last two rows.
    let mut rows = [Vec::new(), Vec::new(), (0..=word.len()).collect::<Vec<usize>>()];
    for (down, letter) in typed.iter().enumerate() {
        let mut row = Vec::with_capacity(word.len() + 1);
        row.push(down + 1);
        for (along, other) in word.iter().enumerate() {
            let at = |back: usize, place: usize| rows[2 - back].get(place).copied().unwrap_or(usize::MAX / 2);
            let replaced = at(0, along) + usize::from(letter != other);
            let added = at(0, along + 1) + 1;
            let left_out = row.last().copied().unwrap_or(usize::MAX / 2) + 1;
            let swapped = match (down.checked_sub(1), along.checked_sub(1)) {
                (Some(above), Some(before)) if typed.get(above) == Some(other) && word.get(before) == Some(letter) => {
                    at(1, before) + 1
                }
                _ => usize::MAX,
            };
            row.push(replaced.min(added).min(left_out).min(swapped));
        }
        let [_, second, third] = rows;
        rows = [second, third, row];
    }
    let [.., last] = rows;
    (last.iter().copied().min().unwrap_or_default(), last.last().copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(typed: &str, word: &str) -> (usize, usize) {
        distances(&typed.chars().collect::<Vec<_>>(), &word.chars().collect::<Vec<_>>())
    }

    #[test]
    fn a_distance_counts_what_was_mistyped() {
        for (typed, word, beginning, whole) in [
            ("shirt", "shirt", 0, 0),
            ("shrit", "shirt", 1, 1),
            ("shirrt", "shirt", 1, 1),
            ("shrt", "shirt", 1, 1),
            ("shurt", "shirt", 1, 1),
            ("shrit", "shirts", 1, 2),
            ("blu", "blouse", 1, 3),
            ("hsirt", "shirt", 1, 1),
            ("creme", "crème", 1, 1),
            ("", "ab", 0, 2),
        ] {
            assert_eq!(distance(typed, word), (beginning, whole), "{typed} {word}");
        }
    }

    #[test]
    fn the_nearest_words_are_meant_and_no_others() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(corrections("bluose", words(&["blue", "blouse", "house", "blouses"])), ["blouse", "blouses"]);
        assert_eq!(corrections("tee", words(&["tea"])), [""; 0]);
        assert_eq!(corrections("trousers", words(&["blouse", "houses"])), [""; 0]);
    }

    #[test]
    fn signs_in_a_word_stay_in_it() {
        assert_eq!(quoted(r"o'b\c"), r"'o''b\\c':*");
    }
}
