-- Prepares text for search, the same for documents and for queries: words come out separated by blanks, and joined words (wi-fi) keep their
-- hyphens. Width, accents, apostrophes, invisible characters, Arabic vowels and the script of digits make no difference. Other signs become
-- blanks, because PostgreSQL's parser reads SKU-123 as `sku` and the number -123, and foo/bar as the path of a file.
create or replace function fold_words(p_text text) returns text language plpgsql stable as $$
declare
    v_text text := p_text;
begin
    if octet_length(v_text) > length(v_text) then
        -- NFKC would make letters of these signs, and 91/2 of 9½.
        v_text := regexp_replace(translate(v_text, '©®™℠', '    '), '(\d)(?=[\u00bc-\u00be\u2150-\u215e\u2189])', '\1 ', 'g');
        v_text := normalize(v_text, nfkc);
        -- Soft hyphen, zero-width characters, marks of direction and variation; accents that no letter has; Hebrew points; Arabic vowels.
        v_text := regexp_replace(v_text, '[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff'
                      '\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]+', '', 'g');
        -- Quotation marks and apostrophes inside Hebrew words: מ"ל, צ׳אי.
        v_text := regexp_replace(v_text, '\u05f3|(?<=[\u05d0-\u05ea])["\u05f4](?=[\u05d0-\u05ea])', '', 'g');
        v_text := unaccent(translate(v_text, '×ςأإآٱىةیک' || '٠١٢٣٤٥٦٧٨٩' || '۰۱۲۳۴۵۶۷۸۹' || '०१२३४५६७८९' || '๐๑๒๓๔๕๖๗๘๙',
                                     'xσاااايهيك' || repeat('0123456789', 4)));
        -- Signs of other scripts.
        v_text := regexp_replace(v_text, '[\u00a1-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00f7\u05be\u060c\u061b\u061f\u066a-\u066d\u0964\u0965'
                      '\u0e3f\u0e4f\u0e5a\u0e5b\u104a-\u104f\u17d4-\u17d6\u17d8-\u17db\u2000-\u2bff\u3000-\u3004\u3008-\u3020\u3030\u303d\u30a0\u30fb]+',
                      ' ', 'g');
    end if;
    v_text := regexp_replace(translate(v_text, '''', ''), '[!-,./:-@\[-`{-~[:space:]]+', ' ', 'g');
    -- Conditions, because most texts have neither.
    if strpos(v_text, ' x ') > 0 or strpos(v_text, ' X ') > 0 then
        -- 10 x 20 is 10x20 in pieces.
        v_text := regexp_replace(v_text, '(\d) [xX] (?=\d)', '\1-x-', 'g');
    end if;
    if strpos(v_text, '-') > 0 then
        v_text := regexp_replace(v_text, '(?:^| |-)-+|-+(?= |$)', ' ', 'g');
    end if;
    return btrim(v_text);
end $$;
