-- A query for documents that contain, for each word of the text, a word that begins with it. Null if the text has no word.
create or replace function search_query(p_text text) returns tsquery language sql stable as $$
    select to_tsquery('simple', string_agg(quote_literal(word) || ':*', ' & '))
      from regexp_split_to_table(search_words(p_text), '\s+') as word
     where word <> ''
$$;
