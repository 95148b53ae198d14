-- Images as staff bring them: who put what where, and what became of it. The bytes go straight to the storage and never through the API; what
-- was sent is only believed once it was read and drawn anew (image_files is what came of that).

create table uploads (
    id uuid primary key, -- random: the file lies under it, as uploads/<id>
    created_by bigint references users (id) on delete set null,
    created_by_api_key uuid references api_keys (id) on delete set null,
    created_at timestamptz not null,
    -- What it was to be. The storage takes nothing else.
    content_type text not null,
    bytes bigint not null,
    status text not null default 'waiting',
    ended_at timestamptz,
    -- Why it is no image of ours.
    refusal text,
    image_url text references image_files (url),
    constraint upload_content_type_known check (content_type in ('image/jpeg', 'image/png', 'image/webp')),
    constraint upload_bytes_in_range check (bytes between 1 and 15728640),
    constraint upload_refusal_known check (refusal in ('other_size', 'not_an_image', 'other_type', 'too_many_pixels', 'damaged')),
    -- One word says it all, and what it needs stands beside it. So a finish that broke off has left nothing: whoever comes next begins anew.
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
-- What came to nothing is forgotten, the oldest first.
create index upload_unfinished_by_age on uploads (created_at) where status <> 'finished';
