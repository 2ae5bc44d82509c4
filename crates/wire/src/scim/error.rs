//! Errors as they are told to a client [RFC 7644 §3.12].

use serde_json::{Value, json};

use super::ERROR_SCHEMA;

/// Why a request is refused, where the status does not say it all [RFC 7644 §3.12, table 9].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScimType {
    /// The filter cannot be read, or compares what cannot be compared.
    InvalidFilter,
    /// The filter leaves more than is gone through.
    TooMany,
    /// Something else has that value already.
    Uniqueness,
    /// An attribute cannot be changed in that way.
    Mutability,
    /// The body is not what the request needs.
    InvalidSyntax,
    /// The path of an operation is none of ours.
    InvalidPath,
    /// The path of an operation leads to nothing.
    NoTarget,
    /// A value is missing, or does not fit.
    InvalidValue,
}

impl ScimType {
    /// The word of the standard.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
        }
    }
}

/// A refusal as a client reads it. Its text never has anything in it but what the client sent, or words of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct ScimError {
    /// The HTTP status.
    pub status: u16,
    /// The standard's word, where there is one.
    pub scim_type: Option<ScimType>,
    /// A sentence for whoever runs the client.
    pub detail: String,
}

impl ScimError {
    /// A request that does not fit: status 400.
    pub fn bad(scim_type: ScimType, detail: impl Into<String>) -> Self {
        Self { status: 400, scim_type: Some(scim_type), detail: detail.into() }
    }

    /// A refusal that its status says.
    pub fn of(status: u16, detail: impl Into<String>) -> Self {
        Self { status, scim_type: None, detail: detail.into() }
    }

    /// A clash with what is there: status 409.
    pub fn taken(detail: impl Into<String>) -> Self {
        Self { status: 409, scim_type: Some(ScimType::Uniqueness), detail: detail.into() }
    }

    pub(super) fn syntax(detail: impl Into<String>) -> Self {
        Self::bad(ScimType::InvalidSyntax, detail)
    }

    pub(super) fn value(detail: impl Into<String>) -> Self {
        Self::bad(ScimType::InvalidValue, detail)
    }

    /// The body of the answer.
    pub fn body(&self) -> Value {
        let mut body = json!({ "schemas": [ERROR_SCHEMA], "status": self.status.to_string(), "detail": self.detail });
        if let (Some(kind), Some(members)) = (self.scim_type, body.as_object_mut()) {
            members.insert("scimType".to_owned(), kind.as_str().into());
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_as_the_standard_prints_it() {
        // [RFC 7644 §3.12], the example of a change to a read-only attribute.
        let error = ScimError::bad(ScimType::Mutability, "Attribute 'id' is readOnly");
        let printed = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "scimType": "mutability",
            "detail": "Attribute 'id' is readOnly",
            "status": "400"
        });
        assert_eq!(error.body(), printed);
        assert_eq!(ScimError::of(404, "gone").body().get("scimType"), None);
    }
}
