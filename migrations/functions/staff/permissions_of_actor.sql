-- The permissions at this moment of the account or API key that a row names as its actor; null if neither is valid any more.
-- Runs as the owner of the tables, because the worker that asks may read neither accounts nor keys.
create or replace function permissions_of_actor(p_user_id bigint, p_api_key_id uuid, p_now timestamptz) returns text[] language sql stable
security definer set search_path = public, pg_temp as $$
    select case when p_user_id is not null then permissions_of(p_user_id) else scopes_of_api_key(p_api_key_id, p_now) end
$$;
