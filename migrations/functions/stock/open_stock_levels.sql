-- Trigger: gives every new variant its stock row, so that a missing row never has to mean "nothing on hand". In one statement for all that an
-- import creates: PostgreSQL prepares the checks and the generated columns of stock_levels for each statement.
create or replace function open_stock_levels() returns trigger language plpgsql as $$
begin
    insert into stock_levels (variant_id) select id from new_variants;
    return null;
end $$;

create or replace trigger variant_has_a_stock_level after insert on product_variants
    referencing new table as new_variants for each statement execute function open_stock_levels();
