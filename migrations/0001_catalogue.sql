-- The catalogue: brands, a tree of categories, attributes, products with their variants and images.
--
-- Money is a count of minor units (cents) in `bigint`. The whole shop sells in one currency, kept in a table of one row; every product
-- refers to it, so two currencies cannot meet in one cart. `migrate` sets it while there is no product and no order.
-- No enum, domain or composite types: behind a transaction pooler the look-ups of their definitions fail (docs/database.md).
--
-- Every check and every unique constraint has a name, by which services recognise what the database refused.
--
-- A name_key (value_key) is the form by which names are compared. shared/src/catalogue/name_key.rs makes it, because what lower() makes
-- depends on the locale of the database.
--
-- Names by which lists are sorted name their collation, so that their order, their indexes and the cursors are the same in every database.

create extension if not exists unaccent;
create extension if not exists pg_trgm;

create table shop (
    only_row boolean primary key default true,
    currency text not null,
    -- Number of decimals of an amount (ISO 4217): a unit has ten to the power of this minor units.
    exponent integer not null,
    constraint shop_has_one_row check (only_row),
    constraint shop_currency_is_iso_4217 check (currency ~ '^[A-Z]{3}$'),
    constraint shop_exponent_in_range check (exponent between 0 and 3),
    constraint shop_currency_unique unique (currency)
);

insert into shop (currency, exponent) values ('EUR', 2);

-- The currency of the shop. Here and not in functions/, because a column's default uses it.
create function shop_currency() returns text language sql stable as 'select currency from shop';

create table brands (
    id bigint generated always as identity primary key,
    name text collate "und-x-icu" not null,
    name_key text collate "C" not null,
    slug text not null,
    -- Raised when the name or slug changes (count_brand_version).
    version bigint not null default 1,
    constraint brand_name_unique unique (name_key),
    constraint brand_slug_unique unique (slug),
    constraint brand_name_not_blank check (btrim(name) <> ''),
    constraint brand_slug_is_a_slug check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
);
create index brand_by_name on brands (name, id);

-- Categories.

create table categories (
    id bigint generated always as identity primary key,
    parent_id bigint references categories (id) on delete restrict,
    name text collate "und-x-icu" not null,
    name_key text collate "C" not null,
    slug text not null,
    -- Order among siblings; equal positions are ordered by name.
    position integer not null default 0,
    -- Raised when the name, slug or parent changes (note_category_change).
    version bigint not null default 1,
    -- The key comes first, because imports look up names below any parent.
    constraint category_name_unique unique nulls not distinct (name_key, parent_id),
    constraint category_slug_unique unique (slug),
    constraint category_not_its_own_parent check (parent_id <> id),
    constraint category_name_not_blank check (btrim(name) <> ''),
    constraint category_slug_is_a_slug check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
);
create index category_by_parent on categories (parent_id, position, name);

-- Former slugs, which redirect to the category's current one.
create table old_category_slugs (
    slug text primary key,
    category_id bigint not null references categories (id) on delete cascade
);
create index old_category_slug_by_category on old_category_slugs (category_id);

-- Attributes.

create table attributes (
    id bigint generated always as identity primary key,
    name text collate "und-x-icu" not null,
    name_key text collate "C" not null,
    -- An attribute and its values are edited as one thing. Raised by the endpoints for staff. An import that creates values does not
    -- raise it, because the attribute's row would be locked until the end of the import's transaction.
    version bigint not null default 1,
    constraint attribute_name_unique unique (name_key),
    constraint attribute_name_not_blank check (btrim(name) <> '')
);

create table attribute_values (
    id bigint generated always as identity primary key,
    attribute_id bigint not null references attributes (id) on delete restrict,
    value text not null,
    value_key text collate "C" not null,
    position integer not null default 0,
    constraint attribute_value_unique unique (attribute_id, value_key),
    -- For variant_attribute_values to refer to, so that a value cannot be used with another attribute.
    constraint attribute_value_of_attribute unique (id, attribute_id),
    constraint attribute_value_not_blank check (btrim(value) <> '')
);

