-- Waits until an order is on disk, or on the standby too if commits wait for one, and says whether it is there. `place_order` does not wait.
--
-- WAL is written in order: the order was committed before this transaction begins, so whatever flushes this transaction's record flushes the order.
-- The record has to be one of the WAL, because a commit that wrote none does not wait.
--
-- False: the server crashed, or another took its place, before the order was on disk. The order never was, and its cart can be ordered again.
create or replace function flush_order(p_order_id uuid) returns boolean language plpgsql as $$
begin
    if not exists (select from orders o where o.id = p_order_id) then
        return false;
    end if;
    perform pg_logical_emit_message(true, 'flush_order', '');
    return true;
end $$;
