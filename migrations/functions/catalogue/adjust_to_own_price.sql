-- Trigger: keeps a variant's own price true by setting `price_adjustment` to the difference from the product's base price. Everything
-- that reads a price then reads base price plus adjustment. A writer of variants holds the product's row lock (`lock_product`), so
-- the base price does not change underneath.
create or replace function adjust_to_own_price() returns trigger language plpgsql as $$
begin
    new.price_adjustment := new.own_price - (select base_price from products where id = new.product_id);
    return new;
end $$;

create or replace trigger variant_keeps_its_own_price before insert or update of own_price, price_adjustment, product_id on product_variants
    for each row when (new.own_price is not null) execute function adjust_to_own_price();
