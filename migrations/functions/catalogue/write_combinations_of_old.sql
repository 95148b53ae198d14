-- Trigger: writes the combinations of the variants that a statement removed attribute values from.
create or replace function write_combinations_of_old() returns trigger language plpgsql as $$
begin
    perform write_variant_combinations(array(select distinct variant_id from old_values));
    return null;
end $$;

create or replace trigger variant_combination_follows_removed_values after delete on variant_attribute_values
    referencing old table as old_values for each statement execute function write_combinations_of_old();
