//! Ids: a type for each, so that the compiler refuses the id of a cart where that of an order is required.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::fields::{Fields, FromField};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident($inner:ident);)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type, ToSchema)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub $inner);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = <$inner as std::str::FromStr>::Err;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                // Rust also reads `+1`, which no id is written as.
                let text = if text.starts_with('+') { "" } else { text };
                text.parse().map(Self)
            }
        }

        impl FromField for $name {
            fn read(fields: &mut Fields, name: &str) -> Option<Self> {
                read!(fields, name, $inner).map(Self)
            }
        }
    )+};
}

macro_rules! read {
    ($fields:ident, $name:ident, i64) => {
        $fields.id($name)
    };
    ($fields:ident, $name:ident, Uuid) => {
        $fields.uuid($name)
    };
}

id! {
    /// Id of a brand.
    BrandId(i64);
    /// Id of a node of the category tree.
    CategoryId(i64);
    /// Id of a product.
    ProductId(i64);
    /// Id of a product variant, which has a price and stock and is bought.
    VariantId(i64);
    /// Id of a product image.
    ImageId(i64);
    /// Id of an attribute, such as Size.
    AttributeId(i64);
    /// Id of a value of an attribute, such as M.
    AttributeValueId(i64);
    /// Id of a subscription to a back-in-stock mail.
    SubscriptionId(i64);
    /// Id of an account.
    UserId(i64);
    /// Id of a cart. It is random (uuid v4), because knowing the id of a guest's cart is the right to use it.
    CartId(Uuid);
    /// Id of a line of a cart.
    CartLineId(i64);
    /// Id of an order (uuid v7: ids sort by time).
    OrderId(Uuid);
    /// Id of an event in the outbox.
    EventId(Uuid);
    /// Id of a sign-in, which all its refresh tokens share.
    SignInId(Uuid);
    /// Id of a role of the staff.
    RoleId(i64);
    /// Id of an API key.
    ApiKeyId(Uuid);
    /// Id of an import of products.
    ImportId(Uuid);
    /// Id of an export of products.
    ExportId(Uuid);
    /// Id of an address of a user profile.
    AddressId(i64);
    /// Id of an upload. It is random (uuid v4), because its file's key contains it.
    UploadId(Uuid);
}
