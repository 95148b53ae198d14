-- place_order for a signed-in caller: a token whose sign-in has ended, or never was, cannot buy. One more outcome: `signed_out`.
--
-- Runs as the owner of the tables, so that the role of `orders` can change stock and write orders by placing an order and in no other way.
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
) returns table (
    outcome text, order_id uuid, number bigint, status text, currency text, total bigint, email text, placed_at timestamptz,
    line integer, variant_id bigint, product_name text, variant_name text, sku text, unit_price bigint, quantity integer,
    backordered integer, available integer, quantity_limit integer, wait_seconds integer
) language plpgsql security definer set search_path = public, pg_temp as $$
begin
    -- An account that was deleted has no sign-ins either: place_order says so.
    if not exists (select from sign_ins s where s.id = p_sign_in_id and s.user_id = p_user_id and s.ended_at is null)
       and exists (select from users u where u.id = p_user_id) then
        return query select r.* from place_order_refusal('signed_out') r;
    else
        return query
            select r.*
              from place_order(p_order_id, p_event_id, p_cart_id, p_user_id, p_idempotency_key, p_request_digest, p_expected_total,
                               p_expected_currency, p_locale, p_now_us, p_client, p_checkouts_per_account, p_checkouts_per_network,
                               p_quantity_limit, p_needs_proven_address, p_wider_client) r;
    end if;
end $$;
