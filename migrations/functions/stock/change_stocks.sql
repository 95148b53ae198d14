-- Adds units to the stock of each of these variants, or removes them if the change is negative, and writes the ledger. Each variant is named
-- once. Units that come in go to backorders first. Returns a row for each variant that exists. Fails on `stock_not_negative` if there are too
-- few units, and on `stock_within_limit` if there would be too many. The caller refreshes the products of variants whose availability changed.
-- Locks: the stock rows by variant id. Lines of orders that wait for a variant are written under the lock of its stock row.
create or replace function change_stocks(p_variant_ids bigint[], p_changes integer[], p_reasons text[], p_at timestamptz,
                                         p_actor_user_id bigint default null, p_actor_api_key_id uuid default null)
returns table (variant_id bigint, on_hand integer, availability_changed boolean) language plpgsql as $$
#variable_conflict use_column
declare
    v_changed record;
begin
    -- In its own statement, so that the next one sees what another transaction changed while this one waited.
    perform from stock_levels s where s.variant_id = any (p_variant_ids) order by s.variant_id for update;

    for v_changed in
        with wanted as (
            select s.variant_id, t.change, t.reason, s.on_hand + t.change as units, s.is_available,
                   least(s.backordered, greatest(s.on_hand + t.change, 0)) as to_backorders
              from unnest(p_variant_ids, p_changes, p_reasons) as t (variant_id, change, reason)
              join stock_levels s on s.variant_id = t.variant_id
        ), changed as (
            update stock_levels s set on_hand = w.units - w.to_backorders, backordered = s.backordered - w.to_backorders
              from wanted w where s.variant_id = w.variant_id
            returning s.variant_id, s.on_hand, s.is_available
        ), recorded as (
            insert into stock_ledger (variant_id, change, on_hand_after, reason, at, actor_user_id, actor_api_key_id)
            select w.variant_id, w.change, w.units, w.reason, p_at, p_actor_user_id, p_actor_api_key_id from wanted w where w.change <> 0 order by w.variant_id
        )
        select c.variant_id, c.on_hand, w.units, w.to_backorders, c.is_available <> w.is_available as availability_changed
          from changed c join wanted w on w.variant_id = c.variant_id
    loop
        if v_changed.to_backorders > 0 then
            perform fill_backorders(v_changed.variant_id, v_changed.to_backorders, v_changed.units, p_at);
        end if;
        variant_id := v_changed.variant_id;
        on_hand := v_changed.on_hand;
        availability_changed := v_changed.availability_changed;
        return next;
    end loop;
end $$;
