-- A variant without values that nobody has named is called "Standard" by files and by staff; staff's were called "Default", which would
-- now be a name that somebody gave.
update product_variants v set name = 'Standard'
 where v.name = 'Default' and not exists (select from variant_attribute_values x where x.variant_id = v.id);
