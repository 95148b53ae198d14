-- Trigger: raises a brand's version when its name or slug changes, so that two editors do not overwrite each other unseen.
create or replace function count_brand_version() returns trigger language plpgsql as $$
begin
    if (new.name, new.slug) is distinct from (old.name, old.slug) then
        new.version := old.version + 1;
    end if;
    return new;
end $$;

create or replace trigger brand_has_a_version before update on brands for each row execute function count_brand_version();
