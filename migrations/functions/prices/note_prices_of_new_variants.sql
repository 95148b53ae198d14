-- Trigger: begins the price history of new variants, in one statement for all that an import creates.
create or replace function note_prices_of_new_variants() returns trigger language plpgsql as $$
begin
    insert into variant_prices (variant_id, at, price, is_reduced, is_offered, offered_from, offered_until, actor_user_id, actor_api_key_id)
    select v.id, now(), p.base_price + v.price_adjustment, coalesce(v.compare_at_price > p.base_price + v.price_adjustment, false), p.status = 'active' and v.archived_at is null,
           p.publish_at, p.unpublish_at, p.actor_user_id, p.actor_api_key_id
      from new_variants v join products p on p.id = v.product_id;
    return null;
end $$;

create or replace trigger new_variants_note_their_prices after insert on product_variants
    referencing new table as new_variants for each statement execute function note_prices_of_new_variants();
