-- A time as the services send and receive it: microseconds since 1970.
create or replace function micros(p_at timestamptz) returns bigint language sql stable parallel safe as $$
    select (extract(epoch from p_at) * 1000000)::bigint
$$;
