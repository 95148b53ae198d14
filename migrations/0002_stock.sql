-- Stock: how many units of a variant are on hand, and how that came about.
--
-- A table of its own, narrow and loosely filled: a sale rewrites the row, and here that touches one small tuple and no index
-- (a heap-only update), where the wide variant row would be copied and every one of its indexes with it.

create table stock_levels (
    variant_id bigint primary key references product_variants (id) on delete cascade,
    on_hand integer not null default 0,
    -- The last guard: if every other one fails, the database still does not oversell.
    constraint stock_not_negative check (on_hand >= 0)
) with (fillfactor = 50);

-- Every variant has a stock row from the moment it exists, so "no row" never has to mean "none on hand".
create function open_stock_level() returns trigger language plpgsql as $$
begin
    insert into stock_levels (variant_id) values (new.id);
    return null;
end $$;

create trigger variant_has_a_stock_level after insert on product_variants
    for each row execute function open_stock_level();

-- Append-only: for every variant, the sum of `change` is what is on hand.
create table stock_ledger (
    id bigint generated always as identity primary key,
    -- No foreign key: variants are removed, and what came and went of them stays written.
    variant_id bigint not null,
    change integer not null,
    on_hand_after integer not null,
    reason text not null,
    order_id uuid,
    at timestamptz not null,
    constraint stock_ledger_change_not_zero check (change <> 0),
    constraint stock_ledger_reason_known check (reason in ('received', 'counted', 'sold', 'returned', 'written_off')),
    constraint stock_ledger_sale_has_an_order check ((reason = 'sold') <= (order_id is not null))
);
create index stock_ledger_by_variant on stock_ledger (variant_id, id);
create index stock_ledger_by_order on stock_ledger (order_id) where order_id is not null;

-- What a removed variant still had on hand is written off, so its ledger ends at nothing.
create function write_off_removed_stock() returns trigger language plpgsql as $$
begin
    if old.on_hand > 0 then
        insert into stock_ledger (variant_id, change, on_hand_after, reason, at)
        values (old.variant_id, -old.on_hand, 0, 'written_off', now());
    end if;
    return old;
end $$;

create trigger stock_is_written_off_with_its_variant before delete on stock_levels
    for each row execute function write_off_removed_stock();
