-- The permissions of an account at this moment; null if it is not staff or is deactivated.
create or replace function permissions_of(p_user_id bigint) returns text[] language sql stable as $$
    select case when u.is_superuser then array['catalogue', 'stock', 'orders', 'customers', 'settings']
                else coalesce((
                    select array_agg(distinct p)
                      from user_roles ur join roles r on r.id = ur.role_id, unnest(r.permissions) p
                     where ur.user_id = u.id), '{}') end
      from users u
     where u.id = p_user_id and u.is_active and u.is_staff
$$;
