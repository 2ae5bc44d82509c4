//! Forms: reading what was sent, within limits, and only from our own pages.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Multipart, Request};
use http::{HeaderMap, header};
use wardkey_domain::secret::Secret;
use zeroize::Zeroizing;

use crate::cookie::RequestCookies;
use crate::csrf;
use crate::error::PageError;
use crate::web::Web;

/// No form of ours is larger.
const LIMIT: usize = 64 * 1024;
/// No form of ours has more fields.
const MOST_FIELDS: usize = 200;

/// The fields of a form that one of our own pages sent.
///
/// It proves that the form token was genuine and that the request did not come from another site; a handler that takes it
/// needs no further check.
#[derive(Debug)]
pub struct Checked(Fields);

impl std::ops::Deref for Checked {
    type Target = Fields;

    fn deref(&self) -> &Fields {
        &self.0
    }
}

impl FromRequest<Web> for Checked {
    type Rejection = PageError;

    async fn from_request(request: Request, web: &Web) -> Result<Self, PageError> {
        if !is_from_us(request.headers(), web.app().settings().issuer.origin()) {
            return Err(PageError::CrossSite);
        }
        if !is_form(request.headers()) {
            return Err(PageError::BadRequest);
        }
        let cookies = request.extensions().get::<RequestCookies>().cloned().unwrap_or_default();
        let body = to_bytes(request.into_body(), LIMIT).await.map_err(|_| PageError::TooLarge)?;
        let fields = Fields::parse(&body)?;
        if !csrf::is_genuine(fields.text(csrf::FIELD), &cookies) {
            return Err(PageError::Stale);
        }
        Ok(Self(fields))
    }
}

/// The fields of a form that leads from one of our addresses to another, where the first has no cookie of the second.
///
/// SECURITY: it proves nothing about where it came from. A handler that takes it believes what is sealed in a field of it, and
/// nothing else.
#[derive(Debug)]
pub struct Returned(Fields);

impl std::ops::Deref for Returned {
    type Target = Fields;

    fn deref(&self) -> &Fields {
        &self.0
    }
}

impl FromRequest<Web> for Returned {
    type Rejection = PageError;

    async fn from_request(request: Request, web: &Web) -> Result<Self, PageError> {
        if !is_from_beside_us(request.headers(), web) {
            return Err(PageError::CrossSite);
        }
        if !is_form(request.headers()) {
            return Err(PageError::BadRequest);
        }
        let body = to_bytes(request.into_body(), LIMIT).await.map_err(|_| PageError::TooLarge)?;
        Ok(Self(Fields::parse(&body)?))
    }
}

/// The fields of a form with a file, which one of our own pages sent: the file's text stands under its field's name.
///
/// All of it is at most so many MiB. It proves the same as [`Checked`].
#[derive(Debug)]
pub struct Upload<const MIB: usize = 1>(Fields);

impl<const MIB: usize> std::ops::Deref for Upload<MIB> {
    type Target = Fields;

    fn deref(&self) -> &Fields {
        &self.0
    }
}

impl<const MIB: usize> FromRequest<Web> for Upload<MIB> {
    type Rejection = PageError;

    async fn from_request(request: Request, web: &Web) -> Result<Self, PageError> {
        if !is_from_us(request.headers(), web.app().settings().issuer.origin()) {
            return Err(PageError::CrossSite);
        }
        let cookies = request.extensions().get::<RequestCookies>().cloned().unwrap_or_default();
        let multipart = Multipart::from_request(request, &()).await.map_err(|_| PageError::BadRequest)?;
        let fields = Fields::of_parts(multipart, MIB * 1024 * 1024).await?;
        if !csrf::is_genuine(fields.text(csrf::FIELD), &cookies) {
            return Err(PageError::Stale);
        }
        Ok(Self(fields))
    }
}

/// Whether a POST came from one of our own pages, as far as the browser says [Fetch Metadata].
///
/// Defence in depth: the form token is what decides. Because our pages send no referrer, browsers send `Origin: null`
/// even with our own forms, so `null` decides nothing.
fn is_from_us(headers: &HeaderMap, ours: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match text(header::ORIGIN.as_str()) {
        None | Some("null") => true,
        Some(origin) => origin.eq_ignore_ascii_case(ours),
    }
}

