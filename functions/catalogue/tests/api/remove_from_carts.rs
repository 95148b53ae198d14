//! Variants in carts are archived instead of deleted, so that no line vanishes without its buyer.
#![expect(clippy::disallowed_methods, reason = "the tests hold locks on their own connections")]

use serde_json::{Value, json};
use shared::app::Clock as _;
use shared::carts::UnavailableReason;
use shared::carts::store::lines;
use shared::ids::{CartId, VariantId};
use shared::orders::store::Outcome;
use shared::testing::{Client, TestApp, TestUser};
use sqlx::PgPool;

use crate::app;
use crate::create_product::{create_shirt, path, shirt};
use crate::write_categories::editor;

/// A shop whose shirt has its small variant in the cart of Ana, with another product.
struct Case {
    app: TestApp,
    editor: Client,
    ana: TestUser,
    small: VariantId,
    cart: CartId,
}

impl Case {
    async fn new(db: PgPool) -> Self {
        let app = app(db);
        let editor = editor(&app).await;
        let shirt = create_shirt(&editor).await;
        let small = serde_json::from_value(shirt["variants"][0]["id"].clone()).unwrap();
        let (ana, socks) = (app.a_user().await, app.a_product().stock(9).create().await);
        let cart = app.a_cart().of(ana.id).with(small, 1).with(socks.variant, 1).create().await;
        Self { app, editor, ana, small, cart }
    }

    fn variant(&self) -> String {
        path(&format!("ocean-blue-shirt/variants/{}", self.small))
    }

    async fn check_out(&self) -> Outcome {
        self.app.check_out(&self.app.a_placement(self.cart, self.ana.id)).await
    }

    /// Asserts that the cart has both lines, that the first is named and not for sale, and that neither is sold until the buyer removes it.
    async fn the_line_stays_until_its_buyer_removes_it(&self) {
        let mut tx = self.app.owner.begin().await.unwrap();
        let lines = lines(&mut tx, self.cart, self.app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(lines.len(), 2, "{lines:?}");
        let (gone, socks) = (&lines[0], &lines[1]);
        assert_eq!(gone.unavailable_reason, Some(UnavailableReason::NotForSale));
        assert_eq!((gone.product_variant.sku.as_str(), gone.product_variant.name.as_str()), ("OCEAN-S", "S / Blue"));
        assert_eq!(gone.product_variant.product.name, "Ocean Blue Shirt");
        assert!(socks.is_available);

        let outcome = self.check_out().await;
        assert!(matches!(outcome, Outcome::SoldOut(_)), "{outcome:?}");
        let Outcome::SoldOut(items) = outcome else { return };
        assert_eq!(items.len(), 1);
        assert_eq!((items[0].product_variant_id, items[0].sku.as_str()), (self.small, "OCEAN-S"));

        sqlx::query("delete from cart_lines where id = $1").bind(gone.id).execute(&self.app.db).await.unwrap();
        let outcome = self.check_out().await;
        assert!(matches!(outcome, Outcome::Placed(_)), "{outcome:?}");
        let Outcome::Placed(order) = outcome else { return };
        assert_eq!(order.items.len(), 1);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_in_a_cart_is_archived(db: PgPool) {
    let case = Case::new(db).await;

    let archived = case.editor.delete(&case.variant()).await.expect(200).body;

    assert_eq!(archived["is_archived"], true);
    case.the_line_stays_until_its_buyer_removes_it().await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_with_a_variant_in_a_cart_is_archived(db: PgPool) {
    let case = Case::new(db).await;

    let archived = case.editor.delete(&path("ocean-blue-shirt")).await.expect(200).body;

    assert_eq!(archived["status"], "archived");
    case.the_line_stays_until_its_buyer_removes_it().await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_replacement_archives_a_variant_in_a_cart(db: PgPool) {
    let case = Case::new(db).await;
    let mut without = shirt();
    without["variants"].as_array_mut().unwrap().remove(0);
    without["images"] = json!([]);

    case.editor.put(&path("ocean-blue-shirt"), without).await.expect(200);

    case.the_line_stays_until_its_buyer_removes_it().await;
}

/// The buyer's total is right without the free line, so only the line itself can tell that it is missing.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_free_gift_that_is_deleted_is_not_left_out_silently(db: PgPool) {
    let case = Case::new(db).await;
    case.editor.patch(&path("ocean-blue-shirt"), json!({"base_price": "0.00"})).await.expect(200);
    case.editor.delete(&case.variant()).await.expect(200);

    assert!(matches!(case.check_out().await, Outcome::SoldOut(_)));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cart_that_has_ended_keeps_no_variant(db: PgPool) {
    let case = Case::new(db).await;
    sqlx::query("delete from carts").execute(&case.app.db).await.unwrap();

    case.editor.delete(&case.variant()).await.expect(204);
}

/// Adds the variant to a cart in a transaction that is committed while `delete` waits for it.
async fn added_during(case: &Case, delete: &str) -> Value {
    sqlx::query("delete from cart_lines").execute(&case.app.db).await.unwrap();
    let mut adding = case.app.db.begin().await.unwrap();
    sqlx::query("insert into cart_lines (cart_id, variant_id, quantity) values ($1, $2, 1)")
        .bind(case.cart)
        .bind(case.small)
        .execute(&mut *adding)
        .await
        .unwrap();
    let commit = async {
        case.app.wait_until_blocked().await;
        adding.commit().await.unwrap();
    };
    let (answer, ()) = tokio::join!(case.editor.delete(delete), commit);
    assert_eq!(case.app.count("select count(*) from cart_lines").await, 1);
    answer.expect(200).body
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_that_is_added_to_a_cart_during_its_deletion_is_archived(db: PgPool) {
    let case = Case::new(db).await;
    assert_eq!(added_during(&case, &case.variant()).await["is_archived"], true);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_that_is_added_to_a_cart_during_its_deletion_is_archived(db: PgPool) {
    let case = Case::new(db).await;
    assert_eq!(added_during(&case, &path("ocean-blue-shirt")).await["status"], "archived");
}
