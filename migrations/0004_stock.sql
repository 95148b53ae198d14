-- Stock: how many units of a variant are on hand, every change of that number, and the subscriptions to a mail when the variant can be ordered again.

-- A separate table and not columns of product_variants, because each sale rewrites the row. Rows here are short, have room on their page and no
-- further index, so that is a heap-only update. The long row of the variant would be copied, together with all its index entries.
create table stock_levels (
    variant_id bigint primary key references product_variants (id) on delete cascade,
    on_hand integer not null default 0,
    -- False: the variant can always be bought, and a sale neither counts nor locks anything.
    track_inventory boolean not null default true,
    -- True: the variant can be bought with nothing on hand, up to the limit if there is one.
    allow_backorder boolean not null default false,
    backorder_limit integer,
    -- Units that one account may have in open orders; null leaves it to the option of the shop (QUANTITY_LIMIT_PER_CUSTOMER).
    quantity_limit_per_customer integer,
    -- Units that are sold and not yet on hand. What comes in goes to them first, in the order in which the orders were placed.
    backordered integer not null default 0,
    -- Units that can be ordered now; if nothing limits them, as many as a stock can have. Carts and checkout read this, so that the rule is
    -- written once. Of a number that the checks below refuse, the nearest one is taken, so that they and not this expression refuse it.
    available integer not null generated always as
        (case when not track_inventory then 1000000000
              when allow_backorder then least(greatest(least(on_hand, 1000000000), 0) + greatest(coalesce(backorder_limit, 1000000000) - backordered, 0), 1000000000)
              else on_hand
         end) stored,
    -- Whether a unit can be ordered now, for lists, filters and facets. A generated column cannot read another, so a check keeps the two alike.
    is_available boolean not null generated always as
        (not track_inventory or on_hand > 0 or (allow_backorder and backordered < coalesce(backorder_limit, 1000000000))) stored,
    -- The last guard against overselling, if every other one fails.
    constraint stock_not_negative check (on_hand >= 0),
    -- The limit of every way to change the stock (`MAX_UNITS`), so that an export can be imported again.
    constraint stock_within_limit check (on_hand <= 1000000000),
    constraint stock_backorder_limit_in_range check (backorder_limit between 0 and 1000000000),
    constraint stock_quantity_limit_in_range check (quantity_limit_per_customer between 1 and 1000000000),
    constraint stock_backordered_in_range check (backordered between 0 and 1000000000),
    constraint stock_on_hand_goes_to_backorders_first check (on_hand = 0 or backordered = 0),
    constraint stock_is_available_if_units_are check (is_available = (available > 0))
) with (fillfactor = 50);

-- Append-only: for every variant, the sum of `change` is what is on hand.
create table stock_ledger (
    id bigint generated always as identity,
    -- No foreign key: the ledger outlives a deleted variant.
    variant_id bigint not null,
    change integer not null,
    on_hand_after integer not null,
    reason text not null,
    order_id uuid,
    at timestamptz not null,
    -- The account or API key that changed the stock; neither for a sale, whose order names the buyer. No foreign keys, as in audit_log.
    actor_user_id bigint,
    actor_api_key_id uuid,
    -- It is read by variant, and a sale pays for every index.
    primary key (variant_id, id),
    constraint stock_ledger_change_not_zero check (change <> 0),
    constraint stock_ledger_reason_known check (reason in ('received', 'counted', 'sold', 'returned', 'written_off', 'corrected')),
    constraint stock_ledger_sale_has_an_order check ((reason = 'sold') <= (order_id is not null))
);
create index stock_ledger_by_order on stock_ledger (order_id) where order_id is not null;

-- Subscriptions to a mail when a variant can be ordered again. One subscription, one mail: when the scheduler finds that the variant can be ordered,
-- it writes an event that names the subscription and not the address, and notifications sends the mail.
--
-- Not written by a trigger on stock_levels, which would hold the stock row, which every buyer needs, until the events of all subscriptions are written.
create table back_in_stock_subscriptions (
    id bigint generated always as identity primary key,
    variant_id bigint not null references product_variants (id) on delete cascade,
    email text not null,
    -- The language of the mail: the name of a file in shared/locales/.
    locale text not null default 'en',
    -- For a subscription that is not confirmed, the time of the last request.
    created_at timestamptz not null,
    -- Null until the link in a mail to the address was used; set at once for an account that has proven the address. Without it there is
    -- no mail, because anybody can type the address of a stranger.
    confirmed_at timestamptz,
    -- Time at which its event was written. The row stays some days longer, for a mail that has to be sent again.
    notified_at timestamptz,
    event_id uuid,
    constraint back_in_stock_subscription_notified_by_event check ((notified_at is null) = (event_id is null)),
    constraint back_in_stock_subscription_confirmed_before_notified check (notified_at is null or confirmed_at is not null)
);
-- Subscribing twice is one subscription.
create unique index back_in_stock_subscription_unique on back_in_stock_subscriptions (variant_id, lower(email)) where notified_at is null;
create index back_in_stock_subscription_by_variant on back_in_stock_subscriptions (variant_id);
-- For the export and the erasure of personal data.
create index back_in_stock_subscription_by_email on back_in_stock_subscriptions (lower(email));
create index back_in_stock_subscription_by_notified_at on back_in_stock_subscriptions (notified_at) where notified_at is not null;
create index back_in_stock_subscription_by_created_at on back_in_stock_subscriptions (created_at) where notified_at is null;
create index back_in_stock_subscription_unconfirmed on back_in_stock_subscriptions (created_at) where confirmed_at is null;

-- Links in the mails that ask for a confirmation. Only the SHA-256 of each token is stored. They live as long as the subscription, so that a
-- second click is no error.
create table back_in_stock_links (
    token_sha256 bytea primary key,
    subscription_id bigint not null references back_in_stock_subscriptions (id) on delete cascade,
    created_at timestamptz not null,
    constraint back_in_stock_link_sha256_is_32_bytes check (length(token_sha256) = 32)
);
create index back_in_stock_link_by_subscription on back_in_stock_links (subscription_id);
