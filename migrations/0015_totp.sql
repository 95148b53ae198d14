-- The second factor of who has one (RFC 6238: SHA-1, six digits, thirty seconds).

create table totp_devices (
    user_id bigint primary key references users (id) on delete cascade,
    secret bytea not null,
    created_at timestamptz not null,
    -- Until then it is an offer: log-in asks for no code.
    confirmed_at timestamptz,
    -- The step of the last code that was taken: a code is good once.
    last_step bigint not null default 0,
    constraint totp_secret_is_20_bytes check (length(secret) = 20)
);

-- For whoever has lost the device. Each is good once.
create table recovery_codes (
    code_sha256 bytea primary key,
    user_id bigint not null references users (id) on delete cascade,
    created_at timestamptz not null,
    used_at timestamptz,
    constraint recovery_code_sha256_is_32_bytes check (length(code_sha256) = 32)
);
create index recovery_code_by_user on recovery_codes (user_id);

-- Whether an account logs in with a code: asked at every log-in, in one exchange.
create function has_second_factor(p_user_id bigint) returns table (is_needed boolean) language sql stable as $$
    select exists (select from totp_devices where user_id = p_user_id and confirmed_at is not null)
$$;
