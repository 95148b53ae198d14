-- Rewrites only what can be bought now of these products: all that a sale can change. A product for which it is the same is
-- not written. Locks: the products, by id, after any stock row.
create or replace function refresh_availability(p_product_ids bigint[]) returns void language plpgsql as $$
begin
    perform from products where id = any (p_product_ids) order by id for update;
    update products p
       set is_available = offer.is_available, available_price_min = offer.available_price_min,
           available_price_max = offer.available_price_max, available_value_ids = offer.available_value_ids
      from products self cross join lateral offer_of_product(self.id, self.base_price) offer
     where p.id = self.id and self.id = any (p_product_ids)
       and (p.is_available, p.available_price_min, p.available_price_max, p.available_value_ids)
           is distinct from (offer.is_available, offer.available_price_min, offer.available_price_max, offer.available_value_ids);
end $$;
