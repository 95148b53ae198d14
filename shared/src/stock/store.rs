//! Stock in SQL.
