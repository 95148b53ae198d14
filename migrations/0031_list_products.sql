-- A page of all products in one exchange.
--
-- Read as a filtered list is, a page of fifty was planned anew each time, which took longer than reading it, and BEGIN and COMMIT were
-- exchanges of their own. A function keeps its plans in the backend, whoever calls it.

-- What a list shows of a product, and when shoppers see it.
create view product_cards as
    select id, slug, name, sku, base_price, currency, price_min, price_max, is_available,
           main_image_url, main_image_alt_text, main_image_list_url, created_at, status, brand_id, brand_name, brand_slug,
           category_ids, category_names, category_slugs, publish_at, unpublish_at
      from products;

-- What shoppers see, by `created-at`, `price` or `name`, upwards or `-down`; at most p_limit, which is at most 101. Beyond the product of this
-- key and id, or from the beginning where the id is null. The key is p_name in lists by name, else p_key: microseconds or minor units.
--
-- A kept plan knows neither the key nor the limit. So there is one query for each order, whose bounds are always there, and a limit that
-- is no argument lies within the one that is: both are needed for a plan that walks the index.
create function list_products(p_order text, p_key bigint, p_name text, p_id bigint, p_limit bigint, p_now_us bigint)
returns setof product_cards language plpgsql stable as $$
#variable_conflict use_column
declare
    c_most constant bigint := 9223372036854775807;
    v_now timestamptz := 'epoch'::timestamptz + p_now_us * interval '1 microsecond';
    -- Of a list by time only: not every number is a time.
    v_at timestamptz;
begin
    case p_order
    when 'created-at' then
        v_at := coalesce('epoch'::timestamptz + p_key * interval '1 microsecond', '-infinity');
        return query select * from (
            select * from product_cards
             where is_published(status, publish_at, unpublish_at, v_now) and (created_at, id) > (v_at, coalesce(p_id, 0))
             order by created_at, id limit 101) page limit p_limit;
    when 'created-at-down' then
        v_at := coalesce('epoch'::timestamptz + p_key * interval '1 microsecond', 'infinity');
        return query select * from (
            select * from product_cards
             where is_published(status, publish_at, unpublish_at, v_now) and (created_at, id) < (v_at, coalesce(p_id, c_most))
             order by created_at desc, id desc limit 101) page limit p_limit;
    when 'price' then
        return query select * from (
            select * from product_cards
             where is_published(status, publish_at, unpublish_at, v_now) and (price_min, id) > (coalesce(p_key, -1), coalesce(p_id, 0))
             order by price_min, id limit 101) page limit p_limit;
    when 'price-down' then
        return query select * from (
            select * from product_cards
             where is_published(status, publish_at, unpublish_at, v_now) and (price_min, id) < (coalesce(p_key, c_most), coalesce(p_id, c_most))
             order by price_min desc, id desc limit 101) page limit p_limit;
    when 'name' then
        -- No name is blank, so every one comes after this.
        return query select * from (
            select * from product_cards
             where is_published(status, publish_at, unpublish_at, v_now) and (name, id) > (coalesce(p_name, ''), coalesce(p_id, 0))
             order by name, id limit 101) page limit p_limit;
    when 'name-down' then
        if p_id is null then
            return query select * from (
                select * from product_cards where is_published(status, publish_at, unpublish_at, v_now)
                 order by name desc, id desc limit 101) page limit p_limit;
        else
            return query select * from (
                select * from product_cards
                 where is_published(status, publish_at, unpublish_at, v_now) and (name, id) < (p_name, p_id)
                 order by name desc, id desc limit 101) page limit p_limit;
        end if;
    end case;
end $$;
