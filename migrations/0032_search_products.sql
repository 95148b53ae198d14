-- A search in one exchange, with plans that are kept: planning it took as long as the search.

-- What shoppers see of the products with these words, the best first, as a filtered search ranks them (docs/finding.md); at most p_limit, beyond
-- the product of this rank and id. What is sought is p_query, a tsquery, or what search_query makes of p_text; a SKU that is p_text goes first.
create function search_products(p_text text, p_query text, p_rank bigint, p_id bigint, p_limit bigint, p_now_us bigint)
returns table (
    id bigint, slug text, name text, sku text, base_price bigint, currency text, price_min bigint, price_max bigint, is_available boolean,
    main_image_url text, main_image_alt_text text, main_image_list_url text, created_at timestamptz, status text,
    brand_id bigint, brand_name text, brand_slug text, category_ids bigint[], category_names text[], category_slugs text[],
    publish_at timestamptz, unpublish_at timestamptz, key bigint
) language plpgsql stable as $$
#variable_conflict use_column
declare
    v_now timestamptz := 'epoch'::timestamptz + p_now_us * interval '1 microsecond';
    v_query tsquery := coalesce(p_query::tsquery, search_query(p_text));
    v_whole tsquery := replace(v_query::text, ':*', '')::tsquery;
    v_skus text[] := array[p_text, upper(p_text), lower(p_text)];
    v_found bigint;
begin
    return query
        with candidates as materialized (
            select p.id, p.title_words from products p
             where p.title_words @@ v_query and is_published(p.status, p.publish_at, p.unpublish_at, v_now) limit 2000
        ), sold_as as materialized (
            select v.product_id as id from product_variants v where v.sku = any (v_skus) and v.archived_at is null
             union select p.id from products p where p.sku = any (v_skus)
        ), titled as (
            select r.id, r.rank from (
                select c.id, 1 + 100000 * (c.id in (select s.id from sold_as s))::int + 10000 * (c.title_words @@ v_whole)::int
                          + (1000 * ts_rank('{0, 0, 0.4, 1}', c.title_words, v_query, 1))::bigint as rank from candidates c) r
             where p_rank is null or (r.rank, r.id) < (p_rank, p_id)
             order by r.rank desc, r.id desc limit p_limit
        )
        select c.*, t.rank from titled t join product_cards c on c.id = t.id order by t.rank desc, c.id desc;
    get diagnostics v_found = row_count;
    if v_found < p_limit then
        -- Planned anew each time: of a word that is in many descriptions the newest are soon met on a walk through all products, one that
        -- is in few is found by its index, and a kept plan does not know which it is.
        return query execute $others$
            with candidates as materialized (
                select p.id from products p
                 where p.title_words @@ $1 and is_published(p.status, p.publish_at, p.unpublish_at, $2) limit 2000
            )
            select c.*, 0::bigint
              from (select p.id from products p
                     where p.search_document @@ $1 and is_published(p.status, p.publish_at, p.unpublish_at, $2)
                       and p.id not in (select c.id from candidates c) and ($3 is null or $3 > 0 or p.id < $4)
                     order by p.id desc limit $5) others
              join product_cards c on c.id = others.id
             order by c.id desc
        $others$ using v_query, v_now, p_rank, p_id, p_limit - v_found;
    end if;
end $$;

-- For each word of a text: the query for it, and, where no product has it, the words that look like it.
create function mistyped_words(p_text text) returns table (word text, query text, similar_words text[]) language plpgsql stable as $$
#variable_conflict use_column
begin
    return query
        with typed as materialized (
            select lower(split.word) as word, to_tsquery('simple', quote_literal(split.word) || ':*') as query, place
              from regexp_split_to_table(search_words(p_text), '\s+') with ordinality as split (word, place)
             where split.word <> ''
        )
        select t.word, t.query::text,
               case when not exists (select from products p where p.search_document @@ t.query)
                    then array(select s.word from similar_words(t.word) s) end
          from typed t
         where numnode(t.query) > 0
         order by t.place;
end $$;
