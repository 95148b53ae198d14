-- A whole taxonomy is planted in one transaction, in which no statistics say how the table has grown: the trigger's walks were planned for a
-- small one and read all of it for each row, 13 seconds for 5,582 categories. By its index each step reads a row or a few: half a second.
alter function keep_categories_a_tree() set enable_seqscan = off;
alter function keep_categories_a_tree() set enable_hashjoin = off;
