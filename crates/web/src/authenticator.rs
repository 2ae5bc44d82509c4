//! The authenticator app: the shell of a web app that runs on people's phones.
//!
//! Here: its page, its manifest and its service worker, at addresses that browsers expect. Not here: the app itself
//! (`authenticator/` in the project's folder, TypeScript) and the protocol that it speaks (`wardkey_protocols`). It is the one
//! page of ours that needs a script, and nobody needs it to sign in: every page that asks for it offers another way.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, StatusCode, header};
use minijinja::context;
use serde_json::json;

use crate::error::PageError;
use crate::web::Web;
use crate::{asset, routes, template};

/// What the shell needs without a connection, below the assets' address.
const OFFLINE: [&str; 8] = [
    "nhsuk.css",
    "wardkey.css",
    "favicon.svg",
    "authenticator/app.css",
    "authenticator/app.js",
    "authenticator/icon-180.png",
    "authenticator/icon-192.png",
    "authenticator/icon-512.png",
];

/// The addresses of the app.
pub(crate) fn router() -> Router<Web> {
    Router::new()
        .route("/authenticator", get(to_shell))
        .route(routes::AUTHENTICATOR, get(shell))
        .route(routes::AUTHENTICATOR_MANIFEST, get(manifest))
        .route(routes::AUTHENTICATOR_WORKER, get(worker))
}

/// `GET /authenticator`: the service worker rules over what is below the slash only.
async fn to_shell() -> Response {
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, routes::AUTHENTICATOR)]).into_response()
}

/// `GET /authenticator/`
async fn shell(State(web): State<Web>) -> Result<Response, PageError> {
    let page = context! { assets => asset::BASE };
    let html = template::render("authenticator/shell.html", context! { page })
        .map_err(|error| PageError::Fault(format!("draw the authenticator: {error}")))?;
    let mut response = answer("text/html; charset=utf-8", html);
    let headers = response.headers_mut();
    let framed = web.settings().demo.is_some();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy(framed)));
    if framed {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    }
    Ok(response)
}

/// The policy of the app: it may call other servers of this protocol, and show what the camera sees. The demonstration shows
/// it in a frame that looks like a phone.
const fn policy(framed: bool) -> &'static str {
    if framed {
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; \
         connect-src 'self' https:; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'self'"
    } else {
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; \
         connect-src 'self' https:; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    }
}

/// `GET /authenticator/manifest.webmanifest` [W3C Web Application Manifest]
async fn manifest() -> Response {
    let icon = |name: &str, size: &str, purpose: &str| {
        json!({
            "src": format!("{}/authenticator/{name}", asset::BASE),
            "sizes": size, "type": "image/png", "purpose": purpose,
        })
    };
    let manifest = json!({
        "id": routes::AUTHENTICATOR,
        "name": "Wardkey Authenticator",
        "short_name": "Wardkey",
        "description": "Approves your sign-ins and shows your codes.",
        "lang": "en-GB",
        "start_url": routes::AUTHENTICATOR,
        "scope": routes::AUTHENTICATOR,
        "display": "standalone",
        "background_color": "#f0f4f5",
        "theme_color": "#1d3c4a",
        "icons": [
            icon("icon-192.png", "192x192", "any"),
            icon("icon-512.png", "512x512", "any"),
            icon("icon-maskable-512.png", "512x512", "maskable"),
        ],
    });
    answer("application/manifest+json", manifest.to_string())
}

/// `GET /authenticator/sw.js`: the worker, and before it what this version of it keeps. A new version is another text, so
/// that browsers notice.
async fn worker() -> Result<Response, PageError> {
    let script = asset::text("authenticator/sw.js").ok_or(PageError::NotFound)?;
    let kept = OFFLINE.iter().map(|name| format!("{}/{name}", asset::BASE));
    let pages = [routes::AUTHENTICATOR, routes::AUTHENTICATOR_MANIFEST].map(str::to_owned);
    let files: Vec<String> = pages.into_iter().chain(kept).collect();
    let told = json!({"version": asset::VERSION, "files": files});
    let mut response = answer("text/javascript; charset=utf-8", format!("self.WARDKEY={told};\n{script}"));
    let policy = HeaderValue::from_static("default-src 'none'; connect-src 'self'");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

fn answer(kind: &'static str, body: String) -> Response {
    // Asked for anew each time, so that a new version is noticed; without a connection the worker has a copy.
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shell_names_the_script_as_the_worker_keeps_it() {
        // The worker keeps nothing when it does not find this address in the shell's text.
        let page = context! { assets => asset::BASE };
        let html = template::render("authenticator/shell.html", context! { page }).unwrap();
        assert!(html.contains(&format!("\"{}/authenticator/app.js\"", asset::BASE)), "{html}");
    }
}
