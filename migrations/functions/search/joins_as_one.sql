-- Whether people also write two words as one: a number and its unit (50 ml, 50ml), or a short word and another (t shirt, wi fi, iphone 15).
create or replace function joins_as_one(p_first text, p_second text) returns boolean language sql immutable parallel safe as $$
    select (length(p_first) <= 2 or length(p_second) <= 2 or (p_first !~ '\D' and length(p_second) <= 3))
       and not (p_first ~ '\d$' and p_second ~ '^\d') and length(p_first || p_second) <= 40
       and not is_unspaced(p_first) and not is_unspaced(p_second)
$$;
