-- Words of the catalogue that look like this one, the most similar first. The usual threshold of 0.3 is too strict for short words:
-- `bluose` and `blouse` share 3 of 11 trigrams. Set on the function, the threshold ends with it and does not stay in the session.
--
-- The first statement loads pg_trgm into the session that runs this file: PostgreSQL allows only superusers, which nobody is on RDS,
-- to set a parameter of a library that is not loaded.
select show_limit();

create or replace function similar_words(p_word text) returns table (word text) language sql stable
set pg_trgm.similarity_threshold = 0.2 as $$
    select w.word from catalogue_words w where w.word % p_word
     group by w.word order by similarity(w.word, p_word) desc, w.word limit 40
$$;
