-- Every mail address, in lower case, that an account is known to have had; for the export and the erasure of personal data. Not an
-- address that another account has now: mail to it belongs to that account.
create or replace function addresses_of(p_user_id bigint) returns setof text language sql stable as $$
    select lower(email) from users where id = p_user_id
    union
    (select lower(email) from orders where user_id = p_user_id
     union
     select lower(email) from mailed_links where user_id = p_user_id
     union
     select lower(payload ->> 'email') from outbox
      where kind = 'email_changed' and payload ->> 'user_id' = p_user_id::text
     except
     select lower(email) from users where id <> p_user_id)
$$;
