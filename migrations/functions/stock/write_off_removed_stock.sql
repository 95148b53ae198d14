-- Trigger: writes off what a deleted variant had on hand, so that its ledger ends at zero. A guard: the writer of products writes it off before
-- it deletes the variant, and names the actor (write_off in shared/src/stock/store/).
create or replace function write_off_removed_stock() returns trigger language plpgsql as $$
begin
    if old.on_hand > 0 then
        insert into stock_ledger (variant_id, change, on_hand_after, reason, at)
        values (old.variant_id, -old.on_hand, 0, 'written_off', now());
    end if;
    return old;
end $$;

create or replace trigger stock_is_written_off_with_its_variant before delete on stock_levels
    for each row execute function write_off_removed_stock();
