//! Permissions of staff: five rights, which roles and API keys are made of.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize, Serializer};
use sqlx::Postgres;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, PgValueRef};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use crate::fields::{Fields, FromField};

/// The right to one part of the shop: `catalogue` (products, categories, brands, attributes and images), `stock` (stock levels), `orders`
/// (all orders), `customers` (all accounts except those of staff) or `settings` (staff, roles, API keys and the audit log).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Permission {
    /// Manage products, categories, brands, attributes and images.
    Catalogue,
    /// Manage stock levels.
    Stock,
    /// Manage all orders.
    Orders,
    /// Manage all accounts except those of staff.
    Customers,
    /// Manage staff, roles and API keys, and read the audit log.
    Settings,
}

impl Permission {
    /// All permissions, in the order in which they are listed.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Permissions that an API key can have. `settings` is not among them, so that a leaked key cannot create further keys.
    pub const FOR_KEYS: [Self; 4] = [Self::Catalogue, Self::Stock, Self::Orders, Self::Customers];

    /// Returns the name, as in roles, scopes and JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl FromField for Permission {
    fn read(fields: &mut Fields, name: &str) -> Option<Self> {
        fields.choice(name, |text| text.parse().ok())
    }
}

/// A set of permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u8);

impl Permissions {
    /// The empty set.
    pub const NONE: Self = Self(0);

    /// Returns the set of all permissions.
    pub fn all() -> Self {
        Permission::ALL.iter().copied().collect()
    }

    /// Returns true if the set contains this permission.
    pub fn has(self, permission: Permission) -> bool {
        self.0 & bit(permission) != 0
    }

    /// Returns true if the set contains all of the others. A person can only give permissions that they have.
    pub fn include(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Iterates over the permissions in their fixed order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.has(*permission))
    }

    /// Returns the names of the permissions, as they are stored.
    pub fn names(self) -> Vec<String> {
        self.iter().map(|permission| permission.as_str().to_owned()).collect()
    }

    /// Makes a set of names. Unknown names are left out.
    pub fn from_names<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        names.into_iter().filter_map(|name| name.parse::<Permission>().ok()).collect()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | bit(permission)))
    }
}

impl Serialize for Permissions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl sqlx::Type<Postgres> for Permissions {
    fn type_info() -> PgTypeInfo {
        <Vec<String> as sqlx::Type<Postgres>>::type_info()
    }

    fn compatible(other: &PgTypeInfo) -> bool {
        <Vec<String> as sqlx::Type<Postgres>>::compatible(other)
    }
}

impl<'r> sqlx::Decode<'r, Postgres> for Permissions {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        let names = <Vec<String> as sqlx::Decode<Postgres>>::decode(value)?;
        Ok(Self::from_names(names.iter().map(String::as_str)))
    }
}

impl sqlx::Encode<'_, Postgres> for Permissions {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <Vec<String> as sqlx::Encode<Postgres>>::encode_by_ref(&self.names(), buffer)
    }
}

const fn bit(permission: Permission) -> u8 {
    1 << permission as u8
}

/// A permission as a type, with which a handler names the one that it needs: `RequiresUser<Settings>`.
pub trait Needed: Send + Sync + 'static {
    /// The permission that the type stands for.
    const PERMISSION: Permission;
}

/// A permission that an API key can have: `Requires<Customers>`. There is no `Requires<Settings>`, so no operation accepts a key for it.
pub trait OpenToKeys: Needed {}

macro_rules! needed {
    ($($name:ident),+) => {$(
        #[doc = concat!("[`Permission::", stringify!($name), "`], as a type.")]
        #[derive(Clone, Copy, Debug)]
        pub struct $name(PhantomData<()>);

        impl Needed for $name {
            const PERMISSION: Permission = Permission::$name;
        }
    )+};
}

needed!(Catalogue, Stock, Orders, Customers, Settings);

macro_rules! open_to_keys {
    ($($name:ident),+) => {$(impl OpenToKeys for $name {})+};
}

open_to_keys!(Catalogue, Stock, Orders, Customers);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_has_the_same_name_in_json_and_in_the_database() {
        for &permission in Permission::ALL {
            assert_eq!(serde_json::to_value(permission).unwrap(), permission.as_str());
            assert_eq!(permission.as_str().parse(), Ok(permission));
        }
        assert!("everything".parse::<Permission>().is_err());
    }

    #[test]
    fn a_set_contains_only_the_named_permissions() {
        let some = Permissions::from_names(["orders", "stock", "nonsense"]);
        assert_eq!(some.iter().collect::<Vec<_>>(), [Permission::Stock, Permission::Orders]);
        assert!(Permissions::all().include(some) && !some.include(Permissions::all()));
        assert!(some.include(Permissions::NONE));
    }
}
