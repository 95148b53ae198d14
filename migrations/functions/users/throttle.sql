-- Counts an attempt and returns 0, or returns how many seconds to wait. An attempt that has to wait is not counted.
--
-- Attempts are counted before they are made, under the row's lock, so a thousand simultaneous attempts count as a thousand.
-- With p_longest, each attempt after the first p_free doubles the wait, up to p_longest, and p_window after the last attempt the
-- count starts again. Without p_longest, p_free attempts are allowed in each p_window.
-- Runs as the owner of the table, so that who may count attempts cannot erase them.
-- Locks: the row of this subject, then (skipping locked ones) two expired rows of the same scope.
create or replace function throttle(
    p_scope text, p_subject bytea, p_now timestamptz, p_free integer, p_window interval, p_longest interval
) returns integer language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v throttles;
begin
    -- A caller that has to wait learns it without a lock: a crowd of guessers neither queues here nor writes.
    select * into v from throttles where scope = p_scope and subject = p_subject;
    if v.free_at > p_now and v.forgotten_at > p_now then
        return ceil(extract(epoch from v.free_at - p_now));
    end if;

    insert into throttles as t (scope, subject, hits, free_at, forgotten_at)
    values (p_scope, p_subject, 0, p_now, p_now + p_window)
    on conflict (scope, subject) do update set hits = t.hits
    returning * into v;

    if v.forgotten_at <= p_now then
        v.hits := 0;
        v.free_at := p_now;
        v.forgotten_at := p_now + p_window;
    end if;
    if v.free_at > p_now then
        return ceil(extract(epoch from v.free_at - p_now));
    end if;
    v.hits := v.hits + 1;
    if p_longest is not null then
        v.forgotten_at := p_now + p_window;
    end if;
    if v.hits >= p_free then
        -- 2 to the power of 20 seconds is twelve days: more than any p_longest, and no overflow.
        v.free_at := case when p_longest is null then v.forgotten_at
                          else p_now + least(p_longest, power(2, least(v.hits - p_free, 20)) * interval '1 second') end;
    end if;
    update throttles t set hits = v.hits, free_at = v.free_at, forgotten_at = v.forgotten_at
     where t.scope = p_scope and t.subject = p_subject;

    -- Each attempt deletes two expired rows of its scope, so the table does not grow without end. As the last step and within the
    -- scope: a transaction that holds deleted rows then waits for no other lock that could close a circle.
    delete from throttles t
     using (select scope, subject from throttles
             where scope = p_scope and forgotten_at <= p_now
             order by forgotten_at limit 2 for update skip locked) over
     where t.scope = over.scope and t.subject = over.subject;
    return 0;
end $$;
