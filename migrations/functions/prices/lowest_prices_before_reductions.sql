-- For each reduced variant of these products: the lowest price at which it was offered in the 30 days before the reduction (directive
-- 98/6/EC, article 6a). A variant that was never for sale before is left out.
--
-- A variant is reduced if its compare-at price is higher than its price. The reduction begins when the variant last got a price different from
-- today's, or such a compare-at price, whichever is later.
create or replace function lowest_prices_before_reductions(p_product_ids bigint[]) returns table (variant_id bigint, price bigint)
language sql stable as $$
    with reduced as (
        select v.id,
               (select min(h.at) from variant_prices h
                 where h.variant_id = v.id
                   and h.at > coalesce((select max(o.at) from variant_prices o
                                         where o.variant_id = v.id
                                           and (o.price <> p.base_price + v.price_adjustment or not o.is_reduced)),
                                       '-infinity')) as since
          from product_variants v join products p on p.id = v.product_id
         where p.id = any (p_product_ids) and v.compare_at_price > p.base_price + v.price_adjustment
    )
    select r.id, min(h.price)
      from reduced r
      join variant_prices h on h.variant_id = r.id
     where h.is_offered and h.at < r.since
       -- The variant was for sale at some time while it had this price.
       and (h.offered_until is null or h.offered_until > h.at)
       and (h.offered_from is null or h.offered_from < least(r.since, (
               select min(next.at) from variant_prices next where next.variant_id = h.variant_id and next.at > h.at)))
       -- Beginning with the price that was valid when the 30 days began.
       and h.at >= coalesce((select max(o.at) from variant_prices o
                              where o.variant_id = r.id and o.at <= r.since - interval '30 days'), '-infinity')
     group by r.id
$$;
