-- Every mail address, in lower case, that belongs to an account because the account was the last to prove it; for the export and the erasure
-- of personal data. Not an address that another account has now: mail to it belongs to that account.
create or replace function addresses_of(p_user_id bigint) returns setof text language sql stable as $$
    select p.email
      from proven_addresses p
     where p.user_id = p_user_id
       and not exists (select from proven_addresses later where later.email = p.email and later.proven_at > p.proven_at)
       and not exists (select from users u where lower(u.email) = p.email and u.id <> p_user_id)
$$;
