//! Malformed and hostile requests get the standard's error or a page, never a fault.

use axum::http::{Method, Request, Response, header};
use wardkey_testkit::{ISSUER, TestApp};

/// Every address that anybody may ask, with the methods that it takes.
const PUBLIC: [(&str, &[Method]); 21] = [
    ("/", &[Method::GET]),
    ("/signin", &[Method::GET, Method::POST]),
    ("/signin/step", &[Method::GET]),
    ("/signin/activate", &[Method::GET, Method::POST]),
    ("/signin/new-password", &[Method::GET, Method::POST]),
    ("/signin/code", &[Method::GET, Method::POST]),
    ("/signin/start-again", &[Method::POST]),
    ("/profile/self-enrol", &[Method::GET, Method::POST]),
    ("/signout", &[Method::GET, Method::POST]),
    ("/device", &[Method::GET, Method::POST]),
    ("/session/check", &[Method::GET]),
    ("/.well-known/openid-configuration", &[Method::GET]),
    ("/oauth/jwks", &[Method::GET]),
    ("/oauth/authorize", &[Method::GET, Method::POST]),
    ("/oauth/authorize/continue", &[Method::GET]),
    ("/oauth/token", &[Method::POST]),
    ("/oauth/userinfo", &[Method::GET, Method::POST]),
    ("/oauth/introspect", &[Method::POST]),
    ("/oauth/revoke", &[Method::POST]),
    ("/oauth/par", &[Method::POST]),
    ("/oauth/device_authorization", &[Method::POST]),
];

const FORM: &str = "application/x-www-form-urlencoded";

/// A hostile request to one address.
struct Hostile {
    name: &'static str,
    query: &'static str,
    kind: &'static str,
    body: Vec<u8>,
    cookie: String,
    authorization: &'static str,
}

impl Hostile {
    fn named(name: &'static str) -> Self {
        Self { name, query: "", kind: FORM, body: Vec::new(), cookie: String::new(), authorization: "" }
    }
}

fn hostile_requests() -> Vec<Hostile> {
    let long = "x".repeat(5_000);
    let garbage = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    vec![
        Hostile {
            query: "unknown=1&another=%E2%82%AC",
            body: b"unknown=1".to_vec(),
            ..Hostile::named("unknown parameters")
        },
        Hostile {
            query: "request=%ff%fe&client_id=%ff",
            body: b"grant_type=%ff&address=%c3%28".to_vec(),
            ..Hostile::named("bad UTF-8")
        },
        Hostile { query: "a=%zz&b=%1", body: b"address=%zz".to_vec(), ..Hostile::named("broken escapes") },
        Hostile {
            query: "client_id=a&client_id=b&request=1&request=2&state=x&state=y",
            body: b"grant_type=a&grant_type=b&address=a&address=b&token=1&token=2".to_vec(),
            ..Hostile::named("duplicate parameters")
        },
        Hostile {
            query: "client_id=%00&request=%00",
            body: b"address=a%00b&grant_type=%00&token=%00".to_vec(),
            ..Hostile::named("NUL")
        },
        Hostile { body: vec![b'a'; 3 * 1024 * 1024], ..Hostile::named("a huge body") },
        Hostile {
            body: b"{\"grant_type\":\"authorization_code\"}".to_vec(),
            kind: "application/json",
            ..Hostile::named("JSON")
        },
        Hostile {
            body: b"--x\r\n\r\n--x--".to_vec(),
            kind: "multipart/form-data; boundary=x",
            ..Hostile::named("multipart")
        },
        Hostile { body: b"a=1".to_vec(), kind: "", ..Hostile::named("no content type") },
        Hostile {
            cookie: format!(
                "wardkey-session={garbage}; wardkey-flow={garbage}; wardkey-device={garbage}; wardkey-visitor=\u{1}"
            ),
            body: b"form_token=AAAA".to_vec(),
            ..Hostile::named("forged cookies")
        },
        Hostile {
            cookie: format!("wardkey-session={long}; ;;=; =x; wardkey-flow"),
            ..Hostile::named("malformed cookies")
        },
        Hostile { authorization: "Basic !!!", ..Hostile::named("broken Basic") },
        Hostile { authorization: "Basic dXNlcg==", ..Hostile::named("Basic without a colon") },
        Hostile { authorization: "Bearer ..", ..Hostile::named("broken Bearer") },
        Hostile { authorization: "Bearer", ..Hostile::named("empty Bearer") },
    ]
}

