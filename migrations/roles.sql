-- What each function may do in the database: the privileges of the roles that the functions log in as. Nothing else is granted to them.
--
-- `apply_roles.sql` revokes whatever the roles have and then runs this file, at every migration, so a line that goes is a privilege that goes.
-- The code of the previous release is still running then: a privilege goes one release after the code that uses it. The tests of a function log in
-- as its role, so a privilege that is missing fails them, and a test (tests/schema/roles.rs) compares what the database has granted with this file.
--
-- `for update` requires the right to update some column of the table. Where a role only locks or deletes rows, that column is one that nothing can
-- write (generated) or that nothing else depends on.
--
-- What a role may do with rows that it must not read or write freely is done by functions that run as the owner of the tables (`security definer`):
-- actor_name, caller, use_api_key, permissions_of_actor, throttle, throttle_take_back, throttle_client, throttle_client_take_back,
-- throttle_wait, lock_variants_for_sale, note_empty_carts, check_out, forget_audit, forget_links. A trigger that a cascade fires runs as the role that deleted the first row.

-- Whom a request comes from: every function with an HTTP API.
grant execute on function caller, use_api_key to shop_auth, shop_catalogue, shop_cart, shop_orders, shop_uploads, shop_transfers, shop_admin;

-- auth: accounts and what they own. No other role reads passwords, tokens, second factors, recovery codes or the secrets of links and API keys.

grant select, insert, update, delete on users, user_addresses, sign_ins, refresh_tokens, mailed_links, totp_devices, recovery_codes, registrations, roles
    to shop_auth;
-- notifications makes these links, with their mails.
grant select, delete on registration_links to shop_auth;
-- A registration has the id of the account that it becomes.
grant usage on sequence users_id_seq to shop_auth;
grant select, insert on proven_addresses, audit_log to shop_auth;
-- A proof that another account has made void.
grant delete on proven_addresses to shop_auth;
grant select, insert, delete on user_roles to shop_auth;
grant select, insert, update on api_keys to shop_auth;
-- A successful log-in deletes its failed attempts.
grant select (scope, subject), delete on throttles to shop_auth;
grant select, insert, update, delete on idempotency_keys to shop_auth;
-- Its own events, mails that staff send again, and those of an account that is erased.
grant select, insert, update (created_at, next_attempt_at, attempts, last_error, sent_at, trace_header), delete on outbox to shop_auth;
grant select, update (recipient, status, claimed_until, finished_at, error) on mail_log to shop_auth;
-- The export and the erasure of personal data.
grant select on carts, cart_lines, orders, order_lines, order_events, back_in_stock_subscriptions, product_variants to shop_auth;
grant update (user_id, email) on orders to shop_auth;
grant update (confirmed_at), delete on back_in_stock_subscriptions to shop_auth;
grant select (token_sha256, subscription_id) on back_in_stock_links to shop_auth;
grant execute on function addresses_of, begin_log_in, finish_log_in, has_second_factor, permissions_of, throttle, throttle_client, throttle_client_take_back,
    throttle_log_in_succeeded, throttle_wait, mark_event_sent to shop_auth;

-- The catalogue. transfer-worker writes it as catalogue does, from files.

grant select, insert, update, delete on brands, categories, attributes, attribute_values to shop_catalogue;
grant select, insert on brands, categories, attributes, attribute_values to shop_transfer_worker;
-- New values of an attribute lock it.
grant update (version) on attributes to shop_transfer_worker;
grant select, insert, update, delete on products, product_variants, product_categories, product_images, old_product_slugs, old_category_slugs,
    variant_prices to shop_catalogue, shop_transfer_worker;
grant select, insert, update, delete on variant_attribute_values to shop_catalogue, shop_transfer_worker;
-- Written by triggers on products and variants.
grant select, insert, update on product_index to shop_catalogue, shop_transfer_worker;
grant select, insert on catalogue_words to shop_catalogue, shop_transfer_worker;
grant select on image_files, shop to shop_catalogue, shop_transfer_worker;
grant select on kept_facets to shop_catalogue;
-- Stock, and the orders that wait for units.
grant select, insert, update on stock_levels to shop_catalogue, shop_transfer_worker;
grant insert on stock_ledger to shop_catalogue, shop_transfer_worker;
grant select (id, number, placed_at) on orders to shop_catalogue, shop_transfer_worker;
grant select (order_id, position, variant_id, backordered), update (backordered) on order_lines to shop_catalogue, shop_transfer_worker;
-- What is in a cart or an order is archived and not deleted.
grant select (variant_id) on cart_lines to shop_catalogue, shop_transfer_worker;
grant execute on function
    change_stock, change_stocks, fill_backorders, refresh_availability, refresh_product_cards, offer_of_product, note_variant_prices,
    write_variant_combinations, lock_brand_names, lock_category_tree, lock_product_slugs, lock_catalogue_imports, deepest_category,
    is_published, plain_text, word_vector, word_makers, search_words, fold_words, split_runs, joined_words, joins_as_one, is_unspaced, without_article,
    shop_currency, micros
    to shop_catalogue, shop_transfer_worker;

-- catalogue: reading, search and subscriptions.

grant insert on audit_log to shop_catalogue;
grant select, insert, update, delete on idempotency_keys to shop_catalogue;
grant select (id, created_at, updated_at) on carts to shop_catalogue;
-- Subscriptions, and the links that confirm them.
grant select (id, variant_id, email, created_at, confirmed_at, notified_at), insert, update (email, created_at, confirmed_at)
    on back_in_stock_subscriptions to shop_catalogue;
