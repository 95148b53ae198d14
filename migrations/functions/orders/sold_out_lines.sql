-- The lines of a cart that cannot be ordered, in the order of the cart; null if all can. `available` is what is on hand and what may still be backordered,
-- or null if the variant is not for sale. Used by check_out, without locks, and by place_order, under them.
create or replace function sold_out_lines(p_cart_id uuid, p_now timestamptz) returns table (lines json) language sql stable as $$
    select json_agg(json_build_object(
                        'variant_id', l.variant_id, 'product_name', p.name, 'variant_name', v.name, 'sku', v.sku, 'quantity', l.quantity,
                        'available', case when is_published(p.status, p.publish_at, p.unpublish_at, p_now) and v.archived_at is null
                                          then s.available end) order by l.id)
      from cart_lines l
      join stock_levels s on s.variant_id = l.variant_id
      join product_variants v on v.id = l.variant_id
      join products p on p.id = v.product_id
     where l.cart_id = p_cart_id
       and (s.available < l.quantity or v.archived_at is not null
            or not is_published(p.status, p.publish_at, p.unpublish_at, p_now))
$$;
