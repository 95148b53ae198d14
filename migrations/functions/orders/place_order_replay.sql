-- The caller's order that answers a repeated request, or `cart_ordered` or `key_reused` if it is no repeat; no row if nothing was
-- ordered yet. Used by place_order.
create or replace function place_order_replay(p_cart_id uuid, p_user_id bigint, p_idempotency_key uuid, p_request_digest uuid)
returns table (
    outcome text, order_id uuid, number bigint, status text, currency text, total bigint, email text, placed_at timestamptz,
    line integer, variant_id bigint, product_name text, variant_name text, sku text, unit_price bigint, quantity integer,
    backordered integer, available integer, quantity_limit integer, wait_seconds integer
) language plpgsql stable as $$
#variable_conflict use_column
declare
    v_order record;
begin
    if p_idempotency_key is not null then
        select o.id, o.request_digest into v_order
          from orders o where o.user_id = p_user_id and o.idempotency_key = p_idempotency_key;
        if found then
            if v_order.request_digest = p_request_digest then
                return query select r.* from placed_order('replayed', v_order.id) r;
            else
                return query select r.* from place_order_refusal('key_reused') r;
            end if;
            return;
        end if;
    end if;

    select o.id, o.user_id into v_order from orders o where o.cart_id = p_cart_id;
    if not found then
        return;
    elsif v_order.user_id is distinct from p_user_id then
        return query select r.* from place_order_refusal('cart_not_found') r;
    elsif p_idempotency_key is null then
        return query select r.* from placed_order('replayed', v_order.id) r;
    else
        return query select r.* from place_order_refusal('cart_ordered', p_order_id => v_order.id) r;
    end if;
end $$;
