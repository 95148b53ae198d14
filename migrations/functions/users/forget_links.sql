-- Deletes expired links of mails, the oldest first, at most p_limit; returns how many. Runs as the owner of the table, because the role of the
-- scheduler may not read links.
create or replace function forget_links(p_now timestamptz, p_limit bigint) returns bigint language sql security definer
set search_path = public, pg_temp as $$
    with gone as (
        delete from mailed_links
         where token_sha256 in (
             select token_sha256 from mailed_links
              where expires_at <= p_now order by expires_at limit p_limit for update skip locked)
        returning 1
    )
    select count(*) from gone
$$;
