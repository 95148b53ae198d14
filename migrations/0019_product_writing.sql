-- Products as staff write them: a version, so that two editors do not write over each other; a time from which and until which they are
-- for sale; old slugs that lead to the new; a price of its own for a variant; variants that are archived, because orders refer to them.

-- Counts what staff do to the product: to itself, its variants, its images, where it is filed. Every such change sets updated_at
-- (touch_product), and what a sale changes does not.
alter table products
    add column version bigint not null default 1,
    add column publish_at timestamptz,
    add column unpublish_at timestamptz,
    add column default_variant_id bigint,
    add constraint product_is_published_before_it_ends check (publish_at < unpublish_at);

create function count_product_version() returns trigger language plpgsql as $$
begin
    new.version := old.version + 1;
    return new;
end $$;
create trigger product_has_a_version before update of updated_at on products
    for each row when (old.updated_at is distinct from new.updated_at) execute function count_product_version();

-- Whether shoppers see it. Null times are no bounds. Inlined wherever it is called, so an index on status serves it.
create function is_published(p_status text, p_publish_at timestamptz, p_unpublish_at timestamptz, p_now timestamptz) returns boolean
language sql immutable parallel safe as $$
    select p_status = 'active'
       and (p_publish_at is null or p_publish_at <= p_now)
       and (p_unpublish_at is null or p_unpublish_at > p_now)
$$;

-- Slugs.

create table old_product_slugs (
    slug text primary key,
    product_id bigint not null references products (id) on delete cascade
);
create index old_product_slug_by_product on old_product_slugs (product_id);

-- A slug that is somebody's now leads to them, whoever had it before.
create function keep_old_product_slug() returns trigger language plpgsql as $$
begin
    delete from old_product_slugs where slug = new.slug;
    if tg_op = 'UPDATE' then
        insert into old_product_slugs (slug, product_id) values (old.slug, new.id)
        on conflict (slug) do update set product_id = excluded.product_id;
    end if;
    return null;
end $$;
create trigger product_is_new_under_its_slug after insert on products for each row execute function keep_old_product_slug();
create trigger product_leaves_its_slug after update of slug on products
    for each row when (old.slug <> new.slug) execute function keep_old_product_slug();

-- Variants.

alter table product_variants
    -- Its price, whatever the product's is. Null: the product's base price and the adjustment.
    add column own_price bigint,
    -- Since when it is no longer sold, and kept because orders refer to it.
    add column archived_at timestamptz,
    add constraint variant_own_price_in_range check (own_price between 0 and 99999999999),
    add constraint variant_of_product unique (id, product_id);

alter table products
    add constraint product_default_variant_is_its_own foreign key (default_variant_id, id)
        references product_variants (id, product_id) on delete set null (default_variant_id);
create index product_by_default_variant on products (default_variant_id, id) where default_variant_id is not null;

-- An archived variant does not stand in the way of a new one that is like it.
alter table product_variants drop constraint variant_combination_unique;
alter table product_variants
    add constraint variant_combination_unique exclude using btree (product_id with =, attribute_value_ids with =)
        where (archived_at is null) deferrable initially deferred;

-- Everybody reads a price as base price plus adjustment; an own price is kept true to by moving the adjustment. Whoever changes a base price
-- holds the product's row, and so does whoever changes a variant (lock_product).
create function adjust_to_own_price() returns trigger language plpgsql as $$
begin
    if new.own_price is not null then
        new.price_adjustment := new.own_price - (select base_price from products where id = new.product_id);
    end if;
    return new;
end $$;
create trigger variant_keeps_its_own_price before insert or update of own_price, price_adjustment, product_id on product_variants
    for each row execute function adjust_to_own_price();

create function adjust_variants_to_own_price() returns trigger language plpgsql as $$
begin
    update product_variants set price_adjustment = own_price - new.base_price where product_id = new.id and own_price is not null;
    return null;
end $$;
create trigger variants_keep_their_own_price after update of base_price on products
    for each row when (old.base_price <> new.base_price) execute function adjust_variants_to_own_price();

