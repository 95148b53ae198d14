-- A query for documents that have every word of the text, as `search_terms` looks for it. Null if the text has no word.
create or replace function search_query(p_text text) returns tsquery language plpgsql stable as $$
begin
    return (select string_agg('(' || t.query::text || ')', ' & ')::tsquery from search_terms(p_text) t where numnode(t.query) > 0);
end $$;
