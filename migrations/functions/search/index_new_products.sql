-- Trigger: copies what products are filtered, counted and ranked by into `product_index`, in one statement for all products that a statement
-- inserts.
create or replace function index_new_products() returns trigger language plpgsql as $$
begin
    insert into product_index (id, brand_id, base_price, price_min, price_max, created_at, publish_at, unpublish_at, is_available, status,
                               category_ids, value_ids, available_value_ids, available_price_min, available_price_max, tags, title_words)
    select p.id, p.brand_id, p.base_price, p.price_min, p.price_max, p.created_at, p.publish_at, p.unpublish_at, p.is_available, p.status,
           p.category_ids, p.value_ids, p.available_value_ids, p.available_price_min, p.available_price_max, p.tags, p.title_words
      from new_products p;
    return null;
end $$;

-- A trigger, so that no writer of products can forget it.
create or replace trigger product_is_indexed after insert on products
    referencing new table as new_products for each statement execute function index_new_products();
