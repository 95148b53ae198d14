//! The condition that one variant of a product passes the filters of price, attributes and availability together.
//!
//! Columns of the product answer it wherever they can: its attribute values and price range, of all its variants and of those that can be
//! bought now. Only what they leave open is asked of the variants: two attributes, an attribute and a price, or a range of prices
//! that lies inside the product's own range.

use sqlx::{Postgres, QueryBuilder};

use super::filter::Filter;

/// The variants of a product `p` that a condition is about. Archived ones never count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variants {
    /// All of them.
    All,
    /// Those that can be bought now.
    Available,
}

impl Variants {
    /// Condition that the product has any of them. A product without variants counts as one variant with the base price that cannot be bought.
    pub(super) const fn exist(self) -> &'static str {
        match self {
            Self::All => "true",
            Self::Available => "p.is_available",
        }
    }

    /// Their attribute values, if they exist.
    pub(super) const fn value_ids(self) -> &'static str {
        match self {
            Self::All => "p.value_ids",
            Self::Available => "coalesce(p.available_value_ids, p.value_ids)",
        }
    }

    /// Their lowest price, if they exist.
    pub(super) const fn price_min(self) -> &'static str {
        match self {
            Self::All => "p.price_min",
            Self::Available => "coalesce(p.available_price_min, p.price_min)",
        }
    }

    /// Their highest price, if they exist.
    pub(super) const fn price_max(self) -> &'static str {
        match self {
            Self::All => "p.price_max",
            Self::Available => "coalesce(p.available_price_max, p.price_max)",
        }
    }
}

impl Filter {
    /// Returns the variants of which one has to pass the other filters.
    pub(super) const fn asked_variants(&self) -> Variants {
        match self.is_available {
            Some(true) => Variants::Available,
            Some(false) | None => Variants::All,
        }
    }

    /// Appends the condition that one variant has the price, the attributes and the availability. A product is unavailable if no variant
    /// that passes the other filters can be bought, so each product that passes them is either available or not.
    pub(super) fn push_offer(&self, sql: &mut QueryBuilder<Postgres>) {
        self.push_one_of(sql, self.asked_variants());
        if self.is_available == Some(false) {
            sql.push(" and not (");
            self.push_one_of(sql, Variants::Available);
            sql.push(")");
        }
    }

    /// Appends the condition that one of these variants has the price and the attributes.
    pub(super) fn push_one_of(&self, sql: &mut QueryBuilder<Postgres>, variants: Variants) {
        sql.push(variants.exist()).push(" and ");
        // Only the values of all variants have an index.
        self.push_values(sql, Variants::All);
        if variants == Variants::Available {
            sql.push(" and ");
            self.push_values(sql, variants);
        }
        sql.push(" and ");
        self.push_price_overlaps(sql, variants);
        match (self.attributes.len(), self.price_ends()) {
            // The columns decide.
            (0, 0 | 1) | (1, 0) => {}
            (0, _) => {
                // If one end of the product's range lies in the requested one, a variant has that price.
                sql.push(" and (").push(variants.price_min()).push(" >= ").push_bind(self.price_from);
                sql.push(" or ").push(variants.price_max()).push(" <= ").push_bind(self.price_to).push(" or ");
                self.push_exists(sql, variants);
                sql.push(")");
            }
            (1, _) => {
                sql.push(" and (");
                self.push_price_includes(sql, variants);
                sql.push(" or ");
                self.push_exists(sql, variants);
                sql.push(")");
            }
            _ => {
                sql.push(" and ");
                self.push_exists(sql, variants);
            }
        }
    }

    /// Appends the condition that these variants have a value of each attribute, not necessarily the same variant.
    pub(super) fn push_values(&self, sql: &mut QueryBuilder<Postgres>, variants: Variants) {
        sql.push("true");
        for (_, values) in &self.attributes {
            sql.push(" and ").push(variants.value_ids()).push(" && ").push_bind(values.clone());
        }
    }

    /// Appends the condition that the range of these variants' prices overlaps the requested one.
    pub(super) fn push_price_overlaps(&self, sql: &mut QueryBuilder<Postgres>, variants: Variants) {
        sql.push("true");
        if let Some(from) = self.price_from {
            sql.push(" and ").push(variants.price_max()).push(" >= ").push_bind(from);
        }
        if let Some(to) = self.price_to {
            sql.push(" and ").push(variants.price_min()).push(" <= ").push_bind(to);
        }
    }

    /// Appends the condition that all prices of these variants are in the requested range.
    pub(super) fn push_price_includes(&self, sql: &mut QueryBuilder<Postgres>, variants: Variants) {
        sql.push("true");
        if let Some(from) = self.price_from {
            sql.push(" and ").push(variants.price_min()).push(" >= ").push_bind(from);
        }
        if let Some(to) = self.price_to {
            sql.push(" and ").push(variants.price_max()).push(" <= ").push_bind(to);
        }
    }

    /// Appends the condition that a variant `v` of `p` has a price in the requested range.
    pub(super) fn push_variant_price(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push("true");
        if let Some(from) = self.price_from {
            sql.push(" and p.base_price + v.price_adjustment >= ").push_bind(from);
        }
        if let Some(to) = self.price_to {
            sql.push(" and p.base_price + v.price_adjustment <= ").push_bind(to);
        }
    }

    /// Appends the condition that a variant `v` has a value of each attribute.
    pub(super) fn push_variant_values(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push("true");
        for (_, values) in &self.attributes {
            sql.push(" and v.attribute_value_ids && ").push_bind(values.clone());
        }
    }

    /// Returns the number of ends of the requested range of prices.
    pub(super) fn price_ends(&self) -> usize {
        usize::from(self.price_from.is_some()) + usize::from(self.price_to.is_some())
    }

    fn push_exists(&self, sql: &mut QueryBuilder<Postgres>, variants: Variants) {
        sql.push("exists (select from product_variants v");
        if variants == Variants::Available {
            sql.push(" join stock_levels s on s.variant_id = v.id and s.is_available");
        }
        sql.push(" where v.product_id = p.id and v.archived_at is null and ");
        self.push_variant_price(sql);
        sql.push(" and ");
        self.push_variant_values(sql);
        sql.push(")");
    }
}
