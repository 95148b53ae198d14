-- The seconds that throttle_client would make this client wait, as far as others have counted; 0 if it may try. It locks nothing and counts
-- nothing: it spares work that throttle_client would refuse, which is called last where the work is long, because the row that it counts in stays
-- locked until the commit.
-- Runs as the owner of the table, as throttle does.
create or replace function throttle_wait(p_scope text, p_subject bytea, p_network bytea, p_now timestamptz) returns integer
language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(max(ceil(extract(epoch from t.free_at - p_now)))::integer, 0)
      from throttles t
     where ((t.scope = p_scope and t.subject = p_subject) or (t.scope = p_scope || '_network' and t.subject = p_network))
       and t.free_at > p_now and t.forgotten_at > p_now
$$;