grant select (token_sha256, subscription_id) on back_in_stock_links to shop_catalogue;
grant select (user_id, email) on proven_addresses to shop_catalogue;
grant insert on outbox to shop_catalogue;
grant execute on function
    list_cards, read_product, lowest_prices_of_product, lowest_prices_before_reductions, search_cards, search_query, search_terms, title_rank,
    is_common, few_products_with, mistyped_words, similar_words, throttle_client
    to shop_catalogue;

-- transfers and transfer-worker: files that are imported and exported.

grant select, insert, update on imports, exports to shop_transfers;
grant insert on audit_log to shop_transfers;
grant select on import_errors, export_skipped_products to shop_transfers;
grant select (import_id), delete on import_scattered_handles to shop_transfers;
-- The number of products in an export.
grant select (id) on products to shop_transfers;

grant select, update on imports, exports to shop_transfer_worker;
-- What the author of an import may still do.
grant execute on function permissions_of_actor to shop_transfer_worker;
grant insert on import_errors, export_skipped_products to shop_transfer_worker;
grant select, insert, delete on import_scattered_handles to shop_transfer_worker;

-- uploads: images.

grant select, insert, update, delete on uploads to shop_uploads;
grant select, insert on image_files to shop_uploads;

-- cart.

grant select, insert, update, delete on carts, cart_lines, idempotency_keys to shop_cart;
grant select on products, product_variants, stock_levels, product_images, image_files, shop to shop_cart;
grant execute on function lock_variants_for_sale, is_published, shop_currency, throttle_client, throttle_wait to shop_cart;

-- orders: `check_out` alone places an order.

grant select on orders, order_lines to shop_orders;
grant select (id, sent_at, attempts), update (sent_at, attempts, last_error, trace_header) on outbox to shop_orders;
grant execute on function check_out, flush_order, mark_event_sent to shop_orders;

-- admin: the staff's pages.

grant select (id, email, username) on users to shop_admin;
-- The end of the session.
grant select (id, user_id, ended_at, expires_at), update (ended_at, end_reason) on sign_ins to shop_admin;
grant select, insert on audit_log to shop_admin;
grant execute on function actor_name to shop_admin;
grant select on orders, order_lines, order_events, shop to shop_admin;
grant select, update (created_at, next_attempt_at, attempts, sent_at) on outbox to shop_admin;
grant select, update (status, claimed_until, finished_at) on mail_log to shop_admin;
grant select on brands, categories, product_categories, attributes, attribute_values, variant_attribute_values, product_images, image_files,
    variant_prices, product_index, stock_ledger to shop_admin;
-- Stock and its rules, which change the versions and the cards of products.
grant select, update on products, product_variants, stock_levels to shop_admin;
grant insert, update on product_index to shop_admin;
grant select, insert on catalogue_words to shop_admin;
grant insert on stock_ledger to shop_admin;
grant update (backordered) on order_lines to shop_admin;
grant execute on function
    change_stock, change_stocks, fill_backorders, refresh_availability, refresh_product_cards, offer_of_product, read_product,
    lowest_prices_of_product, lowest_prices_before_reductions, is_published, search_query, search_terms, search_words, plain_text, word_vector, word_makers,
    fold_words, split_runs, joined_words, joins_as_one, is_unspaced, without_article, shop_currency
    to shop_admin;

-- notifications: mails.

grant select, insert, update on mail_log to shop_notifications;
grant select, update (notified_at, event_id) on back_in_stock_subscriptions to shop_notifications;
grant select on orders, order_lines, products, product_variants, stock_levels, proven_addresses to shop_notifications;
grant select (id, email, locale, is_active, last_login_at) on users to shop_notifications;
grant select (id, user_id, created_at, address, user_agent) on sign_ins to shop_notifications;
grant select (id, user_id, kind) on audit_log to shop_notifications;
-- It makes a link together with its mail, and reads none.
grant insert, select (user_id, purpose, used_at, expires_at), update (token_sha256, email, created_at, expires_at), delete on mailed_links
    to shop_notifications;
grant insert, select (registration_id), update (token_sha256, created_at, expires_at) on registration_links to shop_notifications;
grant insert on back_in_stock_links to shop_notifications;
-- Locked while a link to it is made; the language is what nobody else depends on.
grant select (id, email, locale, created_at), update (locale) on registrations to shop_notifications;
grant execute on function is_published, throttle_client to shop_notifications;

-- outbox-relay.

grant select, update (attempts, next_attempt_at, last_error, sent_at) on outbox to shop_outbox_relay;
grant execute on function mark_event_sent to shop_outbox_relay;

-- scheduler: timed jobs.

grant select, update (notified_at, event_id), delete on back_in_stock_subscriptions to shop_scheduler;
grant select on products, product_variants, stock_levels to shop_scheduler;
grant select, insert, update (created_at, next_attempt_at, attempts, sent_at), delete on outbox to shop_scheduler;
grant select (event_id, status, claimed_until, created_at), update (status, finished_at), delete on mail_log to shop_scheduler;
grant select, update (held_until), delete on imports, exports to shop_scheduler;
grant select (import_id, position), update (position), delete on import_errors to shop_scheduler;
grant select (export_id, position), update (position), delete on export_skipped_products to shop_scheduler;
grant select (key, created_at), update (created_at), delete on idempotency_keys to shop_scheduler;
grant select (id, ends_at), update (ends_at), delete on carts to shop_scheduler;
grant select (id, created_at), update (locale), delete on registrations to shop_scheduler;
-- The counts of large lists.
grant select on product_index, brands, categories, old_category_slugs, attributes, attribute_values, shop to shop_scheduler;
grant select, insert, update, delete on kept_facets to shop_scheduler;
grant execute on function is_published, forget_audit, forget_links to shop_scheduler;
