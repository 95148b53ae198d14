-- The log-in and the timeouts of the roles of the functions. Runs after every migration and may be repeated. The place in braces is filled in by
-- `roles::prepare`.

do $$
declare
    v_role text;
    v_setting text;
begin
    -- Two runs at once would write the same rows.
    perform pg_advisory_xact_lock(hashtext('role_settings'));
    foreach v_role in array array[{roles}] loop
        -- On RDS, membership of rds_iam is what lets a role log in with a token instead of a password.
        if exists (select from pg_roles where rolname = 'rds_iam') and not pg_has_role(v_role, 'rds_iam', 'member') then
            execute format('grant rds_iam to %I', v_role);
        end if;

        -- Timeouts are set on the roles, because nothing may be SET behind a pooler. A request has eight seconds: a statement that takes five cannot
        -- help it any more, waiting longer than two for a lock only makes the queue longer, and a transaction whose function died must not hold its
        -- locks for long. Compiling a plan (jit) takes longer than any query here gains by it. Two reads of a table must return rows in the same
        -- order, so one process reads from the start of the table: a search for a very common word continues where the page before ended.
        -- The settings are for this database only, because other databases of a shared server may use the roles too.
        foreach v_setting in array array[
            'statement_timeout = ''5s''', 'lock_timeout = ''2s''', 'idle_in_transaction_session_timeout = ''10s''',
            'jit = off', 'synchronize_seqscans = off', 'max_parallel_workers_per_gather = 0']
        loop
            execute format('alter role %I in database %I set %s', v_role, current_database(), v_setting);
        end loop;
        execute format('grant connect on database %I to %I', current_database(), v_role);
    end loop;
end $$;
