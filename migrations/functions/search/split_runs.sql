-- Splits runs of letters that are written without blanks between words into pairs: 手机壳 becomes 手机, 机壳 and 壳. So every word inside a run
-- is found, and by its first letter too. Vowel signs and tone marks stay with their letter.
create or replace function split_runs(p_text text) returns text language plpgsql stable as $$
begin
    if octet_length(p_text) = length(p_text) or p_text !~ '[\u0e00-\u109f\u1780-\u17ff\u3005-\U0003ffff]' then
        return p_text;
    end if;
    return (
        select btrim(string_agg(case when not l.is_unspaced then l.letter
                               when l.is_next_unspaced then ' ' || l.letter || l.next || ' '
                               else ' ' || l.letter || ' ' end, '' order by l.place))
          from (select k.*, lead(k.letter) over (order by k.place) as next, lead(k.is_unspaced) over (order by k.place) as is_next_unspaced
                  from (select part[1] as letter, place, is_unspaced(part[1]) as is_unspaced
                          from regexp_matches(p_text, '.[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e'
                                   '\u1056-\u1059\u105e-\u1060\u1062-\u1064\u17b4-\u17d3\u17dd\u3099\u309a]*', 'g')
                               with ordinality as t (part, place)) k) l);
end $$;
