-- Trigger: writes a product's card, the JSON text that lists return: `ProductSummary` in shared/src/catalogue/product.rs, with its
-- names in its order. Written when the product changes and not each time it is read: half the time of a page of fifty went into
-- reading twenty columns of each product and writing them as JSON.
create or replace function write_product_card() returns trigger language plpgsql as $$
begin
    new.card := (
        select row_to_json(card)::text
          from (select new.id, new.slug, new.name, new.sku,
                       case when new.brand_id is not null and new.brand_name is not null
                            then (select row_to_json(brand)
                                    from (select new.brand_id as id, new.brand_name as name, new.brand_slug as slug) brand)
                       end as brand,
                       array_to_json(array(
                           select filed from unnest(new.category_ids, new.category_names, new.category_slugs) as filed (id, name, slug)))
                           as categories,
                       (new.base_price * money.minor_unit)::text as base_price, new.currency,
                       (select row_to_json(range)
                          from (select (new.price_min * money.minor_unit)::text as min, (new.price_max * money.minor_unit)::text as max) range) as price_range,
                       case when new.main_image_url is not null
                            then (select row_to_json(image)
                                    from (select new.main_image_url as url, coalesce(new.main_image_alt_text, '') as alt_text,
                                                 new.main_image_list_url as list_url) image)
                       end as main_image,
                       new.is_available
                  -- A minor unit in units of the currency. Its scale gives an amount the currency's number of decimals.
                  from (select (array[1, 0.1, 0.01, 0.001])[exponent + 1] as minor_unit from shop) money) card);
    return new;
end $$;

-- A trigger, so that no writer can forget it. The columns are those that the function reads, and `card` itself, so that an update of
-- `card` rewrites it.
create or replace trigger product_has_its_card
    before insert or update of id, slug, name, sku, brand_id, brand_name, brand_slug, category_ids, category_names, category_slugs, base_price,
                               currency, price_min, price_max, main_image_url, main_image_alt_text, main_image_list_url, is_available, card
    on products for each row execute function write_product_card();
