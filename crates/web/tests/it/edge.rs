//! What becomes of an answer on its way out, whatever the handler did.

use axum::Router;
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use wardkey_testkit::{TestApp, Transport};
use wardkey_usecases::Handover;
use wardkey_web::WebSettings;

async fn broken() -> String {
    "a secret".parse::<u32>().expect("a fault of ours").to_string()
}

#[tokio::test]
async fn a_handler_that_panics_answers_with_a_page_in_all_its_headers() {
    let test = TestApp::start().await;
    let router = Router::new().route("/broken", get(broken));
    let transport = Transport::router(wardkey_web::wrap(router, test.app.clone(), WebSettings::default()));
    let answer = transport.send(Request::get("/broken").body(Vec::new()).unwrap()).await;
    assert_eq!(answer.status().as_u16(), 500);
    let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert!(header(header::CONTENT_TYPE).starts_with("text/html"));
    assert!(header(header::CONTENT_SECURITY_POLICY).contains("form-action 'self'"));
    assert_eq!(header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    let text = String::from_utf8_lossy(answer.body());
    assert!(text.contains("WEB-500") && !text.contains("secret"), "{text}");
}

/// What a protocol leaves when it cannot answer the application.
fn left(status: StatusCode, headers: &[(header::HeaderName, &'static str)]) -> Response {
    let mut response = status.into_response();
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    let page = Handover::ErrorPage { code: "OIDC-000", message: "A sentence.".to_owned() };
    response.extensions_mut().insert(page);
    response
}

#[tokio::test]
async fn a_protocol_that_hands_over_keeps_its_status_and_our_fault_is_not_the_application_s() {
    let test = TestApp::start().await;
    let router = Router::new()
        .route("/400", get(async || left(StatusCode::BAD_REQUEST, &[])))
        .route("/500", get(async || left(StatusCode::INTERNAL_SERVER_ERROR, &[])))
        .route("/503", get(async || left(StatusCode::SERVICE_UNAVAILABLE, &[(header::RETRY_AFTER, "7")])));
    let transport = Transport::router(wardkey_web::wrap(router, test.app.clone(), WebSettings::default()));
    for (path, status, words) in [
        ("/400", 400, "whoever runs the application has to put it right"),
        ("/500", 500, "This is a fault in the service"),
        ("/503", 503, "Wait 7 seconds"),
    ] {
        let answer = transport.send(Request::get(path).body(Vec::new()).unwrap()).await;
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        assert_eq!(answer.status().as_u16(), status);
        assert!(text.contains(words) && text.contains("OIDC-000"), "{path}: {text}");
        assert_eq!(answer.headers().contains_key(header::RETRY_AFTER), status == 503, "{path}");
    }
}
