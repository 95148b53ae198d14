-- Trigger: writes the combinations of the variants whose attribute values a statement updated.
create or replace function write_combinations_of_both() returns trigger language plpgsql as $$
begin
    perform write_variant_combinations(array(select variant_id from new_values union select variant_id from old_values));
    return null;
end $$;

create or replace trigger variant_combination_follows_changed_values after update on variant_attribute_values
    referencing old table as old_values new table as new_values for each statement execute function write_combinations_of_both();
