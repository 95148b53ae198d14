//! Sends a mail about an order again that has failed: `POST /admin/orders/{id}/resend-mail/`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde_json::json;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, PathId, Request};
use shared::ids::{EventId, OrderId};
use shared::mail::staff::{OrderMail, of_order};
use shared::mail::store::resend::{ResendError, resend_failed};
use shared::orders::staff::find;
use shared::users::ClientInfo;
use shared::users::permissions::Orders;

use crate::error::PageError;
use crate::same_origin::SameOrigin;
use crate::staff_page::RequiresOnPage;

/// The field of the form.
#[derive(Clone, Copy, Debug, Request)]
#[request(undocumented)]
pub(crate) struct ResendForm {
    mail: EventId,
}

/// Makes the mail due again and redirects to the page of the order, which shows what became of it.
pub(crate) async fn resend_mail(
    State(app): State<App>,
    _: SameOrigin,
    RequiresOnPage(account, _): RequiresOnPage<Orders>,
    client_info: ClientInfo,
    id: Result<PathId<OrderId>, ApiError>,
    form: Result<Body<ResendForm>, ApiError>,
) -> Result<Response, PageError> {
    let (PathId(id), Body(form)) = (id?, form?);
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let order = find(&mut tx, id).await?.ok_or(PageError::NotFound)?;
    let mails = of_order(&mut tx, id, order.placed_at, &order.email).await?;
    if !mails.iter().any(|mail| mail.id == form.mail) {
        return Err(PageError::NotFound);
    }
    match resend_failed(&mut tx, form.mail, now).await? {
        Ok((kind, user)) => {
            let details = json!({"mail_id": form.mail, "mail_kind": kind});
            let record = AuditRecord::by_staff(Kind::MailResent, account.id, user).with(details);
            audit::store::record(&mut tx, record, &client_info, now).await?;
        }
        // The page was old.
        Err(ResendError::NotFound | ResendError::NotFailed | ResendError::EventDeleted) => {}
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/admin/orders/{id}/")).into_response())
}

/// Renders the form, if the mail has failed and can be sent again.
pub(crate) fn form(order: OrderId, mail: &OrderMail) -> Markup {
    let can_be_resent = mail.status.as_deref() == Some("failed") && mail.queued_at.is_some();
    html! {
        @if can_be_resent {
            form method="post" action={ "/admin/orders/" (order) "/resend-mail/" } {
                input type="hidden" name="mail" value=(mail.id);
                button { "Send again" }
            }
        }
    }
}
