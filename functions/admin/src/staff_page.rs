//! Access to the pages: staff with a session cookie, each with their permissions.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::COOKIE;
use http::request::Parts;
use shared::app::{App, LoggedUser};
use shared::http::{ApiError, BaseUrl};
use shared::users::permissions::Needed;
use shared::users::store::{Account, account};
use shared::users::tokens::TokenType;

use crate::error::PageError;
use crate::sign_in_link::SignInReason;

/// Returns the name of the cookie, which holds an access token. Its path is `/admin/`, so the API never receives it.
///
/// A browser takes a name that begins with `__Secure-` over https only. `__Host-` would send the cookie to the API.
pub(crate) fn cookie_name(base: &BaseUrl) -> &'static str {
    if base.0.starts_with("https://") { "__Secure-shop_staff" } else { "shop_staff" }
}

/// The token in the cookie, if the request has exactly one such cookie.
///
/// Of two, one comes from another path or from another host of the same domain, and nothing says which.
pub(crate) struct SessionToken(pub Option<String>);

impl FromRequestParts<App> for SessionToken {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let name = cookie_name(&BaseUrl::from_request_parts(parts, app).await?);
        let mut values = values(&parts.headers, name);
        let only = values.next().filter(|_| values.next().is_none());
        Ok(Self(only.filter(|token| !token.is_empty()).map(str::to_owned)))
    }
}

/// Returns the value of every cookie with this name. HTTP/2 sends a header for each cookie, HTTP/1 one for all.
fn values<'h>(headers: &'h HeaderMap, name: &'static str) -> impl Iterator<Item = &'h str> {
    let headers = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = headers.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(move |(of_pair, _)| *of_pair == name).map(|(_, value)| value)
}

/// A member of staff with a valid cookie. All others are redirected to the sign-in page, and back afterwards.
#[derive(Clone, Debug)]
pub(crate) struct StaffPage(pub Account);

impl FromRequestParts<App> for StaffPage {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageError> {
        let SessionToken(token) = SessionToken::from_request_parts(parts, app).await?;
        match staff(app, token.as_deref()).await? {
            Ok(account) => {
                if let Some(logged_user) = parts.extensions.get::<LoggedUser>() {
                    logged_user.set(account.id);
                }
                Ok(Self(account))
            }
            Err(reason) => Err(PageError::SignIn { back: parts.uri.to_string(), reason }),
        }
    }
}

/// A member of staff with the permission `P`. Staff without it get 403.
#[derive(Clone, Debug)]
pub(crate) struct RequiresOnPage<P>(pub Account, pub PhantomData<P>);

impl<P: Needed> FromRequestParts<App> for RequiresOnPage<P> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageError> {
        let StaffPage(account) = StaffPage::from_request_parts(parts, app).await?;
        if account.permissions.has(P::PERMISSION) { Ok(Self(account, PhantomData)) } else { Err(PageError::NotAllowed) }
    }
}

/// Returns the account of a token if it is staff and has used the second factor that the shop requires, and the reason otherwise.
pub(crate) async fn staff(app: &App, token: Option<&str>) -> Result<Result<Account, SignInReason>, ApiError> {
    let Some(token) = token else { return Ok(Err(SignInReason::NotSignedIn)) };
    let claims = app.verifier.verify(token, TokenType::Access, app.clock.now());
    let Ok((user, sign_in)) = claims.and_then(|claims| Ok((claims.user()?, claims.sign_in()?))) else {
        return Ok(Err(SignInReason::Ended));
    };
    Ok(match account(&app.db, user, sign_in, app.auth_options).await? {
        Some(account) if account.is_signed_out => Err(SignInReason::Ended),
        Some(Account { is_active: true, is_staff: true, second_factor_step: Some(step), .. }) => {
            Err(SignInReason::second_factor(step))
        }
        Some(account) if account.is_active && account.is_staff => Ok(account),
        Some(_) | None => Err(SignInReason::NotStaff),
    })
}
