-- Checks a cart out for a signed-in caller. It refuses without a lock whatever it can, in one statement: in a flash sale most buyers are refused here,
-- and none of them waits for another. Nothing that it reads is locked, so `place_order` looks again at all of it but the sign-in.
--
-- Runs as the owner of the tables, so that the role of `orders` can change stock and write orders by placing an order and in no other way.
--
-- Its plans, and those of the functions that it calls, are generic and are kept by the session. PostgreSQL would plan a statement with an array again at
-- every call, under the lock, because an array of one element makes a plan look cheaper; no plan here depends on the values.
--
-- Returns what place_order returns. One more outcome: `signed_out`, because a token whose sign-in has ended, or never was, cannot buy.
create or replace function check_out(
    p_sign_in_id uuid,
    p_order_id uuid,
    p_event_id uuid,
    p_cart_id uuid,
    p_user_id bigint,
    p_idempotency_key uuid,
    p_request_digest uuid,
    p_expected_total bigint,
    p_expected_currency text,
    p_locale text,
    p_now_us bigint,
    p_client text,
    p_checkouts_per_account integer,
    p_checkouts_per_network integer,
    p_quantity_limit integer,
    p_needs_proven_address boolean,
    p_wider_client text
) returns json language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
    v_now timestamptz := 'epoch'::timestamptz + p_now_us * interval '1 microsecond';
    v_found record;
    v_replay json;
begin
    -- It names no more tables and indexes than it needs: a backend locks sixteen without asking the others.
    select u.is_active, s.id is not null as is_signed_in, c.status as cart_status, k.id is not null as key_is_used, l.lines as sold_out_lines
      into v_found
      from users u
      left join sign_ins s on s.id = p_sign_in_id and s.user_id = u.id and s.ended_at is null
      left join carts c on c.id = p_cart_id and (c.user_id = u.id or c.user_id is null) -- a guest's cart has no owner
      left join orders k on k.user_id = u.id and k.idempotency_key = p_idempotency_key
     cross join sold_out_lines(p_cart_id, v_now) l
     where u.id = p_user_id;
    if not found then
        return json_build_object('outcome', 'user_not_found');
    elsif not v_found.is_signed_in then
        return json_build_object('outcome', 'signed_out');
    elsif not v_found.is_active then
        return json_build_object('outcome', 'user_inactive');
    end if;
    -- The cart of an order is deleted some day, and the order can still be asked for.
    if v_found.key_is_used or v_found.cart_status is distinct from 'open' then
        v_replay := place_order_replay(p_cart_id, p_user_id, p_idempotency_key, p_request_digest);
        if v_replay is not null then
            return v_replay;
        end if;
    end if;
    if v_found.cart_status is null then
        return json_build_object('outcome', 'cart_not_found');
    end if;
    if v_found.sold_out_lines is not null then
        return json_build_object('outcome', 'sold_out', 'lines', v_found.sold_out_lines);
    end if;
    return place_order(p_order_id, p_event_id, p_cart_id, p_user_id, p_idempotency_key, p_request_digest, p_expected_total, p_expected_currency,
                       p_locale, p_now_us, p_client, p_checkouts_per_account, p_checkouts_per_network, p_quantity_limit,
                       p_needs_proven_address, p_wider_client);
end $$;
