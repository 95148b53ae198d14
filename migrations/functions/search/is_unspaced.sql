-- Whether a text begins with a letter of a script that is written without blanks between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese),
-- or with a Korean one, because Korean words are joined to longer ones. PostgreSQL inlines the function into the calling query.
create or replace function is_unspaced(p_text text) returns boolean language sql immutable parallel safe as $$
    select p_text ~ ('^[\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd\u0ec0-\u0ec6\u0edc-\u0edf'
                     '\u1000-\u102a\u103f\u1050-\u1055\u105a-\u105d\u1061\u1075-\u1081\u1780-\u17b3\u17d7\u17dc'
                     '\u3005-\u3007\u3031-\u3035\u303b\u303c\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff'
                     '\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]')
$$;
