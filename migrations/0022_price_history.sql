-- What each variant cost before: beside a reduction stands the lowest price of the 30 days before it (directive 98/6/EC, article 6a).
--
-- Kept by triggers, so no writer can forget it: a row for each change, which holds until the next. The times are the database's own, because
-- a trigger knows no other; they are only ever compared with each other.

create table variant_prices (
    variant_id bigint not null references product_variants (id) on delete cascade,
    -- From then on.
    at timestamptz not null,
    price bigint not null,
    -- Whether a price before a reduction stood beside it.
    is_reduced boolean not null,
    -- Whether anybody was asked this price, within these times: not that of a draft, or of what is archived.
    is_offered boolean not null,
    offered_from timestamptz,
    offered_until timestamptz,
    primary key (variant_id, at)
);

-- Writes down what these variants cost now, where that is not what was written last. In one transaction the last price counts: what
-- lay between was never seen.
create function note_variant_prices(p_variant_ids bigint[]) returns void language plpgsql as $$
begin
    insert into variant_prices (variant_id, at, price, is_reduced, is_offered, offered_from, offered_until)
    -- Who began earlier and had to wait for the product comes later all the same.
    select v.id, case when last.at > now() then last.at + interval '1 microsecond' else now() end,
           p.base_price + v.price_adjustment, v.compare_at_price is not null, p.status = 'active' and v.archived_at is null,
           p.publish_at, p.unpublish_at
      from product_variants v
      join products p on p.id = v.product_id
      left join lateral (select h.* from variant_prices h where h.variant_id = v.id order by h.at desc limit 1) last on true
     where v.id = any (p_variant_ids)
       and (last.price, last.is_reduced, last.is_offered, last.offered_from, last.offered_until) is distinct from
           (p.base_price + v.price_adjustment, v.compare_at_price is not null, p.status = 'active' and v.archived_at is null, p.publish_at, p.unpublish_at)
    on conflict (variant_id, at) do update
       set price = excluded.price, is_reduced = excluded.is_reduced, is_offered = excluded.is_offered,
           offered_from = excluded.offered_from, offered_until = excluded.offered_until;

    -- What held before the 30 days before the last other price is asked for by nobody any more.
    delete from variant_prices h
     using product_variants v
      join products p on p.id = v.product_id
     where v.id = any (p_variant_ids) and h.variant_id = v.id
       and h.at < (select max(edge.at) from variant_prices edge
                    where edge.variant_id = v.id
                      and edge.at <= (select max(other.at) from variant_prices other
                                       where other.variant_id = v.id and other.price <> p.base_price + v.price_adjustment)
                                     - interval '30 days');
end $$;

-- New variants have no history to look at, and an import makes many at once: one statement for all of them.
create function note_prices_of_new_variants() returns trigger language plpgsql as $$
begin
    insert into variant_prices (variant_id, at, price, is_reduced, is_offered, offered_from, offered_until)
    select v.id, now(), p.base_price + v.price_adjustment, v.compare_at_price is not null, p.status = 'active' and v.archived_at is null,
           p.publish_at, p.unpublish_at
      from new_variants v join products p on p.id = v.product_id;
    return null;
end $$;
create trigger new_variants_note_their_prices after insert on product_variants
    referencing new table as new_variants for each statement execute function note_prices_of_new_variants();

create function note_price_of_variant() returns trigger language plpgsql as $$
begin
    perform note_variant_prices(array[new.id]);
    return null;
end $$;
-- No list of columns: an own price moves the adjustment without naming it.
create trigger variant_notes_its_price after update on product_variants
    for each row when (old.price_adjustment <> new.price_adjustment
                       or (old.compare_at_price is null) <> (new.compare_at_price is null)
                       or (old.archived_at is null) <> (new.archived_at is null)
                       or old.product_id <> new.product_id)
    execute function note_price_of_variant();

create function note_prices_of_product() returns trigger language plpgsql as $$
begin
    perform note_variant_prices(array(select id from product_variants where product_id = new.id));
    return null;
end $$;
-- By its name after variants_keep_their_own_price: an own price that stays is no change.
create trigger variants_note_their_prices after update of base_price, status, publish_at, unpublish_at on products
    for each row when ((old.base_price, old.status, old.publish_at, old.unpublish_at)
                       is distinct from (new.base_price, new.status, new.publish_at, new.unpublish_at)) execute function note_prices_of_product();

-- What is there costs what it costs from today on: since when it does, nobody has written down.
insert into variant_prices (variant_id, at, price, is_reduced, is_offered, offered_from, offered_until)
select v.id, now(), p.base_price + v.price_adjustment, v.compare_at_price is not null, p.status = 'active' and v.archived_at is null,
       p.publish_at, p.unpublish_at
  from product_variants v join products p on p.id = v.product_id;

-- As in 0001_catalogue.sql, and by its index: a condition that depends on the table's name looked at every variant there is for each one that was
-- written, so an import got slower with each product.
create or replace function refuse_negative_variant_price() returns trigger language plpgsql as $$
declare
    v_is_negative boolean;
begin
    if tg_table_name = 'products' then
        v_is_negative := exists (select from product_variants v join products p on p.id = v.product_id
                                  where v.product_id = new.id and p.base_price + v.price_adjustment < 0);
    else
        v_is_negative := exists (select from product_variants v join products p on p.id = v.product_id
                                  where v.id = new.id and p.base_price + v.price_adjustment < 0);
    end if;
    if v_is_negative then
        raise exception 'the price of a variant would be negative'
            using errcode = 'check_violation', constraint = 'variant_price_not_negative';
    end if;
    return null;
end $$;
