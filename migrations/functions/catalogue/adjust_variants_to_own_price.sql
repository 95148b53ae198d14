-- Trigger: when a product's base price changes, keeps the price of its variants that have their own price.
create or replace function adjust_variants_to_own_price() returns trigger language plpgsql as $$
begin
    update product_variants set price_adjustment = own_price - new.base_price where product_id = new.id and own_price is not null;
    return null;
end $$;

create or replace trigger variants_keep_their_own_price after update of base_price on products
    for each row when (old.base_price <> new.base_price) execute function adjust_variants_to_own_price();
