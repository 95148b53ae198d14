-- Files of staff: images that they upload, and product files that they import and export in the background.

-- Uploads. The bytes go directly to the storage and not through the API. An upload is trusted only after the image was read and encoded
-- again; image_files has the result.
create table uploads (
    id uuid primary key, -- random: the file is stored as uploads/<id>
    created_by bigint references users (id) on delete set null,
    created_by_api_key uuid references api_keys (id) on delete set null,
    created_at timestamptz not null,
    -- As declared. The storage accepts nothing else.
    content_type text not null,
    bytes bigint not null,
    status text not null default 'waiting',
    ended_at timestamptz,
    -- Why it was not accepted.
    refusal text,
    image_url text references image_files (url),
    constraint upload_content_type_known check (content_type in ('image/jpeg', 'image/png', 'image/webp')),
    constraint upload_bytes_in_range check (bytes between 1 and 15728640),
    constraint upload_refusal_known check (refusal in ('size_mismatch', 'not_an_image', 'type_mismatch', 'too_many_pixels', 'damaged')),
    -- The status decides which columns are set, so an interrupted completion leaves nothing and the next attempt starts again.
    constraint upload_is_what_it_says check (
        case status
            when 'waiting' then ended_at is null and refusal is null and image_url is null
            when 'finished' then ended_at is not null and refusal is null and image_url is not null
            when 'refused' then ended_at is not null and refusal is not null and image_url is null
            else false
        end)
);
create index upload_by_maker on uploads (created_by) where created_by is not null;
create index upload_by_api_key on uploads (created_by_api_key) where created_by_api_key is not null;
create index upload_by_image on uploads (image_url) where image_url is not null;
-- Unfinished uploads are deleted in time, the oldest first.
create index upload_unfinished_by_age on uploads (created_at) where status <> 'finished';

-- Imports. A file is read in chunks. What a chunk wrote into the catalogue and the position in the file are committed together, so a
-- worker that is killed leaves nothing half done, and the next one continues from there.
create table imports (
    id uuid primary key,
    -- The format, as the request says or as it was recognised.
    kind text,
    -- Meaning of the stock in the file. keep: the file changes no stock; initial: only new variants get it; compare: it also replaces the stock
    -- that still is the one that the file saw; set: it replaces the stock of every variant.
    stock text not null,
    -- Whether variants that the file does not have are kept.
    keep_missing_variants boolean not null default false,
    -- What becomes of a SKU that is taken. refuse: its product is skipped; suffix: the variant gets the SKU with a number.
    duplicate_skus text not null default 'refuse',
    -- Whether the import writes nothing but counts and errors.
    dry_run boolean not null default false,
    -- The account or API key that created it. The worker checks its permissions before each chunk. No foreign keys, as in audit_log.
    actor_user_id bigint,
    actor_api_key_id uuid,
    storage_key text not null,
    bytes bigint not null,
    status text not null default 'waiting',
    -- The encoding of the whole file and the character between its cells. Set when the whole file was read once, with its handles
    -- (import_scattered_handles).
    encoding text,
    delimiter text,
    -- The names of the file's columns, after its first line was read.
    header text[],
    bytes_done bigint not null default 0,
    -- The line on which the rest begins.
    next_line bigint not null default 1,
    products_created bigint not null default 0,
    products_updated bigint not null default 0,
    products_unchanged bigint not null default 0,
    products_skipped bigint not null default 0,
    variants_created bigint not null default 0,
    variants_updated bigint not null default 0,
    variants_unchanged bigint not null default 0,
    variants_removed bigint not null default 0,
    images_removed bigint not null default 0,
    -- Variants of the file that can be bought whatever is on hand, and others that can be bought with nothing on hand.
    variants_untracked bigint not null default 0,
    variants_backorderable bigint not null default 0,
    -- New variants that cannot be bought: tracked, with nothing on hand, and not to be backordered.
    variants_sold_out bigint not null default 0,
    -- Variants whose stock was set, and those whose stock stayed because it was not the one that the file saw, with the first of their SKUs.
    stock_changed bigint not null default 0,
    stock_moved bigint not null default 0,
    stock_moved_skus text[] not null default '{}',
    rows_failed bigint not null default 0,
    -- Why it ended before the end of the file.
    error text,
    -- The worker that holds it, and until when no other takes it. A running import that is not held is due.
    lease uuid,
    held_until timestamptz,
    -- How often it was taken since it last made progress.
    attempts integer not null default 0,
    created_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    constraint import_kind_known check (kind in ('shopify_csv', 'woocommerce_csv')),
    constraint import_encoding_known check (encoding in ('utf-8', 'utf-16le', 'utf-16be', 'windows-1252')),
    constraint import_delimiter_known check (delimiter in ('comma', 'semicolon', 'tab', 'vertical_bar')),
    constraint import_is_recognised_as_a_whole check ((encoding is null) = (delimiter is null) and (encoding is null or kind is not null)),
    constraint import_stock_known check (stock in ('keep', 'initial', 'compare', 'set')),
    constraint import_duplicate_skus_known check (duplicate_skus in ('refuse', 'suffix')),
    constraint import_status_known check (status in ('waiting', 'running', 'done', 'failed', 'cancelled')),
    constraint import_is_held_while_it_runs check ((status = 'running') = (held_until is not null)),
    constraint import_has_finished check ((status in ('done', 'failed', 'cancelled')) = (finished_at is not null))
);
create index import_due on imports (held_until) where status = 'running';
-- Imports that ended long ago are deleted, and those whose file never came.
create index import_to_forget on imports (coalesce(finished_at, created_at)) where status <> 'running';

