-- A change counts even when it bears the time of the one before it: two editors may be told the same microsecond, and a clock may stand still.
-- Whoever sets updated_at changed something; what a sale changes does not set it.
drop trigger product_has_a_version on products;
create trigger product_has_a_version before update of updated_at on products
    for each row execute function count_product_version();
