-- What pg_dump would show, without needing pg_dump.
with ours as (
    select c.oid, c.relname, c.relkind, c.reloptions from pg_class c
     where c.relnamespace = 'public'::regnamespace
       and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
)
select line from (
    select format('table %s %s %s', relname, relkind, reloptions) as line from ours where relkind in ('r', 'v', 'S', 'm')
    union all
    select format('column %s.%s %s %s default %s identity %s generated %s storage %s', o.relname, a.attname,
                  format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end, pg_get_expr(d.adbin, d.adrelid),
                  a.attidentity, a.attgenerated, a.attstorage)
      from ours o
      join pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = o.oid and d.adnum = a.attnum
     where o.relkind in ('r', 'v', 'm')
    union all
    select format('constraint %s on %s: %s', c.conname, o.relname, pg_get_constraintdef(c.oid))
      from ours o join pg_constraint c on c.conrelid = o.oid
    union all
    select pg_get_indexdef(i.indexrelid) from ours o join pg_index i on i.indrelid = o.oid
    union all
    select pg_get_triggerdef(t.oid) from ours o join pg_trigger t on t.tgrelid = o.oid where not t.tgisinternal
    union all
    select format('view %s: %s', relname, pg_get_viewdef(oid)) from ours where relkind in ('v', 'm')
    union all
    select pg_get_functiondef(p.oid) from pg_proc p
     where p.pronamespace = 'public'::regnamespace
       and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    union all
    select 'extension ' || extname from pg_extension
    union all
    select format('file %s %s', file, signature) from sql_functions
) as described
 order by line
