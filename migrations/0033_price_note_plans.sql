-- Another price for each of many products took five times as long to write down as to write.
--
-- How many variants an array has makes PostgreSQL plan a statement anew each time, and these find what they look for by ids whatever it has. And
-- in a table that has just been filled, of which it knows nothing, it looked for what is too old by reading all of it.

-- As in 0022_price_history.sql, with plans that are kept, and nothing done about old prices where there are none.
create or replace function note_variant_prices(p_variant_ids bigint[]) returns void language plpgsql
set plan_cache_mode = force_generic_plan as $$
begin
    insert into variant_prices (variant_id, at, price, is_reduced, is_offered, offered_from, offered_until)
    -- Who began earlier and had to wait for the product comes later all the same.
    select v.id, case when last.at > now() then last.at + interval '1 microsecond' else now() end,
           p.base_price + v.price_adjustment, v.compare_at_price is not null, p.status = 'active' and v.archived_at is null,
           p.publish_at, p.unpublish_at
      from product_variants v
      join products p on p.id = v.product_id
      left join lateral (select h.* from variant_prices h where h.variant_id = v.id order by h.at desc limit 1) last on true
     where v.id = any (p_variant_ids)
       and (last.price, last.is_reduced, last.is_offered, last.offered_from, last.offered_until) is distinct from
           (p.base_price + v.price_adjustment, v.compare_at_price is not null, p.status = 'active' and v.archived_at is null, p.publish_at, p.unpublish_at)
    on conflict (variant_id, at) do update
       set price = excluded.price, is_reduced = excluded.is_reduced, is_offered = excluded.is_offered,
           offered_from = excluded.offered_from, offered_until = excluded.offered_until;

    -- Most have no price of more than 30 days ago. Told by the first of each, which is read off the index, whatever PostgreSQL knows of the table.
    if not exists (
        select from unnest(p_variant_ids) as v (id)
          join lateral (select h.at from variant_prices h where h.variant_id = v.id order by h.at limit 1) first on true
         where first.at < now() - interval '30 days'
    ) then
        return;
    end if;
    -- What held before the 30 days before the last other price is asked for by nobody any more.
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
