-- change_stocks for one variant, which refreshes its product too. Returns what is on hand afterwards, or null if the variant does not exist.
-- Locks: the stock row, then (only if the variant becomes available or stops being so) the product.
create or replace function change_stock(p_variant_id bigint, p_change integer, p_reason text, p_at timestamptz,
                                        p_actor_user_id bigint default null, p_actor_api_key_id uuid default null) returns integer
language plpgsql as $$
declare
    v_changed record;
begin
    select c.on_hand, c.availability_changed into v_changed
      from change_stocks(array[p_variant_id], array[p_change], array[p_reason], p_at, p_actor_user_id, p_actor_api_key_id) c;
    if v_changed.availability_changed then
        perform refresh_availability(array[(select product_id from product_variants where id = p_variant_id)]);
    end if;
    return v_changed.on_hand;
end $$;
