-- Trigger: refuses a negative price of a variant. The price is the sum of columns of two tables, which no CHECK constraint can see.
-- Base prices are not negative, so only a negative adjustment or a lower base price can make a price negative.
-- One query for each table, each by its index: a single query with a condition on `tg_table_name` read every variant of the
-- catalogue for each row written, so an import became slower with every product.
create or replace function refuse_negative_variant_price() returns trigger language plpgsql as $$
declare
    v_is_negative boolean;
begin
    if tg_table_name = 'products' then
        v_is_negative := exists (select from product_variants v join products p on p.id = v.product_id
                                  where v.product_id = new.id and p.base_price + v.price_adjustment < 0);
    else
        v_is_negative := exists (select from product_variants v join products p on p.id = v.product_id
                                  where v.id = new.id and p.base_price + v.price_adjustment < 0);
    end if;
    if v_is_negative then
        raise exception 'the price of a variant would be negative'
            using errcode = 'check_violation', constraint = 'variant_price_not_negative';
    end if;
    return null;
end $$;

drop trigger if exists variant_price_not_negative on product_variants;
create constraint trigger variant_price_not_negative after insert or update of price_adjustment, product_id on product_variants
    deferrable initially deferred for each row when (new.price_adjustment < 0) execute function refuse_negative_variant_price();

drop trigger if exists variant_price_not_negative on products;
create constraint trigger variant_price_not_negative after update of base_price on products
    deferrable initially deferred for each row when (new.base_price < old.base_price) execute function refuse_negative_variant_price();
