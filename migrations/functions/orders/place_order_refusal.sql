-- One row of place_order that refuses. Used by place_order and check_out.
create or replace function place_order_refusal(
    p_outcome text, p_order_id uuid default null, p_currency text default null, p_total bigint default null,
    p_wait_seconds integer default null
) returns table (
    outcome text, order_id uuid, number bigint, status text, currency text, total bigint, email text, placed_at timestamptz,
    line integer, variant_id bigint, product_name text, variant_name text, sku text, unit_price bigint, quantity integer,
    backordered integer, available integer, quantity_limit integer, wait_seconds integer
) language sql immutable as $$
    select p_outcome, p_order_id, null::bigint, null, p_currency, p_total, null, null::timestamptz,
           null::integer, null::bigint, null, null, null, null::bigint, null::integer, null::integer, null::integer,
           null::integer, p_wait_seconds
$$;
