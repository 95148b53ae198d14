//! Mail in SQL.
