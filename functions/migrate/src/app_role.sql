-- The role `shop`, which the functions log in as. Runs after every migration, so that new tables are covered, and may be repeated.

-- Roles belong to the whole server, so `migrate` of another database may create the role at the same moment.
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

-- Timeouts are set on the role, because nothing may be SET behind a pooler. A request has eight seconds: a statement that takes five cannot help it
-- any more, waiting longer than two for a lock only makes the queue longer, and a transaction whose function died must not hold its locks for long.
-- Compiling a plan (jit) takes longer than any query here gains by it. Two reads of a table must return rows in the same order, so one process reads
-- from the start of the table: a search for a very common word continues where the page before ended.
-- The settings are for this database only, because other databases of a shared server may use the role `shop` too.
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

-- Rows of these tables are inserted and never changed, not even by the functions.
revoke update, delete on stock_ledger, order_events, audit_log from shop;
-- Only migrations write these tables.
revoke insert, update, delete on _sqlx_migrations, sql_functions, sql_functions_release, shop from shop;

-- Covers the time between a migration that creates a table and the grants above.
alter default privileges in schema public grant select, insert, update, delete on tables to shop;
alter default privileges in schema public grant usage on sequences to shop;
alter default privileges in schema public grant execute on functions to shop;
