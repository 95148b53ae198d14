//! Turns the parameters of the product list into the conditions of its SQL.

use shared::app::db::{Db, Tx};
use shared::catalogue::Visibility;
use shared::catalogue::store::everything::list_everything;
use shared::catalogue::store::filter::{Filter, attribute_values, brands, subtree};
use shared::catalogue::store::list::{ListRow, ProductBounds, Sort};
use shared::catalogue::store::search::{self, search_everything};
use shared::http::{ApiError, FieldErrors};
use shared::ids::{AttributeId, AttributeValueId, BrandId};
use shared::money::Currency;
use shared::time::Timestamp;

use crate::products::query::ProductQuery;
use crate::products::sort::ProductOrdering;

/// A list with no filter other than a search, read by one SQL function.
#[derive(Clone, Copy, Debug)]
pub(crate) enum UnfilteredList<'q> {
    /// All products that shoppers see.
    All,
    /// The products that this text finds, best match first.
    Search(&'q str),
}

impl UnfilteredList<'_> {
    /// Lists a page of the products that shoppers see at this time.
    pub(crate) async fn page(
        self,
        db: &Db,
        now: Timestamp,
        sort: Sort,
        bounds: ProductBounds,
    ) -> Result<Vec<ListRow>, ApiError> {
        Ok(match self {
            Self::All => list_everything(db, now, sort, bounds).await?,
            Self::Search(text) => search_everything(db, now, text, bounds).await?,
        })
    }
}

impl ProductQuery {
    /// Returns the requested ordering or the default. Answers 400 if the ordering needs a search or a category that is missing.
    pub(crate) fn ordering(&self) -> Result<ProductOrdering, ApiError> {
        match self.ordering {
            Some(ProductOrdering::Relevance) if self.search.is_none() => {
                Err(ApiError::field("ordering", "The ordering \"relevance\" needs a search. Send \"search\" too."))
            }
            Some(ProductOrdering::Manual) if self.category.is_none() => {
                Err(ApiError::field("ordering", "The ordering \"manual\" needs a category. Send \"category\" too."))
            }
            Some(ordering) => Ok(ordering),
            None if self.search.is_some() => Ok(ProductOrdering::Relevance),
            None => Ok(ProductOrdering::Newest),
        }
    }

    /// Returns the unfiltered list that the query requests; `None` if it has filters, facets or expansions, or if a search has another
    /// ordering or is read backwards.
    pub(crate) fn unfiltered(&self, bounds: &ProductBounds) -> Option<UnfilteredList<'_>> {
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
        match (search, ordering) {
            (None, _) => Some(UnfilteredList::All),
            (Some(text), None | Some(ProductOrdering::Relevance)) if bounds.before.is_none() => {
                Some(UnfilteredList::Search(text))
            }
            (Some(_), _) => None,
        }
    }

    /// Returns the conditions, with brands, category and attributes looked up. Answers 400 if one does not exist, because an empty list
    /// would hide a misspelt slug.
    pub(crate) async fn filter(
        &self,
        tx: &mut Tx,
        visibility: Visibility,
        currency: Currency,
    ) -> Result<Filter, ApiError> {
        let mut errors = FieldErrors::default();
        let mut filter = Filter {
            currency,
            search_text: self.search.clone(),
            is_available: self.is_available.or(self.in_stock),
            price_from: self.price_min,
            price_to: self.price_max,
            tag: self.tag.clone(),
            created_from: self.created_after,
            created_until: self.created_before,
            status: self.status,
            ..Filter::everything(visibility)
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
        let requested = self.brand.as_deref().unwrap_or_default();
        let found = brands(tx, requested).await?;
        for (brand, _) in requested.iter().zip(&found).filter(|(_, id)| id.is_none()) {
            errors.add("brand", format!("There is no brand \"{}\".", brand.slug));
        }
        Ok(found.into_iter().flatten().collect())
    }

    async fn attributes(
        &self,
        tx: &mut Tx,
        errors: &mut FieldErrors,
    ) -> Result<Vec<(AttributeId, Vec<AttributeValueId>)>, ApiError> {
        let requested = self.attributes.as_deref().unwrap_or_default();
        let names: Vec<String> = requested.iter().flat_map(|(name, values)| vec![name.clone(); values.len()]).collect();
        let values: Vec<String> = requested.iter().flat_map(|(_, values)| values.clone()).collect();
        let found = attribute_values(tx, &names, &values).await?;
        let mut attributes: Vec<(AttributeId, Vec<AttributeValueId>)> = Vec::new();
        let mut unknown: Option<&String> = None;
        for ((name, value), found) in names.iter().zip(&values).zip(found) {
            match found {
                // An unknown attribute is reported once, however many of its values are requested.
                None if unknown == Some(name) => {}
                None => {
                    unknown = Some(name);
                    errors.add("attributes", format!("There is no attribute \"{name}\"."));
                }
                Some((_, found)) if found.is_empty() => {
                    errors.add("attributes", format!("The attribute \"{name}\" has no value \"{value}\"."));
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
