//! Ids, a type for each thing, so that the compiler refuses a cart where an order is meant.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident($inner:ty);)+) => {$(
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
                text.parse().map(Self)
            }
        }
    )+};
}

id! {
    /// A brand.
    BrandId(i64);
    /// A node of the category tree.
    CategoryId(i64);
    /// A product.
    ProductId(i64);
    /// A product variant: the thing that has a price, a stock and is bought.
    VariantId(i64);
    /// A product image.
    ImageId(i64);
    /// An attribute, such as Size.
    AttributeId(i64);
    /// A value of an attribute, such as M.
    AttributeValueId(i64);
    /// A request for a mail when a variant is in stock again.
    NoticeId(i64);
    /// An account.
    UserId(i64);
    /// A cart. Random (uuid v4): knowing a guest cart's id is the right to it.
    CartId(Uuid);
    /// A line of a cart.
    CartLineId(i64);
    /// An order (uuid v7: ids sort by time).
    OrderId(Uuid);
    /// An event in the outbox.
    EventId(Uuid);
    /// A sign-in: the family of its refresh tokens.
    SignInId(Uuid);
    /// A role of the staff.
    RoleId(i64);
    /// A key for a program.
    ApiKeyId(Uuid);
    /// A file of products that is imported.
    ImportId(Uuid);
    /// A file of products that is exported.
    ExportId(Uuid);
    /// An address in somebody's profile.
    AddressId(i64);
    /// An upload. Random (uuid v4): its file lies under it.
    UploadId(Uuid);
}
