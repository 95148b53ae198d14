-- What the roles of the functions and everyone (public) may do with the objects of the shop, one privilege a line; for apply_roles.sql and its tests.
with roles as (
    select oid, rolname::text as name from pg_roles where rolname like 'shop\_%' and rolname <> 'shop_owner'
    union all
    select 0, 'public'
), relations as (
    select c.oid, c.relname::text as name, c.relowner, c.relacl from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S')
       and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
), functions as (
    select p.oid, p.proname::text as name, p.proowner, coalesce(p.proacl, acldefault('f', p.proowner)) as acl from pg_proc p
     where p.pronamespace = 'public'::regnamespace
       and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
), granted as (
    select a.grantee, lower(a.privilege_type) as privilege, o.name as object from relations o, aclexplode(o.relacl) a
    union all
    select a.grantee, lower(a.privilege_type), format('%s (%s)', o.name, c.attname)
      from relations o join pg_attribute c on c.attrelid = o.oid, aclexplode(c.attacl) a
    union all
    select a.grantee, lower(a.privilege_type), o.name || '()' from functions o, aclexplode(o.acl) a
    union all
    -- That everyone may look up names in the schema is how PostgreSQL begins.
    select a.grantee, lower(a.privilege_type), 'schema public' from pg_namespace n, aclexplode(n.nspacl) a
     where n.nspname = 'public' and a.privilege_type <> 'USAGE'
    union all
    select o.relowner, 'owns', o.name from relations o
    union all
    select o.proowner, 'owns', o.name || '()' from functions o
)
select format('%s %s %s', r.name, g.privilege, g.object) from granted g join roles r on r.oid = g.grantee
