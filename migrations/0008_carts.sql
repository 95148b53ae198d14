-- Carts. Knowing the id of a guest's cart gives access to it, so ids are random (uuid v4); a user's cart belongs to the user alone.

create table carts (
    id uuid primary key,
    user_id bigint constraint cart_user_exists references users (id) on delete cascade,
    status text not null default 'open',
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint cart_status_known check (status in ('open', 'ordered'))
);
create index cart_by_user on carts (user_id) where user_id is not null;

-- A writer of lines locks the cart first, and so does checkout, so a cart does not change during its checkout.
create table cart_lines (
    id bigint generated always as identity primary key,
    cart_id uuid not null references carts (id) on delete cascade,
    variant_id bigint not null references product_variants (id) on delete cascade,
    quantity integer not null,
    constraint cart_line_variant_unique unique (cart_id, variant_id),
    constraint cart_line_quantity_in_range check (quantity between 1 and 999)
);
create index cart_line_by_variant on cart_lines (variant_id);
