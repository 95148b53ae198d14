-- Trigger: copies what products are filtered, counted and ranked by into `product_index`, in one statement for all products that a statement
-- writes. A product whose copy is right already is not written.
create or replace function write_product_index() returns trigger language plpgsql as $$
begin
    insert into product_index (id, brand_id, base_price, price_min, price_max, created_at, publish_at, unpublish_at, is_available, status,
                               category_ids, value_ids, available_value_ids, available_price_min, available_price_max, tags, title_words)
    select p.id, p.brand_id, p.base_price, p.price_min, p.price_max, p.created_at, p.publish_at, p.unpublish_at, p.is_available, p.status,
           p.category_ids, p.value_ids, p.available_value_ids, p.available_price_min, p.available_price_max, p.tags, p.title_words
      from written_products p
      left join product_index i on i.id = p.id
     where (i.brand_id, i.base_price, i.price_min, i.price_max, i.created_at, i.publish_at, i.unpublish_at, i.is_available, i.status,
            i.category_ids, i.value_ids, i.available_value_ids, i.available_price_min, i.available_price_max, i.tags, i.title_words)
           is distinct from
           (p.brand_id, p.base_price, p.price_min, p.price_max, p.created_at, p.publish_at, p.unpublish_at, p.is_available, p.status,
            p.category_ids, p.value_ids, p.available_value_ids, p.available_price_min, p.available_price_max, p.tags, p.title_words)
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
create or replace trigger product_is_indexed after insert on products
    referencing new table as written_products for each statement execute function write_product_index();

create or replace trigger product_changes_its_index after update on products
    referencing new table as written_products for each statement execute function write_product_index();
