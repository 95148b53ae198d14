-- Trigger: writes the combinations of the variants that a statement added attribute values to.
create or replace function write_combinations_of_new() returns trigger language plpgsql as $$
begin
    perform write_variant_combinations(array(select distinct variant_id from new_values));
    return null;
end $$;

create or replace trigger variant_combination_follows_new_values after insert on variant_attribute_values
    referencing new table as new_values for each statement execute function write_combinations_of_new();
