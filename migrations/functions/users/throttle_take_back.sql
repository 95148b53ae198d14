-- Takes back one attempt that throttle counted.
-- Runs as the owner of the table, as throttle does.
-- Locks: the row of this subject.
create or replace function throttle_take_back(p_scope text, p_subject bytea, p_now timestamptz) returns void language sql
security definer set search_path = public, pg_temp as $$
    update throttles set hits = greatest(hits - 1, 0), free_at = least(free_at, p_now) where scope = p_scope and subject = p_subject
$$;
