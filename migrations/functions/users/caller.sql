-- The account that a token names, its permissions, whether its sign-in has ended or never was, and, for staff, their second factor: for
-- every authenticated request, in one round trip. Runs as the owner of the tables, because the roles of most functions may not read
-- accounts; in PL/pgSQL, which keeps the plan.
create or replace function caller(p_user_id bigint, p_sign_in_id uuid)
returns table (
    id bigint, email text, username text, is_active boolean, is_staff boolean, is_superuser boolean,
    permissions text, sign_in_id uuid, is_signed_out boolean, has_device boolean, has_second_factor boolean
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
               s.id is null,
               u.is_staff and exists (select from totp_devices d where d.user_id = u.id and d.confirmed_at is not null),
               coalesce(s.has_second_factor, false)
          from users u
          left join sign_ins s on s.id = p_sign_in_id and s.user_id = u.id and s.ended_at is null
         where u.id = p_user_id;
end $$;
