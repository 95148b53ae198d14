//! Catalogue in SQL.
