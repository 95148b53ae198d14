-- After a successful log-in: clears the attempts with this address, and takes back one attempt from this origin.
-- Locks: in the order in which attempts are counted, so that no two calls wait for each other.
create or replace function throttle_log_in_succeeded(
    p_as text, p_email bytea, p_from text, p_origin bytea, p_network bytea, p_now timestamptz
) returns void language plpgsql as $$
begin
    delete from throttles where scope = p_as and subject = p_email;
    perform throttle_client_take_back(p_from, p_origin, p_network, p_now);
end $$;
