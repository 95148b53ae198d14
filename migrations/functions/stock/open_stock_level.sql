-- Trigger: gives every new variant its stock row, so that a missing row never has to mean "nothing on hand".
create or replace function open_stock_level() returns trigger language plpgsql as $$
begin
    insert into stock_levels (variant_id) values (new.id);
    return null;
end $$;

create or replace trigger variant_has_a_stock_level after insert on product_variants
    for each row execute function open_stock_level();
