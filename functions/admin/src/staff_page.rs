//! Who may see a page: the staff, by a cookie that holds an access token, and each only what they may do.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::COOKIE;
use http::request::Parts;
use shared::app::{App, LoggedUser};
use shared::http::ApiError;
use shared::users::permissions::Needed;
use shared::users::store::{Account, account};
use shared::users::tokens::TokenType;

use crate::error::PageError;
use crate::sign_in::SignInReason;

/// The cookie. Its path is `/admin/`, so the API never sees it.
pub(crate) const COOKIE_NAME: &str = "shop_staff";

/// Somebody who works here, with a good cookie. Everybody else is sent to sign in, and back to where they wanted to go.
#[derive(Clone, Debug)]
pub(crate) struct StaffPage(pub Account);

impl FromRequestParts<App> for StaffPage {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageError> {
        match staff(app, token(&parts.headers)).await? {
            Ok(account) => {
                if let Some(asker) = parts.extensions.get::<LoggedUser>() {
                    asker.is(account.id);
                }
                Ok(Self(account))
            }
            Err(because) => Err(PageError::SignIn { back: parts.uri.to_string(), because }),
        }
    }
}

/// One of the staff who may do what the page is for. Whoever may not is told so.
#[derive(Clone, Debug)]
pub(crate) struct RequiresOnPage<P>(pub Account, pub PhantomData<P>);

impl<P: Needed> FromRequestParts<App> for RequiresOnPage<P> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageError> {
        let StaffPage(account) = StaffPage::from_request_parts(parts, app).await?;
        if account.permissions.has(P::PERMISSION) { Ok(Self(account, PhantomData)) } else { Err(PageError::NotAllowed) }
    }
}

/// The account of a token, if it may see these pages; else why not.
pub(crate) async fn staff(app: &App, token: Option<&str>) -> Result<Result<Account, SignInReason>, ApiError> {
    let Some(token) = token else { return Ok(Err(SignInReason::NotSignedIn)) };
    let claims = app.verifier.verify(token, TokenType::Access, app.clock.now());
    let Ok((user, sign_in)) = claims.and_then(|claims| Ok((claims.user()?, claims.sign_in()?))) else {
        return Ok(Err(SignInReason::Ended));
    };
    Ok(match account(&app.db, user, sign_in).await? {
        Some(account) if account.is_signed_out => Err(SignInReason::Ended),
        Some(account) if account.is_active && account.is_staff => Ok(account),
        Some(_) | None => Err(SignInReason::NotStaff),
    })
}

/// The token in the cookie. HTTP/2 sends a header for each cookie, HTTP/1 one for all.
pub(crate) fn token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE_NAME && !value.is_empty()).then_some(value))
}
