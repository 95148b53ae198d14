-- Returns each word of a text with its query. If no product has a word that begins with it, similar words of the catalogue are returned
-- too, else null.
create or replace function mistyped_words(p_text text) returns table (word text, query text, similar_words text[]) language plpgsql stable as $$
#variable_conflict use_column
begin
    return query
        select t.word, '(' || t.query::text || ')',
               case when few_products_with(t.query) = '{}'
                    then array(select s.word from similar_words(t.word) s) end
          from search_terms(p_text) t
         where numnode(t.query) > 0;
end $$;
