-- Trigger: writes a variant's changed price into its price history.
create or replace function note_price_of_variant() returns trigger language plpgsql as $$
begin
    perform note_variant_prices(array[new.id]);
    return null;
end $$;

-- Without a list of columns: an own price changes the adjustment without naming it.
create or replace trigger variant_notes_its_price after update on product_variants
    for each row when (old.price_adjustment <> new.price_adjustment
                       or old.compare_at_price is distinct from new.compare_at_price
                       or (old.archived_at is null) <> (new.archived_at is null)
                       or old.product_id <> new.product_id)
    execute function note_price_of_variant();
