-- Marks an event as sent to the queue, for the function that wrote it and for the relay. The relay counted its attempt when it claimed
-- the event; the function did not, so it is counted here.
--
-- The commit does not wait for the disk: if a crash loses the mark, the relay sends the event again, and the consumer ignores it.
create or replace function mark_event_sent(p_event_id uuid, p_now_us bigint) returns void language plpgsql as $$
begin
    perform set_config('synchronous_commit', 'off', true);
    update outbox
       set sent_at = 'epoch'::timestamptz + p_now_us * interval '1 microsecond', attempts = greatest(attempts, 1), last_error = null
     where id = p_event_id and sent_at is null;
end $$;
