-- Staff: roles that carry permissions, and API keys for programs.

create table roles (
    id bigint generated always as identity primary key,
    name text collate "und-x-icu" not null,
    permissions text[] not null,
    created_at timestamptz not null,
    constraint role_name_unique unique (name),
    constraint role_name_not_blank check (btrim(name) <> ''),
    constraint role_permissions_known check (permissions <@ array['catalogue', 'stock', 'orders', 'customers', 'settings'])
);

-- A role to begin with.
insert into roles (name, permissions, created_at)
values ('Shop manager', array['catalogue', 'stock', 'orders', 'customers', 'settings'], now());

create table user_roles (
    user_id bigint not null references users (id) on delete cascade,
    role_id bigint not null references roles (id) on delete cascade,
    primary key (user_id, role_id)
);
create index user_role_by_role on user_roles (role_id);

-- API keys. The key is shown once; only its SHA-256 is stored.
create table api_keys (
    id uuid primary key,
    name text not null,
    key_sha256 bytea not null,
    scopes text[] not null,
    -- The account that created it. Without it the key is still listed but opens nothing.
    created_by bigint references users (id) on delete set null,
    created_at timestamptz not null,
    expires_at timestamptz,
    -- To the minute, so that not every request is a write.
    last_used_at timestamptz,
    revoked_at timestamptz,
    constraint api_key_sha256_is_32_bytes check (length(key_sha256) = 32),
    constraint api_key_name_not_blank check (btrim(name) <> ''),
    constraint api_key_scopes_known check (scopes <@ array['catalogue', 'stock', 'orders', 'customers', 'settings'])
);
create index api_key_by_maker on api_keys (created_by) where created_by is not null;
