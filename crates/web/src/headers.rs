//! The headers that keep every answer in its place.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::web::Web;

/// What an answer may load and do.
#[derive(Clone, Debug)]
pub(crate) enum ContentPolicy {
    /// A page of ours; its forms may end at these origins besides our own.
    Page {
        /// Origins and schemes of the application that a sign-in is for.
        form_action: Vec<String>,
    },
}

/// Sets the headers on every answer; what an edge has set itself stays.
pub(crate) async fn secure(State(web): State<Web>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let policy = response.extensions_mut().remove::<ContentPolicy>();
    let headers = response.headers_mut();
    match policy {
        Some(ContentPolicy::Page { form_action }) => {
            put(headers, header::CONTENT_SECURITY_POLICY, page_policy(&form_action));
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
    response
}

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The policy of a page: nothing inline, nothing from elsewhere, never in a frame.
fn page_policy(form_action: &[String]) -> HeaderValue {
    let mut policy = String::from(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; \
         frame-ancestors 'none'; form-action 'self'",
    );
    for source in form_action.iter().filter(|source| is_source(source)) {
        policy.push(' ');
        policy.push_str(source);
    }
    HeaderValue::from_str(&policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}

/// SECURITY: an address that came from an application's registration must not add a directive to the policy.
fn is_source(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b';' | b',' | b'\'' | b'"'))
}

fn default(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    headers.insert(name, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_runs_nothing_inline_and_is_never_framed() {
        let policy = page_policy(&[]);
        let policy = policy.to_str().unwrap();
        assert!(!policy.contains("unsafe"));
        for directive in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
            assert!(policy.contains(directive), "{directive}");
        }
    }

    #[test]
    fn a_sign_in_page_lets_its_form_end_at_the_application() {
        let policy = page_policy(&["https://app.example:8443".to_owned(), "com.example.app:".to_owned()]);
        assert!(policy.to_str().unwrap().ends_with("form-action 'self' https://app.example:8443 com.example.app:"));
    }

    #[test]
    fn a_hostile_address_adds_nothing_to_the_policy() {
        let policy = page_policy(&["https://a.example; script-src *".to_owned(), "'unsafe-inline'".to_owned()]);
        assert!(policy.to_str().unwrap().ends_with("form-action 'self'"));
    }
}
