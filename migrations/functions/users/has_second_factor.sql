-- Whether an account logs in with a code as well: asked at every log-in, in one round trip.
create or replace function has_second_factor(p_user_id bigint) returns table (is_needed boolean) language sql stable as $$
    select exists (select from totp_devices where user_id = p_user_id and confirmed_at is not null)
$$;
