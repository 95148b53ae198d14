-- The role `shop`, as which one process on a laptop runs all functions. The place in braces is filled in by `prepare_app_role`.
do $$
declare
    v_role text;
    v_setting text;
begin
    if not exists (select from pg_roles where rolname = 'shop') then
        create role shop login;
    end if;
    foreach v_role in array array[{roles}] loop
        execute format('grant %I to shop', v_role);
    end loop;
    -- A member does not inherit settings. They are copied from one of the roles, which all have the same.
    for v_setting in
        select format('%s = %L', split_part(setting, '=', 1), split_part(setting, '=', 2))
          from pg_db_role_setting s, unnest(s.setconfig) as setting
         where s.setrole = v_role::regrole and s.setdatabase = (select oid from pg_database where datname = current_database())
    loop
        execute format('alter role shop in database %I set %s', current_database(), v_setting);
    end loop;
end $$;
