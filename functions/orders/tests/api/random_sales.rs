//! After any mix of sales, changes of stock and changes of the rules, at the same time, the numbers of the stock agree.

use shared::ids::VariantId;
use shared::testing::{Client, TestApp, TestUser};
use sqlx::{AssertSqlSafe, PgPool};
use tokio::task::JoinSet;

use super::{an_app, body};

/// A sequence of numbers that is the same for the same seed.
struct Numbers(u64);

impl Numbers {
    /// Returns a number from 0 to `end` - 1.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn units(&mut self, from: i32, to: i32) -> i32 {
        from + i32::try_from(self.below(usize::try_from(to - from + 1).unwrap())).unwrap()
    }
}

const RULES: [&str; 6] = [
    "track_inventory = false",
    "track_inventory = true",
    "allow_backorder = true",
    "allow_backorder = false",
    "backorder_limit = 6",
    "backorder_limit = null",
];

/// One of the people who work and buy in the shop at the same time.
struct Person {
    db: PgPool,
    client: Client,
    variants: Vec<VariantId>,
    numbers: Numbers,
}

impl Person {
    fn variant(&mut self) -> VariantId {
        self.variants[self.numbers.below(self.variants.len())]
    }

    /// Orders up to three variants; returns false if the answer is neither an order nor a refusal.
    async fn buys(&mut self, app: &TestApp, user: &TestUser) -> bool {
        let mut cart = app.a_cart().of(user.id);
        let first = self.numbers.below(self.variants.len());
        for step in 0..1 + self.numbers.below(3) {
            cart = cart.with(self.variants[(first + step) % self.variants.len()], self.numbers.units(1, 4));
        }
        let answer = self.client.post("/api/v1/orders/", body(cart.create().await)).await;
        [201, 409].contains(&answer.status)
    }

    /// Changes the stock or the rules of a variant. More cannot be taken than there is.
    async fn works(&mut self) {
        let variant = self.variant();
        let change = match self.numbers.below(4) {
            0 => format!(
                "update stock_levels set {} where variant_id = {variant}",
                RULES[self.numbers.below(RULES.len())]
            ),
            1 => format!("select change_stock({variant}, {}, 'corrected', now())", self.numbers.units(-3, -1)),
            2 => format!("select change_stock({variant}, {}, 'returned', now())", self.numbers.units(1, 2)),
            _ => format!("select change_stock({variant}, {}, 'received', now())", self.numbers.units(1, 9)),
        };
        if let Err(error) = sqlx::query(AssertSqlSafe(change.clone())).execute(&self.db).await {
            assert!(error.to_string().contains("stock_not_negative"), "{change}: {error}");
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_numbers_agree_after_any_mix_of_sales_and_changes(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let variants = vec![
        app.a_product().stock(20).create().await.variant,
        app.a_product().untracked().create().await.variant,
        app.a_product().stock(3).backorders(Some(8)).create().await.variant,
        app.a_product().backorders(None).create().await.variant,
    ];
    let app = std::sync::Arc::new(app);
    let mut people = JoinSet::new();
    for seed in 0..8 {
        let (app, ana, variants) = (app.clone(), ana.clone(), variants.clone());
        let mut person =
            Person { db: app.db.clone(), client: app.client_of(&ana), variants, numbers: Numbers(seed * 7919 + 1) };
        people.spawn(async move {
            for _ in 0..40 {
                if person.numbers.below(3) == 0 {
                    person.works().await;
                } else {
                    assert!(person.buys(&app, &ana).await);
                }
            }
        });
    }
    people.join_all().await;

    assert!(app.count("select count(*) from order_lines").await > 50, "most carts are sold");
    assert!(app.stock_adds_up().await);
    // Each line was either tracked, so that it got its units from the ledger or waits for them, or untracked.
    let wrong = "select count(*) from order_lines l
                  cross join lateral (select coalesce(-sum(change), 0) as units from stock_ledger s
                                       where s.order_id = l.order_id and s.variant_id = l.variant_id) got
                  where got.units + l.backordered <> l.quantity and (got.units, l.backordered) <> (0, 0)";
    assert_eq!(app.count(wrong).await, 0);
    // No line waits while a later one has got units that came in after its order.
    let overtaken = "select count(*) from order_lines l join orders o on o.id = l.order_id
                      where l.backordered > 0
                        and exists (select from stock_ledger s
                                      join orders later on later.id = s.order_id and later.number > o.number
                                     where s.variant_id = l.variant_id and s.reason = 'sold')";
    assert_eq!(app.count(overtaken).await, 0);
    // A delivery that covers everything leaves nothing owed.
    for variant in variants {
        sqlx::query("select change_stock($1, 10000, 'received', now())").bind(variant).execute(&app.db).await.unwrap();
    }
    assert_eq!(app.count("select sum(backordered)::bigint from stock_levels").await, 0);
    assert!(app.stock_adds_up().await);
}
