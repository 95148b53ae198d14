-- Brings the SQL functions of the database up to date, within the caller's transaction. The two places in braces are filled in by
-- `Schema::functions_sql`.
--
-- One script for all callers and not a program, because `#[sqlx::test]` takes SQL alone.

-- Otherwise "it exists already" is in the log of every run.
set local client_min_messages = warning;

-- Which file made which function. The digest is of the file's text.
create table if not exists sql_functions (
    file text primary key,
    digest bytea not null,
    signature text not null
);

-- The newest release that has applied its functions, by the time of its commit.
create table if not exists sql_functions_release (
    only_row boolean primary key default true,
    released_at bigint not null,
    constraint sql_functions_release_has_one_row check (only_row)
);

create temporary table current_functions on commit drop as
select file, sql, sha256(convert_to(sql, 'UTF8')) as digest
  from (values
{functions}
  ) as f (file, sql)
 where file is not null;

do $apply$
declare
    c_released_at constant bigint := {released_at};
    v_changed text[];
    v_signatures text[];
    v_old record;
    v_file record;
    v_name text;
    v_before text[];
    v_made oid[];
    v_function oid;
begin
    -- So that a signature is always written in the same way.
    perform set_config('search_path', 'public', true);

    v_changed := array(
        select coalesce(c.file, f.file) from current_functions c full join sql_functions f using (file)
         where c.digest is distinct from f.digest);
    if cardinality(v_changed) > 0 and c_released_at < (select released_at from sql_functions_release) then
        raise exception 'the database is newer than this program: it has functions of a later release, so deploy that release or a newer one';
    end if;
    insert into sql_functions_release as r (released_at)
    select c_released_at where c_released_at is not null
    on conflict (only_row) do update set released_at = greatest(r.released_at, excluded.released_at);

    v_signatures := array(select signature from sql_functions);

    -- 1. Create or replace, in any order: bodies are looked at when all functions are there.
    perform set_config('check_function_bodies', 'off', true);
    for v_file in select c.file, c.sql, c.digest from current_functions c where c.file = any (v_changed) order by c.file loop
        v_name := regexp_replace(v_file.file, '^.*/|\.sql$', '', 'g');
        v_before := array(select oid || ' ' || ctid from pg_proc where proname = v_name and pronamespace = 'public'::regnamespace);
        begin
            begin
                execute v_file.sql;
            exception when invalid_function_definition then
                -- Another return type or other names of parameters: PostgreSQL replaces no such function, so it is dropped first.
                select * into v_old from sql_functions where file = v_file.file;
                if not found then
                    raise;
                end if;
                execute 'drop function ' || v_old.signature;
                execute v_file.sql;
            end;
        exception when others then
            raise exception 'migrations/functions/%: %', v_file.file, sqlerrm using errcode = sqlstate;
        end;

        -- A replaced function has the same oid, and a new version of its row.
        v_made := array(
            select oid from pg_proc
             where proname = v_name and pronamespace = 'public'::regnamespace and oid || ' ' || ctid <> all (v_before));
        if cardinality(v_made) <> 1 then
            raise exception 'migrations/functions/%: it has to create one function, %', v_file.file, v_name;
        end if;
        v_function := v_made[1];
        insert into sql_functions as f (file, digest, signature)
        values (v_file.file, v_file.digest, v_function::regprocedure::text)
        on conflict (file) do update set digest = excluded.digest, signature = excluded.signature;

        -- A trigger that the file no longer names.
        for v_old in
            select tgname, tgrelid::regclass as on_table from pg_trigger
             where tgfoid = v_function and not tgisinternal and v_file.sql !~ ('\mtrigger ' || tgname || '\M')
        loop
            execute format('drop trigger %I on %s', v_old.tgname, v_old.on_table);
        end loop;
    end loop;

    -- 2. Drop the functions that no file makes any more, with their triggers. Whatever else needs one stops us here.
    delete from sql_functions where file not in (select file from current_functions);
    for v_old in
        select to_regprocedure(signature) as function from unnest(v_signatures) as old (signature)
         where to_regprocedure(signature) is not null and signature not in (select signature from sql_functions)
    loop
        for v_file in select tgname, tgrelid::regclass as on_table from pg_trigger where tgfoid = v_old.function and not tgisinternal loop
            execute format('drop trigger %I on %s', v_file.tgname, v_file.on_table);
        end loop;
        execute format('drop function %s', v_old.function);
    end loop;

    -- 3. Check every body, also of functions that have not changed: a table or a function that they use may have. In SQL functions all
    -- names are looked up, in plpgsql the syntax is checked.
    perform set_config('check_function_bodies', 'on', true);
    for v_file in
        select f.file, format('select %s(%s)', l.lanvalidator::regproc, p.oid) as check_body
          from sql_functions f
          join pg_proc p on p.oid = to_regprocedure(f.signature)
          join pg_language l on l.oid = p.prolang
    loop
        begin
            execute v_file.check_body;
        exception when others then
            raise exception 'migrations/functions/%: %', v_file.file, sqlerrm using errcode = sqlstate;
        end;
    end loop;
end $apply$;
