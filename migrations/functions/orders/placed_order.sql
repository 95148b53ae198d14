-- An order with its lines, as place_order returns it.
create or replace function placed_order(p_outcome text, p_order_id uuid) returns json language plpgsql stable as $$
begin
    return (
        select json_build_object(
                   'outcome', p_outcome, 'id', o.id, 'number', o.number, 'status', o.status, 'currency', o.currency, 'total', o.total,
                   'email', o.email, 'placed_at', o.placed_at,
                   'lines', (select json_agg(json_build_object(
                                        'variant_id', l.variant_id, 'product_name', l.product_name, 'variant_name', l.variant_name, 'sku', l.sku,
                                        'unit_price', l.unit_price, 'quantity', l.quantity, 'backordered', l.backordered) order by l.position)
                               from order_lines l where l.order_id = o.id))
          from orders o
         where o.id = p_order_id);
end $$;
