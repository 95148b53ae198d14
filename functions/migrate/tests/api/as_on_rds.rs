//! Everything that `migrate` does, as a role with the rights of RDS's master user: no superuser, but owner of the database and allowed to
//! create roles and databases. A superuser's run does not show what RDS refuses.

use migrate::{Roles, apply};
use shared::app::db::{Connector, Db, PoolSettings};
use shared::orders::store::{Outcome, place};
use shared::testing::TestApp;
use sqlx::{AssertSqlSafe, PgPool};

use crate::empty;

/// Gives the test's database to such a role, and returns the way to the database as that role.
async fn as_owner(db: &PgPool) -> Connector {
    // The roles of the functions may have been created by the superuser of another test; on RDS the owner creates them, and so may administer them.
    sqlx::raw_sql(AssertSqlSafe(format!(
        "do $$
         declare
             v_owner text := 'owner_of_' || (select oid from pg_database where datname = current_database());
             v_role text;
         begin
             execute format('create role %I login createrole createdb', v_owner);
             foreach v_role in array array[{}] loop
                 begin
                     execute format('create role %I login', v_role);
                 exception when duplicate_object or unique_violation then
                     null;
                 end;
                 execute format('grant %I to %I with admin option', v_role, v_owner);
             end loop;
             execute format('alter database %I owner to %I', current_database(), v_owner);
         end $$",
        migrations::quoted_roles()
    )))
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
    empty(&db).await;
    let owner = as_owner(&db).await;
    let is_superuser: bool = sqlx::query_scalar("select rolsuper from pg_roles where rolname = current_user")
        .fetch_one(&mut owner.connect().await.unwrap())
        .await
        .unwrap();
    assert!(!is_superuser);

    assert_eq!(apply(&owner).await.unwrap().roles, Roles::Prepared);

    // Each function replaced, in another session than the one that created the extensions.
    sqlx::query("update sql_functions set digest = ''").execute(&db).await.unwrap();
    apply(&owner).await.unwrap();
    let is_current: bool =
        sqlx::query_scalar("select bool_and(digest <> '') from sql_functions").fetch_one(&db).await.unwrap();
    assert!(is_current);

    // A function's role can use what it made, also functions that run as their owner.
    let orders = db.connect_options().as_ref().clone().username("shop_orders");
    let orders = Db::new(Connector::to(orders), PoolSettings { max_connections: 1 });
    let app = TestApp::without_routes(db.clone());
    let (shoes, buyer) = (app.a_product().stock(1).create().await, app.a_user().await);
    let cart = app.a_cart().of(buyer.id).with(shoes.variant, 1).create().await;
    let outcome = place(&orders, &app.a_placement(cart, buyer.id)).await.unwrap();
    assert!(matches!(outcome, Outcome::Placed(_)), "{outcome:?}");
    remove_owner(&db).await;
}
