-- Published products with these words, the best first, ranked as docs/finding.md explains; at most p_limit, after the product of this
-- rank and id. The query is p_query, a tsquery, or what search_query makes of p_text; an exact SKU goes first.
--
-- The queries by words are planned anew each time (`execute`): a rare word is found by the index, the first matches of a very common
-- one by a walk, and a cached plan does not know which it is. The same holds for descriptions, whose matches are read in advance if
-- they are few. The rest uses cached plans.
create or replace function search_cards(p_text text, p_query text, p_rank bigint, p_id bigint, p_limit bigint, p_now_us bigint)
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
    -- Whole words first: they rank above the beginnings of words, of which the index reads far more.
    execute $whole$
        select coalesce(array_agg(c.id), '{}'), coalesce(array_agg(title_rank(c.title_words, $1, $2, c.id = any ($4))), '{}')
          from (select i.id, i.title_words from product_index i
                 where i.id = any ($4) and i.title_words @@ $1 and is_published(i.status, i.publish_at, i.unpublish_at, $3)
                 union all
                (select i.id, i.title_words from product_index i
                  where i.id <> all ($4) and i.title_words @@ $2 and is_published(i.status, i.publish_at, i.unpublish_at, $3)
                  limit 1000)) c
    $whole$ into v_ids, v_ranks using v_query, v_whole, v_now, v_sold_as;
    if (select count(*) < p_limit from unnest(v_ids, v_ranks) as t (id, rank) where p_rank is null or (t.rank, t.id) < (p_rank, p_id)) then
        execute $beginnings$
            select $4 || coalesce(array_agg(c.id), '{}'), $5 || coalesce(array_agg(title_rank(c.title_words, $1, $2, false)), '{}')
              from (select i.id, i.title_words from product_index i
                     where i.id <> all ($4) and i.title_words @@ $1 and is_published(i.status, i.publish_at, i.unpublish_at, $3)
                     limit greatest(1000 - (select count(*) from unnest($4) as t (id) where t.id <> all ($6)), 0)) c
        $beginnings$ into v_ids, v_ranks using v_query, v_whole, v_now, v_ids, v_ranks, v_sold_as;
    end if;
    return query
        select p.id, p.status, p.card, titled.rank, null::text
          from (select t.id, t.rank from unnest(v_ids, v_ranks) as t (id, rank)
                 where p_rank is null or (t.rank, t.id) < (p_rank, p_id)
                 order by t.rank desc, t.id desc limit p_limit) titled
          join products p on p.id = titled.id
         order by titled.rank desc, p.id desc;
    get diagnostics v_found = row_count;
    if v_found < p_limit then
        -- A word that is in no title is rarely a common one. Often it is mistyped, and then the list of few products is needed.
        if cardinality(v_ids) = 0 or not is_common(v_query) then
            v_few := few_products_with(v_query);
        end if;
        -- All matches are in titles, or nothing matches: planning a query that finds nothing takes longer than running it.
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
