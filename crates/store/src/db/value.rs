//! Values as they travel to and from a database.

use serde_json::Value;
use uuid::Uuid;
use wardkey_domain::id::{
    AccountId, ApplicationId, AuditEventId, AuthorizationRequestId, BulkChangeId, CaseDeedId, CaseId, CredentialId,
    DecisionId, DeviceId, ExceptionRequestId, FlowId, GrantId, GroupId, KeyId, MessageId, NamedLocationId,
    OrganisationId, PolicyId, PostponementId, PushRequestId, ReplayId, RequestId, RoleGrantId, SessionId,
    UserExceptionId,
};
use wardkey_domain::secret::TokenHash;
use wardkey_domain::time::Timestamp;

/// One value: what both engines can hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Val {
    /// Nothing, of whatever type the statement wants.
    Null,
    /// BOOLEAN on PostgreSQL, 0 or 1 on SQLite.
    Bool(bool),
    /// BIGINT, INTEGER.
    I64(i64),
    /// TEXT.
    Text(String),
    /// BYTEA, BLOB.
    Bytes(Vec<u8>),
    /// UUID on PostgreSQL, 16 bytes on SQLite.
    Uuid(Uuid),
    /// JSONB on PostgreSQL, TEXT on SQLite.
    Json(Value),
}

impl Val {
    /// What kind of value this is, for error texts.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a truth value",
            Self::I64(_) => "an integer",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
            Self::Uuid(_) => "a UUID",
            Self::Json(_) => "JSON",
        }
    }
}

/// A type that a column can be read as.
pub trait FromVal: Sized {
    /// Reads `val`; `None` when it is of another kind or out of range.
    fn from_val(val: &Val) -> Option<Self>;
}

/// Builds the arguments of a statement: `args![id, name, now]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::Val::from($value)),*] };
}

macro_rules! into_val {
    ($($from:ty, $value:ident => $val:expr;)*) => {$(
        impl From<$from> for Val {
            fn from($value: $from) -> Self {
                $val
            }
        }
    )*};
}

into_val! {
    bool, value => Val::Bool(value);
    i64, value => Val::I64(value);
    i32, value => Val::I64(value.into());
    u32, value => Val::I64(value.into());
    u16, value => Val::I64(value.into());
    u8, value => Val::I64(value.into());
    &str, value => Val::Text(value.to_owned());
    String, value => Val::Text(value);
    &String, value => Val::Text(value.clone());
    Vec<u8>, value => Val::Bytes(value);
    &Vec<u8>, value => Val::Bytes(value.clone());
    &[u8], value => Val::Bytes(value.to_vec());
    [u8; 32], value => Val::Bytes(value.to_vec());
    &[u8; 32], value => Val::Bytes(value.to_vec());
    Uuid, value => Val::Uuid(value);
    Value, value => Val::Json(value);
    &Value, value => Val::Json(value.clone());
    Timestamp, value => Val::I64(value.as_micros());
    TokenHash, value => Val::Bytes(value.as_bytes().to_vec());
    &TokenHash, value => Val::Bytes(value.as_bytes().to_vec());
}

impl<T: Into<Val>> From<Option<T>> for Val {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl FromVal for bool {
    fn from_val(val: &Val) -> Option<Self> {
        match val {
            Val::Bool(truth) => Some(*truth),
            Val::I64(0) => Some(false),
            Val::I64(1) => Some(true),
            _ => None,
        }
    }
}

impl FromVal for i64 {
    fn from_val(val: &Val) -> Option<Self> {
        match val {
            Val::I64(number) => Some(*number),
            _ => None,
        }
    }
}

macro_rules! narrow_integers {
    ($($integer:ty)*) => {$(
        impl FromVal for $integer {
            fn from_val(val: &Val) -> Option<Self> {
                i64::from_val(val).and_then(|number| number.try_into().ok())
            }
        }
    )*};
}

narrow_integers!(i32 u8 u16 u32 u64);

impl FromVal for String {
    fn from_val(val: &Val) -> Option<Self> {
        match val {
            Val::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl FromVal for Vec<u8> {
    fn from_val(val: &Val) -> Option<Self> {
        match val {
            Val::Bytes(bytes) => Some(bytes.clone()),
            _ => None,
        }
    }
}

impl<const N: usize> FromVal for [u8; N] {
    fn from_val(val: &Val) -> Option<Self> {
        match val {
            Val::Bytes(bytes) => bytes.as_slice().try_into().ok(),
            _ => None,
        }
    }
}

impl FromVal for Uuid {
    fn from_val(val: &Val) -> Option<Self> {
        match val {
            Val::Uuid(uuid) => Some(*uuid),
            Val::Bytes(bytes) => Self::from_slice(bytes).ok(),
            _ => None,
        }
    }
}

impl FromVal for Value {
    fn from_val(val: &Val) -> Option<Self> {
        match val {
            Val::Json(json) => Some(json.clone()),
            Val::Text(text) => serde_json::from_str(text).ok(),
            _ => None,
        }
    }
}

impl FromVal for Timestamp {
    fn from_val(val: &Val) -> Option<Self> {
        i64::from_val(val).map(Self::from_micros)
    }
}

impl FromVal for TokenHash {
    fn from_val(val: &Val) -> Option<Self> {
        <[u8; 32]>::from_val(val).map(Self::from_bytes)
    }
}

impl<T: FromVal> FromVal for Option<T> {
    fn from_val(val: &Val) -> Option<Self> {
        match val {
            Val::Null => Some(None),
            val => T::from_val(val).map(Some),
        }
    }
}

macro_rules! ids {
    ($($id:ty)*) => {$(
        impl From<$id> for Val {
            fn from(id: $id) -> Self {
                Self::Uuid(id.uuid())
            }
        }

        impl FromVal for $id {
            fn from_val(val: &Val) -> Option<Self> {
                Uuid::from_val(val).map(Self::from_uuid)
            }
        }
    )*};
}

ids!(AccountId ApplicationId AuditEventId AuthorizationRequestId BulkChangeId CaseDeedId CaseId CredentialId);
ids!(DecisionId DeviceId ExceptionRequestId FlowId GrantId GroupId KeyId MessageId NamedLocationId OrganisationId PolicyId);
ids!(PostponementId PushRequestId ReplayId RequestId RoleGrantId SessionId UserExceptionId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_back_as_what_it_was() {
        fn check<T: FromVal + Into<Val> + Clone + PartialEq + std::fmt::Debug>(value: T) {
            assert_eq!(T::from_val(&value.clone().into()), Some(value));
        }
        check(true);
        check(-7_i64);
        check("Ysbyty".to_owned());
        check(vec![0_u8, 255]);
        check([7_u8; 32]);
        check(Uuid::from_u128(9));
        check(serde_json::json!({ "a": [1, null] }));
        check(Timestamp::from_seconds(60));
        check(AccountId::from_uuid(Uuid::from_u128(3)));
        check(Some(5_i64));
        check(None::<String>);
    }

    #[test]
    fn a_value_of_another_kind_is_refused() {
        assert_eq!(u8::from_val(&Val::I64(256)), None);
        assert_eq!(i64::from_val(&Val::Null), None);
        assert_eq!(bool::from_val(&Val::I64(2)), None);
        assert_eq!(<[u8; 32]>::from_val(&Val::Bytes(vec![0; 31])), None);
    }
}
