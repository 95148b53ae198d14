-- The role `shop`, which the functions log in as. Run after every migration, so that new tables are covered; harmless to repeat.

-- Roles belong to the whole server, where another database's run may be making this one at the same moment.
do $$ begin
    if not exists (select from pg_roles where rolname = 'shop') then
        create role shop login;
    end if;
exception when duplicate_object or unique_violation then
    null;
end $$;

-- On RDS, membership of rds_iam is what lets a role log in with a token instead of a password.
do $$ begin
    if exists (select from pg_roles where rolname = 'rds_iam') and not pg_has_role('shop', 'rds_iam', 'member') then
        grant rds_iam to shop;
    end if;
end $$;

-- Timeouts live on the role, because behind a pooler nothing may be SET. A request has eight seconds: a statement that takes
-- five is lost, a lock that is not had in two is a queue that only grows, and a transaction whose function died while it held
-- locks must not hold them for long. Compiling a plan (jit) takes longer than any query of ours gains by it. And two reads of a table are to
-- come in the same order, by one process and from its start: who searches for a very common word reads on where the page before ended.
-- For this database alone: on a shared server others have a `shop` too.
do $$
declare
    setting text;
begin
    foreach setting in array array[
        'statement_timeout = ''5s''', 'lock_timeout = ''2s''', 'idle_in_transaction_session_timeout = ''10s''',
        'jit = off', 'synchronize_seqscans = off', 'max_parallel_workers_per_gather = 0']
    loop
        execute format('alter role shop in database %I set %s', current_database(), setting);
    end loop;
    execute format('grant connect on database %I to shop', current_database());
end $$;

grant usage on schema public to shop;
grant select, insert, update, delete on all tables in schema public to shop;
grant usage on all sequences in schema public to shop;
grant execute on all functions in schema public to shop;

-- Written once and never changed, not even by us.
revoke update, delete on stock_ledger, order_events, audit_log from shop;
-- Written by migrations alone.
revoke insert, update, delete on _sqlx_migrations, sql_functions, sql_functions_release from shop;

-- For the moment between a migration that makes a table and the grants above.
alter default privileges in schema public grant select, insert, update, delete on tables to shop;
alter default privileges in schema public grant usage on sequences to shop;
alter default privileges in schema public grant execute on functions to shop;
