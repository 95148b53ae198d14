-- Writes the current price of these variants into their price history, if it is not what was written last. Of several prices in one
-- transaction the last counts: nobody saw the others. Then removes what is too old to be asked for.
--
-- With a generic plan: the length of an array makes PostgreSQL plan a statement anew each time, but these statements find rows by id
-- whatever the length. Together with the look at the oldest price this made a bulk change of prices five times as fast.
create or replace function note_variant_prices(p_variant_ids bigint[]) returns void language plpgsql
set plan_cache_mode = force_generic_plan as $$
begin
    insert into variant_prices (variant_id, at, price, is_reduced, is_offered, offered_from, offered_until, actor_user_id, actor_api_key_id)
    -- A transaction that began earlier but waited for the product still writes a later time.
    select v.id, case when last.at > now() then last.at + interval '1 microsecond' else now() end,
           p.base_price + v.price_adjustment, coalesce(v.compare_at_price > p.base_price + v.price_adjustment, false), p.status = 'active' and v.archived_at is null,
           p.publish_at, p.unpublish_at, p.actor_user_id, p.actor_api_key_id
      from product_variants v
      join products p on p.id = v.product_id
      left join lateral (select h.* from variant_prices h where h.variant_id = v.id order by h.at desc limit 1) last on true
     where v.id = any (p_variant_ids)
       and (last.price, last.is_reduced, last.is_offered, last.offered_from, last.offered_until) is distinct from
           (p.base_price + v.price_adjustment, coalesce(v.compare_at_price > p.base_price + v.price_adjustment, false), p.status = 'active' and v.archived_at is null, p.publish_at, p.unpublish_at)
    on conflict (variant_id, at) do update
       set price = excluded.price, is_reduced = excluded.is_reduced, is_offered = excluded.is_offered,
           offered_from = excluded.offered_from, offered_until = excluded.offered_until,
           actor_user_id = excluded.actor_user_id, actor_api_key_id = excluded.actor_api_key_id;

    -- Most variants have no price older than 30 days. Their oldest price is read from the index, whatever the statistics of the table
    -- say: in a table that has just been filled, PostgreSQL would read all of it.
    if not exists (
        select from unnest(p_variant_ids) as v (id)
          join lateral (select h.at from variant_prices h where h.variant_id = v.id order by h.at limit 1) first on true
         where first.at < now() - interval '30 days'
    ) then
        return;
    end if;
    -- A reduction looks 30 days back from the last different price. What ended before that is never read again.
    delete from variant_prices h
     using product_variants v
      join products p on p.id = v.product_id
     where v.id = any (p_variant_ids) and h.variant_id = v.id
       and h.at < (select max(edge.at) from variant_prices edge
                    where edge.variant_id = v.id
                      and edge.at <= (select max(other.at) from variant_prices other
                                       where other.variant_id = v.id and other.price <> p.base_price + v.price_adjustment)
                                     - interval '30 days');
end $$;
