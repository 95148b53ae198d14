-- Finding products: a narrow copy of what filters and ranking read, and the words of the catalogue, to correct typing errors with.
-- docs/finding.md explains how they are used.

-- What products are filtered, counted and ranked by. The facets of a large category and the counts of the category tree read every
-- product in it, a search reads each one with the word in its title, and a row of `products`, with its card, description and search
-- document, is four times as wide as what they need. In a shop of a million products these pages fit into memory.
--
-- Columns are named as in `products`, `id` included, so that one text of conditions serves both tables. Written by triggers on products
-- (index_new_products, update_product_index).
create table product_index (
    id bigint primary key references products on delete cascade,
    brand_id bigint,
    base_price bigint not null,
    price_min bigint not null,
    price_max bigint not null,
    created_at timestamptz not null,
    publish_at timestamptz,
    unpublish_at timestamptz,
    is_available boolean not null,
    status text not null,
    category_ids bigint[] not null,
    value_ids bigint[] not null,
    available_value_ids bigint[],
    available_price_min bigint,
    available_price_max bigint,
    tags text[] not null,
    title_words tsvector not null
-- What a sale changes is in no index, so with free room its new row version stays on the same page.
) with (fillfactor = 90);

-- As on products, none contains what is available, so that a sale's update stays heap-only.
create index product_index_by_brand on product_index (brand_id);
create index product_index_by_category on product_index using gin (category_ids);
create index product_index_by_value on product_index using gin (value_ids);
create index product_index_by_tag on product_index using gin (tags);
create index product_index_by_title on product_index using gin (title_words);

-- The counts of the facets of large lists, which take too long to count for each request. A timed job writes them.
create table kept_facets (
    -- Null for the list of all products.
    category_id bigint references categories on delete cascade,
    counted_at timestamptz not null,
    -- An array of [kind, id, number].
    counts jsonb not null check (jsonb_typeof(counts) = 'array'),
    constraint kept_facets_of_category_key unique nulls not distinct (category_id)
);

-- The words of products, to find the one meant by a mistyped word. A word stays when its last product is deleted: a search for it then
-- finds nothing, as it would without the word. No unique constraint: two writers of the same new words would wait for each other, possibly
-- in a circle, and a word that is stored twice does no harm.
create table catalogue_words (
    word text collate "C" not null
);
create index catalogue_word on catalogue_words (word);
-- Without the list of pending words that GIN keeps otherwise: after a large import, each search with a typing error would read all of it until the
-- next vacuum.
create index catalogue_word_by_trigrams on catalogue_words using gin (word gin_trgm_ops) with (fastupdate = off);
