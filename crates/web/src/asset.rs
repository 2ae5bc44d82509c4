//! Style, scripts and icons: embedded, addressed by their content, cached for good.

use std::borrow::Cow;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::RustEmbed;

use crate::error::PageError;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/assets"]
struct Assets;

/// The folder of this build's assets, as an address.
pub(crate) const BASE: &str = concat!("/assets/", env!("WARDKEY_ASSETS"));

/// What tells this build's assets from another's.
pub(crate) const VERSION: &str = env!("WARDKEY_ASSETS");

/// An asset that is text.
pub(crate) fn text(name: &str) -> Option<String> {
    Assets::get(name).and_then(|file| String::from_utf8(file.data.into_owned()).ok())
}

/// `GET /assets/{version}/{*name}`
pub(crate) async fn serve(
    Path((version, name)): Path<(String, String)>,
    asked: HeaderMap,
) -> Result<Response, PageError> {
    let plain = Assets::get(&name).ok_or(PageError::NotFound)?;
    let compressed = if takes_gzip(&asked) { Assets::get(&format!("{name}.gz")) } else { None };
    let is_compressed = compressed.is_some();
    let file = compressed.unwrap_or(plain);
    // A page of another version may still ask for its own style during an upgrade: serve ours, but let nobody keep it.
    let cache = if version == VERSION { "public, max-age=31536000, immutable" } else { "no-store" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type(&name))),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
        // The pages of the address where cards are shown load scripts from here; nobody's secret is in them.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    ];
    let body = match file.data {
        Cow::Borrowed(embedded) => Bytes::from_static(embedded),
        Cow::Owned(read) => Bytes::from(read),
    };
    let mut response = (StatusCode::OK, headers, body).into_response();
    if is_compressed {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

/// Whether a browser takes gzip [RFC 9110 §12.5.3]. Assets hold no secrets, so their size tells nothing.
fn takes_gzip(asked: &HeaderMap) -> bool {
    let listed = asked.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    listed.flat_map(|list| list.split(',')).any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let refused = parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        named && !refused
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some(_) | None => "application/octet-stream",
    }
}

/// Writes every asset below `folder`, at its address, for looking at pages without a server of ours.
#[cfg(test)]
pub(crate) fn write_to(folder: &std::path::Path) {
    for name in Assets::iter() {
        let path = folder.join(BASE.trim_start_matches('/')).join(name.as_ref());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, Assets::get(&name).unwrap().data).unwrap();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &str) -> String {
        super::text(name).unwrap()
    }

    async fn asked(name: &str, encoding: Option<&'static str>) -> Response {
        let mut headers = HeaderMap::new();
        if let Some(encoding) = encoding {
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(encoding));
        }
        serve(Path((VERSION.to_owned(), name.to_owned())), headers).await.unwrap()
    }

    #[tokio::test]
    async fn a_style_is_compressed_for_whoever_takes_it() {
        for (encoding, compressed) in [
            (Some("gzip, deflate, br"), true),
            (Some("br;q=1, GZIP;q=0.5"), true),
            (Some("br"), false),
            (Some("gzip;q=0"), false),
            (None, false),
        ] {
            let response = asked("nhsuk.css", encoding).await;
            assert_eq!(response.headers().contains_key(header::CONTENT_ENCODING), compressed, "{encoding:?}");
            assert_eq!(response.headers().get(header::VARY).unwrap(), "accept-encoding");
            assert_eq!(response.headers().get(header::CONTENT_TYPE).unwrap(), "text/css; charset=utf-8");
            let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
            assert_eq!(body.len() < 60_000, compressed, "{} bytes for {encoding:?}", body.len());
            assert_eq!(body.starts_with(&[0x1f, 0x8b]), compressed);
        }
        let icon = asked("images/nhsuk-icon-tick.svg", Some("gzip")).await;
        assert!(!icon.headers().contains_key(header::CONTENT_ENCODING), "too small to gain anything");
    }

    #[test]
    fn nothing_of_the_nhs_identity_is_carried() {
        let css = text("nhsuk.css");
        assert!(!css.to_lowercase().contains("frutiger"));
        assert!(!css.contains("@font-face"));
        assert!(!css.contains("assets.nhs.uk"));
        assert!(css.contains("font-family:arial,sans-serif"));
    }

    #[test]
    fn every_picture_that_the_style_names_is_there() {
        for name in ["nhsuk.css", "wardkey.css"] {
            for part in text(name).split("url(").skip(1) {
                let address = part.split(')').next().unwrap().trim_matches('"');
                assert!(Assets::get(address).is_some(), "{name} names {address}");
            }
        }
    }
}
