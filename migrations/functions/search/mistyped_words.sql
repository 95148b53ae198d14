-- Returns each word of a text with its query. If no product has a word that begins with it, similar words of the catalogue are returned
-- too, else null. A text with more than four such words is no text with typing errors: none of them is looked up, because each look-up takes
-- some ten milliseconds.
create or replace function mistyped_words(p_text text) returns table (word text, query text, similar_words text[]) language plpgsql stable as $$
#variable_conflict use_column
begin
    return query
        with words as materialized (
            select t.word, '(' || t.query::text || ')' as query, few_products_with(t.query) = '{}' as is_unknown
              from search_terms(p_text) t
             where numnode(t.query) > 0
        )
        select w.word, w.query,
               case when w.is_unknown and (select count(*) from words where is_unknown) <= 4
                    then array(select s.word from similar_words(w.word) s) end
          from words w;
end $$;
