-- An order as place_order returns it, a row for each line.
create or replace function placed_order(p_outcome text, p_order_id uuid)
returns table (
    outcome text, order_id uuid, number bigint, status text, currency text, total bigint, email text, placed_at timestamptz,
    line integer, variant_id bigint, product_name text, variant_name text, sku text, unit_price bigint, quantity integer,
    backordered integer, available integer, quantity_limit integer, wait_seconds integer
) language sql stable as $$
    select p_outcome, o.id, o.number, o.status, o.currency, o.total, o.email, o.placed_at,
           l.position, l.variant_id, l.product_name, l.variant_name, l.sku, l.unit_price, l.quantity, l.backordered,
           null::integer, null::integer, null::integer
      from orders o join order_lines l on l.order_id = o.id
     where o.id = p_order_id
     order by l.position
$$;
