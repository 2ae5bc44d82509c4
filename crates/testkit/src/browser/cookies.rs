//! A cookie jar that is as strict as the product promises to be.

use std::collections::BTreeMap;

/// Cookies of one origin.
#[derive(Clone, Debug, Default)]
pub struct Cookies(BTreeMap<String, String>);

impl Cookies {
    /// Keeps what one `Set-Cookie` header says.
    ///
    /// # Panics
    /// When the cookie lacks what every cookie of ours has: HttpOnly, SameSite, the whole site as its path, and over
    /// https the `__Host-` prefix with Secure, over http neither.
    pub fn keep(&mut self, set_cookie: &str, https: bool) {
        let mut parts = set_cookie.split(';').map(str::trim);
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("a cookie has a name");
        let attributes: Vec<String> = parts.map(str::to_lowercase).collect();
        let has = |attribute: &str| attributes.iter().any(|one| one == attribute);
        assert!(has("httponly"), "`{name}` lacks HttpOnly");
        assert!(has("path=/"), "`{name}` lacks Path=/");
        assert!(attributes.iter().any(|one| one.starts_with("samesite=")), "`{name}` lacks SameSite");
        assert!(!attributes.iter().any(|one| one.starts_with("domain=")), "`{name}` has a Domain");
        assert_eq!(has("secure"), https, "`{name}` has Secure exactly over https");
        assert_eq!(name.starts_with("__Host-"), https, "`{name}` has the __Host- prefix exactly over https");
        if has("max-age=0") || value.is_empty() {
            self.0.remove(name);
        } else {
            self.0.insert(name.to_owned(), value.to_owned());
        }
    }

    /// The `Cookie` header; nothing if there is no cookie.
    pub fn header(&self) -> Option<String> {
        let pairs: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// The value of a cookie.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The names of all cookies.
    pub fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    /// Plants a cookie, as an attacker or a test would.
    pub fn plant(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    /// Throws a cookie away.
    pub fn forget(&mut self, name: &str) {
        self.0.remove(name);
    }
}
