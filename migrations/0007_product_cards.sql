-- What keeps a product's card (price range, first image, availability, search words) true.

-- A text as words for search, the same for what is searched and for what is sought: accents folded, apostrophes dropped
-- (men's, mens), other ASCII punctuation made blank. Without the last, PostgreSQL's parser reads SKU-123 as `sku` and the
-- number -123, and foo/bar as a file's path, and nobody finds 123 or bar.
create function search_words(p_text text) returns text language sql stable as $$
    select regexp_replace(translate(unaccent(p_text), '''', ''), '[!-/:-@\[-`{-~]+', ' ', 'g')
$$;

-- What finds every document that has, for each word of the text, a word that begins so. Null where the text has no word.
create function search_query(p_text text) returns tsquery language sql stable as $$
    select to_tsquery('simple', string_agg(quote_literal(word) || ':*', ' & '))
      from regexp_split_to_table(search_words(p_text), '\s+') as word
     where word <> ''
$$;

-- Rewrites the cards of these products. Whoever changes a product, its variants, images, brand or categories calls it in the
-- same transaction, after the change.
create function refresh_product_cards(p_product_ids bigint[]) returns void language plpgsql as $$
begin
    -- Locked first and read after, in a statement of its own: two sales that empty two variants of one product each wait for
    -- the other and then see what it did. In id order, and always after any stock row, so nobody waits in a circle.
    perform from products where id = any (p_product_ids) order by id for update;

    update products p
       set price_min = card.price_min, price_max = card.price_max, is_available = card.is_available,
           main_image_url = image.url, main_image_alt_text = image.alt_text, search_document = words.document
      from products self
      left join lateral (
            select coalesce(min(self.base_price + v.price_adjustment), self.base_price) as price_min,
                   coalesce(max(self.base_price + v.price_adjustment), self.base_price) as price_max,
                   coalesce(bool_or(s.on_hand > 0), false) as is_available,
                   string_agg(v.sku, ' ') as skus
              from product_variants v join stock_levels s on s.variant_id = v.id
             where v.product_id = self.id) card on true
      left join lateral (
            select url, alt_text from product_images where product_id = self.id order by display_order limit 1) image on true
      left join lateral (
            select setweight(to_tsvector('simple', search_words(self.name)), 'A')
                || setweight(to_tsvector('simple', search_words(coalesce((select name from brands where id = self.brand_id), ''))), 'B')
                || setweight(to_tsvector('simple', search_words(coalesce((
                        select string_agg(c.name, ' ') from product_categories pc join categories c on c.id = pc.category_id
                         where pc.product_id = self.id), '') || ' ' || array_to_string(self.tags, ' '))), 'B')
                || setweight(to_tsvector('simple', search_words(coalesce(self.sku, '') || ' ' || coalesce(card.skus, ''))), 'A')
                || setweight(to_tsvector('simple', search_words(regexp_replace(self.description, '<[^>]*>', ' ', 'g'))), 'D')
                   as document) words on true
     where p.id = self.id and self.id = any (p_product_ids);
end $$;

-- The same for availability alone, which is all that a sale can change.
create function refresh_availability(p_product_ids bigint[]) returns void language plpgsql as $$
begin
    perform from products where id = any (p_product_ids) order by id for update;
    update products p
       set is_available = exists (
               select from product_variants v join stock_levels s on s.variant_id = v.id
                where v.product_id = p.id and s.on_hand > 0)
     where p.id = any (p_product_ids);
end $$;

-- Puts units of a variant on the shelf (or, with a negative change, takes them off) and writes the ledger.
-- Answers what is on hand afterwards; fails on `stock_not_negative` where there is not enough, and answers null where the
-- variant does not exist.
create function change_stock(p_variant_id bigint, p_change integer, p_reason text, p_at timestamptz) returns integer
language plpgsql as $$
declare
    now_on_hand integer;
begin
    update stock_levels set on_hand = on_hand + p_change where variant_id = p_variant_id returning on_hand into now_on_hand;
    if found and p_change <> 0 then
        insert into stock_ledger (variant_id, change, on_hand_after, reason, at)
        values (p_variant_id, p_change, now_on_hand, p_reason, p_at);
        -- Only a step to or from nothing can change whether the product can be bought.
        if now_on_hand = 0 or now_on_hand = p_change then
            perform refresh_availability(array[(select product_id from product_variants where id = p_variant_id)]);
        end if;
    end if;
    return now_on_hand;
end $$;
