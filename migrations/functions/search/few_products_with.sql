-- The ids of the products with these words if there are at most 1,000, else null. As many as titles are ranked, so a search finds the
-- same products in the same order whether it knew them in advance or not.
--
-- By the index alone: PostgreSQL's statistics do not tell a rare word from a missing one, and a walk that stops at the first matches
-- of a common word reads every product if there is no match.
create or replace function few_products_with(p_query tsquery) returns bigint[] language plpgsql stable
set enable_seqscan = off set enable_indexscan = off set plan_cache_mode = force_generic_plan as $$
begin
    return (select case when count(*) <= 1000 then coalesce(array_agg(id), '{}') end
              from (select p.id from products p where p.search_document @@ p_query limit 1001) found);
end $$;
