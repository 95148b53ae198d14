-- What an export leaves out, and until when imports and exports are remembered.

-- Products that the format of an export's file cannot say. Without a reference: a product may be deleted and the file still be without it.
create table export_left_out (
    export_id uuid not null references exports (id) on delete cascade,
    position bigint generated always as identity,
    product_id bigint not null,
    slug text not null,
    reason text not null,
    primary key (export_id, position)
);

-- Those that have ended long ago are forgotten, and those whose file never came.
create index import_to_forget on imports (coalesce(finished_at, created_at)) where status <> 'running';
create index export_to_forget on exports (finished_at) where status <> 'running';
