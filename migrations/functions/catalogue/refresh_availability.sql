-- Rewrites only whether these products are available: all that a sale can change. Locks: the products, by id, after any stock row.
create or replace function refresh_availability(p_product_ids bigint[]) returns void language plpgsql as $$
begin
    perform from products where id = any (p_product_ids) order by id for update;
    update products p
       set is_available = exists (
               select from product_variants v join stock_levels s on s.variant_id = v.id
                where v.product_id = p.id and v.archived_at is null and s.is_available)
     where p.id = any (p_product_ids);
end $$;
