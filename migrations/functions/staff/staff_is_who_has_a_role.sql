-- Trigger: an account is staff if it has a role or is a superuser. A trigger, because roles also disappear with what they belong to:
-- a deleted role, a deleted account. Locks: the account.
create or replace function staff_is_who_has_a_role() returns trigger language plpgsql as $$
declare
    v_user_id bigint := coalesce(new.user_id, old.user_id);
begin
    -- A statement before the update, so that the update sees what the previous holder of the lock has written.
    perform from users where id = v_user_id for no key update;
    update users u set is_staff = u.is_superuser or exists (select from user_roles ur where ur.user_id = u.id)
     where u.id = v_user_id;
    return null;
end $$;

create or replace trigger staff_follows_roles after insert or delete on user_roles
    for each row execute function staff_is_who_has_a_role();
