//! The address where browsers show smartcards: an origin of its own, so that nobody else is asked for a certificate [MET-6].
//!
//! A browser comes with a ticket from one of our pages, and takes a receipt back to it. Here is no session and no cookie: nobody
//! is known but by the ticket.

use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::middleware::from_fn_with_state;
use axum::routing::post;
use data_encoding::BASE64;
use http::request::Parts;
use http::{HeaderMap, StatusCode, Uri};
use serde::Serialize;
use wardkey_domain::factor::smartcard::{CardFailure, certificates_in};
use wardkey_usecases::App;
use wardkey_usecases::credential::{CardFor, CardReading, read_card};

use crate::drawn::Answer;
use crate::error::PageError;
use crate::form::Returned;
use crate::goto::Goto;
use crate::page::{Frame, Page};
use crate::person::Visitor;
use crate::settings::{CardChain, PeerAddress, WebSettings};
use crate::signin::card_failed;
use crate::web::Web;
use crate::{edge, routes};

/// The pages of the address where cards are shown, in the layers that [`crate::wrap`] puts around the others.
pub fn card_router(app: App, settings: WebSettings) -> Router {
    let web = Web::at_cards(app, settings);
    Router::new()
        .route(routes::SHOW_CARD, post(show_card))
        .fallback(elsewhere)
        .method_not_allowed_fallback(elsewhere)
        .layer(from_fn_with_state(web.clone(), edge::edge))
        .with_state(web)
}

/// The page that goes back by itself.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CardReadView {
    pub(crate) action: String,
    pub(crate) receipt: String,
}

/// The page that says why a card was refused.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CardRefusedView {
    pub(crate) text: String,
    pub(crate) code: Option<&'static str>,
    /// Whether another certificate or card may do.
    pub(crate) may_try_again: bool,
    /// Where the page is that the person came from.
    pub(crate) back: String,
}

/// `POST /card`, at the address where cards are shown.
async fn show_card(visitor: Visitor, chain: Chain, form: Returned) -> Result<Answer, PageError> {
    let home = visitor.app().settings().issuer.origin();
    let back = |shown_for| format!("{home}{}", place(shown_for));
    match read_card(visitor.app(), &visitor.op, form.text("ticket"), &chain.0).await? {
        CardReading::Read { receipt, shown_for } => {
            let view = CardReadView { action: back(shown_for), receipt: receipt.expose().clone() };
            Ok(Page::new("signin/card-read.html", Frame::default(), view).into())
        }
        CardReading::Refused { failure, shown_for } => Ok(refused(failure, back(shown_for)).into()),
        CardReading::NoTicket => Ok(Goto::to(format!("{home}{}", routes::SIGN_IN)).into()),
    }
}

pub(crate) fn refused(failure: CardFailure, back: String) -> Page {
    let error = card_failed(failure);
    let may_try_again = match failure {
        CardFailure::Unreadable
        | CardFailure::StatusUnknown
        | CardFailure::UnknownAuthority
        | CardFailure::TooLate
        | CardFailure::NotVouched
        | CardFailure::ProviderDown => true,
        // Trying again in the same window gets the same: the browser remembers what was chosen.
        CardFailure::NoCard
        | CardFailure::WrongUsage
        | CardFailure::Expired
        | CardFailure::NotYetValid
        | CardFailure::WrongPolicy
        | CardFailure::NoIdentifier
        | CardFailure::Revoked
        | CardFailure::OtherPerson
        | CardFailure::UnknownCard
        | CardFailure::KnownCard => false,
    };
    let view = CardRefusedView { text: error.text, code: error.code, may_try_again, back };
    Page::new("signin/card-refused.html", Frame::default(), view).status(StatusCode::FORBIDDEN)
}

/// Where the page is that a card was shown for.
pub(crate) fn place(shown_for: CardFor) -> String {
    match shown_for {
        CardFor::SignIn(_) => routes::CARD.to_owned(),
        CardFor::Enrolment(_) => routes::ENROL_CARD.to_owned(),
        CardFor::Adding(credential) => routes::add_card(credential),
    }
}

/// Every other page is at our own address.
async fn elsewhere(State(web): State<Web>, address: Uri) -> Answer {
    let path = Some(address.path()).filter(|path| *path != routes::SHOW_CARD).unwrap_or(routes::SIGN_IN);
    Goto::to(format!("{}{path}", web.app().settings().issuer.origin())).into()
}

/// The certificates that a browser has shown, its own first; none if it has shown none.
struct Chain(Vec<Vec<u8>>);

impl FromRequestParts<Web> for Chain {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, PageError> {
        // SECURITY: where the browser's connection ends here, what a header says about certificates is the browser's own claim.
        if let Some(CardChain(chain)) = parts.extensions.get::<CardChain>() {
            return Ok(Self(chain.as_ref().clone()));
        }
        let peer = parts.extensions.get::<PeerAddress>().map(|peer| peer.0.to_canonical());
        let is_proxy = |peer| web.settings().card_proxies.iter().any(|range| range.contains(&peer));
        if !peer.is_some_and(is_proxy) {
            return Ok(Self(Vec::new()));
        }
        Ok(Self(forwarded(&parts.headers).ok_or(PageError::BadRequest)?))
    }
}

/// What a proxy that ends the browser's connection says of its certificates [RFC 9440 §2]; nothing if it is not well-formed.
fn forwarded(headers: &HeaderMap) -> Option<Vec<Vec<u8>>> {
    let mut own = headers.get_all("client-cert").iter();
    let Some(first) = own.next() else { return Some(Vec::new()) };
    // SECURITY: two of them would be one of the proxy's and one of somebody else's.
    if own.next().is_some() {
        return None;
    }
    let mut chain = vec![bytes(first.to_str().ok()?)?];
    for line in headers.get_all("client-cert-chain") {
        for item in line.to_str().ok()?.split(',') {
            // One certificate each, says the RFC; HAProxy has one item for all of them.
            chain.extend(certificates_in(&bytes(item)?)?);
        }
    }
    Some(chain)
}

/// A byte sequence [RFC 8941 §3.3.5].
fn bytes(item: &str) -> Option<Vec<u8>> {
    BASE64.decode(item.trim().strip_prefix(':')?.strip_suffix(':')?.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(lines: &[(&'static str, &'static str)]) -> Option<Vec<Vec<u8>>> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_static(value));
        }
        forwarded(&headers)
    }

    #[test]
    fn a_proxys_certificates_are_read_its_own_first() {
        let chain = read(&[
            ("client-cert", ":AQI=:"),
            ("client-cert-chain", ":MAEC:, :MAED:"),
            ("client-cert-chain", ":MAEEMAEF:"),
        ]);
        let above = [2, 3, 4, 5].map(|content| vec![0x30, 1, content]);
        assert_eq!(chain, Some([vec![vec![1, 2]], above.into()].concat()));
        assert_eq!(read(&[]), Some(Vec::new()), "no card was shown");
        assert_eq!(read(&[("client-cert-chain", ":MAEC:")]), Some(Vec::new()), "a chain of nothing");
    }

    #[test]
    fn what_is_not_well_formed_or_said_twice_is_refused() {
        for bad in ["AQI=", ":AQI=", ":!:", ""] {
            assert_eq!(read(&[("client-cert", bad)]), None, "{bad}");
        }
        assert_eq!(read(&[("client-cert", ":AQI=:"), ("client-cert", ":Aw==:")]), None);
        for bad in ["x", ":AQI=:", ":MAEEMAE=:"] {
            assert_eq!(read(&[("client-cert", ":AQI=:"), ("client-cert-chain", bad)]), None, "{bad}");
        }
    }
}
