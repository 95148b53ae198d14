-- The product with this id, else with this slug, and everything that its page shows, in one round trip. With a time: what shoppers
-- see at that time; without: what staff see. Images, variants and values come as arrays of JSON, in order.
--
-- A function, because its plans stay in the backend. As separate statements the page took seven, each planned anew, since behind a
-- transaction pooler no statement stays prepared: planning took five times as long as reading.
create or replace function read_product(p_id bigint, p_slug text, p_now_us bigint) returns table (
    id bigint, slug text, name text, sku text, base_price bigint, currency text, price_min bigint, price_max bigint, is_available boolean,
    main_image_url text, main_image_alt_text text, main_image_list_url text, created_at timestamptz,
    brand_id bigint, brand_name text, brand_slug text,
    description text, tags text[], default_variant_id bigint, updated_at timestamptz, status text,
    publish_at timestamptz, unpublish_at timestamptz, version bigint,
    categories json, images json, variants json, attribute_values json, lowest_prices json
) language plpgsql stable as $$
#variable_conflict use_column
declare
    v_now timestamptz := 'epoch'::timestamptz + p_now_us * interval '1 microsecond';
begin
    return query
        select p.id, p.slug, p.name, p.sku, p.base_price, p.currency, p.price_min, p.price_max, p.is_available,
               p.main_image_url, p.main_image_alt_text, p.main_image_list_url, p.created_at,
               p.brand_id, (select b.name from brands b where b.id = p.brand_id), (select b.slug from brands b where b.id = p.brand_id),
               p.description, p.tags, p.default_variant_id, p.updated_at, p.status, p.publish_at, p.unpublish_at, p.version,
               (select coalesce(json_agg(json_build_array(c.id, c.name, c.slug) order by c.name, c.id), '[]')
                  from product_categories pc join categories c on c.id = pc.category_id
                 where pc.product_id = p.id),
               (select coalesce(json_agg(json_build_array(i.id, i.url, i.alt_text, i.display_order, i.variant_id,
                                                          f.width, f.height, f.list_url, f.page_url, f.zoom_url) order by i.display_order), '[]')
                  from product_images i left join image_files f on f.url = i.url
                 where i.product_id = p.id),
               (select coalesce(json_agg(json_build_array(v.id, v.sku, v.name, v.price_adjustment, v.own_price, v.compare_at_price, v.barcode,
                                                          v.weight_grams, s.on_hand, s.track_inventory, s.allow_backorder, s.backorder_limit,
                                                          s.quantity_limit_per_customer,
                                                          case when v_now is null then s.backordered end, s.is_available,
                                                          v.archived_at is not null)
                                         order by v.archived_at is not null, v.position, v.id), '[]')
                  from product_variants v join stock_levels s on s.variant_id = v.id
                 where v.product_id = p.id and (v_now is null or v.archived_at is null)),
               (select coalesce(json_agg(json_build_array(v.id, w.id, w.attribute_id, a.name, w.value)
                                         order by a.id, w.position, w.id, v.position, v.id), '[]')
                  from product_variants v
                  join variant_attribute_values x on x.variant_id = v.id
                  join attribute_values w on w.id = x.attribute_value_id
                  join attributes a on a.id = w.attribute_id
                 where v.product_id = p.id and (v_now is null or v.archived_at is null)),
               case when exists (select from product_variants v where v.product_id = p.id and v.compare_at_price > p.base_price + v.price_adjustment)
                    then lowest_prices_of_product(p.id)
                    else '[]'
               end
          from products p
         where p.id = coalesce(
                   (select q.id from products q
                     where q.id = p_id and (v_now is null or is_published(q.status, q.publish_at, q.unpublish_at, v_now))),
                   (select q.id from products q
                     where q.slug = p_slug and (v_now is null or is_published(q.status, q.publish_at, q.unpublish_at, v_now))));
end $$;
