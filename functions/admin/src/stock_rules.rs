//! The rules by which a variant is sold: `POST /admin/stock/{variant_id}/rules/`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use serde_json::json;
use shared::app::App;
use shared::app::db::Tx;
use shared::audit::{self, AuditRecord, Kind};
use shared::catalogue::limits::MAX_UNITS;
use shared::catalogue::store::product;
use shared::catalogue::store::snapshot::ProductSnapshot;
use shared::catalogue::store::write::lock_product;
use shared::catalogue::write::{Author, ProductEdit, ProductTarget, VariantEdit, VariantTarget, VariantsEdit, save};
use shared::catalogue::{IdOrSlug, Visibility};
use shared::http::{ApiError, Body, Fields, PathId, Request};
use shared::ids::VariantId;
use shared::patch::Patch;
use shared::stock::staff::{StockRow, find};
use shared::users::permissions::Stock;
use shared::users::{ActorId, ClientInfo, Permission, Stamp};

use crate::error::PageError;
use crate::list_query::ListQuery;
use crate::same_origin::SameOrigin;
use crate::staff_page::RequiresOnPage;
use crate::variant::{Shown, show, variant_path};

/// The fields of the form. A browser sends no field for a box that is not ticked.
#[derive(Clone, Debug, Request)]
#[request(undocumented, blank_as_null, validate = require_form)]
pub(crate) struct RulesForm {
    #[field(default = false)]
    track_inventory: bool,
    #[field(default = false)]
    allow_backorder: bool,
    #[field(min = 0, max = MAX_UNITS)]
    backorder_limit: Option<i32>,
    #[field(min = 1, max = MAX_UNITS)]
    quantity_limit_per_customer: Option<i32>,
}

/// Requires the field that the form always sends: without it, an empty body would be a form without a ticked box.
fn require_form(fields: &mut Fields) {
    if !fields.has("rules") {
        fields.error("rules", "Send the form of the page.");
    }
}

/// Sets the rules and redirects to the page of the variant. They are a part of its product, so only users who may change the catalogue can set
/// them.
pub(crate) async fn set_stock_rules(
    State(app): State<App>,
    _: SameOrigin,
    RequiresOnPage(account, _): RequiresOnPage<Stock>,
    client_info: ClientInfo,
    id: Result<PathId<VariantId>, ApiError>,
    query: ListQuery,
    form: Result<Body<RulesForm>, ApiError>,
) -> Result<Response, PageError> {
    if !account.permissions.has(Permission::Catalogue) {
        return Err(PageError::NotAllowed);
    }
    let PathId(id) = id?;
    let form = match form {
        Ok(Body(form)) => form,
        Err(ApiError::Invalid(_)) => {
            let message = format!(
                "Enter whole numbers as limits, from 0 to {MAX_UNITS} for backordered units and from 1 for a customer, or leave them empty. Send the whole form."
            );
            let notice = Some(html! { p.message.bad role="alert" { (message) } });
            let page = show(&app, &account, id, &query, Shown { notice, form: None }).await?;
            return Ok((StatusCode::BAD_REQUEST, page).into_response());
        }
        Err(error) => return Err(error.into()),
    };
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    // The user has both permissions.
    let author = Author { stamp: Stamp { by: ActorId::Account(account.id), at: now }, may_change_stock: true };
    save_rules(&mut tx, id, &form, author).await?;
    let entry = AuditRecord::by_staff(Kind::StockRulesSet, account.id, None).with(json!({
        "variant_id": id,
        "track_inventory": form.track_inventory,
        "allow_backorder": form.allow_backorder,
        "backorder_limit": form.backorder_limit,
        "quantity_limit_per_customer": form.quantity_limit_per_customer,
    }));
    audit::store::record(&mut tx, entry, &client_info, now).await?;
    tx.commit().await?;
    tracing::info!(variant_id = id.0, rules = ?form, "stock rules set by staff");
    Ok(Redirect::to(&format!("{}?rules-set", variant_path(id))).into_response())
}

/// Saves the rules as an edit of the product, as the API does.
async fn save_rules(tx: &mut Tx, id: VariantId, form: &RulesForm, author: Author) -> Result<(), PageError> {
    let variant = find(tx, id, author.stamp.at).await?.ok_or(PageError::NotFound)?;
    let product = IdOrSlug::from(variant.product_id);
    let locked = lock_product(tx, &product).await?.ok_or(PageError::NotFound)?;
    let before = product::find(tx, &product, Visibility::Staff).await?.ok_or(PageError::NotFound)?;
    if !before.variants.iter().any(|variant| variant.id == id) {
        return Err(PageError::NotFound);
    }
    let edit = VariantEdit {
        variant: VariantTarget::Id(id),
        track_inventory: Some(form.track_inventory),
        allow_backorder: Some(form.allow_backorder),
        backorder_limit: Patch::replace(form.backorder_limit),
        quantity_limit_per_customer: Patch::replace(form.quantity_limit_per_customer),
        ..VariantEdit::default()
    };
    let snapshot = ProductSnapshot::of(tx, &before, locked.default_variant).await?;
    let edit = ProductEdit {
        product: ProductTarget::Locked(Box::new(snapshot)),
        variants: VariantsEdit::Some(vec![edit]),
        ..ProductEdit::default()
    };
    let saved = save(tx, &[edit], before.summary.currency, author).await.map_err(anyhow::Error::new)?;
    if let Some(Err(errors)) = saved.into_iter().next() {
        return Err(PageError::Internal(anyhow::anyhow!("the rules of variant {id} were refused: {errors:?}")));
    }
    Ok(())
}

/// Renders the form.
pub(crate) fn form(variant: &StockRow) -> Markup {
    html! {
        form.row method="post" action={ (variant_path(variant.variant_id)) "rules/" } {
            input type="hidden" name="rules" value="1";
            label { input type="checkbox" name="track_inventory" value="true" checked[variant.track_inventory]; " Count the stock" }
            label {
                input type="checkbox" name="allow_backorder" value="true" checked[variant.allow_backorder];
                " Sell more than is in stock"
            }
            label { "Limit of backordered units"
                input name="backorder_limit" type="number" min="0" max=(MAX_UNITS) step="1" placeholder="no limit"
                    value=[variant.backorder_limit];
            }
            label { "Units for a customer in open orders"
                input name="quantity_limit_per_customer" type="number" min="1" max=(MAX_UNITS) step="1" placeholder="limit of the shop"
                    value=[variant.quantity_limit_per_customer];
            }
            button { "Save" }
        }
    }
}

/// Says in words how the variant is sold.
pub(crate) fn in_words(variant: &StockRow) -> String {
    match (variant.track_inventory, variant.allow_backorder, variant.backorder_limit) {
        (false, ..) => "always, without counting the stock".to_owned(),
        (true, false, _) => "while it is in stock".to_owned(),
        (true, true, None) => "always; what is not in stock is backordered".to_owned(),
        (true, true, Some(limit)) => format!("while it is in stock, and up to {limit} units backordered"),
    }
}
