-- The floor: the least that a correct checkout does. It locks the stock, checks it, deducts it, and writes an order with its lines. It knows no carts,
-- prices, limits, repetitions, ledger, events or products.

create table floor_stock (
    variant_id integer primary key,
    on_hand integer not null check (on_hand >= 0)
);

create table floor_orders (
    id uuid primary key,
    user_id bigint not null,
    total bigint not null,
    placed_at timestamptz not null
);

create table floor_order_lines (
    order_id uuid not null references floor_orders,
    variant_id integer not null,
    quantity integer not null,
    unit_price bigint not null,
    primary key (order_id, variant_id)
);

create function floor_check_out(p_order_id uuid, p_user_id bigint, p_first integer, p_last integer) returns boolean
language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
    if (select min(locked.on_hand) < 1
          from (select on_hand from floor_stock where variant_id between p_first and p_last order by variant_id for update) locked) then
        return false;
    end if;
    update floor_stock set on_hand = on_hand - 1 where variant_id between p_first and p_last;
    insert into floor_orders (id, user_id, total, placed_at) values (p_order_id, p_user_id, 4990 * (p_last - p_first + 1), now());
    insert into floor_order_lines (order_id, variant_id, quantity, unit_price)
    select p_order_id, n, 1, 4990 from generate_series(p_first, p_last) n;
    return true;
end $$;
