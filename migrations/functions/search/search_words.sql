-- Prepares text for search, the same for documents and for queries: accents are removed, apostrophes dropped (men's, mens), other ASCII
-- punctuation made blank. Without the last, PostgreSQL's parser reads SKU-123 as `sku` and the number -123, and foo/bar as the path
-- of a file, and no search finds 123 or bar.
create or replace function search_words(p_text text) returns text language sql stable as $$
    select regexp_replace(translate(unaccent(p_text), '''', ''), '[!-/:-@\[-`{-~]+', ' ', 'g')
$$;
