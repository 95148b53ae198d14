//! From what was asked of the list of products to what the database is asked.

use shared::app::db::{Db, Tx};
use shared::catalogue::Visibility;
use shared::catalogue::store::everything::list_everything;
use shared::catalogue::store::filter::{Filter, attribute_values, brands, subtree};
use shared::catalogue::store::list::{Listed, Place, SortKey, SortOrder};
use shared::catalogue::store::search::{self, search_everything};
use shared::http::{ApiError, FieldErrors};
use shared::ids::{AttributeId, AttributeValueId, BrandId, ProductId};
use shared::time::Timestamp;

use crate::products::query::ProductQuery;
use crate::products::sort::ProductOrdering;

/// A list that the database has a function for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Plain<'q> {
    /// All products.
    Everything,
    /// Those that these words find, the best first.
    Words(&'q str),
}

impl Plain<'_> {
    /// What shoppers see of it at this time, sorted so, beyond a place; at most so many.
    pub(crate) async fn list(
        self,
        db: &Db,
        now: Timestamp,
        order: (SortKey, SortOrder),
        (after, limit): (Option<(Place, ProductId)>, i64),
    ) -> Result<Vec<Listed>, ApiError> {
        Ok(match self {
            Self::Everything => list_everything(db, now, order, after, limit).await?,
            Self::Words(text) => search_everything(db, now, text, after, limit).await?,
        })
    }
}

impl ProductQuery {
    /// The order that was asked for, or the one that fits. 400 where it lacks what it is an order of.
    pub(crate) fn order(&self) -> Result<ProductOrdering, ApiError> {
        match self.ordering {
            Some(ProductOrdering::Relevance) if self.search.is_none() => {
                Err(ApiError::field("ordering", "\"relevance\" needs a \"search\"."))
            }
            Some(ProductOrdering::Manual) if self.category.is_none() => {
                Err(ApiError::field("ordering", "\"manual\" needs a \"category\"."))
            }
            Some(ordering) => Ok(ordering),
            None if self.search.is_some() => Ok(ProductOrdering::Relevance),
            None => Ok(ProductOrdering::Newest),
        }
    }

    /// What is asked for, where that is one list and nothing beside it, walked this way.
    pub(crate) fn plain(&self, way: SortOrder) -> Option<Plain<'_>> {
        let Self {
            search,
            ordering,
            brand: None,
            category: None,
            attributes: None,
            tag: None,
            is_available: None,
            in_stock: None,
            price_min: None,
            price_max: None,
            created_after: None,
            created_before: None,
            status: None,
            facets: None,
            expand: None,
            fields: _,
        } = self
        else {
            return None;
        };
        match (search, ordering, way) {
            (None, ..) => Some(Plain::Everything),
            (Some(text), None | Some(ProductOrdering::Relevance), SortOrder::Desc) => Some(Plain::Words(text)),
            (Some(_), ..) => None,
        }
    }

    /// The conditions, with brands, category and attributes looked up. 400 where there are none such: an empty list would hide a
    /// misspelt slug.
    pub(crate) async fn filter(&self, tx: &mut Tx, sight: Visibility) -> Result<Filter, ApiError> {
        let mut errors = FieldErrors::default();
        let mut filter = Filter {
            typed: self.search.clone(),
            is_available: self.is_available.or(self.in_stock),
            price_from: self.price_min,
            price_to: self.price_max,
            tag: self.tag.clone(),
            created_from: self.created_after,
            created_until: self.created_before,
            status: self.status,
            ..Filter::everything(sight)
        };
        if let Some(text) = &self.search {
            filter.search = Some(search::query(tx, text).await?);
        }
        if self.brand.is_some() {
            filter.brands = Some(self.brands(tx, &mut errors).await?);
        }
        if let Some(category) = &self.category {
            filter.category = subtree(tx, category).await?;
            if filter.category.is_none() {
                errors.add("category", format!("There is no category \"{}\".", category.slug));
            }
        }
        if self.attributes.is_some() {
            filter.attributes = self.attributes(tx, &mut errors).await?;
        }
        if errors.is_empty() { Ok(filter) } else { Err(errors.into()) }
    }

    async fn brands(&self, tx: &mut Tx, errors: &mut FieldErrors) -> Result<Vec<BrandId>, ApiError> {
        let asked = self.brand.as_deref().unwrap_or_default();
        let found = brands(tx, asked).await?;
        for (brand, _) in asked.iter().zip(&found).filter(|(_, id)| id.is_none()) {
            errors.add("brand", format!("There is no brand \"{}\".", brand.slug));
        }
        Ok(found.into_iter().flatten().collect())
    }

    async fn attributes(
        &self,
        tx: &mut Tx,
        errors: &mut FieldErrors,
    ) -> Result<Vec<(AttributeId, Vec<AttributeValueId>)>, ApiError> {
        let asked = self.attributes.as_deref().unwrap_or_default();
        let names: Vec<String> = asked.iter().flat_map(|(name, values)| vec![name.clone(); values.len()]).collect();
        let values: Vec<String> = asked.iter().flat_map(|(_, values)| values.clone()).collect();
        let found = attribute_values(tx, &names, &values).await?;
        let mut attributes: Vec<(AttributeId, Vec<AttributeValueId>)> = Vec::new();
        let mut unknown: Option<&String> = None;
        for ((name, value), found) in names.iter().zip(&values).zip(found) {
            match found {
                // Said once, however many values of it are asked for.
                None if unknown == Some(name) => {}
                None => {
                    unknown = Some(name);
                    errors.add("attributes", format!("There is no attribute \"{name}\"."));
                }
                Some((_, found)) if found.is_empty() => {
                    errors.add("attributes", format!("There is no value \"{value}\" of \"{name}\"."));
                }
                Some((attribute, found)) => match attributes.last_mut() {
                    Some((last, values)) if *last == attribute => values.extend(found),
                    _ => attributes.push((attribute, found)),
                },
            }
        }
        Ok(attributes)
    }
}
