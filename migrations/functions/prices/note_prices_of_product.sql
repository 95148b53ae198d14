-- Trigger: writes the prices of a product's variants into their price history when the product changes them all.
create or replace function note_prices_of_product() returns trigger language plpgsql as $$
begin
    perform note_variant_prices(array(select id from product_variants where product_id = new.id));
    return null;
end $$;

-- Its name sorts after variants_keep_their_own_price, so it runs second: an own price that stays is no change.
create or replace trigger variants_note_their_prices after update of base_price, status, publish_at, unpublish_at on products
    for each row when ((old.base_price, old.status, old.publish_at, old.unpublish_at)
                       is distinct from (new.base_price, new.status, new.publish_at, new.unpublish_at)) execute function note_prices_of_product();