-- Rows of a file that were not imported, with the reasons.
create table import_errors (
    import_id uuid not null references imports (id) on delete cascade,
    position bigint generated always as identity,
    line bigint not null,
    reason text not null,
    primary key (import_id, position)
);

-- Handles whose rows are not next to each other in a file: their products are not imported. Read before the first chunk, because the
-- rows of an earlier chunk could be taken for the whole product. Deleted when the import is done.
create table import_scattered_handles (
    import_id uuid not null references imports (id) on delete cascade,
    handle text collate "C" not null,
    -- The line on which the rows begin, and the one on which they begin again.
    line bigint not null,
    again_on_line bigint not null,
    primary key (import_id, handle)
);

create table exports (
    id uuid primary key,
    kind text not null,
    -- The account or API key that created it.
    actor_user_id bigint,
    actor_api_key_id uuid,
    storage_key text not null,
    status text not null default 'running',
    -- The multipart upload that writes the file, and the storage's ids of its parts so far.
    upload_id text,
    parts text[] not null default '{}',
    -- The last product that is in a part.
    after_product_id bigint,
    products_done bigint not null default 0,
    products bigint not null,
    products_skipped bigint not null default 0,
    bytes bigint not null default 0,
    error text,
    lease uuid,
    held_until timestamptz,
    attempts integer not null default 0,
    created_at timestamptz not null,
    finished_at timestamptz,
    constraint export_kind_known check (kind in ('shopify_csv')),
    constraint export_status_known check (status in ('running', 'done', 'failed', 'cancelled')),
    constraint export_is_held_while_it_runs check ((status = 'running') = (held_until is not null)),
    constraint export_has_finished check ((status <> 'running') = (finished_at is not null))
);
create index export_due on exports (held_until) where status = 'running';
create index export_to_forget on exports (finished_at) where status <> 'running';

-- Products that the format of an export cannot represent. No foreign key: a deleted product is still missing from the file.
create table export_skipped_products (
    export_id uuid not null references exports (id) on delete cascade,
    position bigint generated always as identity,
    product_id bigint not null,
    slug text not null,
    reason text not null,
    primary key (export_id, position)
);
