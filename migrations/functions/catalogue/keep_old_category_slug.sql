-- Trigger: remembers a category's former slug, so that old addresses redirect to the new one. A slug that is in use leads to its
-- current category, whichever category had it before.
create or replace function keep_old_category_slug() returns trigger language plpgsql as $$
begin
    delete from old_category_slugs where slug = new.slug;
    if tg_op = 'UPDATE' then
        insert into old_category_slugs (slug, category_id) values (old.slug, new.id)
        on conflict (slug) do update set category_id = excluded.category_id;
    end if;
    return null;
end $$;

create or replace trigger category_is_new_under_its_slug after insert on categories for each row execute function keep_old_category_slug();

create or replace trigger category_leaves_its_slug after update of slug on categories
    for each row when (old.slug <> new.slug) execute function keep_old_category_slug();
