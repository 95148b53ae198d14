-- The words of a search text, each with the query for documents that have it: a word that begins with it, or the word joined to its neighbours if
-- the text has it in pieces (wi-fi, t shirt, 50 ml). A run of letters without blanks gives a row for each pair of letters.
--
-- A text is cut, because one sign may stand for a sentence (ﷺ) and each letter would be a word to look up.
--
-- Arrays, because PostgreSQL expects 1,000 rows of every regexp_split_to_table, and a thousand million of three.
create or replace function search_terms(p_text text) returns table (word text, query tsquery) language plpgsql stable rows 10 as $$
#variable_conflict use_column
begin
    return query
        with written as (
            select piece.place, part.at, part.word, case when piece.text ~ '-' then replace(piece.text, '-', '') end as whole,
                   lag(part.word) over text_order as before, lead(part.word) over text_order as after
              from unnest(regexp_split_to_array(left(fold_words(p_text), 400), ' +')) with ordinality as piece (text, place)
             cross join unnest(regexp_split_to_array(piece.text, '-')) with ordinality as part (word, at)
             where part.word <> ''
            window text_order as (order by piece.place, part.at)
        ), searched as (
            select w.*, letters.word as letters, letters.at as letters_at, lag(letters.word) over (order by w.place, w.at, letters.at) as last_letters
              from written w cross join unnest(regexp_split_to_array(split_runs(w.word), ' +')) with ordinality as letters (word, at)
             where letters.word <> ''
        )
        select lower(without_article(s.letters)),
               (select to_tsquery('simple', string_agg(distinct quote_literal(form) || ':*', ' | '))
                  from unnest(array[s.letters, without_article(s.letters), case when s.letters = s.word then s.whole end,
                                    case when joins_as_one(s.before, s.word) then s.before || s.word end,
                                    case when joins_as_one(s.word, s.after) then s.word || s.after end]) as form)
          from searched s
         -- The last letter of a run is in the pair before it.
         where s.letters_at = 1 or not is_unspaced(s.letters) or s.last_letters not like '_%' || s.letters
         order by s.place, s.at, s.letters_at;
end $$;
