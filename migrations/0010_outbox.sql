-- Events for the outside world, and the mails that they become.

-- An event is written in the transaction of the change that it reports, so neither exists without the other. After COMMIT it goes to the
-- queue, sent by the service that wrote it or, if that fails, by outbox-relay.
create table outbox (
    -- The consumer remembers it, so that a message delivered twice is one mail.
    id uuid primary key,
    kind text not null,
    payload jsonb not null,
    created_at timestamptz not null,
    -- The relay does not send it before this time: the writer has a few seconds, and each failed attempt waits longer.
    next_attempt_at timestamptz not null,
    attempts integer not null default 0,
    last_error text,
    sent_at timestamptz,
    -- X-Ray's header of the request that wrote the event, so that a mail sent by the relay belongs to the trace of its order. Null unless
    -- the writer failed to send the event.
    trace_header text,
    constraint outbox_kind_known check (kind in (
        'order_placed', 'registered', 'activation_requested', 'password_reset_requested', 'email_reset_requested', 'email_changed', 'password_changed',
        'signed_in_from_new_network', 'back_in_stock', 'back_in_stock_requested'))
);
create index outbox_unsent on outbox (next_attempt_at) where sent_at is null;
create index outbox_by_sent_at on outbox (sent_at) where sent_at is not null;

-- One row for each event that has become a mail or is becoming one.
create table mail_log (
    event_id uuid primary key,
    kind text not null,
    recipient text not null,
    -- Suppressed: not sent, because its address is not proven and has had too many mails.
    status text not null,
    -- Until this time no other consumer sends this mail. Longer than a call to SES can take.
    claimed_until timestamptz not null,
    attempts integer not null default 1,
    -- SES's id of the mail.
    message_id text,
    error text,
    created_at timestamptz not null,
    finished_at timestamptz,
    -- The account the mail was for, because addresses change: for the export and the erasure of personal data. Null for a mail to an
    -- address without an account. The foreign key also makes a claim wait for an erasure in progress, and the other way round.
    user_id bigint references users (id) on delete set null,
    constraint mail_status_known check (status in ('claimed', 'sent', 'failed', 'suppressed')),
    constraint mail_sent_has_finished check ((status = 'claimed') = (finished_at is null))
);
-- For the job that sends mails again when the queue has given them up, and for the list of those that have failed. Few mails are in them.
create index mail_log_unfinished on mail_log (claimed_until) where status = 'claimed';
create index mail_log_failed on mail_log (event_id) where status = 'failed';
create index mail_log_by_created_at on mail_log (created_at desc);
create index mail_log_by_user on mail_log (user_id) where user_id is not null;
create index mail_log_by_recipient on mail_log (lower(recipient)) where user_id is null;
