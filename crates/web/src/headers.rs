//! The headers that keep every answer in its place.

use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::web::Web;

/// Where the forms of a page may lead, redirects that follow included. An answer that bears it is a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormsLead {
    /// To our own pages.
    Here,
    /// To our own pages; and the page shows one of ours in a frame.
    HereBesideFrame,
    /// To our own pages, and to the address where smartcards are shown.
    ToCards,
    /// To an application, and on to wherever it redirects: for the page that has no other form.
    Anywhere,
}

/// Sets the headers on an answer; what a handler has set itself stays.
pub(crate) fn secure(web: &Web, response: &mut Response) {
    let page = response.extensions_mut().remove::<FormsLead>();
    let headers = response.headers_mut();
    headers.reserve(8);
    match page {
        Some(forms) => {
            let policy = of_this_installation(web, forms);
            let policy = policy.unwrap_or_else(|| HeaderValue::from_static(page_policy(forms)));
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
            default(headers, CROSS_ORIGIN_RESOURCE_POLICY, "same-origin");
        }
        None => default(headers, header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    }
    default(headers, header::CACHE_CONTROL, "no-store");
    default(headers, header::REFERRER_POLICY, "no-referrer");
    default(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(headers, header::X_FRAME_OPTIONS, "DENY");
    if web.cookies().is_secure() {
        default(headers, header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
}

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The policy of a page at the address where smartcards are shown, which loads from our own address and leads there, and of one
/// whose form leads to that address.
fn of_this_installation(web: &Web, forms: FormsLead) -> Option<HeaderValue> {
    let here = page_policy(FormsLead::Here);
    if let Some(home) = web.home() {
        return HeaderValue::from_str(&here.replace("'self'", home)).ok();
    }
    let cards = web.app().settings().card_origin.as_deref().filter(|_| forms == FormsLead::ToCards)?;
    HeaderValue::from_str(&format!("{here} {cards}")).ok()
}

/// The policy of a page: nothing inline, nothing from elsewhere, never in a frame.
const fn page_policy(forms: FormsLead) -> &'static str {
    match forms {
        FormsLead::Here | FormsLead::ToCards => {
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; \
             frame-ancestors 'none'; form-action 'self'"
        }
        FormsLead::HereBesideFrame => {
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; \
             base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
        }
        FormsLead::Anywhere => {
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; \
             frame-ancestors 'none'"
        }
    }
}

fn default(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_runs_nothing_inline_and_is_never_framed() {
        let policy = page_policy(FormsLead::Here);
        assert!(!policy.contains("unsafe"));
        assert!(policy.ends_with("; form-action 'self'"), "`of_this_installation` goes on with it");
        for directive in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
            assert!(policy.contains(directive), "{directive}");
        }
    }

    #[test]
    fn a_form_for_an_application_is_bound_by_everything_else() {
        let here = page_policy(FormsLead::Here);
        assert_eq!(format!("{}; form-action 'self'", page_policy(FormsLead::Anywhere)), here);
    }
}
