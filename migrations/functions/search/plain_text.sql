-- The text of a description, whose HTML `clean_html` wrote: attributes are in double quotes, and the only entities are these five. A tag within
-- a line of text (<b>) splits no word, every other tag does.
create or replace function plain_text(p_html text) returns text language sql immutable parallel safe as $$
    select replace(replace(replace(replace(replace(
               regexp_replace(
                   regexp_replace(p_html, '</?(?:a|b|code|em|i|s|small|span|strong|sub|sup|u)(?: (?:[^>"]|"[^"]*")*)?>', '', 'g'),
                   '<(?:[^>"]|"[^"]*")*>', ' ', 'g'),
               '&nbsp;', ' '), '&quot;', '"'), '&lt;', '<'), '&gt;', '>'), '&amp;', '&')
$$;
