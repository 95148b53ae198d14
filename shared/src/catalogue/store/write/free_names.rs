//! Finds names that no row has yet: a wanted name, or the same with a number.

use std::collections::{BTreeSet, HashSet};
use std::ops::RangeInclusive;

use crate::app::db::Tx;
use crate::catalogue::MAX_SLUG;
use crate::catalogue::limits::MAX_SKU;

/// A kind of name that only one row can have. All of them are ASCII when they are made here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::catalogue) enum UniqueName {
    /// The slug of a brand.
    BrandSlug,
    /// The slug of a category. Old slugs, which redirect, count too.
    CategorySlug,
    /// The slug of a product. Old slugs, which redirect, count too.
    ProductSlug,
    /// The handle by which files name a product.
    ProductHandle,
    /// The SKU of a variant.
    VariantSku,
}

/// The numbers that are tried in one statement each. Nearly always the first is enough.
const ROUNDS: [RangeInclusive<u32>; 5] = [1..=1, 2..=9, 10..=99, 100..=999, 1_000..=9_999];

/// Returns for each wanted name one that is neither in the database nor in `claimed`, nor returned for another: the name itself, or the
/// name with a number from 2. If ten thousand rows have a name, it is returned as it is, and the database refuses it.
///
/// The caller holds the lock under which such names are given, if there is one, so that no other transaction takes one of them first.
pub(in crate::catalogue) async fn free_names(
    tx: &mut Tx,
    kind: UniqueName,
    wanted: &[String],
    mut claimed: HashSet<String>,
) -> sqlx::Result<Vec<String>> {
    let mut free: Vec<Option<String>> = vec![None; wanted.len()];
    for numbers in ROUNDS {
        let open: BTreeSet<&str> =
            wanted.iter().zip(&free).filter(|(_, free)| free.is_none()).map(|(name, _)| name.as_str()).collect();
        if open.is_empty() {
            break;
        }
        let candidates: Vec<String> =
            open.into_iter().flat_map(|name| numbers.clone().map(|number| kind.numbered(name, number))).collect();
        claimed.extend(kind.taken(tx, &candidates).await?);
        for (name, free) in wanted.iter().zip(&mut free).filter(|(_, free)| free.is_none()) {
            *free = numbers.clone().map(|number| kind.numbered(name, number)).find(|name| !claimed.contains(name));
            claimed.extend(free.clone());
        }
    }
    Ok(wanted.iter().zip(free).map(|(name, free)| free.unwrap_or_else(|| name.clone())).collect())
}

impl UniqueName {
    /// Returns the name with a number, cut so that it is not too long.
    fn numbered(self, name: &str, number: u32) -> String {
        let (separator, max) = if self == Self::VariantSku { ('.', MAX_SKU) } else { ('-', MAX_SLUG) };
        let number = if number == 1 { String::new() } else { format!("{separator}{number}") };
        let start: String = name.chars().take(max - number.len()).collect();
        format!("{}{number}", start.trim_end_matches(separator))
    }

    /// Returns those of these names that a row has.
    async fn taken(self, tx: &mut Tx, names: &[String]) -> sqlx::Result<Vec<String>> {
        match self {
            Self::BrandSlug => {
                sqlx::query_scalar!("select slug from brands where slug = any ($1)", names).fetch_all(&mut *tx).await
            }
            Self::CategorySlug => {
                sqlx::query_scalar!(
                    r#"select slug as "slug!" from categories where slug = any ($1)
                       union all
                       select slug from old_category_slugs where slug = any ($1)"#,
                    names
                )
                .fetch_all(&mut *tx)
                .await
            }
            Self::ProductSlug => {
                sqlx::query_scalar!(
                    r#"select slug as "slug!" from products where slug = any ($1)
                       union all
                       select slug from old_product_slugs where slug = any ($1)"#,
                    names
                )
                .fetch_all(&mut *tx)
                .await
            }
            Self::ProductHandle => {
                sqlx::query_scalar!("select handle from products where handle = any ($1)", names)
                    .fetch_all(&mut *tx)
                    .await
            }
            Self::VariantSku => {
                sqlx::query_scalar!("select sku from product_variants where sku = any ($1)", names)
                    .fetch_all(&mut *tx)
                    .await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_number_is_not_too_long() {
        assert_eq!(UniqueName::ProductSlug.numbered("shirt", 1), "shirt");
        assert_eq!(UniqueName::ProductSlug.numbered("shirt", 2), "shirt-2");
        assert_eq!(UniqueName::VariantSku.numbered("shirt.m", 12), "shirt.m.12");
        let long = format!("{}-{}", "a".repeat(MAX_SLUG - 4), "bcd");
        assert_eq!(UniqueName::BrandSlug.numbered(&long, 1), long);
        assert_eq!(UniqueName::BrandSlug.numbered(&long, 999), format!("{}-999", "a".repeat(MAX_SLUG - 4)));
    }
}
