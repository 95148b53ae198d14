-- Trigger: writes the prices of the variants of products into their price history when a statement changes what all variants of a product share.
create or replace function note_prices_of_products() returns trigger language plpgsql as $$
declare
    v_variants bigint[] := array(
        select v.id
          from new_products p
          join old_products before on before.id = p.id
          join product_variants v on v.product_id = p.id
         where (before.base_price, before.status, before.publish_at, before.unpublish_at)
               is distinct from (p.base_price, p.status, p.publish_at, p.unpublish_at));
begin
    if v_variants <> '{}' then
        perform note_variant_prices(v_variants);
    end if;
    return null;
end $$;

-- PostgreSQL runs it after variants_keep_their_own_price, which is a trigger for each row: an own price that stays is no change.
create or replace trigger variants_note_their_prices after update on products
    referencing old table as old_products new table as new_products for each statement execute function note_prices_of_products();
