-- throttle for a client whose network is counted too: an IPv6 address counts for its /64 and its /48, because who has a /48 has 65,536 of the former.
-- The network has ten times the number of attempts. A null p_network is not counted. An attempt that has to wait is counted by neither.
-- Runs as the owner of the table, as throttle does.
-- Locks: the row of the client, then that of the network, whose scope is its own: throttle deletes expired rows within a scope.
create or replace function throttle_client(
    p_scope text, p_subject bytea, p_network bytea, p_now timestamptz, p_free integer, p_window interval, p_longest interval
) returns integer language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_wait integer := throttle(p_scope, p_subject, p_now, p_free, p_window, p_longest);
begin
    if v_wait > 0 or p_network is null then
        return v_wait;
    end if;
    v_wait := throttle(p_scope || '_network', p_network, p_now, least(p_free * 10::bigint, 2147483647)::integer, p_window, p_longest);
    if v_wait > 0 then
        perform throttle_take_back(p_scope, p_subject, p_now);
    end if;
    return v_wait;
end $$;
