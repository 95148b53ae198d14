-- Who of the staff may do what: permissions come in roles, and keys for programs carry their own.

create table roles (
    id bigint generated always as identity primary key,
    name text not null,
    permissions text[] not null,
    created_at timestamptz not null,
    constraint role_name_unique unique (name),
    constraint role_name_not_blank check (btrim(name) <> ''),
    constraint role_permissions_known check (permissions <@ array['catalogue', 'stock', 'orders', 'customers', 'settings'])
);

create table user_roles (
    user_id bigint not null references users (id) on delete cascade,
    role_id bigint not null references roles (id) on delete cascade,
    primary key (user_id, role_id)
);
create index user_role_by_role on user_roles (role_id);

-- Whoever worked here when there were no roles goes on doing what they did.
insert into roles (name, permissions, created_at)
values ('Shop manager', array['catalogue', 'stock', 'orders', 'customers', 'settings'], now());
insert into user_roles (user_id, role_id)
select u.id, r.id from users u, roles r where u.is_staff and not u.is_superuser and r.name = 'Shop manager';

-- For programs. The key itself is shown once; only its SHA-256 is kept.
create table api_keys (
    id uuid primary key,
    name text not null,
    key_sha256 bytea not null,
    scopes text[] not null,
    -- Who made it; a key outlives its maker's account.
    created_by bigint references users (id) on delete set null,
    created_at timestamptz not null,
    expires_at timestamptz,
    -- To the minute: a write for each request would be one too many.
    last_used_at timestamptz,
    revoked_at timestamptz,
    constraint api_key_sha256_is_32_bytes check (length(key_sha256) = 32),
    constraint api_key_name_not_blank check (btrim(name) <> ''),
    constraint api_key_scopes_known check (scopes <@ array['catalogue', 'stock', 'orders', 'customers', 'settings'])
);
create index api_key_by_maker on api_keys (created_by) where created_by is not null;
create index api_key_by_created_at on api_keys (created_at desc, id desc);

-- Who a token speaks of, what they may do, and whether its sign-in has ended: in one exchange.
create function caller(p_user_id bigint, p_sign_in_id uuid)
returns table (
    id bigint, email text, username text, is_active boolean, is_staff boolean, is_superuser boolean,
    permissions text, is_signed_out boolean
) language sql stable as $$
    select u.id, u.email, u.username, u.is_active, u.is_staff, u.is_superuser,
           -- Most callers are customers, who have none.
           case when u.is_staff then coalesce((
               select string_agg(distinct p, ',')
                 from user_roles ur join roles r on r.id = ur.role_id, unnest(r.permissions) p
                where ur.user_id = u.id), '') else '' end,
           exists (select from sign_ins s where s.id = p_sign_in_id and s.ended_at is not null)
      from users u
     where u.id = p_user_id
$$;
