-- Trigger: keeps `carts.is_empty`, by which an empty cart ends sooner. A statement that adds a line to a cart with lines writes nothing here.
-- Runs as the owner of the table, because carts also go with an account or by their age, and who deletes them may not read their lines.
create or replace function note_empty_carts() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
    update carts c set is_empty = not c.is_empty
     where c.id in (select l.cart_id from changed_lines l)
       and c.is_empty = exists (select from cart_lines l where l.cart_id = c.id);
    return null;
end $$;

create or replace trigger first_line_fills_a_cart after insert on cart_lines
    referencing new table as changed_lines for each statement execute function note_empty_carts();
create or replace trigger last_line_empties_a_cart after delete on cart_lines
    referencing old table as changed_lines for each statement execute function note_empty_carts();
