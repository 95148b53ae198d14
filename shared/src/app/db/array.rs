//! Arrays in the answer of a [`super::Call`].

use std::borrow::Cow;
use std::str::FromStr;

use sqlx::error::BoxDynError;
use sqlx::postgres::{PgHasArrayType, PgTypeInfo, PgValueFormat, PgValueRef};
use sqlx::{Decode, Postgres, Type};

/// The elements of an array without nulls.
///
/// Answers of simple queries are text. sqlx 0.9 takes the word NULL in such an array for a null, in quotes or not, so a product with that
/// tag could not be read. This type reads quotes as PostgreSQL writes them (`array_out`), and is several times faster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Array<T>(pub Vec<T>);

impl<T: PgHasArrayType> Type<Postgres> for Array<T> {
    fn type_info() -> PgTypeInfo {
        T::array_type_info()
    }

    fn compatible(ty: &PgTypeInfo) -> bool {
        T::array_compatible(ty)
    }
}

impl<'r, T> Decode<'r, Postgres> for Array<T>
where
    T: FromStr<Err: Into<BoxDynError>> + Type<Postgres> + for<'e> Decode<'e, Postgres>,
{
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        match value.format() {
            PgValueFormat::Binary => Vec::decode(value).map(Self),
            PgValueFormat::Text => elements(value.as_str()?)
                .map(|text| text.parse().map_err(Into::into))
                .collect::<Result<_, _>>()
                .map(Self),
        }
    }
}

/// Returns the elements of `{12,two words,"a, b"}` without their quotes and escapes.
fn elements(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let mut rest = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or_default();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (element, after) = if let Some(quoted) = rest.strip_prefix('"') {
            let end = end_of_quotes(quoted);
            let (inside, after) = quoted.split_at(end);
            (unescaped(inside), after.strip_prefix('"').unwrap_or_default())
        } else {
            let (plain, after) = rest.split_at(rest.find(',').unwrap_or(rest.len()));
            (Cow::Borrowed(plain), after)
        };
        rest = after.strip_prefix(',').unwrap_or_default();
        Some(element)
    })
}

fn end_of_quotes(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.unwrap_or(text.len())
}

fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut escaped = false;
    let unescaped = text.chars().filter(|c| {
        escaped = *c == '\\' && !escaped;
        !escaped
    });
    Cow::Owned(unescaped.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_is_read_as_postgresql_writes_it() {
        for (text, read) in [
            ("{}", vec![]),
            ("{12,-3}", vec!["12", "-3"]),
            ("{NULLS,\"NULL\"}", vec!["NULLS", "NULL"]),
            (r#"{"","a, b","{c}",two words,é}"#, vec!["", "a, b", "{c}", "two words", "é"]),
            (r#"{"say \"ah\"","back\\slash","\\","\\\"",x}"#, vec![r#"say "ah""#, r"back\slash", r"\", r#"\""#, "x"]),
        ] {
            assert_eq!(elements(text).collect::<Vec<_>>(), read, "{text}");
        }
    }
}
