-- Files of products that staff have imported and exported in the background: how far each is, and what became of it.
--
-- A file is read piece by piece. What a piece made of the catalogue and how far the file is by then are committed together, so a worker that
-- is killed anywhere leaves nothing half done, and the next one goes on where it stopped.

create table imports (
    id uuid primary key,
    kind text not null,
    -- What the file's number on hand means: so many were counted, or a new variant begins with it.
    stock text not null,
    storage_key text not null,
    bytes bigint not null,
    status text not null default 'waiting',
    -- The names of the file's columns, once its first line was read.
    header text[],
    bytes_done bigint not null default 0,
    -- On which line the rest begins.
    next_line bigint not null default 1,
    products_created bigint not null default 0,
    products_updated bigint not null default 0,
    products_unchanged bigint not null default 0,
    products_left_out bigint not null default 0,
    variants_created bigint not null default 0,
    variants_updated bigint not null default 0,
    variants_unchanged bigint not null default 0,
    variants_removed bigint not null default 0,
    bad_rows bigint not null default 0,
    -- Why it ended before the file did.
    error text,
    -- Whose it is, and until when nobody else takes it. One that is running and not held is due.
    lease uuid,
    held_until timestamptz,
    -- How often it was taken since it last got on.
    attempts integer not null default 0,
    created_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    constraint import_kind_known check (kind in ('shopify_csv')),
    constraint import_stock_known check (stock in ('begins', 'counted')),
    constraint import_status_known check (status in ('waiting', 'running', 'done', 'failed', 'cancelled')),
    constraint import_is_held_while_it_runs check ((status = 'running') = (held_until is not null)),
    constraint import_has_finished check ((status in ('done', 'failed', 'cancelled')) = (finished_at is not null))
);
create index import_due on imports (held_until) where status = 'running';

-- Rows that were not taken.
create table import_bad_rows (
    import_id uuid not null references imports (id) on delete cascade,
    position bigint generated always as identity,
    line bigint not null,
    reason text not null,
    primary key (import_id, position)
);

-- On which line each product of a file began: its rows must stand together. Forgotten when the file is done.
create table import_slugs (
    import_id uuid not null references imports (id) on delete cascade,
    slug text not null,
    line bigint not null,
    primary key (import_id, slug)
);

create table exports (
    id uuid primary key,
    kind text not null,
    storage_key text not null,
    status text not null default 'running',
    -- The upload that the file is written by, and what the storage calls its parts so far.
    upload_id text,
    parts text[] not null default '{}',
    -- The last product that is in a part.
    after_product_id bigint,
    products_done bigint not null default 0,
    products bigint not null,
    left_out bigint not null default 0,
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
