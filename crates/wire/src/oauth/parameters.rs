//! The parameters of a request: a query or a form [RFC 6749 §3.1, §3.2, Appendix B].
//!
//! Read strictly: what two parsers could read differently is refused.

use std::fmt;

use super::error::{ErrorCode, OAuthError};
use crate::sensitive::Sensitive;

/// The longest query or form that is read.
pub const MAX_LENGTH: usize = 64 * 1024;
/// The most parameters that are read.
pub const MAX_COUNT: usize = 64;
/// The longest name.
const MAX_NAME: usize = 128;

/// Parameters that a request may repeat [RFC 8707 §2, RFC 8693 §2.1].
const REPEATABLE: &[&str] = &["resource", "audience"];

/// Why a query or a form cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadParameters {
    /// Longer than [`MAX_LENGTH`], more than [`MAX_COUNT`] parameters, or a name beyond reason.
    #[error("the request is too large")]
    TooLarge,
    /// A percent sign without two hexadecimal digits, or bytes that are not UTF-8, or a NUL.
    #[error("the request is not form-encoded UTF-8")]
    Encoding,
}

impl From<BadParameters> for OAuthError {
    fn from(why: BadParameters) -> Self {
        match why {
            BadParameters::TooLarge => Self::new(ErrorCode::InvalidRequest, "the request is too large"),
            BadParameters::Encoding => Self::new(ErrorCode::InvalidRequest, "the request is not form-encoded UTF-8"),
        }
    }
}

/// The parameters of one request, in order. Values are secret until proven otherwise: they never show in `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, Sensitive<String>)>);

