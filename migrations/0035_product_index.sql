-- What products are filtered, counted and ranked by, in rows of their own. The facets of a large category and the numbers in the category tree read
-- every product that is in it, a search each that has the word in its title; and a product's row, with its card, its description and its search
-- document, is four times as wide as what they ask for. Where there are a million products it is these pages that are to fit into memory.
--
-- The names are those of `products`, `id` among them, so that one text of conditions serves both tables.
create table product_index (
    id bigint primary key references products on delete cascade,
    brand_id bigint,
    price_min bigint not null,
    price_max bigint not null,
    created_at timestamptz not null,
    publish_at timestamptz,
    unpublish_at timestamptz,
    is_available boolean not null,
    status text not null,
    category_ids bigint[] not null,
    value_ids bigint[] not null,
    tags text[] not null,
    title_words tsvector not null
-- Room beside the rows: what a sale changes is in no index, so its new version stays on the page.
) with (fillfactor = 90);

create function write_product_index() returns trigger language plpgsql as $$
begin
    insert into product_index (id, brand_id, price_min, price_max, created_at, publish_at, unpublish_at, is_available, status, category_ids,
                               value_ids, tags, title_words)
    values (new.id, new.brand_id, new.price_min, new.price_max, new.created_at, new.publish_at, new.unpublish_at, new.is_available, new.status,
            new.category_ids, new.value_ids, new.tags, new.title_words)
    on conflict (id) do update
       set brand_id = excluded.brand_id, price_min = excluded.price_min, price_max = excluded.price_max, created_at = excluded.created_at,
           publish_at = excluded.publish_at, unpublish_at = excluded.unpublish_at, is_available = excluded.is_available,
           status = excluded.status, category_ids = excluded.category_ids, value_ids = excluded.value_ids, tags = excluded.tags,
           title_words = excluded.title_words;
    return null;
end $$;

-- By triggers and not by those who write products: nobody can forget it.
create trigger product_is_indexed after insert on products for each row execute function write_product_index();
create trigger product_changes_its_index
    after update of brand_id, price_min, price_max, created_at, publish_at, unpublish_at, is_available, status, category_ids, value_ids,
                    tags, title_words
    on products for each row
    when ((old.brand_id, old.price_min, old.price_max, old.created_at, old.publish_at, old.unpublish_at, old.is_available, old.status,
           old.category_ids, old.value_ids, old.tags, old.title_words)
          is distinct from
          (new.brand_id, new.price_min, new.price_max, new.created_at, new.publish_at, new.unpublish_at, new.is_available, new.status,
           new.category_ids, new.value_ids, new.tags, new.title_words))
    execute function write_product_index();

insert into product_index (id, brand_id, price_min, price_max, created_at, publish_at, unpublish_at, is_available, status, category_ids,
                           value_ids, tags, title_words)
select id, brand_id, price_min, price_max, created_at, publish_at, unpublish_at, is_available, status, category_ids, value_ids, tags,
       title_words
  from products;

-- Like those of products, none has is_available, so that a sale's update stays heap-only. product_by_title, of products, is for the release
-- before this one, and goes when no such code runs.
create index product_index_by_brand on product_index (brand_id);
create index product_index_by_category on product_index using gin (category_ids);
create index product_index_by_value on product_index using gin (value_ids);
create index product_index_by_tag on product_index using gin (tags);
create index product_index_by_title on product_index using gin (title_words);
analyze product_index;

-- The products that have these words, if they are few, else null; at most as many are read. By the index and nothing else: what PostgreSQL knows of
-- a word does not tell one that is rare from one that is missing, and a walk that is to end with the first ones of many reads all products
-- where there is none.
create function few_products_with(p_query tsquery) returns bigint[] language plpgsql stable
set enable_seqscan = off set enable_indexscan = off set plan_cache_mode = force_generic_plan as $$
begin
    return (select case when count(*) <= 2000 then coalesce(array_agg(id), '{}') end
              from (select p.id from products p where p.search_document @@ p_query limit 2001) found);
end $$;

-- As in 0032_search_products.sql, but titles are read in product_index and once for each call, half as many of them are ranked, and besides them
-- whatever has the SKU.
--
-- What shoppers see of the products with these words, the best first, as a filtered search ranks them (docs/finding.md); at most p_limit, beyond
-- the product of this rank and id. What is sought is p_query, a tsquery, or what search_query makes of p_text; a SKU that is p_text goes first.
--
-- What reads by words is planned anew each time: a word that is in few titles is found by the index, of one that is in very many the first are soon
-- met on a walk, and a kept plan does not know which it is. So it is with descriptions, of which the few are found before. The rest keeps its plans.
create or replace function search_products(p_text text, p_query text, p_rank bigint, p_id bigint, p_limit bigint, p_now_us bigint)
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
        select c.*, titled.rank
          from (select t.id, t.rank from unnest(v_ids, v_ranks) as t (id, rank)
                 where p_rank is null or (t.rank, t.id) < (p_rank, p_id)
                 order by t.rank desc, t.id desc limit p_limit) titled
          join product_cards c on c.id = titled.id
         order by titled.rank desc, c.id desc;
    get diagnostics v_found = row_count;
    if v_found < p_limit then
        v_few := few_products_with(v_query);
        return query execute $others$
            select c.*, 0::bigint
              from (select p.id from products p
                     where ($7 is null or p.id = any ($7)) and ($7 is not null or p.search_document @@ $1)
                       and is_published(p.status, p.publish_at, p.unpublish_at, $2)
                       and p.id not in (select unnest($6)) and ($3 is null or $3 > 0 or p.id < $4)
                     order by p.id desc limit $5) others
              join product_cards c on c.id = others.id
             order by c.id desc
        $others$ using v_query, v_now, p_rank, p_id, p_limit - v_found, v_ids, v_few;
    end if;
end $$;

-- As in 0032_search_products.sql, but for how it is known that no product has a word.
--
-- For each word of a text: the query for it, and, where no product has it, the words that look like it.
create or replace function mistyped_words(p_text text) returns table (word text, query text, similar_words text[]) language plpgsql stable as $$
#variable_conflict use_column
begin
    return query
        with typed as materialized (
            select lower(split.word) as word, to_tsquery('simple', quote_literal(split.word) || ':*') as query, place
              from regexp_split_to_table(search_words(p_text), '\s+') with ordinality as split (word, place)
             where split.word <> ''
        )
        select t.word, t.query::text,
               case when few_products_with(t.query) = '{}'
                    then array(select s.word from similar_words(t.word) s) end
          from typed t
         where numnode(t.query) > 0
         order by t.place;
end $$;
