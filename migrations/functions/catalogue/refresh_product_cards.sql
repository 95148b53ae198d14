-- Rewrites what lists and searches read of these products: price range, availability, main image, brand, categories, attribute values
-- and search words. Called after every change of a product, its variants, images, brand or categories, in the same transaction. What is
-- computed depends on the rows alone and not on the order in which they are read, and a product for which it is the same is not written.
-- Words take half of the time and are made only from other texts than the last time, or by other functions.
-- Locks: the products, by id, and always after any stock row.
create or replace function refresh_product_cards(p_product_ids bigint[]) returns void language plpgsql as $$
declare
    v_makers bigint := word_makers();
begin
    -- Locked in a statement before the one that reads: of two sales that each empty a variant of one product, the second waits and
    -- then sees what the first did.
    perform from products where id = any (p_product_ids) order by id for update;

    with refreshed as (
        update products p
           set price_min = offer.price_min, price_max = offer.price_max, value_ids = offer.value_ids, is_available = offer.is_available,
               available_price_min = offer.available_price_min, available_price_max = offer.available_price_max,
               available_value_ids = offer.available_value_ids,
               main_image_url = image.url, main_image_alt_text = image.alt_text, main_image_list_url = image.list_url,
               brand_name = b.name, brand_slug = b.slug,
               category_ids = filed.ids, category_names = filed.names, category_slugs = filed.slugs,
               title_words = coalesce(title.words, self.title_words), search_document = coalesce(document.words, self.search_document),
               words_digest = texts.digest
          from products self
          left join brands b on b.id = self.brand_id
         cross join lateral offer_of_product(self.id, self.base_price) offer
          left join lateral (
                select i.url, i.alt_text, f.list_url from product_images i left join image_files f on f.url = i.url
                 where i.product_id = self.id order by i.display_order limit 1) image on true
          left join lateral (
                select coalesce(array_agg(c.id order by c.name, c.id), '{}') as ids,
                       coalesce(array_agg(c.name order by c.name, c.id), '{}') as names,
                       coalesce(array_agg(c.slug order by c.name, c.id), '{}') as slugs
                  from product_categories pc join categories c on c.id = pc.category_id
                 where pc.product_id = self.id) filed on true
         cross join lateral (
                select hashtextextended(row(self.name, self.sku, offer.skus, b.name, filed.names, self.tags, self.description)::text,
                                        v_makers) as digest
                offset 0) texts -- Without `offset 0` PostgreSQL makes this and the words again for each use.
          left join lateral (
                select word_vector(self.name, 'A') || setweight(to_tsvector('simple', search_words(concat_ws(' ', self.sku, offer.skus))), 'A')
                    || word_vector(concat_ws(' ', b.name, array_to_string(filed.names || self.tags, ' ')), 'B') as words
                 where texts.digest is distinct from self.words_digest
                offset 0) title on true
          left join lateral (
                select title.words || word_vector(plain_text(self.description), 'D') as words
                 where title.words is not null
                offset 0) document on true
         where p.id = self.id and self.id = any (p_product_ids)
           and (p.price_min, p.price_max, p.value_ids, p.is_available, p.available_price_min, p.available_price_max, p.available_value_ids,
                p.main_image_url, p.main_image_alt_text, p.main_image_list_url, p.brand_name, p.brand_slug,
                p.category_ids, p.category_names, p.category_slugs, p.words_digest)
               is distinct from
               (offer.price_min, offer.price_max, offer.value_ids, offer.is_available, offer.available_price_min, offer.available_price_max,
                offer.available_value_ids, image.url, image.alt_text, image.list_url, b.name, b.slug,
                filed.ids, filed.names, filed.slugs, texts.digest)
        returning document.words
    )
    -- Neither joined words nor pairs of letters are what a mistyped word means.
    insert into catalogue_words (word)
    select made.word
      from (select distinct unnest(tsvector_to_array(ts_filter(r.words, '{a,b,d}'))) as word from refreshed r) made
     where length(made.word) between 4 and 40 and made.word !~ '\d' and not is_unspaced(made.word)
       and not exists (select from catalogue_words w where w.word = made.word);
end $$;
