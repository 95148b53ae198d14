-- Makes everything that gives a product a slug take turns, until the end of the transaction: two products of one name that are created at
-- the same time then get different slugs. No other code uses this number.
create or replace function lock_product_slugs() returns void language sql as 'select pg_advisory_xact_lock(3002)';
