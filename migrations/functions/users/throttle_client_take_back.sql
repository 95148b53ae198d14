-- Takes back one attempt that throttle_client counted.
-- Runs as the owner of the table, as throttle does.
-- Locks: the row of the client, then that of the network.
create or replace function throttle_client_take_back(p_scope text, p_subject bytea, p_network bytea, p_now timestamptz) returns void language sql
security definer set search_path = public, pg_temp as $$
    select throttle_take_back(p_scope, p_subject, p_now);
    select throttle_take_back(p_scope || '_network', p_network, p_now)
$$;
