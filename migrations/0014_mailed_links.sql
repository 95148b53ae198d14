-- Links in mails: whoever has one is who reads that mailbox. The link is made when the mail is, so that neither the outbox nor
-- the queue holds a secret; here is only its SHA-256.

create table mailed_links (
    token_sha256 bytea primary key,
    user_id bigint not null references users (id) on delete cascade,
    purpose text not null,
    -- Where it was sent: a link that went to an address which is no longer the account's is of no use.
    email text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    constraint mailed_link_sha256_is_32_bytes check (length(token_sha256) = 32),
    constraint mailed_link_purpose_known check (purpose in ('activation', 'password_reset', 'email_reset'))
);
create index mailed_link_by_user on mailed_links (user_id, purpose);
create index mailed_link_by_expiry on mailed_links (expires_at);

alter table outbox drop constraint outbox_kind_known;
alter table outbox add constraint outbox_kind_known check (kind in (
    'order_placed', 'activation_asked', 'password_reset_asked', 'email_reset_asked', 'email_changed', 'password_changed',
    'signed_in_from_new_place'));
