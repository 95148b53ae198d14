-- Trigger: writes a product's card, the JSON text that lists return: `ProductSummary` in shared/src/catalogue/product.rs, with its
-- names in its order. Written when the product changes and not each time it is read: half the time of a page of fifty went into
-- reading twenty columns of each product and writing them as JSON.
--
-- Put together from texts, because that takes half as long as a query that makes JSON of rows.
create or replace function write_product_card() returns trigger language plpgsql as $$
declare
    -- A minor unit in units of the currency. Its scale gives an amount the currency's number of decimals.
    v_minor_unit numeric := (select (array[1, 0.1, 0.01, 0.001])[exponent + 1] from shop);
    v_brand text := 'null';
    v_categories text := '';
    v_image text := 'null';
begin
    if new.brand_id is not null and new.brand_name is not null then
        v_brand := '{"id":' || new.brand_id || ',"name":' || to_json(new.brand_name) || ',"slug":' || coalesce(to_json(new.brand_slug)::text, 'null') || '}';
    end if;
    for i in 1 .. cardinality(new.category_ids) loop
        v_categories := v_categories || case when i > 1 then ',' else '' end
            || '{"id":' || new.category_ids[i] || ',"name":' || coalesce(to_json(new.category_names[i])::text, 'null')
            || ',"slug":' || coalesce(to_json(new.category_slugs[i])::text, 'null') || '}';
    end loop;
    if new.main_image_url is not null then
        v_image := '{"url":' || to_json(new.main_image_url) || ',"alt_text":' || to_json(coalesce(new.main_image_alt_text, ''))
            || ',"list_url":' || coalesce(to_json(new.main_image_list_url)::text, 'null') || '}';
    end if;
    new.card := '{"id":' || new.id || ',"slug":' || to_json(new.slug) || ',"name":' || to_json(new.name)
        || ',"sku":' || coalesce(to_json(new.sku)::text, 'null') || ',"brand":' || v_brand || ',"categories":[' || v_categories || ']'
        || ',"base_price":"' || new.base_price * v_minor_unit || '","currency":' || to_json(new.currency)
        || ',"price_range":{"min":"' || new.price_min * v_minor_unit || '","max":"' || new.price_max * v_minor_unit || '"}'
        || ',"main_image":' || v_image || ',"is_available":' || to_json(new.is_available) || '}';
    return new;
end $$;

-- A trigger, so that no writer can forget it. The columns are those that the function reads, and `card` itself, so that an update of
-- `card` rewrites it.
create or replace trigger product_has_its_card
    before insert or update of id, slug, name, sku, brand_id, brand_name, brand_slug, category_ids, category_names, category_slugs, base_price,
                               currency, price_min, price_max, main_image_url, main_image_alt_text, main_image_list_url, is_available, card
    on products for each row execute function write_product_card();
