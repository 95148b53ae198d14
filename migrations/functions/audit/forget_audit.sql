-- Deletes rows older than 400 days, the oldest first, at most p_limit; returns how many. Runs as the owner of the table, because the
-- role of the app may delete nothing else here.
create or replace function forget_audit(p_now timestamptz, p_limit bigint) returns bigint language sql security definer
set search_path = public, pg_temp as $$
    with gone as (
        delete from audit_log
         where id in (
             select id from audit_log
              where at < least(p_now, now()) - interval '400 days' order by at limit p_limit for update skip locked)
        returning 1
    )
    select count(*) from gone
$$;
