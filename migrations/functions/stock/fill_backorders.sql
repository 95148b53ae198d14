-- Gives units of a variant to the lines of orders that wait for it, in the order in which the orders were placed; the last line may get only a
-- part of what it waits for. p_on_hand is the number of units on hand before any of them is given. Used by change_stocks, which has locked the
-- stock row and writes it.
create or replace function fill_backorders(p_variant_id bigint, p_units integer, p_on_hand integer, p_at timestamptz) returns void
language sql as $$
    with waiting as (
        select l.order_id, l.position, l.backordered, row_number() over placed as nth,
               sum(l.backordered) over placed - l.backordered as units_before
          from order_lines l join orders o on o.id = l.order_id
         where l.variant_id = p_variant_id and l.backordered > 0
        window placed as (order by o.placed_at, o.number, l.position)
    ), filled as (
        select w.*, least(w.backordered, p_units - w.units_before)::integer as units from waiting w where w.units_before < p_units
    ), written as (
        update order_lines l set backordered = l.backordered - f.units
          from filled f where l.order_id = f.order_id and l.position = f.position
    )
    insert into stock_ledger (variant_id, change, on_hand_after, reason, order_id, at)
    select p_variant_id, -f.units, p_on_hand - f.units_before - f.units, 'sold', f.order_id, p_at from filled f order by f.nth
$$;
