-- What a buyer tells of themselves.

alter table users
    add column name text not null default '',
    add column phone text not null default '';

create table user_addresses (
    id bigint generated always as identity primary key,
    user_id bigint not null references users (id) on delete cascade,
    name text not null,
    company text not null default '',
    line1 text not null,
    line2 text not null default '',
    city text not null,
    postal_code text not null default '',
    region text not null default '',
    -- ISO 3166-1 alpha-2.
    country text not null,
    phone text not null default '',
    is_default_shipping boolean not null default false,
    is_default_billing boolean not null default false,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint user_address_name_not_blank check (btrim(name) <> ''),
    constraint user_address_line1_not_blank check (btrim(line1) <> ''),
    constraint user_address_city_not_blank check (btrim(city) <> ''),
    constraint user_address_country_is_a_code check (country ~ '^[A-Z]{2}$')
);
create index user_address_by_user on user_addresses (user_id, id);
-- One default of each kind, by constraint.
create unique index user_address_default_shipping_unique on user_addresses (user_id) where is_default_shipping;
create unique index user_address_default_billing_unique on user_addresses (user_id) where is_default_billing;

-- Every mail that went to somebody: for who asks what is kept of them, and for who is erased. By account, because addresses change.
-- Only rows of before, whose account nobody wrote down, are found by their address. The key also has a mail that is being claimed
-- wait for an erasure that is under way, and the other way round.
alter table mail_log add column user_id bigint references users (id) on delete set null;
update mail_log m set user_id = u.id from users u where lower(u.email) = lower(m.recipient);
create index mail_log_by_user on mail_log (user_id) where user_id is not null;
create index mail_log_by_recipient on mail_log (lower(recipient)) where user_id is null;

-- Every mail address that an account is known to have had, in small letters. Not those that are somebody else's by now: what went
-- there is theirs.
create function addresses_of(p_user_id bigint) returns setof text language sql stable as $$
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
