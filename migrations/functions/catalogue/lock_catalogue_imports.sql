-- Makes imports take turns, until the end of the transaction. Two that created the same brands, values and products at the same time
-- would wait for each other in a circle. No other code uses this number.
create or replace function lock_catalogue_imports() returns void language sql as 'select pg_advisory_xact_lock(2501)';