-- Products.

create table products (
    id bigint generated always as identity primary key,
    brand_id bigint references brands (id) on delete restrict,
    slug text not null,
    -- By which files name the product. It never changes, whatever becomes of the slug.
    handle text collate "C" not null,
    name text collate "und-x-icu" not null,
    sku text,
    -- Sanitised HTML, shown as it is.
    description text not null default '',
    base_price bigint not null,
    -- Writers name it, so that one that reads amounts in another currency is refused.
    currency text not null default shop_currency(),
    tags text[] not null default '{}',
    status text not null default 'active',
    created_at timestamptz not null,
    -- When staff last changed the product, its variants, images or categories; a sale does not set it.
    updated_at timestamptz not null,
    -- The account or API key that did. No foreign keys, as in audit_log: the id outlives both. The price history takes it from here.
    actor_user_id bigint,
    actor_api_key_id uuid,

    -- What lists and searches read, stored with the product so that a page of products is one walk of an index and no join.
    -- Written by refresh_product_cards and refresh_availability alone.
    price_min bigint not null default 0,
    price_max bigint not null default 0,
    is_available boolean not null default false,
    main_image_url text,
    main_image_alt_text text,
    search_document tsvector not null default '',

    -- Raised with updated_at (count_product_version).
    version bigint not null default 1,
    -- From when and until when shoppers see it, if it is active; null is no limit (is_published).
    publish_at timestamptz,
    unpublish_at timestamptz,
    default_variant_id bigint,

    -- More of what lists read; written like the block above. Categories are in the order of their names.
    main_image_list_url text,
    brand_name text,
    brand_slug text,
    category_ids bigint[] not null default '{}',
    category_names text[] not null default '{}',
    category_slugs text[] not null default '{}',
    -- Every attribute value of its variants.
    value_ids bigint[] not null default '{}',
    -- Attribute values and price range of the variants that can be bought now. Null: the same as those of all its variants, as in most
    -- products, or there is no such variant.
    available_value_ids bigint[],
    available_price_min bigint,
    available_price_max bigint,
    -- search_document without the description: small enough to stay in the row, so ranking by it is quick.
    title_words tsvector not null default '',
    -- Of the texts that the words are made from, and of the functions that make them (word_makers). Null: they are not made yet.
    words_digest bigint,
    -- The product as lists return it, in JSON. Written by a trigger (write_product_card). No default: code that writes products with
    -- triggers off has to supply it.
    card text not null,

    constraint product_currency_is_the_shops foreign key (currency) references shop (currency),
    constraint product_slug_unique unique (slug),
    constraint product_handle_unique unique (handle),
    constraint product_sku_unique unique (sku),
    constraint product_name_not_blank check (btrim(name) <> ''),
    constraint product_slug_is_a_slug check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    -- So that the most expensive cart, 500 lines of 999, is far below the limit of a bigint.
    constraint product_base_price_in_range check (base_price between 0 and 99999999999),
    constraint product_status_known check (status in ('draft', 'active', 'archived')),
    constraint product_is_published_before_it_ends check (publish_at < unpublish_at)
-- With free room the new version of a row stays on its page, so a change of columns without an index, such as a sale's of is_available, writes
-- no index entry.
) with (fillfactor = 75);
-- The card stays in the row; other long columns may be stored outside it.
alter table products alter column card set storage main;

create index product_by_brand on products (brand_id, id);
create index product_by_search on products using gin (search_document);
-- One index for each order of a list; the id breaks ties, so a cursor names exactly one position.
create index product_by_newest on products (created_at, id) where status = 'active';
create index product_by_name on products (name, id) where status = 'active';
create index product_by_price on products (price_min, id) where status = 'active';
-- The same for staff, who list products of every status. No index has a column that a sale changes, so an update of is_available is a
-- heap-only tuple (HOT) update.
create index product_by_newest_of_all on products (created_at, id);
create index product_by_name_of_all on products (name, id);
create index product_by_price_of_all on products (price_min, id);
-- Only a product's own categories and not their ancestors, so moving a category changes no product. A list of a category asks for all
-- categories below it, which the small tree answers at once.
create index product_by_category on products using gin (category_ids);
create index product_by_value on products using gin (value_ids);
create index product_by_tag on products using gin (tags);

