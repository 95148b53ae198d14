-- Trigger: copies what products are filtered, counted and ranked by into `product_index`, in one statement for all products that a statement
-- updates. A product whose copy is right already is not written.
create or replace function update_product_index() returns trigger language plpgsql as $$
begin
    update product_index i
       set brand_id = p.brand_id, base_price = p.base_price, price_min = p.price_min, price_max = p.price_max, created_at = p.created_at,
           publish_at = p.publish_at, unpublish_at = p.unpublish_at, is_available = p.is_available, status = p.status,
           category_ids = p.category_ids, value_ids = p.value_ids, available_value_ids = p.available_value_ids,
           available_price_min = p.available_price_min, available_price_max = p.available_price_max, tags = p.tags, title_words = p.title_words
      from written_products p
     where i.id = p.id
       and (i.brand_id, i.base_price, i.price_min, i.price_max, i.created_at, i.publish_at, i.unpublish_at, i.is_available, i.status,
            i.category_ids, i.value_ids, i.available_value_ids, i.available_price_min, i.available_price_max, i.tags, i.title_words)
           is distinct from
           (p.brand_id, p.base_price, p.price_min, p.price_max, p.created_at, p.publish_at, p.unpublish_at, p.is_available, p.status,
            p.category_ids, p.value_ids, p.available_value_ids, p.available_price_min, p.available_price_max, p.tags, p.title_words);
    return null;
end $$;

-- A trigger, so that no writer of products can forget it.
create or replace trigger product_changes_its_index after update on products
    referencing new table as written_products for each statement execute function update_product_index();
