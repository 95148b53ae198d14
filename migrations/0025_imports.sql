-- Many products in one transaction, and files of them that are imported piece by piece.

-- Imports write a batch at a time and take turns: two that made the same brands, values and products side by side would wait for each
-- other in a circle. The number is nobody else's.
create function lock_catalogue_imports() returns void language sql as 'select pg_advisory_xact_lock(2501)';

-- What makes a variant that variant, written once for a statement and not once for a row. A variant that was inserted with its combination
-- has it already and is left alone.
create function write_variant_combinations(p_variant_ids bigint[]) returns void language sql as $$
    update product_variants v
       set attribute_value_ids = combination.ids
      from (select i.id, coalesce(array_agg(x.attribute_value_id order by x.attribute_value_id)
                                  filter (where x.attribute_value_id is not null), '{}') as ids
              from unnest(p_variant_ids) as i (id)
              left join variant_attribute_values x on x.variant_id = i.id
             group by i.id) combination
     where v.id = combination.id and v.attribute_value_ids is distinct from combination.ids
$$;

create function write_combinations_of_new() returns trigger language plpgsql as $$
begin
    perform write_variant_combinations(array(select distinct variant_id from new_values));
    return null;
end $$;

create function write_combinations_of_old() returns trigger language plpgsql as $$
begin
    perform write_variant_combinations(array(select distinct variant_id from old_values));
    return null;
end $$;

create function write_combinations_of_both() returns trigger language plpgsql as $$
begin
    perform write_variant_combinations(array(select variant_id from new_values union select variant_id from old_values));
    return null;
end $$;

drop trigger variant_combination_follows_its_values on variant_attribute_values;
drop function write_variant_combination();
create trigger variant_combination_follows_new_values after insert on variant_attribute_values
    referencing new table as new_values for each statement execute function write_combinations_of_new();
create trigger variant_combination_follows_changed_values after update on variant_attribute_values
    referencing old table as old_values new table as new_values for each statement execute function write_combinations_of_both();
create trigger variant_combination_follows_removed_values after delete on variant_attribute_values
    referencing old table as old_values for each statement execute function write_combinations_of_old();
