-- Whether an API key is valid, its scopes, and a note of its use, in one round trip. The digest comes as two uuids, so that the call
-- contains no text.
--
-- A key never has more than its creator: if that account is deleted, deactivated or loses a permission that the key carries, the key
-- stops working until the account has the permission again. With p_needs_second_factor the same holds while the account has no second
-- factor. Locks: the key, at most once a minute.
--
-- Runs as the owner of the tables, because the roles of most functions may not read keys.
create or replace function use_api_key(
    p_id uuid, p_sha256_left uuid, p_sha256_right uuid, p_now_us bigint, p_needs_second_factor boolean
)
returns table (id uuid, scopes text) language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    v_now timestamptz := 'epoch'::timestamptz + p_now_us * interval '1 microsecond';
    v_scopes text[];
begin
    select scopes_of_api_key(k.id, v_now) into v_scopes
      from api_keys k
     where k.id = p_id and k.key_sha256 = uuid_send(p_sha256_left) || uuid_send(p_sha256_right)
       and (not p_needs_second_factor
            or exists (select from totp_devices d where d.user_id = k.created_by and d.confirmed_at is not null));
    if v_scopes is null then
        return;
    end if;
    update api_keys k set last_used_at = v_now
     where k.id = p_id and (k.last_used_at is null or k.last_used_at <= v_now - interval '1 minute');
    return query select p_id, array_to_string(v_scopes, ',');
end $$;
