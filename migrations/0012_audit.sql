-- What was done to accounts and by accounts. Written once and never changed: the app's role may insert and read, and the triggers
-- below hold for everybody. Kept for 400 days.

create table audit_log (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    kind text not null,
    -- Whose account it is about, and who did it: an account or an API key. No foreign keys: the log outlives all three.
    user_id bigint,
    actor_user_id bigint,
    actor_api_key_id uuid,
    -- Of the client, as it was seen.
    address text,
    user_agent text,
    -- Finds the request in the functions' log.
    request_id text,
    details jsonb not null default '{}',
    constraint audit_kind_is_a_word check (kind ~ '^[a-z_]+$')
);
create index audit_by_user on audit_log (user_id, id desc) where user_id is not null;
create index audit_by_actor on audit_log (actor_user_id, id desc) where actor_user_id is not null;
create index audit_by_kind on audit_log (kind, id desc);
create index audit_by_time on audit_log (at);

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
    -- By the database's own clock, which nobody can tell anything.
    if tg_op = 'DELETE' then
        if old.at < now() - interval '400 days' then
            return old;
        end if;
    end if;
    raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_is_never_changed before update or delete on audit_log
    for each row execute function audit_is_append_only();
create trigger audit_is_never_emptied before truncate on audit_log
    for each statement execute function audit_is_append_only();

-- Forgets what is older than 400 days, the oldest first and at most p_limit lines; how many it were. As the table's owner, because
-- the app's role may delete nothing here, and so nothing else.
create function forget_audit(p_now timestamptz, p_limit bigint) returns bigint language sql security definer
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
