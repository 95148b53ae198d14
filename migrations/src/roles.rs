//! The database roles that the functions log in as.

/// The functions that use the database, each with its role.
pub const ROLES: [(&str, &str); 11] = [
    ("auth", "shop_auth"),
    ("catalogue", "shop_catalogue"),
    ("cart", "shop_cart"),
    ("orders", "shop_orders"),
    ("uploads", "shop_uploads"),
    ("transfers", "shop_transfers"),
    ("transfer-worker", "shop_transfer_worker"),
    ("notifications", "shop_notifications"),
    ("outbox-relay", "shop_outbox_relay"),
    ("scheduler", "shop_scheduler"),
    ("admin", "shop_admin"),
];

/// Everything that the roles may do, as `grant` statements.
pub const GRANTS: &str = include_str!("../roles.sql");

/// Returns the role of this function; `None` if there is no such function, or it uses no database, or owns the tables (`migrate`).
pub fn role_of(function: &str) -> Option<&'static str> {
    ROLES.iter().find(|(name, _)| *name == function).map(|(_, role)| *role)
}

/// Returns the roles as a list of literals of SQL.
pub fn quoted_roles() -> String {
    ROLES.map(|(_, role)| format!("'{role}'")).join(", ")
}

/// `apply_roles.sql` for these roles and grants.
pub(crate) fn sql() -> String {
    include_str!("apply_roles.sql").replacen("{roles}", &quoted_roles(), 1).replacen("{grants}", GRANTS, 1).replacen(
        "{granted}",
        include_str!("granted.sql"),
        1,
    )
}
