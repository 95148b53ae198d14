-- The lines of a cart with which the account would have more units of the variant in open orders than a customer may have, in the order of the cart; null
-- if there is none. `quantity_limit` is that number, and `available` how many more of it the account can order. Open orders are those that are placed and
-- neither paid nor cancelled, of the last 30 days: what nobody ever pays must not count for ever. The fields are those of `OverLimitItem`
-- (shared/src/orders/mod.rs). Used by place_order, which holds the account's lock.
create or replace function over_limit_lines(p_cart_id uuid, p_user_id bigint, p_quantity_limit integer, p_now timestamptz)
returns table (lines json) language sql stable as $$
    with ordered as materialized (
        select l.variant_id, sum(l.quantity)::integer as units
          from orders o join order_lines l on l.order_id = o.id
         where o.user_id = p_user_id and o.status = 'placed' and o.placed_at > p_now - interval '30 days'
           -- Depends on no row, so nothing is read where nothing has a limit.
           and (p_quantity_limit is not null
                or exists (select from cart_lines c join stock_levels s on s.variant_id = c.variant_id
                            where c.cart_id = p_cart_id and s.quantity_limit_per_customer is not null))
         group by l.variant_id
    )
    select json_agg(json_build_object(
                        'product_variant_id', l.variant_id, 'product_name', p.name, 'variant_name', v.name, 'sku', v.sku, 'requested', l.quantity,
                        'available', greatest(coalesce(s.quantity_limit_per_customer, p_quantity_limit) - coalesce(ordered.units, 0), 0),
                        'quantity_limit', coalesce(s.quantity_limit_per_customer, p_quantity_limit)) order by l.id)
      from cart_lines l
      join stock_levels s on s.variant_id = l.variant_id
      join product_variants v on v.id = l.variant_id
      join products p on p.id = v.product_id
      left join ordered on ordered.variant_id = l.variant_id
     where l.cart_id = p_cart_id
       and l.quantity + coalesce(ordered.units, 0) > coalesce(s.quantity_limit_per_customer, p_quantity_limit)
$$;
