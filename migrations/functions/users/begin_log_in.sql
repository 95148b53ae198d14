-- Counts an attempt to log in and returns what it is checked against, in one round trip: a log-in costs little more than its password's hash.
--
-- All attempts with an address are counted together. While the address has to wait, an attempt from a network in which its account was used before is
-- checked all the same, by a separate count, so that others cannot lock the owner out. Only the right password shows it: the wait is the answer to every
-- other attempt, checked or not, so that nobody learns from it whether the address has an account.
--
-- An attempt of a client that has to wait is counted nowhere. One with an address that has to wait counts for the client, because it is answered no sooner
-- than a checked one.
--
-- The commit does not wait for the disk: a crash can lose the count of an attempt, and nothing else.
--
-- Locks: the row of the address, that of the address in the network, then those of the client (throttle_client).
-- Returns an object with `outcome`:
--   wait      wait_seconds: the client has to wait
--   counted   wait_seconds: the address has to wait, or null; is_counted_in_network: whether the count of the network let the attempt pass; account: what the
--             attempt is checked against, or null if it is not checked or nobody has the address
create or replace function begin_log_in(
    p_email text,
    p_network text,             -- the client's network, or null
    p_address_subject text,     -- throttles.subject of the address, in hexadecimal digits
    p_address_at_subject text,  -- the same of the address in this network; null without a network
    p_client_subject text,
    p_wider_client_subject text, -- the larger network around the client's; null if it is not counted
    p_address_free integer, p_address_window_seconds bigint, p_address_longest_seconds bigint,
    p_client_free integer, p_client_window_seconds bigint, p_client_longest_seconds bigint,
    p_now_us bigint
) returns json language plpgsql as $$
declare
    v_now timestamptz := 'epoch'::timestamptz + p_now_us * interval '1 microsecond';
    v_is_known_network boolean := p_network is not null and exists (
        select from users u join sign_ins s on s.user_id = u.id where lower(u.email) = lower(p_email) and s.network = p_network);
    v_wait integer;
    v_client_wait integer;
    v_is_in_network boolean := false;
    v_account json;
begin
    perform set_config('synchronous_commit', 'off', true);
    begin
        v_wait := throttle('log_in_as', decode(p_address_subject, 'hex'), v_now,
                           p_address_free, p_address_window_seconds * interval '1 second', p_address_longest_seconds * interval '1 second');
        if v_wait > 0 and v_is_known_network then
            v_is_in_network := 0 = throttle(
                'log_in_as', decode(p_address_at_subject, 'hex'), v_now,
                p_address_free, p_address_window_seconds * interval '1 second', p_address_longest_seconds * interval '1 second');
        end if;
        v_client_wait := throttle_client('log_in_from', decode(p_client_subject, 'hex'), decode(p_wider_client_subject, 'hex'), v_now,
                                         p_client_free, p_client_window_seconds * interval '1 second', p_client_longest_seconds * interval '1 second');
        if v_client_wait > 0 then
            raise exception using errcode = 'SH001', message = 'wait';
        end if;
    exception when sqlstate 'SH001' then
        -- What the limits of the address counted is rolled back.
        return json_build_object('outcome', 'wait', 'wait_seconds', v_client_wait);
    end;

    select json_build_object('id', u.id, 'password_hash', u.password_hash, 'is_active', u.is_active,
                             'has_second_factor', exists (select from totp_devices d where d.user_id = u.id and d.confirmed_at is not null))
      into v_account
      from users u
     where lower(u.email) = lower(p_email) and (v_wait = 0 or v_is_in_network);
    return json_build_object('outcome', 'counted', 'wait_seconds', nullif(v_wait, 0), 'is_counted_in_network', v_is_in_network, 'account', v_account);
end $$;
