-- Removes the Arabic article from folded words: alone, after and, so, with or like, and in `for the`. Some words only begin like it (بالونات), so
-- documents and queries have each word as it is written, too.
create or replace function without_article(p_folded text) returns text language sql immutable parallel safe as $$
    select case when octet_length(p_folded) = length(p_folded) then p_folded
                else regexp_replace(p_folded, '\m(?:ال(?=[\u0621-\u064a]{2})|(?:[وف][بك]?|[بك])ال(?=[\u0621-\u064a]{3})'
                                              '|[وف]?لل(?=[\u0621-\u064a]{3}))', '', 'g')
           end
$$;
