//! Everything that `migrate` does, as a role with the rights of RDS's master user: no superuser, but owner of the database and allowed to
//! create roles and databases. A superuser's run does not show what RDS refuses.

use migrate::{AppRole, apply};
use shared::app::db::{Connector, Db, PoolSettings};
use shared::testing::TestApp;
use sqlx::PgPool;

/// Gives the test's database to such a role, and returns the way to the database as that role.
async fn as_owner(db: &PgPool) -> Connector {
    // `shop` may have been created by the superuser of another test; on RDS the owner creates it, and so may administer it.
    sqlx::raw_sql(
        "do $$
         declare
             v_owner text := 'owner_of_' || (select oid from pg_database where datname = current_database());
         begin
             perform pg_advisory_xact_lock(1);
             if not exists (select from pg_roles where rolname = 'shop') then
                 create role shop login;
             end if;
             execute format('create role %I login createrole createdb', v_owner);
             execute format('grant shop to %I with admin option', v_owner);
             execute format('alter database %I owner to %I', current_database(), v_owner);
         end $$",
    )
    .execute(db)
    .await
    .unwrap();
    let owner: String =
        sqlx::query_scalar("select datdba::regrole::text from pg_database where datname = current_database()")
            .fetch_one(db)
            .await
            .unwrap();
    Connector::to(db.connect_options().as_ref().clone().username(&owner))
}

/// Roles belong to the server and do not go with the test's database.
async fn remove_owner(db: &PgPool) {
    sqlx::raw_sql(
        "do $$
         declare
             v_owner text := (select datdba::regrole::text from pg_database where datname = current_database());
         begin
             execute format('reassign owned by %s to current_user', v_owner);
             execute format('drop owned by %s', v_owner);
             execute format('drop role %s', v_owner);
         end $$",
    )
    .execute(db)
    .await
    .unwrap();
}

#[sqlx::test(migrations = false)]
async fn an_owner_without_superuser_rights_brings_the_database_up_to_date(db: PgPool) {
    let owner = as_owner(&db).await;
    let is_superuser: bool = sqlx::query_scalar("select rolsuper from pg_roles where rolname = current_user")
        .fetch_one(&mut owner.connect().await.unwrap())
        .await
        .unwrap();
    assert!(!is_superuser);

    assert_eq!(apply(&owner).await.unwrap().app_role, AppRole::Prepared);

    // Each function replaced, in another session than the one that created the extensions.
    sqlx::query("update sql_functions set digest = ''").execute(&db).await.unwrap();
    apply(&owner).await.unwrap();
    let is_current: bool =
        sqlx::query_scalar("select bool_and(digest <> '') from sql_functions").fetch_one(&db).await.unwrap();
    assert!(is_current);

    // The services' role can use what it made.
    let shop = db.connect_options().as_ref().clone().username("shop");
    let mut app = TestApp::without_routes(db.clone());
    app.app.db = Db::new(Connector::to(shop), PoolSettings { max_connections: 1 });
    app.an_order().await;
    remove_owner(&db).await;
}
