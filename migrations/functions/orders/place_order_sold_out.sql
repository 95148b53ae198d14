-- One row of place_order for each line that cannot be ordered, in the order of the cart; no row if all can. `available`
-- is what is on hand and what may still be backordered, or null if the variant is not for sale. Used by place_order, without locks and again under them.
create or replace function place_order_sold_out(p_cart_id uuid, p_now timestamptz)
returns table (
    outcome text, order_id uuid, number bigint, status text, currency text, total bigint, email text, placed_at timestamptz,
    line integer, variant_id bigint, product_name text, variant_name text, sku text, unit_price bigint, quantity integer,
    backordered integer, available integer
) language sql stable as $$
    select 'sold_out'::text, null::uuid, null::bigint, null::text, null::text, null::bigint, null::text, null::timestamptz,
           null::integer, l.variant_id, p.name, v.name, v.sku, null::bigint, l.quantity, null::integer,
           case when is_published(p.status, p.publish_at, p.unpublish_at, p_now) and v.archived_at is null then s.available end
      from cart_lines l
      join stock_levels s on s.variant_id = l.variant_id
      join product_variants v on v.id = l.variant_id
      join products p on p.id = v.product_id
     where l.cart_id = p_cart_id
       and (s.available < l.quantity or v.archived_at is not null
            or not is_published(p.status, p.publish_at, p.unpublish_at, p_now))
       -- Another request for this same cart may have just taken the last units. Stock and order are committed together, so this
       -- statement then sees the order and refuses nothing; place_order returns the order.
       and not exists (select from orders o where o.cart_id = p_cart_id)
     order by l.id
$$;
