-- Makes everything that names a brand take turns, until the end of the transaction: two brands that are created at the same time then get
-- different slugs. No other code uses this number.
create or replace function lock_brand_names() returns void language sql as 'select pg_advisory_xact_lock(3001)';
