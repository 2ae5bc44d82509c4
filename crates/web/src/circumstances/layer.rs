//! Reading a request's circumstances, once for every router.

use http::{HeaderMap, header};
use wardkey_domain::op::Origin;
use wardkey_usecases::Circumstances;

use crate::circumstances::{browser, client_address};
use crate::cookie::RequestCookies;
use crate::settings::PeerAddress;
use crate::web::Web;

/// The circumstances of a request, and its cookies.
pub(crate) async fn read(web: &Web, peer: Option<PeerAddress>, headers: &HeaderMap) -> (Circumstances, RequestCookies) {
    let cookies = RequestCookies::read(headers, web.cookies());
    let address = client_address::of(peer.map(|peer| peer.0), headers, web.settings());
    let browser = headers.get(header::USER_AGENT).and_then(|text| text.to_str().ok()).map(browser::describe);
    let device = match &cookies.device {
        Some(text) => wardkey_usecases::signin::device_of(web.app(), text.expose()).await,
        None => None,
    };
    let circumstances =
        Circumstances { origin: Origin { address, browser, device }, session_token: cookies.session.clone() };
    (circumstances, cookies)
}
