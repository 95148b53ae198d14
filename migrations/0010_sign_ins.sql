-- Sign-ins: one row for each time that somebody logged in and may still be. Its refresh tokens are its family.

create table sign_ins (
    -- `family_id` of its refresh tokens, `sid` of its access tokens.
    id uuid primary key,
    user_id bigint not null references users (id) on delete cascade,
    created_at timestamptz not null,
    last_used_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz,
    end_reason text,
    -- From where: the client's address as it was seen, and the part of it that counts as a place (/24 of IPv4, /48 of IPv6).
    address text,
    network text,
    user_agent text,
    constraint sign_in_end_reason_known check (
        end_reason in ('logged_out', 'ended_by_owner', 'password_changed', 'email_changed', 'deactivated', 'token_reused')),
    constraint sign_in_ended_for_a_reason check ((ended_at is null) = (end_reason is null))
);
create index sign_in_by_user on sign_ins (user_id, created_at desc, id desc);
create index sign_in_by_place on sign_ins (user_id, network);
create index sign_in_by_expiry on sign_ins (expires_at);

insert into sign_ins (id, user_id, created_at, last_used_at, expires_at)
select family_id, min(user_id), min(issued_at), max(issued_at), max(expires_at) from refresh_tokens group by family_id;

-- Code of the version before knows no sign-ins, and goes on logging people in until it is replaced.
create function sign_in_of_refresh_token() returns trigger language plpgsql as $$
begin
    insert into sign_ins (id, user_id, created_at, last_used_at, expires_at)
    values (new.family_id, new.user_id, new.issued_at, new.issued_at, new.expires_at)
    on conflict (id) do nothing;
    return new;
end $$;
create trigger refresh_token_has_sign_in before insert on refresh_tokens
    for each row execute function sign_in_of_refresh_token();

alter table refresh_tokens
    add constraint refresh_token_of_sign_in foreign key (family_id) references sign_ins (id) on delete cascade;