impl Parameters {
    /// Reads a form, or a query without its question mark.
    ///
    /// # Errors
    /// It is too large or badly encoded. Repeated names are kept, see [`Parameters::unique`].
    pub fn parse(form: &[u8]) -> Result<Self, BadParameters> {
        if form.len() > MAX_LENGTH {
            return Err(BadParameters::TooLarge);
        }
        let mut pairs = Vec::new();
        for pair in form.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            if pairs.len() == MAX_COUNT {
                return Err(BadParameters::TooLarge);
            }
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = form_decode(halves.next().unwrap_or_default())?;
            if name.len() > MAX_NAME {
                return Err(BadParameters::TooLarge);
            }
            pairs.push((name, Sensitive::new(form_decode(halves.next().unwrap_or_default())?)));
        }
        Ok(Self(pairs))
    }

    /// Gathers pairs for emission or for tests.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), Sensitive::new(value.into()))).collect())
    }

    /// The value of `name`.
    ///
    /// A parameter without a value counts as absent [RFC 6749 §3.1].
    /// SECURITY: so does one that is given twice, so that nobody can choose between two values.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(own, _)| own == name).map(|(_, value)| value.expose().as_str());
        match (values.next(), values.next()) {
            (Some(value), None) if !value.is_empty() => Some(value),
            _ => None,
        }
    }

    /// The value of `name`, which must be printable and at most `longest` bytes.
    ///
    /// # Errors
    /// It holds control characters or is too long.
    pub fn text(&self, name: &'static str, longest: usize) -> Result<Option<&str>, OAuthError> {
        match self.get(name) {
            Some(value) if value.len() > longest => Err(OAuthError::about(name, "is too long")),
            Some(value) if value.contains(char::is_control) => Err(OAuthError::about(name, "has control characters")),
            value => Ok(value),
        }
    }

    /// As [`Parameters::text`], of a parameter that must be there.
    ///
    /// # Errors
    /// It is missing, holds control characters or is too long.
    pub fn required(&self, name: &'static str, longest: usize) -> Result<&str, OAuthError> {
        self.text(name, longest)?.ok_or_else(|| OAuthError::about(name, "is missing"))
    }

    /// Whether `name` appears at all, even empty or twice.
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|(own, _)| own == name)
    }

    /// Refuses a request that gives a parameter more than once [RFC 6749 §3.1].
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn unique(&self) -> Result<(), OAuthError> {
        let repeated = |(at, (name, _)): (usize, &(String, Sensitive<String>))| {
            !REPEATABLE.contains(&name.as_str()) && self.0.iter().skip(at + 1).any(|(later, _)| later == name)
        };
        if self.0.iter().enumerate().any(repeated) {
            return Err(OAuthError::new(ErrorCode::InvalidRequest, "a parameter is given more than once"));
        }
        Ok(())
    }

    /// The pairs in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.expose().as_str()))
    }

    /// The parameters as a form, or as a query without its question mark.
    pub fn to_form(&self) -> String {
        let mut form = String::new();
        for (name, value) in self.iter() {
            push_pair(&mut form, name, value);
        }
        form
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

/// Appends `name=value`, form-encoded, after an `&` if something precedes it.
pub(super) fn push_pair(form: &mut String, name: &str, value: &str) {
    if !form.is_empty() && !form.ends_with(['?', '&']) {
        form.push('&');
    }
    push_encoded(form, name);
    form.push('=');
    push_encoded(form, value);
}

fn push_encoded(to: &mut String, text: &str) {
    to.extend(url::form_urlencoded::byte_serialize(text.as_bytes()));
}

/// Decodes one name or value: `+` is a space, `%XX` a byte, and the whole must be UTF-8 without NUL.
pub(super) fn form_decode(encoded: &[u8]) -> Result<String, BadParameters> {
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut bytes = encoded.iter().copied();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                let (high, low) = digit().zip(digit()).ok_or(BadParameters::Encoding)?;
                u8::try_from(high * 16 + low).map_err(|_| BadParameters::Encoding)?
            }
            other => other,
        });
    }
    if decoded.contains(&0) {
        return Err(BadParameters::Encoding);
    }
    String::from_utf8(decoded).map_err(|_| BadParameters::Encoding)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(form: &str) -> Result<Parameters, BadParameters> {
        Parameters::parse(form.as_bytes())
    }

    #[test]
    fn a_form_is_decoded() {
        let parameters = parse("a=1&b=x+y%2Bz&c=%C3%A9&d&&e=a=b&f=").unwrap();
        for (name, value) in
            [("a", Some("1")), ("b", Some("x y+z")), ("c", Some("é")), ("d", None), ("e", Some("a=b")), ("f", None)]
        {
            assert_eq!(parameters.get(name), value, "{name}");
        }
        assert!(parameters.contains("d") && parameters.contains("f") && !parameters.contains("g"));
    }

    #[test]
    fn the_example_of_appendix_b_is_read_and_written() {
        // RFC 6749, Appendix B: the characters U+0020 U+0025 U+0026 U+002B U+00A3 U+20AC.
        let encoded = "a=+%25%26%2B%C2%A3%E2%82%AC";
        assert_eq!(parse(encoded).unwrap().get("a"), Some(" %&+£€"));
        assert_eq!(parse(encoded).unwrap().to_form(), encoded);
    }

    #[test]
    fn bad_encoding_is_refused() {
        for bad in ["a=%", "a=%1", "a=%zz", "%=1", "a=%FF", "a=%C3%28", "a=%ED%A0%80", "a=%00", "a=%+1", "a=%-1"] {
            assert_eq!(parse(bad), Err(BadParameters::Encoding), "{bad}");
        }
        assert_eq!(Parameters::parse(b"a=\xff"), Err(BadParameters::Encoding));
    }

    #[test]
    fn what_is_too_large_is_refused() {
        assert_eq!(parse(&format!("a={}", "x".repeat(MAX_LENGTH))), Err(BadParameters::TooLarge));
        assert_eq!(parse(&"a=1&".repeat(MAX_COUNT + 1)), Err(BadParameters::TooLarge));
        assert_eq!(parse(&format!("{}=1", "n".repeat(MAX_NAME + 1))), Err(BadParameters::TooLarge));
        assert!(parse(&"a=1&".repeat(MAX_COUNT)).is_ok());
    }

    #[test]
    fn a_parameter_given_twice_has_no_value_and_refuses_the_request() {
        for form in ["a=1&a=2", "a=1&b=1&a=1", "a=&a=1", "a=1&%61=1", "a=1&a"] {
            let parameters = parse(form).unwrap();
            assert_eq!(parameters.get("a"), None, "{form}");
            assert_eq!(parameters.unique().unwrap_err().code, ErrorCode::InvalidRequest, "{form}");
        }
        assert!(parse("resource=1&resource=2&a=1").unwrap().unique().is_ok());
    }

    #[test]
    fn values_do_not_show_in_debug() {
        assert_eq!(format!("{:?}", parse("client_secret=hunter2").unwrap()), r#"["client_secret"]"#);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(pairs in prop::collection::vec(("[^\u{0}]{1,12}", "[^\u{0}]{0,40}"), 0..20)) {
            let parameters = Parameters::from_pairs(pairs);
            prop_assert_eq!(Parameters::parse(parameters.to_form().as_bytes()), Ok(parameters));
        }

        #[test]
        fn no_bytes_confuse_the_parser(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(parameters) = Parameters::parse(&bytes) {
                prop_assert_eq!(Parameters::parse(parameters.to_form().as_bytes()), Ok(parameters));
            }
        }
    }
}