/// Whether a POST came from a page of one of our two addresses, as far as the browser says.
fn is_from_beside_us(headers: &HeaderMap, web: &Web) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "same-site" | "none");
    }
    let settings = web.app().settings();
    let cards = settings.card_origin.as_deref();
    match text(header::ORIGIN.as_str()) {
        None | Some("null") => true,
        Some(origin) => {
            std::iter::once(settings.issuer.origin()).chain(cards).any(|ours| origin.eq_ignore_ascii_case(ours))
        }
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

/// The fields of a form, by name.
#[derive(Debug, Default)]
pub struct Fields(Vec<(String, Secret<String>)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded` text.
    ///
    /// # Errors
    /// When the text is not UTF-8, has too many fields, or repeats a name.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, PageError> {
        let mut fields: Vec<(String, Secret<String>)> = Vec::new();
        for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            let value = decode(halves.next().unwrap_or_default())?;
            let repeated = fields.iter().any(|(known, _)| known == name.as_str());
            if repeated || fields.len() >= MOST_FIELDS {
                return Err(PageError::BadRequest);
            }
            fields.push((name.to_string(), Secret::new(value.to_string())));
        }
        Ok(Self(fields))
    }

    /// Reads the parts of a form with a file [RFC 7578], whose text is UTF-8 and at most so many bytes.
    async fn of_parts(mut parts: Multipart, most: usize) -> Result<Self, PageError> {
        let mut fields: Vec<(String, Secret<String>)> = Vec::new();
        let mut left = most;
        while let Some(mut part) = parts.next_field().await.map_err(|_| PageError::BadRequest)? {
            let name = part.name().unwrap_or_default().to_owned();
            let mut bytes = Zeroizing::new(Vec::new());
            while let Some(chunk) = part.chunk().await.map_err(|_| PageError::BadRequest)? {
                left = left.checked_sub(chunk.len()).ok_or(PageError::TooLarge)?;
                bytes.extend_from_slice(&chunk);
            }
            let text = std::str::from_utf8(&bytes).map_err(|_| PageError::BadRequest)?;
            let repeated = fields.iter().any(|(known, _)| *known == name);
            if repeated || fields.len() >= MOST_FIELDS || text.contains('\0') {
                return Err(PageError::BadRequest);
            }
            fields.push((name, Secret::new(text.to_owned())));
        }
        Ok(Self(fields))
    }

    /// The text of the field `name`, without white space around it; empty when it was not sent.
    pub fn text(&self, name: &str) -> &str {
        self.raw(name).map_or("", |value| value.expose().trim())
    }

    /// The field `name` exactly as typed, for passwords.
    pub fn secret(&self, name: &str) -> Secret<String> {
        self.raw(name).cloned().unwrap_or_else(|| Secret::new(String::new()))
    }

    /// The names of the fields that were sent, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    fn raw(&self, name: &str) -> Option<&Secret<String>> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

/// Undoes percent-encoding [URL Standard, application/x-www-form-urlencoded].
fn decode(text: &[u8]) -> Result<Zeroizing<String>, PageError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.iter().copied();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                let (Some(high), Some(low)) = (digit(rest.next()), digit(rest.next())) else {
                    return Err(PageError::BadRequest);
                };
                bytes.push(u8::try_from(high * 16 + low).map_err(|_| PageError::BadRequest)?);
            }
            plain => bytes.push(plain),
        }
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| PageError::BadRequest)?;
    // SECURITY: no field of ours holds a NUL, and PostgreSQL refuses one with an error of its own.
    if text.contains('\0') {
        return Err(PageError::BadRequest);
    }
    Ok(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, StatusCode};

    use super::*;

    #[test]
    fn a_form_is_read_as_browsers_write_it() {
        let fields = Fields::parse(b"address=nurse%40a.example&password=+%C3%A9+&empty=").unwrap();
        assert_eq!(fields.text("address"), "nurse@a.example");
        assert_eq!(fields.secret("password").expose(), " é ");
        assert_eq!(fields.text("missing"), "");
    }

    #[test]
    fn a_malformed_form_is_refused() {
        for bad in [&b"a=1&a=2"[..], b"a=%zz", b"a=%4", b"a=%ff", b"a=%00"] {
            assert_eq!(Fields::parse(bad).unwrap_err().status(), StatusCode::BAD_REQUEST, "{bad:?}");
        }
        let many: Vec<String> = (0..=MOST_FIELDS).map(|number| format!("x{number}=1")).collect();
        assert!(Fields::parse(many.join("&").as_bytes()).is_err());
    }

    #[test]
    fn another_sites_form_is_refused() {
        let ours = "https://id.example";
        for (name, value, expected) in [
            ("sec-fetch-site", "same-origin", true),
            ("sec-fetch-site", "none", true),
            ("sec-fetch-site", "same-site", false),
            ("sec-fetch-site", "cross-site", false),
            ("origin", "https://id.example", true),
            ("origin", "null", true),
            ("origin", "https://evil.example", false),
            ("origin", "https://id.example:8443", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            assert_eq!(is_from_us(&headers, ours), expected, "{name}: {value}");
        }
        assert!(is_from_us(&HeaderMap::new(), ours));
    }
}
