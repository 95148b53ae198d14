-- Whether at least a tenth of fifty products spread over the catalogue have these words. Asking the index takes as long as there are
-- matches; for a very common word this sample answers without it.
create or replace function is_common(p_query tsquery) returns boolean language plpgsql stable set enable_bitmapscan = off as $$
begin
    return (select count(*) >= 5
              from (select max(id) as last from products) newest cross join generate_series(1, 50) as n
              join products p on p.id = newest.last * n / 50
             where p.search_document @@ p_query);
end $$;
