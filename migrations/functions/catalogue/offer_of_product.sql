-- What a product offers in its variants that are not archived: price range, attribute values and SKUs of all of them, and the price range
-- and values of those that can be bought now, which are null where they are the same or where nothing can be bought.
create or replace function offer_of_product(p_product_id bigint, p_base_price bigint) returns table (
    price_min bigint, price_max bigint, value_ids bigint[], skus text,
    is_available boolean, available_price_min bigint, available_price_max bigint, available_value_ids bigint[]
) language sql stable as $$
    with sold as materialized (
        select v.id, v.sku, p_base_price + v.price_adjustment as price, v.attribute_value_ids, s.is_available
          from product_variants v join stock_levels s on s.variant_id = v.id
         where v.product_id = p_product_id and v.archived_at is null
    )
    select coalesce(prices.least, p_base_price), coalesce(prices.most, p_base_price), options.ids, prices.skus, prices.is_available,
           nullif(prices.available_least, prices.least), nullif(prices.available_most, prices.most),
           case when prices.is_available then nullif(options.available_ids, options.ids) end
      from (select min(s.price) as least, max(s.price) as most,
                   min(s.price) filter (where s.is_available) as available_least, max(s.price) filter (where s.is_available) as available_most,
                   coalesce(bool_or(s.is_available), false) as is_available, string_agg(s.sku, ' ' order by s.id) as skus
              from sold s) prices
     cross join (
            select coalesce(array_agg(distinct value order by value), '{}') as ids,
                   coalesce(array_agg(distinct value order by value) filter (where s.is_available), '{}') as available_ids
              from sold s cross join unnest(s.attribute_value_ids) as value) options
$$;
