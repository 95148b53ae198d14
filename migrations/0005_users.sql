-- Accounts: profile, addresses, sign-ins and their tokens, links sent by mail, the second factor, and limits on attempts.

create table users (
    id bigint generated always as identity primary key,
    email text not null,
    username text not null,
    -- Made by `username_key`: names that differ only in case or in compatible forms of letters are one.
    username_key text not null,
    -- A PHC string (argon2id).
    password_hash text not null,
    is_active boolean not null default true,
    -- Follows from roles and is_superuser (staff_is_who_has_a_role).
    is_staff boolean not null default false,
    is_superuser boolean not null default false,
    created_at timestamptz not null,
    last_login_at timestamptz,
    name text not null default '',
    phone text not null default '',
    -- The language of the mails to the account: the name of a file in shared/locales/.
    locale text not null default 'en',
    -- True if the account came from another shop and still has the address that it had there, so that its data are not those of a stranger who
    -- typed the address.
    is_imported boolean not null default false,
    constraint user_username_unique unique (username_key),
    constraint user_email_not_blank check (btrim(email) <> ''),
    constraint user_username_not_blank check (btrim(username) <> '')
);
create unique index user_email_unique on users (lower(email));

-- Registrations in a shop with SEND_ACTIVATION_EMAIL that wait for the link in their mail. They are no accounts. One is made whether or not its
-- address has an account, so that nothing tells the two cases apart. Each address has at most the newest one.
create table registrations (
    -- Id of the account that it becomes, from the sequence of accounts.
    id bigint primary key,
    email text not null,
    username text not null,
    username_key text not null,
    password_hash text not null,
    locale text not null default 'en',
    -- The client's network: /24 of IPv4, /48 of IPv6.
    network text,
    created_at timestamptz not null,
    constraint registration_username_unique unique (username_key)
);
create unique index registration_email_unique on registrations (lower(email));
create index registration_by_created_at on registrations (created_at);

-- The link in the newest mail of a registration. A registration that replaces another one deletes its link.
create table registration_links (
    token_sha256 bytea primary key,
    registration_id bigint not null references registrations (id) on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    constraint registration_link_sha256_is_32_bytes check (length(token_sha256) = 32)
);
create unique index registration_link_of_registration on registration_links (registration_id);

create table user_addresses (
    id bigint generated always as identity primary key,
    user_id bigint not null references users (id) on delete cascade,
    name text not null,
    company text not null default '',
    line1 text not null,
    line2 text not null default '',
    city text not null,
    postal_code text not null default '',
    region text not null default '',
    -- ISO 3166-1 alpha-2.
    country text not null,
    phone text not null default '',
    is_default_shipping boolean not null default false,
    is_default_billing boolean not null default false,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint user_address_name_not_blank check (btrim(name) <> ''),
    constraint user_address_line1_not_blank check (btrim(line1) <> ''),
    constraint user_address_city_not_blank check (btrim(city) <> ''),
    constraint user_address_country_is_a_code check (country ~ '^[A-Z]{2}$')
);
create index user_address_by_user on user_addresses (user_id, id);
-- At most one default of each kind.
create unique index user_address_default_shipping_unique on user_addresses (user_id) where is_default_shipping;
create unique index user_address_default_billing_unique on user_addresses (user_id) where is_default_billing;

-- One row for each log-in. Its refresh tokens are its family.
create table sign_ins (
    -- `family_id` of its refresh tokens, `sid` of its access tokens.
    id uuid primary key,
    user_id bigint not null references users (id) on delete cascade,
    created_at timestamptz not null,
    last_used_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz,
    end_reason text,
    -- The client's address, and its network: /24 of IPv4, /48 of IPv6.
    address text,
    network text,
    user_agent text,
    -- Whether its owner has proven the present second factor in it: by a code at log-in, or by the code that confirmed the device.
    has_second_factor boolean not null default false,
    constraint sign_in_end_reason_known check (
        end_reason in ('logged_out', 'ended_by_owner', 'password_changed', 'email_changed', 'deactivated', 'token_reused', 'too_many_open')),
    constraint sign_in_ended_for_a_reason check ((ended_at is null) = (end_reason is null))
);
create index sign_in_by_user on sign_ins (user_id, created_at desc, id desc);
create index sign_in_by_place on sign_ins (user_id, network);
create index sign_in_by_expiry on sign_ins (expires_at);

