-- lowest_prices_before_reductions of one product, as an array of JSON for each variant. In plpgsql, so that it stays a call: inlined
-- into another query it would be set up each time, also if nothing is reduced.
create or replace function lowest_prices_of_product(p_product_id bigint) returns json language plpgsql stable as $$
begin
    return (select coalesce(json_agg(json_build_array(l.variant_id, l.price)), '[]')
              from lowest_prices_before_reductions(array[p_product_id]) l);
end $$;