-- Former slugs, which redirect to the product's current one.
create table old_product_slugs (
    slug text primary key,
    product_id bigint not null references products (id) on delete cascade
);
create index old_product_slug_by_product on old_product_slugs (product_id);

create table product_categories (
    product_id bigint not null references products (id) on delete cascade,
    category_id bigint not null references categories (id) on delete restrict,
    -- The product's position in a category that staff have arranged; products without one come after, by id.
    position integer not null default 2147483647,
    primary key (product_id, category_id)
);
create index product_category_by_category on product_categories (category_id, product_id);
create index product_category_in_order on product_categories (category_id, position, product_id);

-- Variants.

create table product_variants (
    id bigint generated always as identity primary key,
    product_id bigint not null references products (id) on delete cascade,
    sku text not null,
    name text not null,
    position integer not null default 0,
    -- Added to the product's base price; may be negative, the sum may not (refuse_negative_variant_price).
    price_adjustment bigint not null default 0,
    -- The price before a reduction.
    compare_at_price bigint,
    barcode text,
    weight_grams integer,
    -- The sorted ids of its attribute values, which make it different from the other variants. Written by triggers
    -- (write_variant_combinations).
    attribute_value_ids bigint[] not null default '{}',
    -- Its price, whatever the product's base price is. Null: base price plus adjustment.
    own_price bigint,
    -- Since when it is no longer sold; it is kept because orders or carts refer to it.
    archived_at timestamptz,
    constraint variant_sku_unique unique (sku),
    constraint variant_sku_not_blank check (btrim(sku) <> ''),
    constraint variant_price_adjustment_in_range check (price_adjustment between -99999999999 and 99999999999),
    constraint variant_compare_at_price_not_negative check (compare_at_price >= 0),
    constraint variant_weight_not_negative check (weight_grams >= 0),
    constraint variant_own_price_in_range check (own_price between 0 and 99999999999),
    constraint variant_of_product unique (id, product_id),
    -- An archived variant does not stand in the way of a new one with the same values. Deferred: while a product is being written, its
    -- variants have the same values for a moment.
    constraint variant_combination_unique exclude using btree (product_id with =, attribute_value_ids with =)
        where (archived_at is null) deferrable initially deferred
);
create index variant_by_product on product_variants (product_id, position, id);

alter table products
    add constraint product_default_variant_is_its_own foreign key (default_variant_id, id)
        references product_variants (id, product_id) on delete set null (default_variant_id);
create index product_by_default_variant on products (default_variant_id, id) where default_variant_id is not null;

create table variant_attribute_values (
    variant_id bigint not null references product_variants (id) on delete cascade,
    attribute_id bigint not null,
    attribute_value_id bigint not null,
    -- The place among the variant's values, in which files and names have them: Colour, Size.
    position integer not null default 0,
    -- At most one value of each attribute.
    primary key (variant_id, attribute_id),
    constraint variant_value_belongs_to_its_attribute
        foreign key (attribute_value_id, attribute_id) references attribute_values (id, attribute_id) on delete restrict
);
create index variant_attribute_value_by_value on variant_attribute_values (attribute_value_id, variant_id);

-- Images.

create table product_images (
    id bigint generated always as identity primary key,
    product_id bigint not null references products (id) on delete cascade,
    -- Set if the image shows one variant.
    variant_id bigint references product_variants (id) on delete set null,
    url text not null,
    alt_text text not null default '',
    display_order integer not null,
    constraint image_order_unique unique (product_id, display_order) deferrable initially deferred,
    constraint image_order_not_negative check (display_order >= 0),
    constraint image_url_not_blank check (btrim(url) <> '')
);
create index image_by_variant on product_images (variant_id);

-- Images in the shop's storage: their size, and the smaller ones made from them. By URL, so that a product that is imported again finds
-- its images. Images stored elsewhere are not in this table.
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
