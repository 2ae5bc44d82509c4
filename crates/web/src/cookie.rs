//! Cookies: their names, their attributes, and reading them.
//!
//! Over https each is `__Host-…; Secure`, so that no other host and no plain connection can set or read it. Over http,
//! which only a loopback issuer may use, names are plain: browsers refuse the prefix there.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, header};
use wardkey_domain::secret::Secret;

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// A full session.
    Session,
    /// A sign-in in progress.
    Flow,
    /// A browser that has completed a sign-in before: its guesses are counted apart from a stranger's,
    /// and it may be remembered.
    Device,
    /// A browser that has neither session nor sign-in: binds the few forms that such a one may send.
    Visitor,
    /// What the next page should say first.
    Notice,
}

const ALL: [Cookie; 5] = [Cookie::Session, Cookie::Flow, Cookie::Device, Cookie::Visitor, Cookie::Notice];

impl Cookie {
    const fn word(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Flow => "flow",
            Self::Device => "device",
            Self::Visitor => "visitor",
            Self::Notice => "notice",
        }
    }

    /// How long the browser keeps it; `None` until the browser is closed. The server's own limits hold besides.
    const fn lifetime(self) -> Option<Duration> {
        match self {
            Self::Session | Self::Flow | Self::Visitor => None,
            Self::Device => Some(Duration::from_secs(400 * 24 * 60 * 60)),
            Self::Notice => Some(Duration::from_secs(60)),
        }
    }
}

/// The names and attributes that fit the issuer's scheme.
#[derive(Clone, Debug)]
pub(crate) struct CookieNames {
    secure: bool,
}

impl CookieNames {
    pub(crate) const fn new(secure: bool) -> Self {
        Self { secure }
    }

    /// Whether they are for https.
    pub(crate) const fn is_secure(&self) -> bool {
        self.secure
    }

    /// The name of `cookie`.
    pub(crate) fn name(&self, cookie: Cookie) -> String {
        let prefix = if self.secure { "__Host-" } else { "" };
        format!("{prefix}wardkey-{}", cookie.word())
    }

    /// The header that sets `cookie` to `value`; `None` when the value does not fit into a header.
    pub(crate) fn set(&self, cookie: Cookie, value: &Secret<String>) -> Option<HeaderValue> {
        let age = cookie.lifetime().map(|kept| format!("; Max-Age={}", kept.as_secs())).unwrap_or_default();
        let mut header = HeaderValue::from_str(&self.line(cookie, value.expose(), &age)).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    /// The header that makes the browser forget `cookie`.
    pub(crate) fn clear(&self, cookie: Cookie) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.line(cookie, "", "; Max-Age=0")).ok()
    }

    fn line(&self, cookie: Cookie, value: &str, age: &str) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{}={value}; Path=/{age}; HttpOnly; SameSite=Lax{secure}", self.name(cookie))
    }
}

/// The cookies that came with a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestCookies {
    pub(crate) session: Option<Secret<String>>,
    pub(crate) flow: Option<Secret<String>>,
    pub(crate) device: Option<Secret<String>>,
    pub(crate) visitor: Option<Secret<String>>,
    pub(crate) notice: Option<String>,
}

impl RequestCookies {
    /// Reads ours from the headers.
    ///
    /// SECURITY: of two cookies with one name none counts: one of them was planted.
    pub(crate) fn read(headers: &HeaderMap, names: &CookieNames) -> Self {
        let mut found = Self::default();
        let mut twice = Vec::new();
        let prefix = if names.is_secure() { "__Host-wardkey-" } else { "wardkey-" };
        for line in headers.get_all(header::COOKIE) {
            let Ok(line) = line.to_str() else { continue };
            for (name, value) in line.split(';').filter_map(|pair| pair.trim().split_once('=')) {
                let Some(cookie) =
                    name.strip_prefix(prefix).and_then(|word| ALL.iter().find(|each| each.word() == word))
                else {
                    continue;
                };
                if value.is_empty() || value.len() > 512 {
                    continue;
                }
                if found.put(*cookie, value) {
                    twice.push(*cookie);
                }
            }
        }
        for cookie in twice {
            found.drop(cookie);
        }
        found
    }

    /// Keeps `value`; says whether another was there.
    fn put(&mut self, cookie: Cookie, value: &str) -> bool {
        let value = Secret::new(value.to_owned());
        match cookie {
            Cookie::Session => self.session.replace(value).is_some(),
            Cookie::Flow => self.flow.replace(value).is_some(),
            Cookie::Device => self.device.replace(value).is_some(),
            Cookie::Visitor => self.visitor.replace(value).is_some(),
            Cookie::Notice => self.notice.replace(value.expose().clone()).is_some(),
        }
    }

    fn drop(&mut self, cookie: Cookie) {
        match cookie {
            Cookie::Session => self.session = None,
            Cookie::Flow => self.flow = None,
            Cookie::Device => self.device = None,
            Cookie::Visitor => self.visitor = None,
            Cookie::Notice => self.notice = None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(secure: bool, line: &str) -> RequestCookies {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_str(line).unwrap());
        RequestCookies::read(&headers, &CookieNames::new(secure))
    }

    #[test]
    fn over_https_a_cookie_is_bound_to_host_and_connection() {
        let set = |secure| {
            let names = CookieNames::new(secure);
            names.set(Cookie::Session, &Secret::new("abc".to_owned())).unwrap().to_str().unwrap().to_owned()
        };
        assert_eq!(set(true), "__Host-wardkey-session=abc; Path=/; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(set(false), "wardkey-session=abc; Path=/; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn a_plain_name_is_not_believed_over_https() {
        assert!(read(true, "wardkey-session=planted").session.is_none());
        assert!(read(true, "__Host-wardkey-session=real; theme=dark").session.is_some());
        assert!(read(false, "wardkey-session=real").session.is_some());
    }

    #[test]
    fn of_two_cookies_with_one_name_none_counts() {
        assert!(read(false, "wardkey-session=one; wardkey-session=two").session.is_none());
    }
}
