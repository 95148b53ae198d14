-- Those of these variants that are for sale, locked until the end of the transaction. The lock waits for a transaction that removes a variant, which
-- then is not for sale. Locks: the variants by id, as in that transaction.
--
-- Runs as the owner of the table, because to lock a row requires the right to update it, which the role of `cart` does not have.
create or replace function lock_variants_for_sale(p_variant_ids bigint[], p_now timestamptz) returns table (variant_id bigint)
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    return query
        select v.id
          from product_variants v join products p on p.id = v.product_id
         where v.id = any (p_variant_ids) and is_published(p.status, p.publish_at, p.unpublish_at, p_now) and v.archived_at is null
         order by v.id for key share of v;
end $$;
