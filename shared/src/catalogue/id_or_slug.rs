//! The id or slug by which a URL names a product, a brand or a category.

use std::convert::Infallible;
use std::str::FromStr;

use crate::ids::{BrandId, CategoryId, ProductId};

/// An id or a slug. A text of digits is an id; if no row has the id, it may still be a slug.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdOrSlug {
    /// The text as an id, if it is a number.
    pub id: Option<i64>,
    /// The text as a slug.
    pub slug: String,
}

impl From<CategoryId> for IdOrSlug {
    /// Names the category with this id only, because no slug is blank.
    fn from(id: CategoryId) -> Self {
        Self { id: Some(id.0), slug: String::new() }
    }
}

impl From<ProductId> for IdOrSlug {
    /// Names the product with this id only, because no slug is blank.
    fn from(id: ProductId) -> Self {
        Self { id: Some(id.0), slug: String::new() }
    }
}

impl From<BrandId> for IdOrSlug {
    /// Names the brand with this id only, because no slug is blank.
    fn from(id: BrandId) -> Self {
        Self { id: Some(id.0), slug: String::new() }
    }
}

impl FromStr for IdOrSlug {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        Ok(Self { id: text.parse().ok().filter(|_| digits), slug: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_numbers_are_ids() {
        for (text, id) in [("5", Some(5)), ("9223372036854775807", Some(i64::MAX))] {
            assert_eq!(text.parse(), Ok(IdOrSlug { id, slug: text.to_owned() }));
        }
        for text in ["", "+5", "05", "0", "-5", "9223372036854775808", "shirt-5"] {
            assert_eq!(text.parse(), Ok(IdOrSlug { id: None, slug: text.to_owned() }));
        }
    }
}
