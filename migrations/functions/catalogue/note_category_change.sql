-- Trigger: raises a category's version when its name, slug or parent changes, so that two editors do not overwrite each other unseen.
-- Its position is not counted: it belongs to the siblings as well.
create or replace function note_category_change() returns trigger language plpgsql as $$
begin
    if (new.name, new.slug, new.parent_id) is distinct from (old.name, old.slug, old.parent_id) then
        new.version := old.version + 1;
    end if;
    return new;
end $$;

create or replace trigger category_has_a_version before update on categories for each row execute function note_category_change();
