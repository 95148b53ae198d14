-- How well a product whose title matches p_query ranks: one more than 100,000 for a SKU that was typed as it is, 10,000 for whole words
-- (p_whole_words, the query without prefixes), and up to 1,000 by where and how often the words stand in the title, and how long it is.
-- PostgreSQL inlines the function into the calling query.
create or replace function title_rank(p_title tsvector, p_query tsquery, p_whole_words tsquery, p_is_sku boolean) returns bigint
language sql immutable parallel safe as $$
    select 1 + 100000 * p_is_sku::int + 10000 * (p_title @@ p_whole_words)::int
             + (1000 * ts_rank('{0, 0, 0.4, 1}', p_title, p_query, 1))::bigint
$$;
