-- Accounts and the sign-ins that are open.

create table users (
    id bigint generated always as identity primary key,
    email text not null,
    username text not null,
    -- A PHC string (argon2id).
    password_hash text not null,
    is_active boolean not null default true,
    is_staff boolean not null default false,
    is_superuser boolean not null default false,
    created_at timestamptz not null,
    last_login_at timestamptz,
    constraint user_username_unique unique (username),
    constraint user_email_not_blank check (btrim(email) <> ''),
    constraint user_username_not_blank check (btrim(username) <> '')
);
create unique index user_email_unique on users (lower(email));

-- One row for each refresh token that was handed out. The token itself is not kept, only its SHA-256.
create table refresh_tokens (
    id uuid primary key,
    user_id bigint not null references users (id) on delete cascade,
    -- The sign-in it descends from: with rotation on, a whole family ends when one of its tokens is used twice.
    family_id uuid not null,
    token_sha256 bytea not null,
    issued_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    revoked_at timestamptz,
    constraint refresh_token_sha256_is_32_bytes check (length(token_sha256) = 32),
    constraint refresh_token_expires_later check (expires_at > issued_at)
);
create index refresh_token_by_user on refresh_tokens (user_id, issued_at);
create index refresh_token_by_family on refresh_tokens (family_id);
create index refresh_token_by_expiry on refresh_tokens (expires_at);

-- Who a token speaks of, in one exchange.
create function account(p_user_id bigint)
returns table (id bigint, email text, username text, is_active boolean, is_staff boolean) language sql stable as $$
    select id, email, username, is_active, is_staff from users where id = p_user_id
$$;
