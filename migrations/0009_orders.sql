-- Orders: what was sold, as it was when it was sold. Nothing in an order is read from the catalogue again.

create table orders (
    id uuid primary key,
    -- For people: in mails and on the phone.
    number bigint generated always as identity (start with 1001),
    user_id bigint references users (id) on delete set null,
    -- One cart, one order. No foreign key: carts are deleted in time, orders stay.
    cart_id uuid not null,
    -- Digests of the client's Idempotency-Key and of the body of the request: the first 128 bits of SHA-256, which a uuid holds exactly.
    idempotency_key uuid,
    request_digest uuid not null,
    email text not null,
    -- The language of its mails: the name of a file in shared/locales/.
    locale text not null default 'en',
    status text not null default 'placed',
    currency text not null,
    total bigint not null,
    placed_at timestamptz not null,
    constraint order_number_unique unique (number),
    constraint order_cart_unique unique (cart_id),
    constraint order_status_known check (status in ('placed', 'paid', 'shipped', 'delivered', 'cancelled')),
    constraint order_total_not_negative check (total >= 0)
);
-- A partial index and no constraint: user_id is then no key column, so the deletion of an account does not wait for a row of the ledger that
-- refers to the order, nor does receiving stock wait for the deletion.
create unique index order_idempotency_key_unique on orders (user_id, idempotency_key) where idempotency_key is not null;
create index order_by_user on orders (user_id, placed_at desc, id desc);
create index order_by_placed_at on orders (placed_at desc, id desc);

create table order_lines (
    order_id uuid not null references orders (id) on delete cascade,
    -- 1, 2, 3 … in the order of the cart's lines.
    position integer not null,
    -- The variant, if it still exists.
    variant_id bigint references product_variants (id) on delete set null,
    product_name text not null,
    variant_name text not null,
    sku text not null,
    unit_price bigint not null,
    quantity integer not null,
    -- Units that were not on hand when they were sold, and have not come in yet. For every variant, their sum is `stock_levels.backordered`.
    backordered integer not null default 0,
    sub_total bigint not null generated always as (unit_price * quantity) stored,
    primary key (order_id, position),
    constraint order_line_quantity_positive check (quantity > 0),
    constraint order_line_backordered_in_range check (backordered between 0 and quantity),
    constraint order_line_unit_price_not_negative check (unit_price >= 0)
);
create index order_line_by_variant on order_lines (variant_id);
-- The lines that wait for units of a variant, for fill_backorders. Almost no line is in it, so checkout seldom writes it.
create index order_line_backordered on order_lines (variant_id) where backordered > 0;

create table order_events (
    id bigint generated always as identity,
    order_id uuid not null references orders (id) on delete cascade,
    kind text not null,
    at timestamptz not null,
    -- The member of staff who did it, if one did.
    user_id bigint references users (id) on delete set null,
    primary key (order_id, id),
    constraint order_event_kind_known check (kind in ('placed', 'paid', 'shipped', 'delivered', 'cancelled'))
);
create index order_event_by_user on order_events (user_id) where user_id is not null;

alter table stock_ledger
    add constraint stock_ledger_order_exists foreign key (order_id) references orders (id) on delete restrict;
