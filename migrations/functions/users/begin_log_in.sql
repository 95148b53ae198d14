-- Counts an attempt to log in and returns what it is checked against, in one round trip: a log-in costs little more than its password's hash.
--
-- Attempts from a network in which the account was used before have their own count, so that attempts from other networks cannot lock the owner out.
-- An attempt that has to wait is counted by neither limit.
--
-- The commit does not wait for the disk: a crash can lose the count of an attempt, and nothing else.
--
-- Locks: the row of the address, then those of the client (throttle_client).
-- Returns an object with `outcome`:
--   wait      wait_seconds
--   counted   is_known_network; account, or null if nobody has the address
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
    v_account json;
begin
    perform set_config('synchronous_commit', 'off', true);
    begin
        v_wait := greatest(
            throttle('log_in_as', decode(case when v_is_known_network then p_address_at_subject else p_address_subject end, 'hex'), v_now,
                     p_address_free, p_address_window_seconds * interval '1 second', p_address_longest_seconds * interval '1 second'),
            throttle_client('log_in_from', decode(p_client_subject, 'hex'), decode(p_wider_client_subject, 'hex'), v_now,
                            p_client_free, p_client_window_seconds * interval '1 second', p_client_longest_seconds * interval '1 second'));
        if v_wait > 0 then
            raise exception using errcode = 'SH001', message = 'wait';
        end if;
    exception when sqlstate 'SH001' then
        -- What either limit counted is rolled back.
        return json_build_object('outcome', 'wait', 'wait_seconds', v_wait);
    end;

    select json_build_object('id', u.id, 'password_hash', u.password_hash, 'is_active', u.is_active,
                             'has_second_factor', exists (select from totp_devices d where d.user_id = u.id and d.confirmed_at is not null))
      into v_account
      from users u
     where lower(u.email) = lower(p_email);
    return json_build_object('outcome', 'counted', 'is_known_network', v_is_known_network, 'account', v_account);
end $$;
