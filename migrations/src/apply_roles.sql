-- Gives the roles that the functions log in as exactly the privileges in `roles.sql`, within the caller's transaction. The places in braces are
-- filled in by `roles::sql`.
--
-- A user who may create no roles, as with a database in `DATABASE_URL` of a laptop, leaves everything as it is: all functions then log in as that user.

do $apply$
declare
    c_roles constant text[] := array[{roles}];
    c_granted constant text := $granted$select string_agg(line, ', ' order by line) from ({granted}) as granted (line)$granted$;
    c_list constant text := (select string_agg(quote_ident(role), ', ') from unnest(c_roles) role);
    v_role text;
    v_kind text;
    v_objects text;
    v_before text;
    v_after text;
begin
    if not (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) then
        return;
    end if;
    foreach v_role in array c_roles loop
        -- Roles belong to the whole server, so another database may get its roles at the same moment.
        begin
            if not exists (select from pg_roles where rolname = v_role) then
                execute format('create role %I login', v_role);
            end if;
        exception when duplicate_object or unique_violation then
            null;
        end;
        if not has_schema_privilege(v_role, 'public', 'usage') then
            execute format('grant usage on schema public to %I', v_role);
        end if;
    end loop;

    execute c_granted into v_before;
    begin
        -- A new function can be called by everyone. What belongs to an extension stays as the extension made it.
        for v_kind, v_objects in
            select kind, string_agg(name, ', ')
              from (select case relkind when 'S' then 'sequence' else 'table' end, oid::regclass::text, oid
                      from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')
                     union all
                    select 'function', oid::regprocedure::text, oid from pg_proc where pronamespace = 'public'::regnamespace
                   ) as objects (kind, name, oid)
             where not exists (select from pg_depend d where d.objid = objects.oid and d.deptype = 'e')
             group by kind
        loop
            execute format('revoke all on %s %s from public, %s', v_kind, v_objects, c_list);
        end loop;
        execute $grants${grants}$grants$;
        execute c_granted into v_after;
        if v_after = v_before then
            -- Undoes the block, so that a deployment that changes no privilege writes no row of PostgreSQL's catalogue.
            raise exception using errcode = 'SR001';
        end if;
    exception when sqlstate 'SR001' then
        null;
    end;
end $apply$;
