//! What version of a resource a request is about [RFC 7644 §3.14, RFC 9110 §8.8.3, §13.1].

/// The longest header that is read, in bytes.
const LONGEST: usize = 4_096;

/// Which versions a header names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// Any that there is.
    Any,
    /// One of these, by what is between their quotation marks.
    OneOf(Vec<String>),
}

impl Precondition {
    /// Reads `If-Match` or `If-None-Match`. A header that cannot be read names no version: whoever sends it has not seen ours.
    pub fn parse(header: &[u8]) -> Self {
        let nothing = Self::OneOf(Vec::new());
        let Ok(text) = std::str::from_utf8(header) else { return nothing };
        if text.len() > LONGEST {
            return nothing;
        }
        if text.trim() == "*" {
            return Self::Any;
        }
        let tag = |tag: &str| {
            let tag = tag.trim();
            let tag = tag.strip_prefix("W/").unwrap_or(tag);
            tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).map(str::to_owned)
        };
        Self::OneOf(text.split(',').filter_map(tag).collect())
    }

    /// Whether `version` is one of them. Versions are compared weakly: ours are [RFC 9110 §8.8.3.2].
    pub fn names(&self, version: &str) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.iter().any(|one| one == version),
        }
    }

    /// The header `ETag` of a version.
    pub fn tag(version: &str) -> String {
        format!("W/\"{version}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_among_those_that_are_named() {
        for (header, expected) in [
            ("*", true),
            (r#"W/"1.2""#, true),
            (r#""1.2""#, true),
            (r#"W/"1.1", W/"1.2""#, true),
            (r#"W/"1.1""#, false),
            ("1.2", false),
            ("", false),
            ("W/", false),
        ] {
            assert_eq!(Precondition::parse(header.as_bytes()).names("1.2"), expected, "{header}");
        }
        assert!(!Precondition::parse(b"\xff").names("1.2"));
        assert!(Precondition::parse(Precondition::tag("1.2").as_bytes()).names("1.2"));
    }
}
