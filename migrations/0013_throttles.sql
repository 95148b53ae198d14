-- Who has tried how often. In the database, because a sandbox has no memory and there are many of them.

create table throttles (
    scope text not null,
    -- SHA-256 of an address, a network or an account: a dump of this table names nobody.
    subject bytea not null,
    hits integer not null,
    -- Nobody gets another try before then.
    free_at timestamptz not null,
    -- From then on it is as if nothing had been tried.
    forgotten_at timestamptz not null,
    primary key (scope, subject)
);
create index throttle_by_forgotten_at on throttles (scope, forgotten_at);

-- Counts a try and answers how many seconds to wait instead: 0 where it may go ahead. A try that has to wait is not counted.
--
-- Tries are counted before they are made, under the row's lock, so a thousand at once are not a thousand tries.
-- With p_longest, each try after the first p_free waits twice as long as the one before, up to p_longest, and p_window after
-- the last one all is forgotten. Without it there are p_free tries in each p_window.
create function throttle(
    p_scope text, p_subject bytea, p_now timestamptz, p_free integer, p_window interval, p_longest interval
) returns integer language plpgsql as $$
declare
    v throttles;
begin
    -- Whoever has to wait is told so without a lock: a crowd that guesses neither queues up here nor writes anything.
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
        -- 2 to the 20th is twelve days: more than any p_longest, and still a number.
        v.free_at := case when p_longest is null then v.forgotten_at
                          else p_now + least(p_longest, power(2, least(v.hits - p_free, 20)) * interval '1 second') end;
    end if;
    update throttles t set hits = v.hits, free_at = v.free_at, forgotten_at = v.forgotten_at
     where t.scope = p_scope and t.subject = p_subject;

    -- Each try clears away two of its kind that are over, so the table is as large as what goes on. Last, and none of another
    -- kind: whoever holds what was cleared away waits for nobody who could want it.
    delete from throttles t
     using (select scope, subject from throttles
             where scope = p_scope and forgotten_at <= p_now
             order by forgotten_at limit 2 for update skip locked) over
     where t.scope = over.scope and t.subject = over.subject;
    return 0;
end $$;

-- A log-in was a good one: what was tried with that address is forgotten, and from there is one try less. In the order in which
-- tries are counted, so that nobody waits in a circle.
create function throttle_log_in_succeeded(
    p_as text, p_email bytea, p_from text, p_origin bytea, p_now timestamptz
) returns void language plpgsql as $$
begin
    delete from throttles where scope = p_as and subject = p_email;
    update throttles set hits = greatest(hits - 1, 0), free_at = least(free_at, p_now)
     where scope = p_from and subject = p_origin;
end $$;
