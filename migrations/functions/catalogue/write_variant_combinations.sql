-- Writes the combination of attribute values of these variants: the sorted ids that make a variant different from the others of its
-- product. Once for a statement and not once for a row. A variant whose combination is right already is not written.
create or replace function write_variant_combinations(p_variant_ids bigint[]) returns void language sql as $$
    update product_variants v
       set attribute_value_ids = combination.ids
      from (select i.id, coalesce(array_agg(x.attribute_value_id order by x.attribute_value_id)
                                  filter (where x.attribute_value_id is not null), '{}') as ids
              from unnest(p_variant_ids) as i (id)
              left join variant_attribute_values x on x.variant_id = i.id
             group by i.id) combination
     where v.id = combination.id and v.attribute_value_ids is distinct from combination.ids
$$;
