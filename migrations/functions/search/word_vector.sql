-- The words of a text with this weight: A and B for parts of titles, D for descriptions. Words that are written in pieces are there as one too,
-- with the weight C, which counts for nothing when products are ranked.
create or replace function word_vector(p_text text, p_weight "char") returns tsvector language plpgsql stable as $$
declare
    v_folded text := fold_words(p_text);
    v_words tsvector := setweight(to_tsvector('simple', split_runs(replace(without_article(v_folded), '-', ' '))), p_weight);
    v_joined text := joined_words(v_folded, p_weight <> 'D');
begin
    return case when v_joined = '' then v_words else v_words || setweight(to_tsvector('simple', v_joined), 'C') end;
end $$;
