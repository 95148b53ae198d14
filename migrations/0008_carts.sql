-- Carts. Knowing the id of a guest's cart gives access to it, so ids are random (uuid v4); a user's cart belongs to the user alone.

create table carts (
    id uuid primary key,
    user_id bigint constraint cart_user_exists references users (id) on delete cascade,
    status text not null default 'open',
    -- True if the cart has no lines. Written by a trigger (note_empty_carts).
    is_empty boolean not null default true,
    created_at timestamptz not null,
    -- Time of the last change, or of the order.
    updated_at timestamptz not null,
    -- Time from which the scheduler deletes the cart. An order needs nothing of it but its id. The detour through UTC makes the sum immutable.
    ends_at timestamptz not null generated always as (
        (updated_at at time zone 'UTC' + case
            when status = 'ordered' then interval '7 days'
            when is_empty then interval '1 day'
            when user_id is null then interval '30 days'
            else interval '90 days'
        end) at time zone 'UTC') stored,
    constraint cart_status_known check (status in ('open', 'ordered'))
);
-- In the order of a user's list.
create index cart_by_user on carts (user_id, created_at desc, id desc) where user_id is not null;
create index cart_by_ends_at on carts (ends_at);

-- A writer of lines locks the cart first, and so does checkout, so a cart does not change during its checkout.
create table cart_lines (
    -- Ids ascend in the order in which lines were added, which is the order of the cart and of its order.
    id bigint generated always as identity primary key,
    cart_id uuid not null references carts (id) on delete cascade,
    -- A variant in a cart is archived and not deleted (remove_variants), so a line stays until its buyer removes it.
    variant_id bigint not null references product_variants (id) on delete restrict,
    quantity integer not null,
    constraint cart_line_variant_unique unique (cart_id, variant_id),
    constraint cart_line_quantity_in_range check (quantity between 1 and 999)
);
create index cart_line_by_variant on cart_lines (variant_id);

-- Requests with an Idempotency-Key and their first answers, for repetitions. Orders keep their own keys (0009_orders.sql), because `check_out` reads
-- them in its one round trip. The scheduler deletes these after a day.
create table idempotency_keys (
    -- Digests of the client's key with its scope, and of the body of the request: the first 128 bits of SHA-256, as in `orders`.
    key uuid primary key,
    request_digest uuid not null,
    -- The cart that the request has created or changed, or the user whose data the answer has: the key goes with them.
    cart_id uuid references carts (id) on delete cascade,
    user_id bigint references users (id) on delete cascade,
    -- The answer: its headers as `name: value`, and its body in JSON. Blank until the transaction of the request ends.
    headers text[] not null default '{}',
    body text not null default '',
    created_at timestamptz not null
);
create index idempotency_key_by_cart on idempotency_keys (cart_id, created_at desc, key) where cart_id is not null;
create index idempotency_key_by_user on idempotency_keys (user_id, created_at desc, key) where user_id is not null;
create index idempotency_key_by_created_at on idempotency_keys (created_at);
