-- A page of all published products, in one round trip: by `created-at`, `price` or `name`, ascending or (`-down`) descending; at most
-- p_limit, which is at most 101. It begins after the product of this key and id, or at the beginning if the id is null. The key is
-- p_name in lists by name, else p_key in microseconds or minor units; each card comes back with its own key.
--
-- A cached plan knows neither the key nor the limit. So each order has its own query whose bounds are always there, and a constant
-- limit stands inside the variable one: both are needed for a plan that walks the index.
create or replace function list_cards(p_order text, p_key bigint, p_name text, p_id bigint, p_limit bigint, p_now_us bigint)
returns table (id bigint, status text, card text, key bigint, name text) language plpgsql stable as $$
#variable_conflict use_column
declare
    c_most constant bigint := 9223372036854775807;
    v_now timestamptz := 'epoch'::timestamptz + p_now_us * interval '1 microsecond';
    -- Set for lists by time only: not every number is a valid time.
    v_at timestamptz;
begin
    case p_order
    when 'created-at' then
        v_at := coalesce('epoch'::timestamptz + p_key * interval '1 microsecond', '-infinity');
        return query select page.id, page.status, page.card, micros(page.created_at), null::text from (
            select id, status, card, created_at from products
             where is_published(status, publish_at, unpublish_at, v_now) and (created_at, id) > (v_at, coalesce(p_id, 0))
             order by created_at, id limit 101) page limit p_limit;
    when 'created-at-down' then
        v_at := coalesce('epoch'::timestamptz + p_key * interval '1 microsecond', 'infinity');
        return query select page.id, page.status, page.card, micros(page.created_at), null::text from (
            select id, status, card, created_at from products
             where is_published(status, publish_at, unpublish_at, v_now) and (created_at, id) < (v_at, coalesce(p_id, c_most))
             order by created_at desc, id desc limit 101) page limit p_limit;
    when 'price' then
        return query select page.*, null::text from (
            select id, status, card, price_min from products
             where is_published(status, publish_at, unpublish_at, v_now) and (price_min, id) > (coalesce(p_key, -1), coalesce(p_id, 0))
             order by price_min, id limit 101) page limit p_limit;
    when 'price-down' then
        return query select page.*, null::text from (
            select id, status, card, price_min from products
             where is_published(status, publish_at, unpublish_at, v_now) and (price_min, id) < (coalesce(p_key, c_most), coalesce(p_id, c_most))
             order by price_min desc, id desc limit 101) page limit p_limit;
    when 'name' then
        -- No name is blank, so every name sorts after the empty text.
        return query select page.id, page.status, page.card, null::bigint, page.name from (
            select id, status, card, name from products
             where is_published(status, publish_at, unpublish_at, v_now) and (name, id) > (coalesce(p_name, ''), coalesce(p_id, 0))
             order by name, id limit 101) page limit p_limit;
    when 'name-down' then
        if p_id is null then
            return query select page.id, page.status, page.card, null::bigint, page.name from (
                select id, status, card, name from products where is_published(status, publish_at, unpublish_at, v_now)
                 order by name desc, id desc limit 101) page limit p_limit;
        else
            return query select page.id, page.status, page.card, null::bigint, page.name from (
                select id, status, card, name from products
                 where is_published(status, publish_at, unpublish_at, v_now) and (name, id) < (p_name, p_id)
                 order by name desc, id desc limit 101) page limit p_limit;
        end if;
    end case;
end $$;
