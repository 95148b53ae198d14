-- The words of a folded text that are written in pieces, as one: wifi for wi-fi, 50ml for 50 ml. Of a title also each short word joined to
-- the next, as in t shirt, and the letters on both sides of a blank between two runs, as in 책상 조명; in descriptions there would be too many.
-- Arabic words also with their article, so that a beginning with it (الق) finds them.
create or replace function joined_words(p_folded text, p_is_title boolean) returns text language plpgsql stable as $$
begin
    return concat_ws(' ',
        case when strpos(p_folded, '-') > 0 then
            (select string_agg(replace(part[1], '-', ''), ' ') from regexp_matches(p_folded, '[^ -]+(?:-[^ -]+)+', 'g') as part
              where length(part[1]) <= 60)
        end,
        case when without_article(p_folded) <> p_folded then
            (select string_agg(word, ' ') from regexp_split_to_table(p_folded, '[ -]+') as word where without_article(word) <> word)
        end,
        case when p_is_title then
            (select string_agg(case when is_unspaced(w.next) then right(w.word, 1) || left(w.next, 1) else w.word || w.next end, ' ')
               from (select word, lead(word) over (order by place) as next
                       from regexp_split_to_table(p_folded, '[ -]+') with ordinality as split (word, place)) w
              where w.word <> '' and (joins_as_one(w.word, w.next) or (is_unspaced(right(w.word, 1)) and is_unspaced(w.next))))
        when p_folded ~ '\d ' then
            (select string_agg(replace(part[1], ' ', ''), ' ') from regexp_matches(p_folded, '(\m\d+ [[:alpha:]]{1,3}\M)', 'g') as part)
        end);
end $$;
