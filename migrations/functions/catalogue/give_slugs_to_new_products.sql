-- Trigger: a slug of a new product leads to it, whichever product had the slug before.
create or replace function give_slugs_to_new_products() returns trigger language plpgsql as $$
begin
    delete from old_product_slugs o using new_products p where o.slug = p.slug;
    return null;
end $$;

create or replace trigger product_is_new_under_its_slug after insert on products
    referencing new table as new_products for each statement execute function give_slugs_to_new_products();
