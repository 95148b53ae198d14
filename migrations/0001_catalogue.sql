-- The catalogue: brands, a recursive category tree, products, their variants and images.
--
-- Money is a count of minor units (cents) in `bigint`. The whole shop sells in one currency, kept in a table of one row;
-- every table that says its currency refers to it, so two currencies cannot meet in one cart.
-- No enum, domain or composite type: behind a transaction pooler their catalogue look-ups break (docs/architecture.md).

create extension if not exists unaccent;

create table shop (
    only_row boolean primary key default true,
    currency text not null,
    constraint shop_has_one_row check (only_row),
    constraint shop_currency_is_iso_4217 check (currency ~ '^[A-Z]{3}$'),
    constraint shop_currency_unique unique (currency)
);

insert into shop (currency) values ('EUR');

create function shop_currency() returns text language sql stable as 'select currency from shop';

create table brands (
    id bigint generated always as identity primary key,
    name text not null,
    slug text not null,
    constraint brand_slug_unique unique (slug),
    constraint brand_name_not_blank check (btrim(name) <> ''),
    constraint brand_slug_is_a_slug check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
);
create index brand_by_name on brands (name, id);

create table categories (
    id bigint generated always as identity primary key,
    parent_id bigint references categories (id) on delete restrict,
    name text not null,
    slug text not null,
    -- Order among siblings; equal positions fall back to the name.
    position integer not null default 0,
    constraint category_slug_unique unique (slug),
    constraint category_not_its_own_parent check (parent_id <> id),
    constraint category_name_not_blank check (btrim(name) <> ''),
    constraint category_slug_is_a_slug check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
);
create index category_by_parent on categories (parent_id, position, name);

create table products (
    id bigint generated always as identity primary key,
    brand_id bigint references brands (id) on delete restrict,
    slug text not null,
    name text not null,
    sku text,
    -- HTML, already cleaned: it is shown as it is.
    description text not null default '',
    base_price bigint not null,
    currency text not null default shop_currency() references shop (currency),
    tags text[] not null default '{}',
    status text not null default 'active',
    created_at timestamptz not null,
    updated_at timestamptz not null,

    -- The card: what a list shows, kept beside the product so that a page of products is one index walk and no join.
    -- Written by refresh_product_cards() alone.
    price_min bigint not null default 0,
    price_max bigint not null default 0,
    is_available boolean not null default false,
    main_image_url text,
    main_image_alt_text text,
    search_document tsvector not null default '',

    constraint product_slug_unique unique (slug),
    constraint product_sku_unique unique (sku),
    constraint product_name_not_blank check (btrim(name) <> ''),
    constraint product_slug_is_a_slug check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    -- So that the dearest cart, 100 lines of 999, is far from what a bigint holds.
    constraint product_base_price_in_range check (base_price between 0 and 99999999999),
    constraint product_status_known check (status in ('draft', 'active', 'archived'))
);
create index product_by_brand on products (brand_id, id);
create index product_by_search on products using gin (search_document);
-- One index for each order a list can have; the id breaks ties, so a cursor names one place.
create index product_by_newest on products (created_at, id) where status = 'active';
create index product_by_name on products (name, id) where status = 'active';
create index product_by_price on products (price_min, id) where status = 'active';

create table product_categories (
    product_id bigint not null references products (id) on delete cascade,
    category_id bigint not null references categories (id) on delete restrict,
    primary key (product_id, category_id)
);
create index product_category_by_category on product_categories (category_id, product_id);

create table attributes (
    id bigint generated always as identity primary key,
    name text not null,
    constraint attribute_name_not_blank check (btrim(name) <> '')
);
create unique index attribute_name_unique on attributes (lower(name));

create table attribute_values (
    id bigint generated always as identity primary key,
    attribute_id bigint not null references attributes (id) on delete restrict,
    value text not null,
    position integer not null default 0,
    constraint attribute_value_unique unique (attribute_id, value),
    -- What variant_attribute_values refers to, so that a value cannot be filed under another attribute.
    constraint attribute_value_of_attribute unique (id, attribute_id),
    constraint attribute_value_not_blank check (btrim(value) <> '')
);

create table product_variants (
    id bigint generated always as identity primary key,
    product_id bigint not null references products (id) on delete cascade,
    sku text not null,
    name text not null,
    position integer not null default 0,
    -- Added to the product's base price; may be negative, the sum may not (see variant_price_not_negative).
    price_adjustment bigint not null default 0,
    -- The price before a reduction, where there is one.
    compare_at_price bigint,
    barcode text,
    weight_grams integer,
    -- The ids of the variant's attribute values in order: what makes it this variant. Written by a trigger.
    attribute_value_ids bigint[] not null default '{}',
    constraint variant_sku_unique unique (sku),
    constraint variant_sku_not_blank check (btrim(sku) <> ''),
    constraint variant_price_adjustment_in_range check (price_adjustment between -99999999999 and 99999999999),
    constraint variant_compare_at_price_not_negative check (compare_at_price >= 0),
    constraint variant_weight_not_negative check (weight_grams >= 0),
    -- Deferred: while a product is being written its variants are alike for a moment.
    constraint variant_combination_unique unique (product_id, attribute_value_ids) deferrable initially deferred
);
create index variant_by_product on product_variants (product_id, position, id);

create table variant_attribute_values (
    variant_id bigint not null references product_variants (id) on delete cascade,
    attribute_id bigint not null,
    attribute_value_id bigint not null,
    -- At most one value of each attribute.
    primary key (variant_id, attribute_id),
    constraint variant_value_belongs_to_its_attribute
        foreign key (attribute_value_id, attribute_id) references attribute_values (id, attribute_id) on delete restrict
);
create index variant_attribute_value_by_value on variant_attribute_values (attribute_value_id, variant_id);

create function write_variant_combination() returns trigger language plpgsql as $$
begin
    update product_variants v
       set attribute_value_ids = coalesce(
               (select array_agg(attribute_value_id order by attribute_value_id)
                  from variant_attribute_values where variant_id = v.id), '{}')
     where v.id in (old.variant_id, new.variant_id);
    return null;
end $$;

create trigger variant_combination_follows_its_values
    after insert or update or delete on variant_attribute_values
    for each row execute function write_variant_combination();

create table product_images (
    id bigint generated always as identity primary key,
    product_id bigint not null references products (id) on delete cascade,
    -- Set where the image shows one variant.
    variant_id bigint references product_variants (id) on delete set null,
    url text not null,
    alt_text text not null default '',
    display_order integer not null,
    constraint image_order_unique unique (product_id, display_order) deferrable initially deferred,
    constraint image_order_not_negative check (display_order >= 0),
    constraint image_url_not_blank check (btrim(url) <> '')
);
create index image_by_variant on product_images (variant_id);

-- A price is the sum of two tables' columns, so no CHECK can see it; this trigger stands in for one.
create function refuse_negative_variant_price() returns trigger language plpgsql as $$
begin
    if exists (
        select from product_variants v join products p on p.id = v.product_id
         where p.base_price + v.price_adjustment < 0
           and case tg_table_name when 'products' then p.id = new.id else v.id = new.id end
    ) then
        raise exception 'the price of a variant would be negative'
            using errcode = 'check_violation', constraint = 'variant_price_not_negative';
    end if;
    return null;
end $$;

create constraint trigger variant_price_not_negative after insert or update of price_adjustment, product_id on product_variants
    deferrable initially deferred for each row execute function refuse_negative_variant_price();
create constraint trigger variant_price_not_negative after update of base_price on products
    deferrable initially deferred for each row execute function refuse_negative_variant_price();
