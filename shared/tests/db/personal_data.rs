//! Every column that could hold something of a person is classified, so that a new one is neither forgotten by the erasure of an account nor
//! by the export of a person's data.

use std::collections::BTreeSet;

use sqlx::PgPool;

/// The treatment of a column in the export and in the erasure of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// `GET /auth/users/me/export/` returns it, and the erasure of the account deletes or overwrites it.
    Exported,
    /// The erasure deletes or overwrites it. The export leaves it out: it is a secret, or a copy of exported data.
    Erased,
    /// It outlives the account, for this reason.
    Kept(&'static str),
    /// It holds no data of a person.
    Impersonal,
}

use Class::{Erased, Exported, Impersonal, Kept};

const BOOKS: &str = "the shop's books keep what was sold; the order no longer names a person";
const AUDIT: &str = "the audit log cannot be changed; it names accounts by number alone";
const MAILS: &str = "the log keeps that a mail was sent; its recipient and its errors are overwritten";
const KEYS: &str = "a key belongs to the shop and may still be in use";

/// Columns by table: each with its class.
const COLUMNS: &[(&str, Class, &[&str])] = &[
    ("api_keys", Kept(KEYS), &["name", "key_sha256", "scopes"]),
    ("attribute_values", Impersonal, &["value", "value_key"]),
    ("attributes", Impersonal, &["name", "name_key"]),
    ("audit_log", Kept(AUDIT), &["kind", "details", "address", "user_agent", "request_id"]),
    ("brands", Impersonal, &["name", "name_key", "slug"]),
    ("carts", Exported, &["status"]),
    ("catalogue_words", Impersonal, &["word"]),
    ("kept_facets", Impersonal, &["counts"]),
    ("categories", Impersonal, &["name", "name_key", "slug"]),
    ("export_skipped_products", Impersonal, &["reason", "slug"]),
    ("exports", Impersonal, &["error", "kind", "parts", "status", "storage_key", "upload_id"]),
    ("idempotency_keys", Erased, &["body", "headers"]),
    ("image_files", Impersonal, &["url", "list_url", "page_url", "zoom_url"]),
    ("import_errors", Impersonal, &["reason"]),
    ("import_scattered_handles", Impersonal, &["handle"]),
    (
        "imports",
        Impersonal,
        &[
            "delimiter",
            "duplicate_skus",
            "encoding",
            "error",
            "header",
            "kind",
            "status",
            "stock",
            "stock_moved_skus",
            "storage_key",
        ],
    ),
    ("mail_log", Kept(MAILS), &["kind", "status", "message_id"]),
    ("mail_log", Exported, &["recipient"]),
    ("mail_log", Erased, &["error"]),
    ("mailed_links", Exported, &["email", "purpose"]),
    ("mailed_links", Erased, &["token_sha256"]),
    ("old_category_slugs", Impersonal, &["slug"]),
    ("old_product_slugs", Impersonal, &["slug"]),
    ("order_events", Kept(BOOKS), &["kind"]),
    ("order_lines", Kept(BOOKS), &["product_name", "variant_name", "sku"]),
    ("orders", Kept(BOOKS), &["currency", "locale", "status"]),
    ("orders", Exported, &["email"]),
    ("outbox", Erased, &["kind", "payload", "last_error", "trace_header"]),
    ("product_images", Impersonal, &["url", "alt_text"]),
    ("product_index", Impersonal, &["status", "tags"]),
    ("product_variants", Impersonal, &["name", "sku", "barcode"]),
    (
        "products",
        Impersonal,
        &[
            "brand_name",
            "brand_slug",
            "card",
            "category_names",
            "category_slugs",
            "currency",
            "description",
            "handle",
            "main_image_alt_text",
            "main_image_list_url",
            "main_image_url",
            "name",
            "sku",
            "slug",
            "status",
            "tags",
        ],
    ),
    ("proven_addresses", Exported, &["email"]),
    ("recovery_codes", Erased, &["code_sha256"]),
    ("refresh_tokens", Erased, &["token_sha256"]),
    ("registration_links", Erased, &["token_sha256"]),
    ("registrations", Erased, &["email", "username", "username_key", "password_hash", "locale", "network"]),
    ("roles", Impersonal, &["name", "permissions"]),
    ("shop", Impersonal, &["currency"]),
    ("sign_ins", Exported, &["address", "end_reason", "user_agent"]),
    ("sign_ins", Erased, &["network"]),
    ("sql_functions", Impersonal, &["file", "digest", "signature"]),
    ("stock_ledger", Impersonal, &["reason"]),
    ("back_in_stock_links", Erased, &["token_sha256"]),
    ("back_in_stock_subscriptions", Exported, &["email", "locale"]),
    ("throttles", Impersonal, &["scope"]),
    ("throttles", Kept("a digest that is deleted when its time is up, within a day"), &["subject"]),
    ("totp_devices", Erased, &["secret"]),
    ("uploads", Impersonal, &["content_type", "image_url", "refusal", "status"]),
    (
        "user_addresses",
        Exported,
        &["name", "company", "line1", "line2", "city", "postal_code", "region", "country", "phone"],
    ),
    ("users", Exported, &["email", "username", "name", "phone", "locale"]),
    ("users", Erased, &["password_hash", "username_key"]),
];

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn every_column_that_can_hold_a_text_is_classified(db: PgPool) {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "select c.table_name::text, c.column_name::text
           from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
          where t.table_type = 'BASE TABLE' and c.table_schema = 'public' and c.table_name not like '\\_sqlx%'
            and ltrim(c.udt_name, '_') in
                ('text', 'varchar', 'bpchar', 'citext', 'name', 'json', 'jsonb', 'xml', 'inet', 'cidr', 'macaddr', 'bytea', 'hstore')",
    )
    .fetch_all(&db)
    .await
    .unwrap();
    let there: BTreeSet<String> = columns.into_iter().map(|(table, column)| format!("{table}.{column}")).collect();
    let mut classified = BTreeSet::new();
    for (table, class, columns) in COLUMNS {
        if let Kept(reason) = class {
            assert!(!reason.is_empty(), "{table} is kept without a reason");
        }
        for column in *columns {
            assert!(classified.insert(format!("{table}.{column}")), "{table}.{column} is classified twice");
        }
    }
    let new: Vec<_> = there.difference(&classified).collect();
    assert!(
        new.is_empty(),
        "not classified: {new:?}. Say in COLUMNS what becomes of each; what is of a person belongs in \
         shared/src/users/store/erasure.rs and, unless it is a secret, in shared/src/users/store/export.rs (docs/personal-data.md)"
    );
    let gone: Vec<_> = classified.difference(&there).collect();
    assert!(gone.is_empty(), "classified, and not in the database: {gone:?}");
}

/// The name of a table stands in what erases or exports it, or its rows are deleted with the account, a registration or a subscription.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn columns_classified_as_erased_are_erased_with_the_account(db: PgPool) {
    let cascading: Vec<String> = sqlx::query_scalar(
        "with recursive deleted as (
             select unnest(array['users', 'registrations', 'back_in_stock_subscriptions'])::regclass::oid as id
             union
             select k.conrelid from pg_constraint k join deleted d on k.confrelid = d.id
              where k.contype = 'f' and k.confdeltype = 'c'
         )
         select id::regclass::text from deleted",
    )
    .fetch_all(&db)
    .await
    .unwrap();
    let erasure = include_str!("../../src/users/store/erasure.rs");
    for (table, class, _) in COLUMNS {
        let is_named =
            [format!("update {table} "), format!("delete from {table} ")].iter().any(|it| erasure.contains(it))
                || erasure.contains(&format!("delete from {table}\n"));
        let goes = cascading.iter().any(|name| name == table) || is_named;
        assert!(goes || !matches!(class, Exported | Erased), "{table} is {class:?} and outlives the account");
    }
}
