//! Where an attribute is: in filters, in lists of attributes and in PATCH operations [RFC 7644 §3.10, §3.5.2].

use std::fmt;

use super::error::{ScimError, ScimType};
use super::filter::Filter;
use super::token::Cursor;

/// The longest path that is read.
const LONGEST: usize = 512;

/// The name of an attribute: perhaps its schema, perhaps one of its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributePath {
    /// The URN before the name, if there is one.
    pub urn: Option<String>,
    /// The attribute.
    pub name: String,
    /// The sub-attribute.
    pub part: Option<String>,
}

/// A text that names no attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadPath;

impl AttributePath {
    /// Reads `[URN ":"] name ["." part]`. A URN alone is read as one whose last word is the name.
    pub(super) fn parse(text: &str) -> Result<Self, BadPath> {
        if text.len() > LONGEST {
            return Err(BadPath);
        }
        let is_urn = text.get(..4).is_some_and(|begin| begin.eq_ignore_ascii_case("urn:"));
        let (urn, rest) = match text.rsplit_once(':') {
            Some((urn, rest)) if is_urn => (Some(urn), rest),
            Some(_) => return Err(BadPath),
            None => (None, text),
        };
        if urn.is_some_and(|urn| !urn.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":.-_".contains(&byte))) {
            return Err(BadPath);
        }
        let (name, part) = match rest.split_once('.') {
            Some((name, part)) => (name, Some(part)),
            None => (rest, None),
        };
        if !is_name(name) || part.is_some_and(|part| !is_name(part)) {
            return Err(BadPath);
        }
        Ok(Self { urn: urn.map(str::to_owned), name: name.to_owned(), part: part.map(str::to_owned) })
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(urn) = &self.urn {
            write!(f, "{urn}:")?;
        }
        f.write_str(&self.name)?;
        match &self.part {
            Some(part) => write!(f, ".{part}"),
            None => Ok(()),
        }
    }
}

/// Whether `text` is the name of an attribute; `$ref` is one [RFC 7643 §2.1, §2.4].
pub(super) fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'$')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// What an operation is about [RFC 7644 §3.5.2].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatchPath {
    /// The attribute.
    pub attribute: AttributePath,
    /// Which of its values.
    pub filter: Option<Filter>,
    /// What of each of them.
    pub part: Option<String>,
}

impl PatchPath {
    /// Reads a path.
    ///
    /// # Errors
    /// `invalidPath`, or `invalidFilter` for what is between brackets.
    pub fn parse(text: &str) -> Result<Self, ScimError> {
        let invalid = || ScimError::bad(ScimType::InvalidPath, "The path of an operation cannot be read.");
        let text = text.trim();
        let Some((attribute, _)) = text.split_once('[') else {
            let attribute = AttributePath::parse(text).map_err(|_| invalid())?;
            return Ok(Self { attribute, filter: None, part: None });
        };
        let attribute = AttributePath::parse(attribute).map_err(|_| invalid())?;
        if attribute.part.is_some() {
            return Err(invalid());
        }
        let mut cursor = Cursor::new(text.get(attribute.to_string().len()..).unwrap_or_default())?;
        let filter = Filter::bracketed(&mut cursor)?;
        let part = match cursor.rest() {
            "" => None,
            rest => {
                let part = rest.strip_prefix('.').filter(|part| is_name(part)).ok_or_else(invalid)?;
                Some(part.to_owned())
            }
        };
        Ok(Self { attribute, filter: Some(filter), part })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(Option<&str>, &str, Option<&str>)>) {
        let read = AttributePath::parse(text);
        let parts = read.as_ref().ok().map(|path| (path.urn.as_deref(), path.name.as_str(), path.part.as_deref()));
        assert_eq!(parts, expected, "{text}");
    }

    #[test]
    fn a_name_may_have_a_schema_before_and_a_part_after() {
        check("userName", Some((None, "userName", None)));
        check("name.familyName", Some((None, "name", Some("familyName"))));
        check("members.$ref", Some((None, "members", Some("$ref"))));
        let core = "urn:ietf:params:scim:schemas:core:2.0:User";
        check(&format!("{core}:name.familyName"), Some((Some(core), "name", Some("familyName"))));
        check(core, Some((Some("urn:ietf:params:scim:schemas:core:2.0"), "User", None)));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for bad in ["", ".", "a.", ".a", "a.b.c", "1a", "a b", "a:b", "é", "urn:", "urn:x y:z", &"a".repeat(600)] {
            check(bad, None);
        }
    }

    #[test]
    fn a_path_may_choose_among_values() {
        // [RFC 7644 §3.5.2], the examples of paths.
        for (text, attribute, part) in [
            ("members", "members", None),
            ("name.familyName", "name.familyName", None),
            (r#"addresses[type eq "work"]"#, "addresses", None),
            (r#"members[value eq "2819c223-7f76-453a-919d-413861904646"]"#, "members", None),
            (r#"members[value eq "2819c223"].displayName"#, "members", Some("displayName")),
            (r#"urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq "work"].value"#, "", Some("value")),
        ] {
            let path = PatchPath::parse(text).unwrap();
            if !attribute.is_empty() {
                assert_eq!(path.attribute.to_string(), attribute);
            }
            assert_eq!((path.part.as_deref(), path.filter.is_some()), (part, text.contains('[')), "{text}");
        }
        for bad in ["", "a[", "a[]", "a[b]", "a.b[c pr]", "a[b pr]c", "a[b pr].", "a[b pr].c.d", "a[b pr] ]"] {
            assert_eq!(PatchPath::parse(bad).unwrap_err().status, 400, "{bad}");
        }
    }
}