-- One row for each refresh token that was issued. Only the SHA-256 of the token is stored.
create table refresh_tokens (
    id uuid primary key,
    user_id bigint not null references users (id) on delete cascade,
    -- The sign-in it belongs to. With rotation on, a whole family ends when one of its tokens is used twice.
    family_id uuid not null,
    token_sha256 bytea not null,
    issued_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    revoked_at timestamptz,
    constraint refresh_token_sha256_is_32_bytes check (length(token_sha256) = 32),
    constraint refresh_token_expires_later check (expires_at > issued_at),
    constraint refresh_token_of_sign_in foreign key (family_id) references sign_ins (id) on delete cascade
);
create index refresh_token_by_user on refresh_tokens (user_id, issued_at);
create index refresh_token_by_family on refresh_tokens (family_id);
create index refresh_token_by_expiry on refresh_tokens (expires_at);

-- Links in mails: using one proves that the mailbox can be read. The link is made together with the mail, so that neither the outbox nor
-- the queue contains a secret; only its SHA-256 is stored.
create table mailed_links (
    token_sha256 bytea primary key,
    user_id bigint not null references users (id) on delete cascade,
    purpose text not null,
    -- Where it was sent: a link sent to an address that is no longer the account's is not accepted.
    email text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    constraint mailed_link_sha256_is_32_bytes check (length(token_sha256) = 32),
    constraint mailed_link_purpose_known check (purpose in ('activation', 'password_reset', 'email_reset'))
);
create index mailed_link_by_user on mailed_links (user_id, purpose);
-- Only the newest link is valid: it replaces the one before. A used link is kept until it expires, so that a second click on it is no error.
create unique index mailed_link_unused on mailed_links (user_id, purpose) where used_at is null;
create index mailed_link_by_expiry on mailed_links (expires_at);

-- Addresses that an account has proven to read: a link in a mail to the address was used, or an operator created the account with it. Only
-- a proven address opens what people without an account have left under it.
create table proven_addresses (
    user_id bigint not null references users (id) on delete cascade,
    email text not null,
    proven_at timestamptz not null,
    primary key (user_id, email),
    constraint proven_address_in_lower_case check (email = lower(email))
);
create index proven_address_by_email on proven_addresses (email);

-- The second factor (RFC 6238: SHA-1, six digits, thirty seconds).
create table totp_devices (
    user_id bigint primary key references users (id) on delete cascade,
    -- Encrypted with a key that only `auth` has: a nonce of 12 bytes, the 20 bytes of the secret, and a tag of 16 bytes.
    secret bytea not null,
    -- Version of the key.
    key_version smallint not null,
    created_at timestamptz not null,
    -- Null until a first code confirmed the device; until then log-in asks for no code.
    confirmed_at timestamptz,
    -- The time step of the last accepted code: each code is accepted once.
    last_step bigint not null default 0,
    constraint totp_secret_is_encrypted check (length(secret) = 12 + 20 + 16),
    constraint totp_key_version_is_positive check (key_version > 0)
);

-- For an owner who has lost the device. Each is accepted once.
create table recovery_codes (
    code_sha256 bytea primary key,
    user_id bigint not null references users (id) on delete cascade,
    created_at timestamptz not null,
    used_at timestamptz,
    constraint recovery_code_sha256_is_32_bytes check (length(code_sha256) = 32)
);
create index recovery_code_by_user on recovery_codes (user_id);

-- Counts of attempts (throttle). In the database, because an execution environment keeps no memory and there are many of them.
create table throttles (
    scope text not null,
    -- SHA-256 of an address, a network or an account, so that a dump of this table names nobody.
    subject bytea not null,
    hits integer not null,
    -- No attempt is allowed before this time.
    free_at timestamptz not null,
    -- From this time on the count starts again.
    forgotten_at timestamptz not null,
    primary key (scope, subject)
);
create index throttle_by_forgotten_at on throttles (scope, forgotten_at);
