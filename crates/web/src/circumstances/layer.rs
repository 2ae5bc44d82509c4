//! The layer that reads a request's circumstances once, for every router.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header;
use wardkey_domain::op::Origin;
use wardkey_usecases::Circumstances;

use crate::circumstances::{browser, client_address};
use crate::cookie::RequestCookies;
use crate::settings::PeerAddress;
use crate::web::Web;

/// Puts [`Circumstances`] and the cookies into the request's extensions.
pub(crate) async fn read(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let cookies = RequestCookies::read(headers, web.cookies());
    let peer = request.extensions().get::<PeerAddress>().map(|peer| peer.0);
    let address = client_address::of(peer, headers, web.settings());
    let browser = headers.get(header::USER_AGENT).and_then(|text| text.to_str().ok()).map(browser::describe);
    let device = match &cookies.device {
        Some(text) => wardkey_usecases::signin::device_of(web.app(), text.expose()).await,
        None => None,
    };
    let circumstances =
        Circumstances { origin: Origin { address, browser, device }, session_token: cookies.session.clone() };
    request.extensions_mut().insert(circumstances);
    request.extensions_mut().insert(cookies);
    next.run(request).await
}