-- Where a product stands in a category whose order somebody arranged; the rest come after, by id.
alter table product_categories add column position integer not null default 2147483647;
create index product_category_in_order on product_categories (category_id, position, product_id);

-- Images that lie in the shop's own storage: how large they are, and the smaller ones that were made of them. Known by their address, so that
-- a product that comes back from a file has them again. Images from elsewhere are not here.
create table image_files (
    url text primary key,
    width integer not null,
    height integer not null,
    list_url text not null,
    page_url text not null,
    zoom_url text not null,
    created_at timestamptz not null,
    constraint image_file_has_a_size check (width > 0 and height > 0)
);
alter table products add column main_image_list_url text;

-- Brands and attributes.

alter table brands add column version bigint not null default 1;
create function count_brand_version() returns trigger language plpgsql as $$
begin
    if (new.name, new.slug) is distinct from (old.name, old.slug) then
        new.version := old.version + 1;
    end if;
    return new;
end $$;
create trigger brand_has_a_version before update on brands for each row execute function count_brand_version();

-- An attribute with its values is one thing to whoever edits it. Staff's endpoints count it: an import that makes values does not, because the
-- attribute's row would be locked until the import's transaction ends.
alter table attributes add column version bigint not null default 1;

-- Cards: of what is not archived.

-- Rewrites the cards of these products. Whoever changes a product, its variants, images, brand or categories calls it in the
-- same transaction, after the change.
create or replace function refresh_product_cards(p_product_ids bigint[]) returns void language plpgsql as $$
begin
    -- Locked first and read after, in a statement of its own: two sales that empty two variants of one product each wait for
    -- the other and then see what it did. In id order, and always after any stock row, so nobody waits in a circle.
    perform from products where id = any (p_product_ids) order by id for update;

    update products p
       set price_min = card.price_min, price_max = card.price_max, is_available = card.is_available,
           main_image_url = image.url, main_image_alt_text = image.alt_text, main_image_list_url = image.list_url, search_document = words.document
      from products self
      left join lateral (
            select coalesce(min(self.base_price + v.price_adjustment), self.base_price) as price_min,
                   coalesce(max(self.base_price + v.price_adjustment), self.base_price) as price_max,
                   coalesce(bool_or(s.on_hand > 0), false) as is_available,
                   string_agg(v.sku, ' ') as skus
              from product_variants v join stock_levels s on s.variant_id = v.id
             where v.product_id = self.id and v.archived_at is null) card on true
      left join lateral (
            select i.url, i.alt_text, f.list_url from product_images i left join image_files f on f.url = i.url
             where i.product_id = self.id order by i.display_order limit 1) image on true
      left join lateral (
            select setweight(to_tsvector('simple', search_words(self.name)), 'A')
                || setweight(to_tsvector('simple', search_words(coalesce((select name from brands where id = self.brand_id), ''))), 'B')
                || setweight(to_tsvector('simple', search_words(coalesce((
                        select string_agg(c.name, ' ') from product_categories pc join categories c on c.id = pc.category_id
                         where pc.product_id = self.id), '') || ' ' || array_to_string(self.tags, ' '))), 'B')
                || setweight(to_tsvector('simple', search_words(coalesce(self.sku, '') || ' ' || coalesce(card.skus, ''))), 'A')
                || setweight(to_tsvector('simple', search_words(regexp_replace(self.description, '<[^>]*>', ' ', 'g'))), 'D')
                   as document) words on true
     where p.id = self.id and self.id = any (p_product_ids);
end $$;

-- The same for availability alone, which is all that a sale can change.
create or replace function refresh_availability(p_product_ids bigint[]) returns void language plpgsql as $$
begin
    perform from products where id = any (p_product_ids) order by id for update;
    update products p
       set is_available = exists (
               select from product_variants v join stock_levels s on s.variant_id = v.id
                where v.product_id = p.id and v.archived_at is null and s.on_hand > 0)
     where p.id = any (p_product_ids);
end $$;

