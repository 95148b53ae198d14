-- The words of a text as documents have them: folded, without hyphens, and runs of letters in pairs.
create or replace function search_words(p_text text) returns text language sql stable as $$
    select split_runs(translate(fold_words(p_text), '-', ' '))
$$;
