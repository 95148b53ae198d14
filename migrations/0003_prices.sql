-- What each variant cost before: next to a reduced price the shop shows the lowest price of the 30 days before the reduction (directive
-- 98/6/EC, article 6a).
--
-- Written by triggers (note_variant_prices), so that no writer can forget it: a row for each change, valid until the next. The times are
-- the database's, the only clock that a trigger has; they are compared only with each other.

create table variant_prices (
    variant_id bigint not null references product_variants (id) on delete cascade,
    -- Valid from this time.
    at timestamptz not null,
    price bigint not null,
    -- Whether a compare-at price was shown with it.
    is_reduced boolean not null,
    -- Whether it was offered at all, within these times; the price of a draft or of something archived is not.
    is_offered boolean not null,
    offered_from timestamptz,
    offered_until timestamptz,
    -- The account or API key that set it: those of the product, whose writer sets them before the price. No foreign keys, as in audit_log.
    actor_user_id bigint,
    actor_api_key_id uuid,
    primary key (variant_id, at)
);
