-- The caller's order that answers a repeated request, or `cart_ordered` or `key_reused` if it is no repeat; null if nothing was
-- ordered yet. Used by check_out, and by place_order under the cart's lock.
create or replace function place_order_replay(p_cart_id uuid, p_user_id bigint, p_idempotency_key uuid, p_request_digest uuid)
returns json language plpgsql stable as $$
declare
    v_order record;
begin
    if p_idempotency_key is not null then
        select o.id, o.request_digest into v_order
          from orders o where o.user_id = p_user_id and o.idempotency_key = p_idempotency_key;
        if found then
            if v_order.request_digest = p_request_digest then
                return placed_order('replayed', v_order.id);
            else
                return json_build_object('outcome', 'key_reused');
            end if;
        end if;
    end if;

    select o.id, o.user_id into v_order from orders o where o.cart_id = p_cart_id;
    if not found then
        return null;
    elsif v_order.user_id is distinct from p_user_id then
        return json_build_object('outcome', 'cart_not_found');
    elsif p_idempotency_key is null then
        return placed_order('replayed', v_order.id);
    else
        return json_build_object('outcome', 'cart_ordered', 'order_id', v_order.id);
    end if;
end $$;
