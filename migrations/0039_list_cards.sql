-- Lists read the cards as they are. Whoever writes products without triggers has to say the card.
alter table products alter column card drop default;

-- A time as numbers carry it between here and the service: microseconds since 1970.
create function micros(p_at timestamptz) returns bigint language sql stable parallel safe as $$
    select (extract(epoch from p_at) * 1000000)::bigint
$$;

-- As in 0035_product_index.sql, but few are at most 1,000: no more than the titles that are ranked, so that a search finds the same, in the same order,
-- whether it was known before what it can find or not.
create or replace function few_products_with(p_query tsquery) returns bigint[] language plpgsql stable
set enable_seqscan = off set enable_indexscan = off set plan_cache_mode = force_generic_plan as $$
begin
    return (select case when count(*) <= 1000 then coalesce(array_agg(id), '{}') end
              from (select p.id from products p where p.search_document @@ p_query limit 1001) found);
end $$;

-- Whether a tenth of fifty products that lie far apart have these words. To ask the index takes as long as there are products that have them, and of
-- very many need not be asked.
create function is_common(p_query tsquery) returns boolean language plpgsql stable set enable_bitmapscan = off as $$
begin
    return (select count(*) >= 5
              from (select max(id) as last from products) newest cross join generate_series(1, 50) as n
              join products p on p.id = newest.last * n / 50
             where p.search_document @@ p_query);
end $$;

-- A page of everything that shoppers see, as list_products of 0031_list_products.sql reads it, which is for the release before this one and goes
-- when no such code runs: by `created-at`, `price` or `name`, upwards or `-down`; at most p_limit, which is at most 101. Beyond the product of this
-- key and id, or from the beginning where the id is null. The key is p_name in lists by name, else p_key: microseconds or minor units. So is what
-- comes back beside each card.
--
-- A kept plan knows neither the key nor the limit. So there is one query for each order, whose bounds are always there, and a limit that
-- is no argument lies within the one that is: both are needed for a plan that walks the index.
create function list_cards(p_order text, p_key bigint, p_name text, p_id bigint, p_limit bigint, p_now_us bigint)
returns table (id bigint, status text, card text, key bigint, name text) language plpgsql stable as $$
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
        -- No name is blank, so every one comes after this.
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

-- What shoppers see of the products with these words, as search_products of 0035_product_index.sql finds it, which is for the release before, too:
-- the best first, as a filtered search ranks them (docs/finding.md); at most p_limit, beyond the product of this rank and id. What is sought is
-- p_query, a tsquery, or what search_query makes of p_text; a SKU that is p_text goes first.
--
-- What reads by words is planned anew each time: a word that is in few titles is found by the index, of one that is in very many the first are soon
-- met on a walk, and a kept plan does not know which it is. So it is with descriptions, of which the few are found before. The rest keeps its plans.
create function search_cards(p_text text, p_query text, p_rank bigint, p_id bigint, p_limit bigint, p_now_us bigint)
returns table (id bigint, status text, card text, key bigint, name text) language plpgsql stable as $$
#variable_conflict use_column
declare
    v_now timestamptz := 'epoch'::timestamptz + p_now_us * interval '1 microsecond';
    v_query tsquery := coalesce(p_query::tsquery, search_query(p_text));
    v_whole tsquery := replace(v_query::text, ':*', '')::tsquery;
    v_skus text[] := array[p_text, upper(p_text), lower(p_text)];
    v_sold_as bigint[] := array(
        select v.product_id from product_variants v where v.sku = any (v_skus) and v.archived_at is null
         union select p.id from products p where p.sku = any (v_skus));
    v_ids bigint[];
    v_ranks bigint[];
    v_few bigint[];
    v_found bigint;
begin
    execute $candidates$
        select coalesce(array_agg(c.id), '{}'),
               array_agg(1 + 100000 * (c.id = any ($4))::int + 10000 * (c.title_words @@ $2)::int
                           + (1000 * ts_rank('{0, 0, 0.4, 1}', c.title_words, $1, 1))::bigint)
          from (select i.id, i.title_words from product_index i
                 where i.id = any ($4) and i.title_words @@ $1 and is_published(i.status, i.publish_at, i.unpublish_at, $3)
                 union all
                (select i.id, i.title_words from product_index i
                  where i.id <> all ($4) and i.title_words @@ $1 and is_published(i.status, i.publish_at, i.unpublish_at, $3)
                  limit 1000)) c
    $candidates$ into v_ids, v_ranks using v_query, v_whole, v_now, v_sold_as;
    return query
        select p.id, p.status, p.card, titled.rank, null::text
          from (select t.id, t.rank from unnest(v_ids, v_ranks) as t (id, rank)
                 where p_rank is null or (t.rank, t.id) < (p_rank, p_id)
                 order by t.rank desc, t.id desc limit p_limit) titled
          join products p on p.id = titled.id
         order by titled.rank desc, p.id desc;
    get diagnostics v_found = row_count;
    if v_found < p_limit then
        -- A word that is in no title is rarely a common one, but often one that is mistyped, and there is more to come for those.
        if cardinality(v_ids) = 0 or not is_common(v_query) then
            v_few := few_products_with(v_query);
        end if;
        -- They are all in the titles, or there are none: to plan what finds nothing takes longer than to find it.
        if cardinality(v_few) = cardinality(v_ids) then
            return;
        end if;
        return query execute $others$
            select p.id, p.status, p.card, 0::bigint, null::text
              from (select p.id from products p
                     where ($7 is null or p.id = any ($7)) and ($7 is not null or p.search_document @@ $1)
                       and is_published(p.status, p.publish_at, p.unpublish_at, $2)
                       and p.id not in (select unnest($6)) and ($3 is null or $3 > 0 or p.id < $4)
                     order by p.id desc limit $5) others
              join products p on p.id = others.id
             order by p.id desc
        $others$ using v_query, v_now, p_rank, p_id, p_limit - v_found, v_ids, v_few;
    end if;
end $$;
