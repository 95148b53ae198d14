-- Raises a product's version with every write of `updated_at`, so that two editors do not overwrite each other unseen.
-- Staff's changes to the product, its variants, images and categories set `updated_at`; a sale does not. A change counts even if it
-- sets the same time as the one before: two edits may fall into one microsecond, and the clock may stand still.
create or replace function count_product_version() returns trigger language plpgsql as $$
begin
    new.version := old.version + 1;
    return new;
end $$;

create or replace trigger product_has_a_version before update of updated_at on products
    for each row execute function count_product_version();
