-- The name under which staff see who did something: the email address of an account or the name of an API key. A number or an id if they do not
-- exist any more; null if nobody is named.
-- Runs as the owner of the tables, because only the role of `auth` may read keys.
create or replace function actor_name(p_user_id bigint, p_api_key_id uuid) returns text language sql stable
security definer set search_path = public, pg_temp as $$
    select case
        when p_user_id is not null then coalesce((select u.email from users u where u.id = p_user_id), 'former account ' || p_user_id)
        when p_api_key_id is not null then 'API key ' || coalesce((select k.name from api_keys k where k.id = p_api_key_id), p_api_key_id::text)
    end
$$;
