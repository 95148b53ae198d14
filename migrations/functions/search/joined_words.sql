-- The words of a folded text that are written in pieces, as one: wifi for wi-fi, 50ml for 50 ml. Of a title also each short word joined to
-- the next, as in t shirt, and the letters on both sides of a blank between two runs, as in 책상 조명; in descriptions there would be too many.
-- Arabic words also with their article, so that a beginning with it (الق) finds them.
create or replace function joined_words(p_folded text, p_is_title boolean) returns text language plpgsql stable as $$
declare
    v_words text[];
    v_joined text := '';
begin
    -- A loop and conditions, because most texts have few such words: one query for all of this takes ten times as long.
    if strpos(p_folded, '-') > 0 then
        v_joined := concat_ws(' ', v_joined, (
            select string_agg(replace(part[1], '-', ''), ' ' order by place)
              from regexp_matches(p_folded, '[^ -]+(?:-[^ -]+)+', 'g') with ordinality as found (part, place)
             where length(part[1]) <= 60));
    end if;
    if without_article(p_folded) <> p_folded then
        v_joined := concat_ws(' ', v_joined, (
            select string_agg(word, ' ' order by place)
              from regexp_split_to_table(p_folded, '[ -]+') with ordinality as split (word, place)
             where without_article(word) <> word));
    end if;
    if p_is_title then
        v_words := string_to_array(translate(p_folded, '-', ' '), ' ', '');
        for i in 1 .. cardinality(v_words) - 1 loop
            if joins_as_one(v_words[i], v_words[i + 1]) then
                v_joined := v_joined || ' ' || v_words[i] || v_words[i + 1];
            elsif octet_length(p_folded) > length(p_folded) and is_unspaced(right(v_words[i], 1)) and is_unspaced(v_words[i + 1]) then
                v_joined := v_joined || ' ' || right(v_words[i], 1) || left(v_words[i + 1], 1);
            end if;
        end loop;
    elsif p_folded ~ '\d ' then
        v_joined := concat_ws(' ', v_joined, (
            select string_agg(replace(part[1], ' ', ''), ' ' order by place)
              from regexp_matches(p_folded, '(\m\d+ [[:alpha:]]{1,3}\M)', 'g') with ordinality as found (part, place)));
    end if;
    return btrim(v_joined);
end $$;
