-- The account that a token names, its permissions, and whether its sign-in has ended or never was: for every authenticated request, in
-- one round trip. Runs as the owner of the tables, because the roles of most functions may not read accounts; in PL/pgSQL, which keeps the plan.
create or replace function caller(p_user_id bigint, p_sign_in_id uuid)
returns table (
    id bigint, email text, username text, is_active boolean, is_staff boolean, is_superuser boolean,
    permissions text, sign_in_id uuid, is_signed_out boolean
) language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
    return query
        select u.id, u.email, u.username, u.is_active, u.is_staff, u.is_superuser,
               -- Most callers are customers, who have no permissions.
               case when u.is_staff then coalesce((
                   select string_agg(distinct p, ',')
                     from user_roles ur join roles r on r.id = ur.role_id, unnest(r.permissions) p
                    where ur.user_id = u.id), '') else '' end,
               p_sign_in_id,
               not exists (select from sign_ins s where s.id = p_sign_in_id and s.user_id = p_user_id and s.ended_at is null)
          from users u
         where u.id = p_user_id;
end $$;
