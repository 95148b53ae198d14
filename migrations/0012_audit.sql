-- What was done to accounts and by accounts. Written once and never changed: the app's role may insert and read, and the triggers
-- below hold for everybody.

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

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_is_never_changed before update or delete on audit_log
    for each row execute function audit_is_append_only();
create trigger audit_is_never_emptied before truncate on audit_log
    for each statement execute function audit_is_append_only();
