-- Trigger: remembers a product's former slug, so that old addresses redirect to the new one. A slug that is in use leads to its
-- current product, whichever product had it before (give_slugs_to_new_products).
create or replace function keep_old_product_slug() returns trigger language plpgsql as $$
begin
    delete from old_product_slugs where slug = new.slug;
    insert into old_product_slugs (slug, product_id) values (old.slug, new.id)
    on conflict (slug) do update set product_id = excluded.product_id;
    return null;
end $$;

create or replace trigger product_leaves_its_slug after update of slug on products
    for each row when (old.slug <> new.slug) execute function keep_old_product_slug();
