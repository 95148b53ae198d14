-- The largest depth of a category. Deeper than any shop sorts its products, and small enough for a client that walks the tree.
create or replace function deepest_category() returns integer language sql immutable as 'select 32';
