-- What is to be told to the outside world. A row is written in the transaction of the thing it tells of, so neither can be
-- without the other; it goes to the queue after COMMIT, by the function that wrote it or, failing that, by outbox-relay.

create table outbox (
    -- Also the id that the consumer remembers, so that a message delivered twice is one mail.
    id uuid primary key,
    kind text not null,
    payload jsonb not null,
    created_at timestamptz not null,
    -- Nobody else sends it before then: the writer has a few seconds for itself, and each failed attempt waits longer.
    next_attempt_at timestamptz not null,
    attempts integer not null default 0,
    last_error text,
    sent_at timestamptz,
    constraint outbox_kind_known check (kind in ('order_placed'))
);
create index outbox_unsent on outbox (next_attempt_at) where sent_at is null;
create index outbox_by_sent_at on outbox (sent_at) where sent_at is not null;

-- Marks an event as handed to the queue. The relay has counted its attempt already, when it claimed the event; the function
-- that wrote the event has not. Its commit need not wait for the disk: a mark that is lost in a crash means that the
-- relay sends the event again, and the consumer knows it already.
create function mark_event_sent(p_event_id uuid, p_now_us bigint) returns void language plpgsql as $$
begin
    perform set_config('synchronous_commit', 'off', true);
    update outbox
       set sent_at = 'epoch'::timestamptz + p_now_us * interval '1 microsecond', attempts = greatest(attempts, 1), last_error = null
     where id = p_event_id and sent_at is null;
end $$;

-- One row for each event that became, or is becoming, a mail.
create table mail_log (
    event_id uuid primary key,
    kind text not null,
    recipient text not null,
    status text not null,
    -- While a claim holds, nobody else sends this mail. It outlasts the longest that a call to SES can take.
    claimed_until timestamptz not null,
    attempts integer not null default 1,
    -- SES's own id of the mail.
    message_id text,
    error text,
    created_at timestamptz not null,
    finished_at timestamptz,
    constraint mail_status_known check (status in ('claimed', 'sent', 'failed')),
    constraint mail_sent_has_finished check ((status = 'claimed') = (finished_at is null))
);
create index mail_log_by_created_at on mail_log (created_at desc);
