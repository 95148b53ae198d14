-- The audit log: what was done to accounts, and by accounts and API keys to the shop. Append-only, for every role: the app's role may insert and read, and triggers
-- refuse the rest (audit_is_append_only). Kept for 400 days.

create table audit_log (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    kind text not null,
    -- The account concerned, and the account or API key that acted. No foreign keys: the log outlives all three.
    user_id bigint,
    actor_user_id bigint,
    actor_api_key_id uuid,
    -- The client's address.
    address text,
    user_agent text,
    -- The id of the request in the services' logs.
    request_id text,
    details jsonb not null default '{}',
    constraint audit_kind_is_a_word check (kind ~ '^[a-z_]+$')
);
create index audit_by_user on audit_log (user_id, id desc) where user_id is not null;
create index audit_by_actor on audit_log (actor_user_id, id desc) where actor_user_id is not null;
create index audit_by_api_key on audit_log (actor_api_key_id, id desc) where actor_api_key_id is not null;
create index audit_by_kind on audit_log (kind, id desc);
create index audit_by_time on audit_log (at);
