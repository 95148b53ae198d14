-- Starts a sign-in with its first refresh token for an account whose password was right, and records the log-in: one round trip, all or nothing.
--
-- It is safe to repeat: a call for a sign-in that exists changes nothing.
--
-- Returns an object with `outcome`:
--   signed_in  is_reported: whether the event p_event_id was recorded just now, because the account was used before, but never from this network
--   wait       wait_seconds: the account logs in too often. The failed attempts with the address before it are forgotten all the same, because the
--              password was right
--   refused    the account was deleted or deactivated, or its password hash has changed since it was checked: a change of password ends all sign-ins, and
--              this one must not start after it. Nothing was changed
--
-- It also deletes the sign-ins of the account that expired long ago, and ends the oldest open ones if there would be too many.
-- Locks: the attempts of the address and the client (throttle_log_in_succeeded), the log-ins of the account, the account, its sign-ins, the
-- mails to the account.
create or replace function finish_log_in(
    p_user_id bigint,
    p_password_hash_sha256 text, -- of the text that the password was checked against; hexadecimal digits, like all digests here. A server writes a
                                 -- statement that fails into its log, and the hash itself must not stand there
    p_has_second_factor boolean, -- whether a code of the second factor was right
    p_sign_in_id uuid,
    p_token_id uuid,
    p_token_sha256 text,
    p_expires_at_us bigint,
    p_address text,
    p_network text,
    p_user_agent text,
    p_request_id text,
    p_address_subject text,      -- under which begin_log_in counted
    p_client_subject text,
    p_wider_client_subject text,
    p_user_subject text,
    p_user_free integer, p_user_window_seconds bigint,
    p_mail_subject text,
    p_mail_free integer, p_mail_window_seconds bigint,
    p_event_id uuid,
    p_max_open integer,          -- sign-ins of an account that can be open at once
    p_remembered_days integer,   -- for which a sign-in is kept after it has expired
    p_now_us bigint
) returns json language plpgsql as $$
declare
    v_now timestamptz := 'epoch'::timestamptz + p_now_us * interval '1 microsecond';
    v_expires_at timestamptz := 'epoch'::timestamptz + p_expires_at_us * interval '1 microsecond';
    v_is_new_network boolean;
    v_wait integer;
begin
    if exists (select from sign_ins s where s.id = p_sign_in_id) then
        return json_build_object('outcome', 'signed_in', 'is_reported', false);
    end if;
    v_wait := throttle_wait('sign_in', decode(p_user_subject, 'hex'), null, v_now);
    if v_wait > 0 then
        -- The attempt stays counted for the client, because it has cost a hash.
        delete from throttles where scope = 'log_in_as' and subject = decode(p_address_subject, 'hex');
        return json_build_object('outcome', 'wait', 'wait_seconds', v_wait);
    end if;
    perform throttle_log_in_succeeded('log_in_as', decode(p_address_subject, 'hex'), 'log_in_from', decode(p_client_subject, 'hex'),
                                      decode(p_wider_client_subject, 'hex'), v_now);
    v_wait := throttle('sign_in', decode(p_user_subject, 'hex'), v_now, p_user_free, p_user_window_seconds * interval '1 second', null);
    if v_wait > 0 then
        return json_build_object('outcome', 'wait', 'wait_seconds', v_wait);
    end if;

    update users set last_login_at = v_now where id = p_user_id and is_active and encode(sha256(convert_to(password_hash, 'UTF8')), 'hex') = p_password_hash_sha256;
    if not found then
        raise exception using errcode = 'SH002', message = 'refused';
    end if;
    -- Before the expired ones are deleted: their networks count as known until then.
    v_is_new_network := p_network is not null
        and exists (select from sign_ins s where s.user_id = p_user_id and s.network is not null)
        and not exists (select from sign_ins s where s.user_id = p_user_id and s.network = p_network);
    delete from sign_ins s where s.user_id = p_user_id and s.expires_at < v_now - make_interval(days => p_remembered_days);
    delete from refresh_tokens t where t.user_id = p_user_id and t.expires_at < v_now - interval '1 day';
    update sign_ins
       set ended_at = v_now, end_reason = 'too_many_open'
     where id in (select s.id from sign_ins s
                   where s.user_id = p_user_id and s.ended_at is null and s.expires_at > v_now
                   order by s.created_at desc, s.id desc offset p_max_open - 1);
    insert into sign_ins (id, user_id, created_at, last_used_at, expires_at, address, network, user_agent, has_second_factor)
    values (p_sign_in_id, p_user_id, v_now, v_now, v_expires_at, p_address, p_network, p_user_agent, p_has_second_factor);
    insert into refresh_tokens (id, family_id, user_id, token_sha256, issued_at, expires_at)
    values (p_token_id, p_sign_in_id, p_user_id, decode(p_token_sha256, 'hex'), v_now, v_expires_at);
    insert into audit_log (at, kind, user_id, actor_user_id, address, user_agent, request_id)
    values (v_now, 'logged_in', p_user_id, p_user_id, p_address, p_user_agent, p_request_id);

    -- Limited, because an attacker with many network addresses could otherwise fill the mailbox.
    if v_is_new_network
       and throttle('mail_to', decode(p_mail_subject, 'hex'), v_now, p_mail_free, p_mail_window_seconds * interval '1 second', null) > 0 then
        v_is_new_network := false;
    end if;
    if v_is_new_network then
        insert into outbox (id, kind, payload, created_at, next_attempt_at)
        values (p_event_id, 'signed_in_from_new_network', jsonb_build_object('sign_in_id', p_sign_in_id), v_now, v_now + interval '5 seconds');
    end if;
    return json_build_object('outcome', 'signed_in', 'is_reported', v_is_new_network);
exception
    when sqlstate 'SH002' then
        return json_build_object('outcome', 'refused');
    when unique_violation then
        -- The call that this one repeats was still running when this one looked for the sign-in, and has committed since.
        if exists (select from sign_ins s where s.id = p_sign_in_id) then
            return json_build_object('outcome', 'signed_in', 'is_reported', false);
        end if;
        raise;
end $$;
