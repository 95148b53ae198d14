-- Adds units to a variant's stock, or removes them if p_change is negative, and writes the ledger. Returns what is on hand afterwards,
-- or null if the variant does not exist; fails on `stock_not_negative` if there is not enough, on `stock_within_limit` if there
-- would be too much.
-- Locks: the stock row, then (only if the stock reaches or leaves zero) the product.
create or replace function change_stock(p_variant_id bigint, p_change integer, p_reason text, p_at timestamptz) returns integer
language plpgsql as $$
declare
    now_on_hand integer;
begin
    update stock_levels set on_hand = on_hand + p_change where variant_id = p_variant_id returning on_hand into now_on_hand;
    if found and p_change <> 0 then
        insert into stock_ledger (variant_id, change, on_hand_after, reason, at)
        values (p_variant_id, p_change, now_on_hand, p_reason, p_at);
        -- Only a change to or from zero can change whether the product is available.
        if now_on_hand = 0 or now_on_hand = p_change then
            perform refresh_availability(array[(select product_id from product_variants where id = p_variant_id)]);
        end if;
    end if;
    return now_on_hand;
end $$;
