//! Style, scripts and icons: embedded, addressed by their content, cached for good.

use std::borrow::Cow;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use rust_embed::RustEmbed;

use crate::error::PageError;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/assets"]
struct Assets;

/// The folder of this build's assets, as an address.
pub(crate) const BASE: &str = concat!("/assets/", env!("WARDKEY_ASSETS"));

const ROUTE_VERSION: &str = env!("WARDKEY_ASSETS");

/// `GET /assets/{version}/{*name}`
pub(crate) async fn serve(Path((version, name)): Path<(String, String)>) -> Result<Response, PageError> {
    let file = Assets::get(&name).ok_or(PageError::NotFound)?;
    // A page of another version may still ask for its own style during an upgrade: serve ours, but let nobody keep it.
    let cache = if version == ROUTE_VERSION { "public, max-age=31536000, immutable" } else { "no-store" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type(&name))),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
    ];
    let body = match file.data {
        Cow::Borrowed(embedded) => Bytes::from_static(embedded),
        Cow::Owned(read) => Bytes::from(read),
    };
    Ok((StatusCode::OK, headers, body).into_response())
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
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
        String::from_utf8(Assets::get(name).unwrap().data.into_owned()).unwrap()
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
