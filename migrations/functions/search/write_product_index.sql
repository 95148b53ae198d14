-- Trigger: copies what products are filtered, counted and ranked by into `product_index`.
create or replace function write_product_index() returns trigger language plpgsql as $$
begin
    insert into product_index (id, brand_id, base_price, price_min, price_max, created_at, publish_at, unpublish_at, is_available, status,
                               category_ids, value_ids, available_value_ids, available_price_min, available_price_max, tags, title_words)
    values (new.id, new.brand_id, new.base_price, new.price_min, new.price_max, new.created_at, new.publish_at, new.unpublish_at,
            new.is_available, new.status, new.category_ids, new.value_ids, new.available_value_ids, new.available_price_min,
            new.available_price_max, new.tags, new.title_words)
    on conflict (id) do update
       set brand_id = excluded.brand_id, base_price = excluded.base_price, price_min = excluded.price_min, price_max = excluded.price_max,
           created_at = excluded.created_at, publish_at = excluded.publish_at, unpublish_at = excluded.unpublish_at,
           is_available = excluded.is_available, status = excluded.status, category_ids = excluded.category_ids,
           value_ids = excluded.value_ids, available_value_ids = excluded.available_value_ids,
           available_price_min = excluded.available_price_min, available_price_max = excluded.available_price_max, tags = excluded.tags,
           title_words = excluded.title_words;
    return null;
end $$;

-- Triggers, so that no writer of products can forget it.
create or replace trigger product_is_indexed after insert on products for each row execute function write_product_index();

create or replace trigger product_changes_its_index
    after update of brand_id, base_price, price_min, price_max, created_at, publish_at, unpublish_at, is_available, status, category_ids,
                    value_ids, available_value_ids, available_price_min, available_price_max, tags, title_words
    on products for each row
    when ((old.brand_id, old.base_price, old.price_min, old.price_max, old.created_at, old.publish_at, old.unpublish_at, old.is_available,
           old.status, old.category_ids, old.value_ids, old.available_value_ids, old.available_price_min, old.available_price_max, old.tags,
           old.title_words)
          is distinct from
          (new.brand_id, new.base_price, new.price_min, new.price_max, new.created_at, new.publish_at, new.unpublish_at, new.is_available,
           new.status, new.category_ids, new.value_ids, new.available_value_ids, new.available_price_min, new.available_price_max, new.tags,
           new.title_words))
    execute function write_product_index();
