-- Whether shoppers can see a product at this time. A null time is no limit. PostgreSQL inlines the function into the calling query,
-- so an index on `status` serves it.
create or replace function is_published(p_status text, p_publish_at timestamptz, p_unpublish_at timestamptz, p_now timestamptz) returns boolean
language sql immutable parallel safe as $$
    select p_status = 'active'
       and (p_publish_at is null or p_publish_at <= p_now)
       and (p_unpublish_at is null or p_unpublish_at > p_now)
$$;
