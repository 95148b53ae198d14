-- The category tree as staff change it: it stays a tree, whoever writes and however many at once; an old slug leads to the new; each
-- category has a version, so that two editors do not write over each other.

-- Counts the changes of what is the category's own: its name, slug and parent. Its place among its siblings is theirs as well.
alter table categories add column version bigint not null default 1;

create table old_category_slugs (
    slug text primary key,
    category_id bigint not null references categories (id) on delete cascade
);
create index old_category_slug_by_category on old_category_slugs (category_id);

-- Everybody who gives a category a parent takes turns, until their transaction ends: two moves that are each well could make a
-- circle together, and neither would see it. The number is nobody else's.
create function lock_category_tree() returns void language sql as 'select pg_advisory_xact_lock(1801)';

-- Deeper than any shop sorts its things, and far from what a client that walks the tree can bear.
create function deepest_category() returns integer language sql immutable as 'select 32';

create function keep_categories_a_tree() returns trigger language plpgsql as $$
declare
    v_above integer;
    v_is_below_itself boolean;
    v_below integer := 0;
begin
    if new.parent_id is null then
        return new;
    end if;
    perform lock_category_tree();

    -- Only now, in a statement that sees what those before us have committed.
    with recursive up as (
        select c.id, c.parent_id, 1 as steps from categories c where c.id = new.parent_id
        union all
        select c.id, c.parent_id, up.steps + 1 from categories c join up on c.id = up.parent_id
         where up.steps <= deepest_category()
    )
    select count(*), coalesce(bool_or(up.id = new.id), false) into v_above, v_is_below_itself from up;
    if v_is_below_itself then
        raise exception 'category % would be below itself', new.id
            using errcode = 'check_violation', constraint = 'category_not_below_itself';
    end if;

    if tg_op = 'UPDATE' then
        with recursive down as (
            select c.id, 1 as steps from categories c where c.parent_id = new.id
            union all
            select c.id, down.steps + 1 from categories c join down on c.parent_id = down.id
             where down.steps <= deepest_category()
        )
        select coalesce(max(down.steps), 0) into v_below from down;
    end if;
    if v_above + 1 + v_below > deepest_category() then
        raise exception 'category % would lie too deep', new.id
            using errcode = 'check_violation', constraint = 'category_not_too_deep';
    end if;
    return new;
end $$;
create trigger category_stays_in_a_tree before insert or update of parent_id on categories
    for each row execute function keep_categories_a_tree();

create function note_category_change() returns trigger language plpgsql as $$
begin
    if (new.name, new.slug, new.parent_id) is distinct from (old.name, old.slug, old.parent_id) then
        new.version := old.version + 1;
    end if;
    return new;
end $$;
create trigger category_has_a_version before update on categories for each row execute function note_category_change();

-- A slug that is somebody's now leads to them, whoever had it before.
create function keep_old_category_slug() returns trigger language plpgsql as $$
begin
    delete from old_category_slugs where slug = new.slug;
    if tg_op = 'UPDATE' then
        insert into old_category_slugs (slug, category_id) values (old.slug, new.id)
        on conflict (slug) do update set category_id = excluded.category_id;
    end if;
    return null;
end $$;
create trigger category_is_new_under_its_slug after insert on categories for each row execute function keep_old_category_slug();
create trigger category_leaves_its_slug after update of slug on categories
    for each row when (old.slug <> new.slug) execute function keep_old_category_slug();
