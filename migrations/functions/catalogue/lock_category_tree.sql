-- Makes everything that sets a category's parent take turns, until the end of the transaction: two moves that are valid alone could
-- together make a circle, and neither would see it. No other code uses this number.
create or replace function lock_category_tree() returns void language sql as 'select pg_advisory_xact_lock(1801)';
