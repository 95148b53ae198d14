-- Trigger: refuses every change of the audit log, except deleting rows older than 400 days.
create or replace function audit_is_append_only() returns trigger language plpgsql as $$
begin
    -- By the database's clock, which no caller can set.
    if tg_op = 'DELETE' then
        if old.at < now() - interval '400 days' then
            return old;
        end if;
    end if;
    raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege';
end $$;

create or replace trigger audit_is_never_changed before update or delete on audit_log
    for each row execute function audit_is_append_only();

create or replace trigger audit_is_never_emptied before truncate on audit_log
    for each statement execute function audit_is_append_only();
