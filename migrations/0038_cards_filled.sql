-- no-transaction
-- The cards of the products that are there, some at a time: shops read and write meanwhile, and what is interrupted goes on when it is run again.
-- One statement, because only so can it commit on its way.
do $$
declare
    v_from bigint := 0;
    v_to bigint;
begin
    loop
        -- In id order, as whoever changes several products locks them.
        select max(id) into v_to
          from (select id from products where id > v_from and card = '' order by id limit 200 for no key update) batch;
        exit when v_to is null;
        update products set card = '' where id > v_from and id <= v_to and card = '';
        commit;
        v_from := v_to;
    end loop;
end $$;
