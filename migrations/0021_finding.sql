-- What finding products takes: a card that needs no join, filters with an index each, a title to rank by, and the words of the catalogue
-- to correct typing errors with. docs/finding.md says how they are used.

create extension if not exists pg_trgm;

alter table products
    -- More of the card: the brand's and the categories' own words, these in the order of their names.
    add column brand_name text,
    add column brand_slug text,
    add column category_ids bigint[] not null default '{}',
    add column category_names text[] not null default '{}',
    add column category_slugs text[] not null default '{}',
    -- Every attribute value that one of its variants has.
    add column value_ids bigint[] not null default '{}',
    -- search_document without the description: small, so it lies in the row and is quick to rank by.
    add column title_words tsvector not null default '';

-- The words that products have, to find the ones that somebody meant who typed another. A word stays when its last product goes: what
-- it leads to then finds nothing, as it would without it. No constraint keeps a word from being here twice, because two writers who bring the
-- same new words would have to wait for each other, and in a circle; twice does no harm.
create table catalogue_words (
    word text not null
);
create index catalogue_word on catalogue_words (word);
create index catalogue_word_by_trigrams on catalogue_words using gin (word gin_trgm_ops);

-- Words that look like this one, the most alike first. The usual threshold of 0.3 is too strict for short words: `bluose` and `blouse`
-- share 3 of 11 trigrams. Set by the function, it ends with it and stays in no session.
create function similar_words(p_word text) returns table (word text) language sql stable
set pg_trgm.similarity_threshold = 0.2 as $$
    select w.word from catalogue_words w where w.word % p_word
     group by w.word order by similarity(w.word, p_word) desc, w.word limit 40
$$;

-- Rewrites the cards of these products. Whoever changes a product, its variants, images, brand or categories calls it in the
-- same transaction, after the change.
create or replace function refresh_product_cards(p_product_ids bigint[]) returns void language plpgsql as $$
begin
    -- Locked first and read after, in a statement of its own: two sales that empty two variants of one product each wait for
    -- the other and then see what it did. In id order, and always after any stock row, so nobody waits in a circle.
    perform from products where id = any (p_product_ids) order by id for update;

    update products p
       set price_min = card.price_min, price_max = card.price_max, is_available = card.is_available,
           main_image_url = image.url, main_image_alt_text = image.alt_text, main_image_list_url = image.list_url,
           brand_name = b.name, brand_slug = b.slug,
           category_ids = filed.ids, category_names = filed.names, category_slugs = filed.slugs,
           value_ids = options.ids, title_words = title.words,
           search_document = title.words
               || setweight(to_tsvector('simple', search_words(regexp_replace(self.description, '<[^>]*>', ' ', 'g'))), 'D')
      from products self
      left join brands b on b.id = self.brand_id
      left join lateral (
            select coalesce(min(self.base_price + v.price_adjustment), self.base_price) as price_min,
                   coalesce(max(self.base_price + v.price_adjustment), self.base_price) as price_max,
                   coalesce(bool_or(s.on_hand > 0), false) as is_available,
                   string_agg(v.sku, ' ') as skus
              from product_variants v join stock_levels s on s.variant_id = v.id
             where v.product_id = self.id and v.archived_at is null) card on true
      left join lateral (
            select coalesce(array_agg(distinct value order by value), '{}') as ids
              from product_variants v cross join unnest(v.attribute_value_ids) as value
             where v.product_id = self.id and v.archived_at is null) options on true
      left join lateral (
            select i.url, i.alt_text, f.list_url from product_images i left join image_files f on f.url = i.url
             where i.product_id = self.id order by i.display_order limit 1) image on true
      left join lateral (
            select coalesce(array_agg(c.id order by c.name, c.id), '{}') as ids,
                   coalesce(array_agg(c.name order by c.name, c.id), '{}') as names,
                   coalesce(array_agg(c.slug order by c.name, c.id), '{}') as slugs
              from product_categories pc join categories c on c.id = pc.category_id
             where pc.product_id = self.id) filed on true
      left join lateral (
            select setweight(to_tsvector('simple', search_words(self.name || ' ' || coalesce(self.sku, '') || ' ' || coalesce(card.skus, ''))), 'A')
                || setweight(to_tsvector('simple', search_words(
                        coalesce(b.name, '') || ' ' || array_to_string(filed.names || self.tags, ' '))), 'B') as words) title on true
     where p.id = self.id and self.id = any (p_product_ids);

    insert into catalogue_words (word)
    select distinct found.word
      from products p cross join unnest(tsvector_to_array(p.search_document)) as found (word)
     where p.id = any (p_product_ids) and found.word ~ '^[^[:digit:]]{4,40}$'
       and not exists (select from catalogue_words w where w.word = found.word);
end $$;

-- Every card that there is, as it is now written.
select refresh_product_cards(array(select id from products));

-- The indexes come after, because a table is filled quicker without them.

-- The own categories and not those above them: where a category is moved, no product changes. Whoever asks for a category asks for all
-- that is below it, which the tree, being small, says at once.
create index product_by_category on products using gin (category_ids);
create index product_by_value on products using gin (value_ids);
create index product_by_tag on products using gin (tags);
create index product_by_title on products using gin (title_words);

-- Staff walk through all of them, so an index of the active ones does not serve. None of these holds what a sale changes: an update of
-- is_available stays a heap-only one.
create index product_by_newest_of_all on products (created_at, id);
create index product_by_name_of_all on products (name, id);
create index product_by_price_of_all on products (price_min, id);
