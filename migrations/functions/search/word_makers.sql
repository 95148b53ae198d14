-- A number that stands for the functions that make the words of products: another one when the text of one of them changes. Words that were
-- made by other functions are made anew when their product is refreshed the next time.
create or replace function word_makers() returns bigint language sql stable as $$
    select hashtextextended(string_agg(p.prosrc, '' order by p.proname), 0)
      from pg_proc p
     where p.proname = any (array['fold_words', 'is_unspaced', 'joined_words', 'joins_as_one', 'plain_text', 'refresh_product_cards', 'search_words',
                                  'split_runs', 'without_article', 'word_vector'])
$$;
