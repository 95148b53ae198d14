-- Makes imports take turns, until the end of the transaction. Two that created the same brands, values and products at the same time
-- would wait for each other in a circle. No other code uses this number.
--
-- An import may create brands and products, so it takes the locks of both too: first of all, so that it waits for them with no row
-- locked.
create or replace function lock_catalogue_imports() returns void language sql as $$
    select pg_advisory_xact_lock(2501);
    select lock_product_slugs();
    select lock_brand_names();
$$;
