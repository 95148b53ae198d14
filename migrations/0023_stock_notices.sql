-- Who wants to hear that something is in stock again. One request, one mail: when outbox-relay finds stock, it makes an event of the
-- request, which names the request and not the address, and notifications makes the mail.
--
-- No trigger on stock_levels: a restock would hold its row, which everybody buys from, for as long as there are people to tell.

create table stock_notices (
    id bigint generated always as identity primary key,
    variant_id bigint not null references product_variants (id) on delete cascade,
    email text not null,
    created_at timestamptz not null,
    -- When its event was written. It is kept for some days after, for a mail that has to be tried again.
    told_at timestamptz,
    event_id uuid,
    constraint stock_notice_told_by_an_event check ((told_at is null) = (event_id is null))
);
-- Who asks twice asks once.
create unique index stock_notice_unique on stock_notices (variant_id, lower(email)) where told_at is null;
create index stock_notice_by_variant on stock_notices (variant_id);
-- For whoever is erased, or wants to know what is kept.
create index stock_notice_by_email on stock_notices (lower(email));
create index stock_notice_by_told_at on stock_notices (told_at) where told_at is not null;
create index stock_notice_by_created_at on stock_notices (created_at) where told_at is null;

alter table outbox drop constraint outbox_kind_known;
alter table outbox add constraint outbox_kind_known check (kind in (
    'order_placed', 'activation_asked', 'password_reset_asked', 'email_reset_asked', 'email_changed', 'password_changed',
    'signed_in_from_new_place', 'back_in_stock'));
