-- Turns a cart into an order under locks, or says why it cannot: the heart of the shop.
--
-- This is a function because every round trip under a lock lengthens the lock: a stock row that is locked for t seconds can be sold at
-- most 1/t times a second. `check_out` calls it once nothing speaks against the order, so the whole checkout is one round trip and one transaction.
--
-- It writes everything or nothing: each refusal returns before the first write, and any error rolls back all of it.
--
-- Its commit does not wait for the disk, which would hold the lock for as long. So an order counts only once `flush_order` has found it on disk:
-- it is neither answered nor mailed before.
--
-- Locks, always in this order, so that no two calls deadlock:
--   the account (against its deletion and its other checkouts)  →  the cart  →  the counts of its networks (throttle_client)
--   →  stock rows by variant id  →  variants by id (the lines of the order refer to them)
--   →  (only if no more of a variant can be ordered) products by id.
-- Writers of products lock products before variants. No deadlock follows: a checkout locks only products of which it holds a stock row, and
-- a writer locks all stock rows of its products first.
-- An untracked variant (`track_inventory` is false) has no part in this: its stock row is not locked, and no number changes.
--
-- Each statement sees what was committed when it started (READ COMMITTED). Steps 1, 2 and 4 depend on it.
--
-- Returns an object with `outcome` and what belongs to it (`Answer` in shared/src/orders/store/answer.rs):
--   placed          the new order (placed_order)            replayed        the order that this cart became before
--   sold_out        lines (sold_out_lines)                  cart_changed    currency, total: what it would cost now
--   cart_empty      cart_not_found                          cart_ordered    order_id: the cart became an order under another key or none
--   key_reused      the key belongs to another request      user_not_found  user_inactive  address_not_proven
--   over_quantity_limit  lines (over_limit_lines)
--   too_many_of_account  too_many_of_network  wait_seconds: when the next checkout is allowed
create or replace function place_order(
    p_order_id uuid,
    p_event_id uuid,
    p_cart_id uuid,
    p_user_id bigint,
    p_idempotency_key uuid,  -- digest of the client's key, or null
    p_request_digest uuid,   -- digest of the request's body
    p_expected_total bigint, -- minor units, or null
    p_expected_currency text, -- currency of these minor units, or null
    p_locale text,           -- language of the order's mails
    p_now_us bigint,         -- microseconds since 1970
    -- Limits of the shop; a limit that is null does not hold.
    p_client text default null,                    -- the client's network, by which checkouts are counted: hexadecimal digits of throttles.subject
    p_checkouts_per_account integer default null,  -- orders of the account in an hour
    p_checkouts_per_network integer default null,  -- orders from the network in an hour
    p_quantity_limit integer default null,         -- units of a variant in the account's open orders, unless the variant has its own limit
    p_needs_proven_address boolean default false,  -- whether the account must have proven to read mail to its address
    p_wider_client text default null               -- the larger network around the client's, whose checkouts are counted too, if there is one
) returns json language plpgsql as $$
declare
    v_now timestamptz := 'epoch'::timestamptz + p_now_us * interval '1 microsecond';
    v_account record;
    v_cart record;
    v_locked record;
    v_refused json;
    v_lines bigint[];
    v_variants bigint[];
    v_quantities integer[];
    v_on_hand integer[];
    v_is_sold_out boolean;
    v_prices bigint[];
    v_total bigint;
    v_currency text;
    v_emptied bigint[];
    v_wait integer;