fn request(method: &Method, path: &str, hostile: &Hostile) -> Option<Request<Vec<u8>>> {
    let uri = if hostile.query.is_empty() { path.to_owned() } else { format!("{path}?{}", hostile.query) };
    let mut request = Request::builder().method(method).uri(uri).header(header::HOST, "localhost:8480");
    if *method == Method::POST && !hostile.kind.is_empty() {
        request = request.header(header::CONTENT_TYPE, hostile.kind);
    }
    if !hostile.cookie.is_empty() {
        request = request.header(header::COOKIE, hostile.cookie.as_bytes());
    }
    if !hostile.authorization.is_empty() {
        request = request.header(header::AUTHORIZATION, hostile.authorization);
    }
    let body = if *method == Method::POST { hostile.body.clone() } else { Vec::new() };
    request.body(body).ok()
}

fn check(method: &Method, path: &str, hostile: &Hostile, answer: &Response<Vec<u8>>) {
    let about = format!("{method} {path} with {}: {}", hostile.name, answer.status());
    assert!(!answer.status().is_server_error(), "{about}");
    let body = String::from_utf8_lossy(answer.body());
    assert!(!body.contains("panicked") && !body.contains("stack backtrace"), "{about}");
    if let Some(target) = answer.headers().get(header::LOCATION) {
        let target = target.to_str().unwrap();
        assert!(target.starts_with('/') || target.starts_with(ISSUER), "{about} leads to {target}");
    }
    let is_machine = path.starts_with("/oauth/") && !path.starts_with("/oauth/authorize");
    if is_machine && answer.status().is_client_error() && !answer.body().is_empty() {
        let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        assert!(kind.starts_with("application/json"), "{about} answers {kind}");
        let error: serde_json::Value = serde_json::from_str(&body).unwrap_or_else(|_| panic!("{about}: {body}"));
        assert!(error["error"].is_string(), "{about}: {body}");
    }
}

on_both_engines!(hostile_requests_get_an_error_and_never_a_fault, |test| {
    test.add_practice("Y00001").await;
    test.add_web_application("Y00001").await;
    let transport = test.transport();
    for hostile in hostile_requests() {
        for (path, methods) in PUBLIC {
            for method in methods {
                let Some(request) = request(method, path, &hostile) else { continue };
                check(method, path, &hostile, &transport.send(request).await);
            }
        }
    }
});

#[tokio::test]
async fn an_unknown_method_is_not_a_fault() {
    let test = TestApp::start().await;
    for (path, _) in PUBLIC {
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE, Method::from_bytes(b"BREW").unwrap()]
        {
            let answer = test.transport().send(request(&method, path, &Hostile::named("a method")).unwrap()).await;
            assert_eq!(answer.status(), 405, "{method} {path}");
        }
    }
}

on_both_engines!(a_form_from_elsewhere_is_refused, |test| {
    test.add_practice("Y00001").await;
    let nurse = test.add_person("Y00001", "nurse@riverside-surgery.example").await;
    let mut browser = test.browser();
    browser.open("/signin").await;
    // Without the token of the form.
    let page = browser.post("/signin", &[("address", &nurse.address), ("password", &nurse.password)]).await;
    assert!(page.path().starts_with("/signin"), "{}", page.path());
    assert_eq!(browser.open("/session/check").await.status, 401);
    // With the token of another browser.
    let mut other = test.browser();
    other.open("/signin").await;
    let token = other.page().field("form_token").unwrap().to_owned();
    browser.open("/signin").await;
    browser
        .post("/signin", &[("address", &nurse.address), ("password", &nurse.password), ("form_token", &token)])
        .await;
    assert!(browser.page().path().starts_with("/signin"), "{}", browser.page().path());
});
