-- The scopes of an API key at this moment; null if it is revoked or expired, or if its creator is deleted, deactivated or lacks one of them.
create or replace function scopes_of_api_key(p_id uuid, p_now timestamptz) returns text[] language sql stable as $$
    select k.scopes
      from api_keys k
     where k.id = p_id and k.revoked_at is null and (k.expires_at is null or k.expires_at > p_now)
       and k.scopes <@ permissions_of(k.created_by)
$$;
