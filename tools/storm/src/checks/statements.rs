//! SQL of the checks that compare the database with itself. Each returns a line of text for each violation.

pub(super) const STOCK_EQUALS_LEDGER: &str = "
    select format('variant %s has %s on hand, and its ledger says %s', s.variant_id, s.on_hand, l.units)
      from stock_levels s
      cross join lateral (select coalesce(sum(change), 0) as units from stock_ledger l where l.variant_id = s.variant_id) l
     where s.on_hand <> l.units
     order by s.variant_id";

pub(super) const STOCK_IS_NOT_NEGATIVE: &str = "
    select format('variant %s has %s on hand', variant_id, on_hand) from stock_levels where on_hand < 0
     union all
    select format('variant %s had %s on hand (line %s of the ledger)', variant_id, on_hand_after, id)
      from stock_ledger where on_hand_after < 0";

pub(super) const LEDGER_IS_CONTINUOUS: &str = "
    select format('line %s of the ledger of variant %s leaves %s, and the lines up to it add up to %s', id, variant_id, on_hand_after, units)
      from (select id, variant_id, on_hand_after, sum(change) over (partition by variant_id order by id) as units from stock_ledger) l
     where on_hand_after <> units
     order by id";

pub(super) const BACKORDERS_EQUAL_LINES: &str = "
    select format('variant %s has %s backordered, and the lines of orders have %s', s.variant_id, s.backordered, l.units)
      from stock_levels s
      cross join lateral (select coalesce(sum(backordered), 0) as units from order_lines l where l.variant_id = s.variant_id) l
     where s.backordered <> l.units
     order by s.variant_id";

/// Untracked variants have no sales in the ledger.
pub(super) const SOLD_EQUALS_LINES: &str = "
    select format('order %s has %s units of variant %s that left the stock, and the ledger %s', order_id,
                  coalesce(l.units, 0), variant_id, coalesce(s.units, 0))
      from (select order_id, coalesce(l.variant_id, 0) as variant_id, sum(quantity - l.backordered) as units
              from order_lines l left join stock_levels s on s.variant_id = l.variant_id
             where s.track_inventory is not false
             group by 1, 2) l
      full join (select order_id, variant_id, -sum(change) as units from stock_ledger where reason = 'sold' group by 1, 2) s
     using (order_id, variant_id)
     where coalesce(l.units, 0) <> coalesce(s.units, 0)
     order by order_id, variant_id";

pub(super) const TOTALS_EQUAL_LINES: &str = "
    select format('order %s (number %s) costs %s, and its %s lines %s', o.id, o.number, o.total, l.lines, l.total)
      from orders o
      cross join lateral (select count(*) as lines, coalesce(sum(sub_total), 0) as total from order_lines l where l.order_id = o.id) l
     where o.total <> l.total or l.lines = 0
     order by o.number";

pub(super) const ONE_ORDER_PER_CART: &str = "
    select format('cart %s became the orders %s', cart_id, string_agg(number::text, ', ' order by number))
      from orders group by cart_id having count(*) > 1";

pub(super) const ORDERED_CARTS_HAVE_ORDERS: &str = "
    select format('cart %s is %s, and its order is number %s', c.id, c.status, coalesce(o.number::text, 'none'))
      from carts c left join orders o on o.cart_id = c.id
     where (c.status = 'ordered') <> (o.id is not null)";

/// Each key of a storm is random, so no two buyers have the same one.
pub(super) const ONE_ORDER_PER_KEY: &str = "
    select format('one idempotency key has the orders %s', string_agg(number::text, ', ' order by number))
      from orders where idempotency_key is not null group by idempotency_key having count(*) > 1";

pub(super) const ORDERS_HAVE_ONE_EVENT: &str = "
    select format('order %s was placed %s times', o.number, count(e.id))
      from orders o left join order_events e on e.order_id = o.id and e.kind = 'placed'
     group by o.number having count(e.id) <> 1";

pub(super) const OUTBOX_IS_EMPTY: &str = "
    select format('event %s (%s) was not sent after %s attempts: %s', id, kind, attempts, coalesce(last_error, 'no error'))
      from outbox where sent_at is null order by created_at";

pub(super) const MAILS_HAVE_ENDED: &str = "
    select format('the mail of event %s (%s) is still claimed after %s attempts: %s', event_id, kind, attempts, coalesce(error, 'no error'))
      from mail_log where status = 'claimed' order by created_at";