begin
    -- 1. Lock the account against deletion and against its other checkouts, so that each counts those before it, and then the cart. A call that waited
    -- for the cart reads it again: it may have become an order, and it may have other lines, whose variants have limits.
    select u.is_active, u.email into v_account from users u where u.id = p_user_id for no key update;
    if not found then
        return json_build_object('outcome', 'user_not_found');
    elsif not v_account.is_active then
        return json_build_object('outcome', 'user_inactive');
    end if;
    if p_needs_proven_address then
        -- A change of the address waits for the account too, so the order goes to the address that was proven.
        perform from proven_addresses a where a.user_id = p_user_id and a.email = lower(v_account.email);
        if not found then
            return json_build_object('outcome', 'address_not_proven');
        end if;
    end if;
    select c.status, c.user_id into v_cart from carts c where c.id = p_cart_id for update;
    if not found or v_cart.user_id <> p_user_id then
        return json_build_object('outcome', 'cart_not_found');
    elsif v_cart.status = 'ordered' then
        return place_order_replay(p_cart_id, p_user_id, p_idempotency_key, p_request_digest);
    end if;

    -- 2. Refuse what exceeds a limit, while no other buyer waits for this one.
    if p_checkouts_per_account is not null then
        select ceil(extract(epoch from min(latest.placed_at) + interval '1 hour' - v_now)) into v_wait
          from (select o.placed_at from orders o
                 where o.user_id = p_user_id and o.placed_at > v_now - interval '1 hour'
                 order by o.placed_at desc limit p_checkouts_per_account) latest
        having count(*) >= p_checkouts_per_account;
        if found then
            return json_build_object('outcome', 'too_many_of_account', 'wait_seconds', v_wait);
        end if;
    end if;
    select l.lines into v_refused from over_limit_lines(p_cart_id, p_user_id, p_quantity_limit, v_now) l;
    if v_refused is not null then
        return json_build_object('outcome', 'over_quantity_limit', 'lines', v_refused);
    end if;
    if p_checkouts_per_network is not null then
        v_wait := throttle_client('check_out_from', decode(p_client, 'hex'), decode(p_wider_client, 'hex'), v_now, p_checkouts_per_network,
                                  interval '1 hour', null);
        if v_wait > 0 then
            return json_build_object('outcome', 'too_many_of_network', 'wait_seconds', v_wait);
        end if;
    end if;

    -- 3. Lock the stock rows of the tracked variants, in variant order. `for update` returns each row as it is once it is locked,
    -- and leaves out a row whose variant is no longer tracked then: a line without a locked row is one of an untracked variant.
    select array_agg(locked.id) as lines, array_agg(locked.variant_id) as variants, array_agg(locked.quantity) as quantities,
           array_agg(locked.on_hand) as on_hand, array_agg(locked.available) as available
      into v_locked
      from (select l.id, l.variant_id, l.quantity, s.on_hand, s.available
              from cart_lines l join stock_levels s on s.variant_id = l.variant_id
             where l.cart_id = p_cart_id and s.track_inventory
             order by l.variant_id for update of s) locked;

    -- 4. Read once what the variants cost and whether they can be bought, so that the total and the lines have the same prices. A writer of products locks
    -- its stock rows first, so a checkout that waited for an archiving does not sell the archived variant. No line can be missing, because variants in
    -- carts are not deleted. What is untracked has no `on_hand` and no `available`.
    select array_agg(t.line_id), array_agg(t.variant_id), array_agg(t.quantity), array_agg(t.on_hand),
           bool_or(coalesce(t.available < t.quantity, false) or v.archived_at is not null
                   or not is_published(p.status, p.publish_at, p.unpublish_at, v_now)),
           array_agg(p.base_price + v.price_adjustment),
           sum((p.base_price + v.price_adjustment) * t.quantity), min(p.currency)
      into v_lines, v_variants, v_quantities, v_on_hand, v_is_sold_out, v_prices, v_total, v_currency
      from (select *
              from unnest(v_locked.lines, v_locked.variants, v_locked.quantities, v_locked.on_hand, v_locked.available)
                   as locked (line_id, variant_id, quantity, on_hand, available)
             union all
            select l.id, l.variant_id, l.quantity, null, null
              from cart_lines l
             where l.cart_id = p_cart_id and l.variant_id <> all (coalesce(v_locked.variants, '{}'))) t
      join product_variants v on v.id = t.variant_id
      join products p on p.id = v.product_id;
    if v_is_sold_out then
        select l.lines into v_refused from sold_out_lines(p_cart_id, v_now) l;
        -- No lock holds a product whose variants are all untracked. If it was put on sale again between the two statements, the later one
        -- decides: nothing is sold out.
        v_is_sold_out := v_refused is not null;
    end if;
    if p_checkouts_per_network is not null and (v_lines is null or v_is_sold_out or v_total <> p_expected_total) then
        -- Only orders count.
        perform throttle_client_take_back('check_out_from', decode(p_client, 'hex'), decode(p_wider_client, 'hex'), v_now);
    end if;
    if v_is_sold_out then
        return json_build_object('outcome', 'sold_out', 'lines', v_refused);
    elsif v_lines is null then
        return json_build_object('outcome', 'cart_empty');
    end if;

    -- Refuse if the total is not the one that the client showed. Equal numbers of other minor units are not equal totals.
    if p_expected_currency <> v_currency then
        raise exception 'the expected total was read in %, but the shop sells in %: set SHOP_CURRENCY of the function', p_expected_currency,
            v_currency;
    elsif v_total <> p_expected_total then
        return json_build_object('outcome', 'cart_changed', 'currency', v_currency, 'total', v_total);
    end if;

    -- 5. Write the order. The setting ends with the transaction.
    perform set_config('synchronous_commit', 'off', true);
    insert into orders (id, user_id, cart_id, idempotency_key, request_digest, email, locale, currency, total, placed_at)
    values (p_order_id, p_user_id, p_cart_id, p_idempotency_key, p_request_digest, v_account.email, p_locale, v_currency, v_total,
            v_now);

    insert into order_lines (order_id, position, variant_id, product_name, variant_name, sku, unit_price, quantity, backordered)
    select p_order_id, row_number() over (order by t.line_id), t.variant_id, p.name, v.name, v.sku, t.price, t.quantity,
           coalesce(greatest(t.quantity - t.on_hand, 0), 0)
      from unnest(v_lines, v_variants, v_quantities, v_prices, v_on_hand) as t (line_id, variant_id, quantity, price, on_hand)
      join product_variants v on v.id = t.variant_id
      join products p on p.id = v.product_id
     -- The references lock the variants, in the order in which writers of products do.
     order by t.variant_id;

    -- What is not on hand is backordered.
    update stock_levels s
       set on_hand = greatest(s.on_hand - t.quantity, 0), backordered = s.backordered + greatest(t.quantity - s.on_hand, 0)
      from unnest(v_locked.variants, v_locked.quantities) as t (variant_id, quantity)
     where s.variant_id = t.variant_id;

    insert into stock_ledger (variant_id, change, on_hand_after, reason, order_id, at)
    select t.variant_id, -least(t.quantity, t.on_hand), greatest(t.on_hand - t.quantity, 0), 'sold', p_order_id, v_now
      from unnest(v_locked.variants, v_locked.quantities, v_locked.on_hand) as t (variant_id, quantity, on_hand)
     where t.on_hand > 0;

    insert into order_events (order_id, kind, at) values (p_order_id, 'placed', v_now);

    -- The calling service sends the event right after COMMIT; the relay does not send it in the first five seconds.
    insert into outbox (id, kind, payload, created_at, next_attempt_at)
    values (p_event_id, 'order_placed', jsonb_build_object('order_id', p_order_id), v_now, v_now + interval '5 seconds');

    update carts c set status = 'ordered', updated_at = v_now where c.id = p_cart_id;

    -- A product whose last unit is sold stops being available in lists.
    select array_agg(distinct v.product_id) into v_emptied
      from unnest(v_locked.variants, v_locked.quantities, v_locked.available) as t (variant_id, quantity, available)
      join product_variants v on v.id = t.variant_id
     where t.available = t.quantity;
    if v_emptied is not null then
        perform refresh_availability(v_emptied);
    end if;

    return placed_order('placed', p_order_id);
end $$;
