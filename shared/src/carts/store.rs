//! Carts in SQL.