-- Checkout, as in 0008_place_order.sql but for what is for sale: a product that is published at the time of the order, a variant that is
-- not archived.
create or replace function place_order(
    p_order_id uuid,
    p_event_id uuid,
    p_cart_id uuid,
    p_user_id bigint,
    p_idempotency_key uuid,  -- digest of the client's key, or null
    p_request_digest uuid,   -- digest of the request's body
    p_expected_total bigint, -- minor units, or null
    p_now_us bigint          -- microseconds since 1970
) returns table (
    outcome text, order_id uuid, number bigint, status text, currency text, total bigint, email text, placed_at timestamptz,
    line integer, variant_id bigint, product_name text, variant_name text, sku text, unit_price bigint, quantity integer,
    available integer
) language plpgsql as $$
#variable_conflict use_column
declare
    v_now timestamptz := 'epoch'::timestamptz + p_now_us * interval '1 microsecond';
    v_asked record;
    v_cart record;
    v_lines bigint;
    v_variants bigint[];
    v_quantities integer[];
    v_on_hand integer[];
    v_sellable integer[];
    v_prices bigint[];
    v_total bigint;
    v_currency text;
    v_emptied bigint[];
begin
    -- 1. Who asks, for which cart, and was it ordered before? One look for all of it, because most calls end soon after.
    select u.is_active, u.email, c.id as cart_id, c.user_id as cart_user_id, o.id as order_id into v_asked
      from users u
      left join carts c on c.id = p_cart_id
      left join orders o on o.cart_id = p_cart_id
     where u.id = p_user_id;
    if not found then
        return query select r.* from place_order_refusal('user_not_found') r;
        return;
    elsif not v_asked.is_active then
        return query select r.* from place_order_refusal('user_inactive') r;
        return;
    end if;
    if v_asked.order_id is not null or p_idempotency_key is not null then
        return query select r.* from place_order_replay(p_cart_id, p_user_id, p_idempotency_key, p_request_digest) r;
        if found then
            return;
        end if;
    end if;
    if v_asked.cart_id is null or v_asked.cart_user_id <> p_user_id then
        return query select r.* from place_order_refusal('cart_not_found') r;
        return;
    end if;

    -- 2. Refuse without a lock: in a flash sale most buyers end here, and none of them waits for another.
    return query
        select 'sold_out', null::uuid, null::bigint, null, null, null::bigint, null, null::timestamptz,
               null::integer, l.variant_id, null, null, null, null::bigint, l.quantity,
               case when is_published(p.status, p.publish_at, p.unpublish_at, v_now) and v.archived_at is null then s.on_hand else 0 end
          from cart_lines l
          join stock_levels s on s.variant_id = l.variant_id
          join product_variants v on v.id = l.variant_id
          join products p on p.id = v.product_id
         where l.cart_id = p_cart_id and (s.on_hand < l.quantity or v.archived_at is not null
                or not is_published(p.status, p.publish_at, p.unpublish_at, v_now))
           -- This very cart, posted twice at once, may have taken the last units itself: its order is then older than what we
           -- see of the stock, so we see it too, and go on to find it under the lock.
           and not exists (select from orders o where o.cart_id = p_cart_id)
         order by l.variant_id;
    if found then
        return;
    end if;

    -- 3. The account stays while we write for it, and the cart is ours alone from here. Who waited looks again: the cart may have
    -- become an order meanwhile.
    perform from users u where u.id = p_user_id for key share;
    if not found then
        return query select r.* from place_order_refusal('user_not_found') r;
        return;
    end if;
    select c.status, c.user_id into v_cart from carts c where c.id = p_cart_id for update;
    if not found or v_cart.user_id <> p_user_id then
        return query select r.* from place_order_refusal('cart_not_found') r;
        return;
    elsif v_cart.status = 'ordered' then
        return query select r.* from place_order_replay(p_cart_id, p_user_id, p_idempotency_key, p_request_digest) r;
        return;
    end if;
    select count(*) into v_lines from cart_lines l where l.cart_id = p_cart_id;
    if v_lines = 0 then
        return query select r.* from place_order_refusal('cart_empty') r;
        return;
    end if;

    -- 4. The stock, locked in variant order. What is read is what the row says once we hold it.
    select array_agg(locked.variant_id), array_agg(locked.quantity), array_agg(locked.on_hand)
      into v_variants, v_quantities, v_on_hand
      from (select l.variant_id, l.quantity, s.on_hand
              from cart_lines l join stock_levels s on s.variant_id = l.variant_id
             where l.cart_id = p_cart_id
             order by l.variant_id for update of s) locked;

    -- 5. One look at what they are and cost now, which the total and the lines are both made of. Who changes a product holds its
    -- stock rows first, so an archived one is not sold by a checkout that waited for its archiving.
    select array_agg(case when is_published(p.status, p.publish_at, p.unpublish_at, v_now) and v.archived_at is null then t.on_hand else 0 end order by t.variant_id),
           array_agg(p.base_price + v.price_adjustment order by t.variant_id),
           sum((p.base_price + v.price_adjustment) * t.quantity), min(p.currency)
      into v_sellable, v_prices, v_total, v_currency
      from unnest(v_variants, v_quantities, v_on_hand) as t (variant_id, quantity, on_hand)
      join product_variants v on v.id = t.variant_id
      join products p on p.id = v.product_id;

    return query
        select 'sold_out', null::uuid, null::bigint, null, null, null::bigint, null, null::timestamptz,
               null::integer, t.variant_id, null, null, null, null::bigint, t.quantity, t.sellable
          from unnest(v_variants, v_quantities, v_sellable) as t (variant_id, quantity, sellable)
         where t.sellable < t.quantity;
    if found then
        return;
    end if;

    -- A client that showed its buyer a total says so, and is not charged another. Nor does anyone get a part of what they chose:
    -- a variant that was removed while we waited took its line out of the cart.
    if v_total <> p_expected_total or v_lines > coalesce(cardinality(v_variants), 0) then
        return query select r.* from place_order_refusal('cart_changed', p_total => coalesce(v_total, 0)) r;
        return;
    end if;

    -- 6. Everything at once.
    insert into orders (id, user_id, cart_id, idempotency_key, request_digest, email, currency, total, placed_at)
    values (p_order_id, p_user_id, p_cart_id, p_idempotency_key, p_request_digest, v_asked.email, v_currency, v_total, v_now);

    insert into order_lines (order_id, position, variant_id, product_name, variant_name, sku, unit_price, quantity)
    select p_order_id, t.position, t.variant_id, p.name, v.name, v.sku, t.price, t.quantity
      from unnest(v_variants, v_quantities, v_prices) with ordinality as t (variant_id, quantity, price, position)
      join product_variants v on v.id = t.variant_id
      join products p on p.id = v.product_id;

    update stock_levels s set on_hand = s.on_hand - t.quantity
      from unnest(v_variants, v_quantities) as t (variant_id, quantity)
     where s.variant_id = t.variant_id;

    insert into stock_ledger (variant_id, change, on_hand_after, reason, order_id, at)
    select t.variant_id, -t.quantity, t.on_hand - t.quantity, 'sold', p_order_id, v_now
      from unnest(v_variants, v_quantities, v_on_hand) as t (variant_id, quantity, on_hand);

    insert into order_events (order_id, kind, at) values (p_order_id, 'placed', v_now);

    -- The function that called us sends it right after COMMIT; the relay leaves it alone for that long.
    insert into outbox (id, kind, payload, created_at, next_attempt_at)
    values (p_event_id, 'order_placed', jsonb_build_object('order_id', p_order_id), v_now, v_now + interval '5 seconds');

    update carts c set status = 'ordered', updated_at = v_now where c.id = p_cart_id;

    -- A product whose last unit went stops being available in lists.
    select array_agg(distinct v.product_id) into v_emptied
      from unnest(v_variants, v_quantities, v_on_hand) as t (variant_id, quantity, on_hand)
      join product_variants v on v.id = t.variant_id
     where t.on_hand = t.quantity;
    if v_emptied is not null then
        perform refresh_availability(v_emptied);
    end if;

    return query select r.* from placed_order('placed', p_order_id) r;
end $$;
