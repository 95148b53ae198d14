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

-- Whoever has a role works here, and so does a superuser; nobody else does. By trigger, because roles also go with what they
-- belong to: a role that is deleted, an account that ends.
create function staff_is_who_has_a_role() returns trigger language plpgsql as $$
declare
    v_user_id bigint := coalesce(new.user_id, old.user_id);
begin
    -- A statement of its own: the next one sees what whoever had the lock has written.
    perform from users where id = v_user_id for no key update;
    update users u set is_staff = u.is_superuser or exists (select from user_roles ur where ur.user_id = u.id)
     where u.id = v_user_id;
    return null;
end $$;
create trigger staff_follows_roles after insert or delete on user_roles
    for each row execute function staff_is_who_has_a_role();

-- What somebody may do at this moment; null where they do not work here, or are switched off.
create function permissions_of(p_user_id bigint) returns text[] language sql stable as $$
    select case when u.is_superuser then array['catalogue', 'stock', 'orders', 'customers', 'settings']
                else coalesce((
                    select array_agg(distinct p)
                      from user_roles ur join roles r on r.id = ur.role_id, unnest(r.permissions) p
                     where ur.user_id = u.id), '{}') end
      from users u
     where u.id = p_user_id and u.is_active and u.is_staff
$$;

-- For programs. The key itself is shown once; only its SHA-256 is kept.
create table api_keys (
    id uuid primary key,
    name text not null,
    key_sha256 bytea not null,
    scopes text[] not null,
    -- Who made it. Without its maker a key opens nothing, and stays listed.
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

-- Whether a key is good, what it may do, and that it was used: in one exchange. The digest comes as two uuids, so that a call has
-- no text in it.
--
-- A key never has more than its maker: one who left, was switched off or lost what the key carries takes the key along, until they
-- have it again.
create function use_api_key(p_id uuid, p_sha256_left uuid, p_sha256_right uuid, p_now_us bigint)
returns table (id uuid, scopes text) language plpgsql as $$
#variable_conflict use_column
declare
    v_now timestamptz := 'epoch'::timestamptz + p_now_us * interval '1 microsecond';
    v_scopes text[];
begin
    select k.scopes into v_scopes
      from api_keys k
     where k.id = p_id and k.key_sha256 = uuid_send(p_sha256_left) || uuid_send(p_sha256_right)
       and k.revoked_at is null and (k.expires_at is null or k.expires_at > v_now)
       and k.scopes <@ permissions_of(k.created_by);
    if not found then
        return;
    end if;
    update api_keys k set last_used_at = v_now
     where k.id = p_id and (k.last_used_at is null or k.last_used_at <= v_now - interval '1 minute');
    return query select p_id, array_to_string(v_scopes, ',');
end $$;

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
